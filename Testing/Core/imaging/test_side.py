"""The side of a tumour is measured from the middle of the body, not from x = 0."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.case.checks import check_outline
from ParotidClassifierCore.case.grid import draw_regions, prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.imaging.side import Side

MIDDLE = 120  # of the head, in voxels


def head(turned=0.0, headrest=True, seed=1):
    """Return a head of 150 × 190 mm in air, its middle at x = 43 mm, with noise."""
    _, y, x = np.indices((12, 230, 240)).astype(float)
    across, along = x - MIDDLE, y - 105
    cos, sin = np.cos(np.deg2rad(turned)), np.sin(np.deg2rad(turned))
    across, along = cos * across + sin * along, cos * along - sin * across
    voxels = np.full(x.shape, -1000.0)
    voxels[(across / 75) ** 2 + (along / 95) ** 2 <= 1] = 50
    voxels[(across + 78) ** 2 + along**2 < 12**2] = 40  # one ear stands off
    voxels[(across / 12) ** 2 + (along / 8) ** 2 <= 1] = -1000  # airway
    if headrest:
        voxels[:, 212:216, 10:230] = 100
    voxels += np.random.default_rng(seed).normal(0, 10, voxels.shape)
    image = sitk.GetImageFromArray(voxels.astype(np.int16))
    image.SetSpacing((1.0, 1.0, 3.0))
    image.SetOrigin((43.0 - MIDDLE, -60.0, 700.0))
    return image


def side(ct, x, radius=9.0, y=105, z=6):
    return prepare(Case(ct, ball_mask(ct, radius, (x, y, z))), PROTOCOL).side


@pytest.mark.parametrize("turned", [0, 15, -15])
@pytest.mark.parametrize(
    ("x", "expected"),
    [(MIDDLE + 55, Side.LEFT), (MIDDLE - 55, Side.RIGHT), (MIDDLE + 22, Side.LEFT),
     (MIDDLE - 22, Side.RIGHT)],
)  # fmt: skip
def test_the_side_is_that_of_the_patient(turned, x, expected):
    assert side(head(turned), x) is expected


@pytest.mark.parametrize(("x", "radius"), [(MIDDLE, 30.0), (MIDDLE + 20, 35.0), (MIDDLE, 5.0)])
def test_what_reaches_across_the_middle_is_told(x, radius):
    ct = sitk.GetImageFromArray(np.repeat(sitk.GetArrayFromImage(head()), 3, axis=0))
    ct.CopyInformation(sitk.Image(ct.GetSize(), sitk.sitkInt16))
    ct.SetSpacing((1.0, 1.0, 3.0))
    case = Case(ct, ball_mask(ct, radius, (x, 140, 18)))
    prepared = prepare(case, PROTOCOL)
    assert prepared.side is Side.ACROSS
    assert "side_across_midline" in {finding.code for finding in prepared.findings}


@pytest.mark.parametrize("flip", [[True, False, False], [True, True, False], [False, False, True]])
def test_the_order_of_the_voxels_does_not_matter(flip):
    ct = head()
    mask = ball_mask(ct, 9.0, (MIDDLE + 55, 105, 6))
    turned = sitk.DICOMOrient(sitk.Flip(ct, flip), "LPS")
    assert prepare(Case(turned, sitk.Flip(mask, flip)), PROTOCOL).side is Side.LEFT


@pytest.mark.parametrize(
    "cropped",
    [slice(90, None), slice(None, 130), slice(130, None), slice(None, 160), slice(110, 200)],
)
def test_a_body_that_is_cut_off_has_no_side(cropped):
    ct = head()
    x = {90: 180, 130: 170, 110: 160}.get(cropped.start, 80)
    case = Case(ct[cropped, :, :], ball_mask(ct, 9.0, (x, 105, 6)))
    assert prepare(case, PROTOCOL).side is None
    assert "side_not_determined" in {
        f.code for f in check_outline(case, draw_regions(case, PROTOCOL))
    }


def test_a_cut_that_was_padded_is_a_cut():
    ct = sitk.Paste(head() * 0 - 1000, head()[:130, :, :], (130, 230, 12))
    assert side(ct, 80) is None


def test_a_cut_in_front_or_behind_does_not_matter():
    ct = head()
    assert (
        prepare(Case(ct[:, 50:160, :], ball_mask(ct, 9.0, (70, 105, 6))), PROTOCOL).side
        is Side.RIGHT
    )


def test_two_legs_have_no_side():
    x, y = np.meshgrid(np.arange(240), np.arange(230))
    leg = ((x - 80) / 45) ** 2 + ((y - 105) / 45) ** 2 <= 1
    cut_off = ((x - 205) / 45) ** 2 + ((y - 105) / 45) ** 2 <= 1
    voxels = np.where(leg | cut_off, 50, -1000).astype(np.int16)
    ct = sitk.GetImageFromArray(np.repeat(voxels[None], 12, axis=0))
    ct.SetSpacing((1.0, 1.0, 3.0))
    assert side(ct, 105) is None
