"""A case scanned and outlined again: noise, grid and outline change, each within its limits."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_case
from fixtures.regions import PROTOCOL, REGIONS
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.perturbation import (
    ROTATION_DEG,
    VOLUME_CHANGE,
    perturbed_case,
    widened,
)
from ParotidClassifierCore.imaging.perturbation import WIDTH_CHANGE_MM, image_noise_hu
from ParotidClassifierCore.imaging.working_grid import Geometry


@pytest.fixture(scope="module")
def case():
    return ball_case(radius_mm=12.0, size=(200, 190, 30), spacing=(0.8, 0.8, 3.0))


def grids(case, seeds):
    perturbed = (perturbed_case(case, np.random.default_rng(seed)) for seed in seeds)
    return [prepare(each, PROTOCOL).grid for each in perturbed]


def test_the_seed_decides(case):
    one, again, other = grids(case, (1, 1, 2))
    assert np.array_equal(one.ct, again.ct)
    assert all(np.array_equal(one.mask(region), again.mask(region)) for region in REGIONS)
    assert one.geometry == again.geometry
    assert not np.allclose(one.geometry.direction, other.geometry.direction)


def test_the_grid_turns_in_plane_and_moves_among_the_voxels(case):
    axes = np.reshape(case.ct.GetDirection(), (3, 3))
    angles, phases = [], []
    for seed in range(20):
        moved = perturbed_case(case, np.random.default_rng(seed)).lattice
        turned = axes.T @ np.reshape(moved.direction, (3, 3))
        assert np.allclose(turned[2], (0, 0, 1))
        angles.append(np.rad2deg(np.arctan2(turned[1, 0], turned[0, 0])))
        phases.append(moved.phase)
    assert max(map(abs, angles)) <= ROTATION_DEG
    assert min(angles) < -1 < 1 < max(angles)
    assert np.ptp(phases, axis=0).min() > 0.5


def test_noise_as_strong_as_the_images_own_is_added(case):
    values = sitk.GetArrayFromImage(case.ct)
    noisy = np.rint(values + np.random.default_rng(1).normal(0, 8, values.shape)).astype(np.int16)
    case = replace(case, ct=Geometry.of(case.ct).image(noisy))
    perturbed = perturbed_case(case, np.random.default_rng(0))
    first = case.ct.TransformPhysicalPointToIndex(perturbed.ct.GetOrigin())
    before = sitk.RegionOfInterest(case.ct, perturbed.ct.GetSize(), first)
    before, after = (sitk.GetArrayFromImage(i).astype(float) for i in (before, perturbed.ct))
    assert before.size < np.prod(case.ct.GetSize())
    own = image_noise_hu(before)
    assert own == pytest.approx(8, rel=0.1)
    assert np.std(after - before) == pytest.approx(own, rel=0.05)


def test_the_volume_stays_within_its_limit(case):
    before = prepare(case, PROTOCOL).grid.tumor.sum()
    changes = [grid.tumor.sum() / before - 1 for grid in grids(case, range(6))]
    assert max(map(abs, changes)) <= VOLUME_CHANGE + 0.03  # turned voxels are not as many
    assert len({round(change, 3) for change in changes}) == 6


def test_no_more_than_the_surroundings_is_needed(case):
    grid = prepare(perturbed_case(case, np.random.default_rng(3)), PROTOCOL)
    assert "scan_ends_near_lesion" not in {finding.code for finding in grid.findings}


def test_an_empty_outline_is_refused(case):
    with pytest.raises(UnusableMaskError, match="is empty"):
        perturbed_case(Case(case.ct, case.tumor * 0), np.random.default_rng(0))


def test_rings_are_wider_or_narrower_within_the_limit():
    (own,) = PROTOCOL.rings
    others = [widened(PROTOCOL, np.random.default_rng(seed)).rings[0] for seed in range(20)]
    changes = [other.ring.width_mm - own.ring.width_mm for other in others]
    assert max(map(abs, changes)) <= WIDTH_CHANGE_MM
    assert min(changes) < -0.3 < 0.3 < max(changes)
    assert all(other.ring.hu_range == own.ring.hu_range for other in others)
