"""How long the ring of a 23 mm tumour takes; at most 0.1 s is wanted, on every edit."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_grid
from fixtures.regions import PROTOCOL, ring_settings
from ParotidClassifierCore.case.checks import check_ct, check_outline
from ParotidClassifierCore.case.grid import draw_regions
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.imaging.lattice import Box, lattice_of
from ParotidClassifierCore.imaging.ring import automatic_ring

TUMOR_RADIUS = 11  # a ball 23 voxels across


def test_ring_of_a_23_mm_tumour(benchmark, table):
    grid = ball_grid(radius=TUMOR_RADIUS, margin=25)
    ring = benchmark(automatic_ring, grid.ct, grid.tumor, ring_settings())
    assert ring.mask.any()
    table.at_most("The ring of a 23 mm tumour", benchmark.stats.stats.median, 0.1)


@pytest.fixture(scope="module")
def a_large_case():
    """A ball of tumour on the 1 mm lattice of a CT of 512 × 512 × 60, as the panel has it."""
    noise = np.random.default_rng(0).normal(50, 10, (60, 512, 512))
    noise[:, :40] = -1000
    ct = sitk.GetImageFromArray(noise.astype(np.int16))
    ct.SetSpacing((0.49, 0.49, 3.0))
    half = TUMOR_RADIUS + 4
    box = Box((125 - half, 125 - half, 90 - half), (125 + half, 125 + half, 90 + half))
    distance = np.linalg.norm(np.indices(box.size) - half, axis=0)
    return Case(ct, lattice_of(ct).geometry(box).image(distance <= TUMOR_RADIUS))


def test_drawing_the_ring_after_an_edit(benchmark, a_large_case):
    assert benchmark(draw_regions, a_large_case, PROTOCOL).masks["External2"].any()


def test_checking_the_outline_after_an_edit(benchmark, a_large_case):
    drawn = draw_regions(a_large_case, PROTOCOL)
    assert benchmark(check_outline, a_large_case, drawn)


def test_checking_the_ct_when_it_is_chosen(benchmark, a_large_case):
    assert benchmark(check_ct, a_large_case.ct)
