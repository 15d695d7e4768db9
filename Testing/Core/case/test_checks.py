import dataclasses

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_case, ball_mask, tissue_ct
from fixtures.regions import PROTOCOL, with_ring
from ParotidClassifierCore.base.errors import UnusableImageError
from ParotidClassifierCore.case.checks import (
    check_ct,
    check_outline,
    check_plain_ct,
)
from ParotidClassifierCore.case.grid import draw_regions
from ParotidClassifierCore.imaging.findings import Severity
from ParotidClassifierCore.imaging.volumes import require_right_angles
from ParotidClassifierCore.imaging.working_grid import Geometry

LARGE = {"size": (90, 80, 32)}


def severities(findings):
    return {finding.code: finding.severity for finding in findings}


def codes(findings, severity):
    return {finding.code for finding in findings if finding.severity is severity}


def changed(ct, change):
    """Return the CT with `change` applied to its voxels (z, y, x)."""
    return Geometry.of(ct).image(change(sitk.GetArrayFromImage(ct)).astype(np.int16))


def shifted(ct, hu):
    return changed(ct, lambda voxels: voxels + hu)


def test_an_ordinary_ct_passes_every_check_with_its_numbers():
    findings = check_ct(tissue_ct(**LARGE))
    assert set(severities(findings).values()) == {Severity.OK}
    told = " ".join(finding.message for finding in findings)
    assert "90 × 80 × 32 voxels of 1.00 × 1.00 × 3.00 mm" in told
    assert "Values from -1000 to 900 HU" in told
    assert "3.0 mm apart" in told


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (sitk.Image(20, 20, sitk.sitkInt16), "The CT is not a 3D volume: its size is 20 × 20."),
        (sitk.Image([9, 9, 9], sitk.sitkVectorUInt8, 3), "The CT has 3 values per voxel."),
        (sitk.Image([9, 9, 9], sitk.sitkInt16), "The CT has the same value 0 in every voxel."),
        (tissue_ct() + 2000, "The CT is not in HU: its fat and soft tissue lie about"),
        (ball_mask(tissue_ct()), "The CT does not look like CT in HU"),
        (sitk.Cast(tissue_ct(), sitk.sitkFloat32) / 0.0, "The CT has voxels that are not numbers."),
    ],
)
def test_what_is_no_ct_is_an_error_with_its_remedy_not_an_exception(image, message):
    last = check_ct(image)[-1]
    assert last.severity is Severity.ERROR
    assert last.message.startswith(message)
    assert len(last.message) > len(message)
    assert "/" not in last.message


def test_a_sheared_or_singular_image_is_an_error():
    ct = tissue_ct(**LARGE)
    ct.SetDirection((1, 0.2, 0, 0, 1, 0, 0, 0, 1))
    assert check_ct(ct)[-1].severity is Severity.ERROR
    assert "right angles" in check_ct(ct)[-1].message
    for matrix in (np.eye(3), -np.eye(3)[[1, 0, 2]]):
        require_right_angles(matrix, "The CT")
    for matrix in (np.zeros((3, 3)), np.full((3, 3), np.nan), np.diag([1, 1, 2.0])):
        with pytest.raises(UnusableImageError, match="right angles"):
            require_right_angles(matrix, "The CT")


def test_thick_slices_noise_and_metal_are_warnings():
    rng = np.random.default_rng(0)
    thick = tissue_ct(size=(90, 80, 16), spacing=(1.0, 1.0, 7.0))
    assert codes(check_ct(thick), Severity.WARNING) == {"slices_thick"}
    noisy = changed(tissue_ct(**LARGE), lambda voxels: voxels + rng.normal(0, 90, voxels.shape))
    assert codes(check_ct(noisy), Severity.WARNING) == {"noisy"}
    tooth = sitk.GetArrayFromImage(ball_mask(tissue_ct(**LARGE), 3.0)) > 0
    metal = changed(tissue_ct(**LARGE), lambda voxels: np.where(tooth, 3000, voxels))
    assert codes(check_ct(metal), Severity.WARNING) == {"metal_in_scan"}


def test_a_plain_ct_of_the_same_examination_passes():
    ct = tissue_ct(**LARGE)
    findings = check_plain_ct(ct, shifted(ct, -15))
    assert set(severities(findings).values()) == {Severity.OK}
    assert any("15 HU brighter" in finding.message for finding in findings)


def test_a_plain_ct_of_another_place_or_no_ct_is_an_error():
    ct = tissue_ct(**LARGE)
    away = shifted(ct, -15)
    away.SetOrigin((900.0, 0.0, 0.0))
    assert codes(check_plain_ct(ct, away), Severity.ERROR) == {"plain_ct_elsewhere"}
    last = check_plain_ct(ct, ball_mask(ct))[-1]
    assert last.severity is Severity.ERROR
    assert last.message.startswith("The plain CT does not look like CT")


def test_a_plain_ct_that_shows_no_difference_is_a_warning():
    ct = tissue_ct(**LARGE)
    assert "plain_ct_is_enhanced_ct" in codes(check_plain_ct(ct, ct), Severity.WARNING)
    swapped = check_plain_ct(shifted(ct, -15), ct)
    assert "plain_ct_not_darker" in codes(swapped, Severity.WARNING)
    part = shifted(ct, -15)[:, :, :8]
    assert "plain_ct_covers_little" in codes(check_plain_ct(ct, part), Severity.WARNING)


def test_an_outline_is_told_line_by_line_while_it_is_drawn():
    case = ball_case(10.0, **LARGE)
    findings = check_outline(case, draw_regions(case, PROTOCOL))
    found = severities(findings)
    assert found.pop("side_not_determined") is Severity.INFO  # a block is no body
    assert set(found.values()) == {Severity.OK}
    told = " ".join(finding.message for finding in findings)
    assert "The tumour measures 21 mm and 4.2 ml" in told
    assert "The ring measures" in told


def test_what_would_be_refused_is_an_error_while_it_is_drawn():
    case = ball_case(**LARGE)
    empty = draw_regions(case, with_ring(hu_range=(1000, 2000)))
    assert not empty.masks["External2"].any()
    errors = codes(check_outline(case, empty), Severity.ERROR)
    assert errors == {"EmptyRingError"}
    airy = dataclasses.replace(case, ct=shifted(case.ct, -900))
    drawn = draw_regions(airy, with_ring(hu_range=(-1024, 400)))
    assert "UnusableMaskError" in codes(check_outline(airy, drawn), Severity.ERROR)
