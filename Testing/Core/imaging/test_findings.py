import dataclasses

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_case, ball_mask, tissue_ct
from fixtures.regions import PROTOCOL, with_ring
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.imaging.findings import _median, max_axial_diameter_mm, noise_sd_hu
from ParotidClassifierCore.imaging.working_grid import Geometry


def codes(case, protocol=PROTOCOL):
    return {finding.code for finding in prepare(case, protocol).findings}


def painted(case, mask, hu):
    ct = sitk.GetArrayFromImage(case.ct)
    ct[sitk.GetArrayFromImage(mask) != 0] = hu
    return dataclasses.replace(case, ct=Geometry.of(case.ct).image(ct))


def wide_case(radius_mm=9.0):
    return ball_case(radius_mm, size=(90, 80, 32))


def test_an_ordinary_case_has_no_findings():
    assert codes(wide_case()) == set()


def test_a_tumor_below_10_mm_is_a_finding_not_a_refusal():
    assert "tumor_small" in codes(wide_case(4.0))
    assert "tumor_small" not in codes(wide_case(6.0))


def test_an_outline_in_two_pieces_is_a_finding():
    case = wide_case()
    second = ball_mask(case.ct, 4.0, (25, 30, 16))
    assert "tumor_in_pieces" in codes(dataclasses.replace(case, tumor=case.tumor | second))


@pytest.mark.parametrize("hu", [-90, 320])
def test_an_outline_of_fat_or_of_bone_is_a_finding(hu):
    case = wide_case()
    assert "tumor_density_unusual" in codes(painted(case, case.tumor, hu))


def test_an_outline_that_reaches_into_air_is_a_finding():
    case = wide_case()
    assert "air_in_outline" in codes(painted(case, ball_mask(case.ct, 4.0, (45, 34, 16)), -900))


def test_metal_beside_the_lesion_is_a_finding():
    case = wide_case()
    assert "metal_near_lesion" in codes(painted(case, ball_mask(case.ct, 4.0, (25, 30, 16)), 3000))


@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_the_median_of_whole_numbers_is_that_of_numpy(count):
    for numbers in np.random.default_rng(count).integers(-9, 9, (20, count)):
        assert _median(numbers) == np.median(numbers)


def test_a_noisy_scan_is_a_finding_and_the_estimate_is_right():
    rng = np.random.default_rng(0)
    flat = 40 + rng.normal(0, 20, (30, 60, 60))
    assert noise_sd_hu(np.rint(flat)) == pytest.approx(20, rel=0.05)
    case = wide_case()
    ct = sitk.GetArrayFromImage(case.ct) + rng.normal(0, 90, case.ct.GetSize()[::-1])
    noisy = Geometry.of(case.ct).image(ct.astype(np.int16))
    assert "noisy" in codes(dataclasses.replace(case, ct=noisy))


def test_slices_thicker_than_the_studys_are_a_finding():
    ct = tissue_ct(size=(90, 80, 16), spacing=(1.0, 1.0, 7.0))
    assert "slices_thick" in codes(Case(ct, ball_mask(ct, 10.0)))


def test_a_ring_that_lost_most_of_its_shell_is_a_finding():
    assert "ring_mostly_removed" in codes(wide_case(), with_ring(hu_range=(55, 400)))


def test_the_diameter_is_the_longest_line_in_any_axial_slice():
    mask = np.zeros((6, 40, 40), bool)
    mask[2, 10, 5:25] = True
    mask[4, 5:18, 5:10] = True
    assert max_axial_diameter_mm(mask) == pytest.approx(20.0)
    mask[4, 5:35, 5:10] = True
    assert max_axial_diameter_mm(mask) == pytest.approx(np.hypot(29, 4) + 1)
