"""The surface of a mask has PyRadiomics' area and volume, whichever voxels of a cube are inside."""

from itertools import product

import numpy as np
import pytest
from Core.radiomics.reference import pyradiomics
from ParotidClassifierCore.radiomics.built_in.marching_cubes import surface, vertices

SPACING = np.array([2.5, 0.8, 1.1])


def padded(voxels):
    return np.pad(np.reshape(voxels, (2, 2, 2)).astype(bool), 1)


@pytest.mark.parametrize("first", range(2))
def test_every_cube_has_pyradiomics_surface(first):
    pyradiomics()
    from radiomics import cShape

    for others in product(range(2), repeat=7):
        mask = padded((first, *others))
        expected = cShape.calculate_coefficients(mask, SPACING)[:2]
        assert surface(mask, SPACING) == pytest.approx(expected, rel=1e-12, abs=1e-12), others


def test_a_voxel_is_an_octahedron():
    mask = padded((0, 0, 0, 0, 0, 1, 0, 0))
    assert surface(mask, np.ones(3)) == pytest.approx((3**0.5, 1 / 6))
    assert len(vertices(mask, np.ones(3))) == 6


def test_a_surface_does_not_depend_on_its_place():
    ball = sum((axis - 5) ** 2 for axis in np.ogrid[:11, :11, :11]) < 17
    here, there = (surface(np.pad(ball, margin), SPACING) for margin in (1, (1, 9)))
    assert here == pytest.approx(there, rel=1e-12)
    assert surface(np.pad(ball, (7, 2)), SPACING) == pytest.approx(here, rel=1e-12)
