"""Where the points of the 1 mm lattice lie among the voxels of a CT."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask, tissue_ct
from ParotidClassifierCore.imaging.lattice import Box, lattice_of
from ParotidClassifierCore.imaging.working_grid import Geometry

SPACING = (0.7, 0.6, 2.5)


def has_a_point_at(lattice, point):
    along = np.reshape(lattice.direction, (3, 3)).T @ point - lattice.phase
    return np.allclose(along, np.rint(along), atol=1e-9)


def test_a_point_lies_on_the_voxel_nearest_to_the_centroid():
    ct = tissue_ct(size=(60, 60, 20), spacing=SPACING)
    mask = np.zeros((20, 60, 60), bool)
    mask[8:11, 30:33, 20:24] = True  # centroid at 21.5, 31, 9: the upper voxel counts
    mask[9, 31, 40] = True  # and a little more
    lattice = lattice_of(ct, Geometry.of(ct).image(mask))
    assert has_a_point_at(lattice, ct.TransformIndexToPhysicalPoint((22, 31, 9)))
    assert not has_a_point_at(lattice, ct.TransformIndexToPhysicalPoint((21, 31, 9)))


@pytest.mark.parametrize("noise", [-1e-5, 0.0, 1e-5])
def test_midway_between_two_voxels_the_upper_one_counts(noise):
    ct = tissue_ct(size=(40, 40, 20), spacing=SPACING)
    tumor = ball_mask(ct, 6.0)  # centroid at 19.5, 19.5, 9.5
    tumor.SetOrigin(np.add(tumor.GetOrigin(), noise).tolist())
    upper = ct.TransformIndexToPhysicalPoint((20, 20, 10))
    assert has_a_point_at(lattice_of(ct, tumor), upper)


def test_an_outline_of_1_mm_voxels_along_the_axes_brings_its_own():
    ct = tissue_ct(spacing=SPACING)
    voxels = Geometry((0.3, 1.4, -2.2), ct.GetDirection()).image(np.ones((3, 3, 3), bool))
    lattice = lattice_of(ct, voxels)
    assert lattice.holds(voxels)
    assert np.allclose(lattice.phase, (0.3, 0.4, 0.8))
    turned = sitk.Image(voxels)
    turned.SetDirection((0, 1, 0, 1, 0, 0, 0, 0, 1))
    assert not lattice_of(ct, turned).holds(turned)


def test_without_an_outline_it_goes_through_the_first_voxel():
    ct = tissue_ct(spacing=SPACING)
    empty = ball_mask(ct, 6.0) * 0
    assert has_a_point_at(lattice_of(ct), ct.GetOrigin())
    assert lattice_of(ct, empty) == lattice_of(ct)


def test_points_are_counted_from_the_origin_of_the_patient():
    ct = tissue_ct(origin=(-0.25, 7.75, -3.0))
    lattice = lattice_of(ct)
    assert lattice.phase == (0.75, 0.75, 0.0)
    assert lattice.geometry(Box((-1, 7, -3), (0, 8, -2))).origin == pytest.approx(ct.GetOrigin())
    assert lattice.box_of_image(ct).lower == (-1, 7, -4)
