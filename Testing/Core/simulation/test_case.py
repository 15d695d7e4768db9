"""Simulated cases: the same from the same seed, and what is in them is what they say."""

import hashlib
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.simulated_cases import simulated
from ParotidClassifierCore.simulation.case import draw_class, simulate_case
from ParotidClassifierCore.simulation.head import HeadVariation
from ParotidClassifierCore.simulation.scanner import SLICE_MM, ScanGrid, Scanner
from ParotidClassifierCore.simulation.streams import Stream, stream
from ParotidClassifierCore.simulation.traits import Difficulty, draw_case
from ParotidClassifierCore.simulation.tumor import draw_tumor
from scipy import ndimage

SEEDS = (1, 2, 3, 4)


@pytest.fixture
def of_the_tumour_alone(monkeypatch):
    """Scans that end with the tumour, where nothing else is looked at: a third of the slices."""
    around = ScanGrid.around

    def short(tumor, rng):
        slices = 2 * int(np.ceil(tumor.reach_mm / SLICE_MM)) + 1
        return replace(around(tumor, rng), slices=slices)

    monkeypatch.setattr(ScanGrid, "around", short)


def arrays(case):
    return sitk.GetArrayFromImage(case.ct), sitk.GetArrayFromImage(case.tumor).astype(bool)


def fingerprint(case):
    voxels = b"".join(array.tobytes() for array in arrays(case))
    return hashlib.sha256(voxels + repr(case.record).encode()).hexdigest()


@cache
def seeds_with(variable, level):
    """Yield the seeds whose findings have the level; found without drawing images."""
    for seed in range(1000):
        _, findings = draw_case(stream(seed, Stream.CLINICAL), draw_class(seed), Difficulty())
        if findings[variable] == level and findings["max_diameter_cm"] > 1.6:
            yield seed


def seed_with(variable, level):
    return next(seeds_with(variable, level))


def test_neck_goes_on_below():
    seed = 10151149589028967786  # its lowest slice lies 0.8 mm below
    traits, findings = draw_case(stream(seed, Stream.CLINICAL), False, Difficulty())
    head = HeadVariation.draw(stream(seed, Stream.ANATOMY))
    shape = draw_tumor(stream(seed, Stream.TUMOR), traits, findings, head)
    grid = ScanGrid.around(shape, stream(seed, Stream.ACQUISITION))
    scanner = Scanner(seed, head, shape, findings, grid)
    last, next_to_it = (scanner._slice(float(z))[0] for z in grid.positions[2][:2])
    inside = [(plane > -200).sum() for plane in (last, next_to_it)]
    assert inside[0] == pytest.approx(inside[1], rel=0.1)


def test_seed_decides_every_voxel():
    assert fingerprint(simulate_case(1, malignant=False)) == fingerprint(simulated(1))


def test_seeds_give_different_cases():
    assert {simulated(seed).malignant for seed in SEEDS} == {False, True}
    assert len({fingerprint(simulated(seed)) for seed in SEEDS}) == len(SEEDS)


def test_difficulty_changes_no_head():
    near, tumor = arrays(simulated(1))
    far, _ = arrays(simulate_case(1, False, Difficulty(tumor=4)))
    away = ~ndimage.binary_dilation(tumor, np.ones((3, 3, 3), bool), iterations=30)
    assert np.array_equal(far[away], near[away])
    assert not np.array_equal(far[tumor], near[tumor])


@pytest.mark.parametrize("seed", SEEDS)
def test_tumour_is_far_from_borders(seed):
    case = simulated(seed)
    inside = np.argwhere(arrays(case)[1])
    spacing = np.array(case.ct.GetSpacing()[::-1])
    before = inside.min(axis=0) * spacing
    after = (np.array(case.ct.GetSize()[::-1]) - 1 - inside.max(axis=0)) * spacing
    assert min(before.min(), after.min()) >= 27


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tumour_is_one_piece_on_the_cts_grid(seed):
    case = simulated(seed)
    assert ndimage.label(arrays(case)[1])[1] == 1
    for of in (sitk.Image.GetSize, sitk.Image.GetSpacing, sitk.Image.GetOrigin):
        assert of(case.ct) == of(case.tumor)
    assert case.ct.GetPixelID() == sitk.sitkInt16
    assert case.tumor.GetPixelID() == sitk.sitkUInt8


@pytest.mark.parametrize("seed", SEEDS)
def test_diameter_is_the_mask_s(seed):
    case = simulated(seed)
    feret = sitk.LabelShapeStatisticsImageFilter()
    feret.ComputeFeretDiameterOn()
    extents = []
    for index in range(case.tumor.GetSize()[2]):
        plane = case.tumor[:, :, index]
        feret.Execute(plane)
        if feret.HasLabel(1):
            extents.append(feret.GetFeretDiameter(1))
    recorded = case.record["max_diameter_cm"] * 10
    assert recorded == pytest.approx(max(extents), abs=1.5)
    assert recorded == pytest.approx(case.traits.diameter_cm * 10, rel=0.2, abs=1.5)


@pytest.mark.parametrize("seed", SEEDS)
def test_tumour_has_its_density(seed):
    case = simulated(seed)
    ct, tumor = arrays(case)
    core = ndimage.binary_erosion(tumor, iterations=2)
    core = core if core.sum() > 50 else tumor
    solid = ct[core & (ct > 20)]
    expected = case.traits.plain_hu + case.traits.enhancement_hu
    assert np.median(solid) == pytest.approx(expected, abs=20)


def test_the_head_has_the_densities_of_a_neck_ct():
    ct, _ = arrays(simulated(1))
    body = ct > -500
    fat = ct[(ct > -150) & (ct < -50)]
    muscle = ct[(ct > 30) & (ct < 100)]
    assert 0.2 < body.mean() < 0.6
    assert np.median(ct[~body]) == pytest.approx(-1000, abs=5)
    assert np.median(fat) == pytest.approx(-100, abs=12)
    assert np.median(muscle) == pytest.approx(64, abs=10)
    assert 0.15 < len(fat) / body.sum() < 0.6
    assert 0.2 < len(muscle) / body.sum() < 0.6
    assert 0.02 < np.mean(ct[body] > 300) < 0.25  # bone
    assert ct.min() >= -1024
    assert ct.max() <= 3071


def test_calcified_tumours_calcify(of_the_tumour_alone):
    seed = seed_with("calcification", "with")
    case = simulate_case(seed)
    ct, tumor = arrays(case)
    assert case.record["calcification"] == "with"
    expected = case.traits.plain_hu + case.traits.enhancement_hu
    assert np.sum(ct[tumor] > max(100, expected + 60)) >= 4


def test_cystic_tumours_hold_a_cyst(of_the_tumour_alone):
    seed = seed_with("cystic_areas", "with")
    ct, tumor = arrays(simulate_case(seed))
    smooth = ndimage.gaussian_filter(ct.astype(np.float32), (0, 2, 2))
    labels, count = ndimage.label((smooth <= 20) & ndimage.binary_erosion(tumor, iterations=2))
    assert count >= 1
    assert np.bincount(labels.ravel())[1:].max() >= 12


def test_infiltration_is_denser(of_the_tumour_alone):
    clear, unclear = (
        _ring_mean(seed, Difficulty(ring=separation)) for seed, separation in ((2, -6.0), (2, 6.0))
    )
    assert unclear > clear + 15


def test_heterogeneous_varies_more(of_the_tumour_alone):
    spread = []
    for separation in (-6.0, 6.0):
        ct, tumor = arrays(simulate_case(2, True, Difficulty(tumor=separation)))
        core = ndimage.binary_erosion(tumor, np.ones((1, 3, 3)), iterations=3)
        spread.append(ct[core].std())
    assert spread[1] > 1.5 * spread[0]


def test_class_has_its_prevalence():
    share = np.mean([draw_class(seed) for seed in range(4000)])
    assert share == pytest.approx(89 / 357, abs=0.03)


def _aspect(seed):
    """Return the shorter over the longer axis of the largest cross-section."""
    _, tumor = arrays(simulate_case(seed))
    plane = tumor[tumor.sum(axis=(1, 2)).argmax()]
    spread = np.linalg.eigvalsh(np.cov(np.argwhere(plane).T))
    return np.sqrt(spread[0] / spread[1])


def test_round_tumours_are_rounder_than_others(of_the_tumour_alone):
    round_, other = (
        np.mean([_aspect(seed) for seed in islice(seeds_with("shape", shape), 4)])
        for shape in ("round", "non-round")
    )
    assert round_ > other + 0.03


def _ring_mean(seed, difficulty):
    case = simulate_case(seed, True, difficulty)
    ct, tumor = arrays(case)
    distance = ndimage.distance_transform_edt(~tumor, sampling=case.ct.GetSpacing()[::-1])
    ring = (distance > 0.5) & (distance <= 3) & (ct > -200) & (ct < 400)
    return ct[ring].mean()
