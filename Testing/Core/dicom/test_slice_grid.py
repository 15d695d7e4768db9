"""Slices lie on a regular grid, but for rounding and jitter; one is missing only where one is."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import tissue_ct
from fixtures.dicom_series import slice_name, small_ct, write_series
from ParotidClassifierCore.base.errors import UnusableImageError
from ParotidClassifierCore.case.ct import load_ct


def at_heights(heights, beside=None):
    """Return a change that puts slices at these heights, and some beside their line."""

    def change(content, k):
        x, y, _ = map(float, content.ImagePositionPatient)
        content.ImagePositionPatient = [x + (beside or {}).get(k, 0.0), y, f"{heights[k]:.6f}"]

    return change


def spaced(apart, count=40):
    return tissue_ct(size=(12, 12, count), spacing=(1.0, 1.0, apart))


@pytest.mark.parametrize(
    ("apart", "told"),
    [
        (0.625, lambda z, _k: np.round(z, 2)),
        (1.25, lambda z, _k: np.round(z, 1)),
        (5.0, lambda z, k: z + 0.04 * (k % 2)),
        (3.27, lambda z, k: z + 0.03 * np.sin(k)),
    ],
    ids=["two decimals", "one decimal", "every other slice", "a wave"],
)
def test_positions_that_were_rounded_or_jitter_are_read(tmp_path, apart, told):
    heights = told(40.0 + apart * np.arange(40), np.arange(40))
    ct = spaced(apart)
    read = load_ct(write_series(tmp_path, ct, change=at_heights(heights)))
    assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(ct))
    assert read.GetSpacing()[2] == pytest.approx(apart, rel=1e-3)
    places = [read.TransformIndexToPhysicalPoint((0, 0, k))[2] for k in range(40)]
    assert np.abs(places - heights).max() <= 0.05 * apart


def test_jitter_of_the_outer_slices_moves_no_other(tmp_path):
    heights = 40.0 + 5.0 * np.arange(40)
    heights[[0, -1]] += 0.2
    read = load_ct(write_series(tmp_path, spaced(5.0), change=at_heights(heights)))
    assert read.TransformIndexToPhysicalPoint((0, 0, 20))[2] == pytest.approx(140.0, abs=0.02)


def test_slices_that_are_even_lie_where_they_did(tmp_path):
    read = load_ct(write_series(tmp_path, spaced(3.27)))
    first, last = (read.TransformIndexToPhysicalPoint((0, 0, k))[2] for k in (0, 39))
    assert read.GetSpacing()[2] == abs(last - first) / 39
    assert read.GetOrigin()[2] == pytest.approx(first, abs=0)


@pytest.mark.parametrize("skip", [(7,), (7, 8, 9), tuple(range(5, 25))])
def test_slices_are_missing_where_a_gap_is_a_multiple(tmp_path, skip):
    heights = np.round(40.0 + 0.625 * np.arange(40), 2)
    folder = write_series(tmp_path, spaced(0.625), skip=skip, change=at_heights(heights))
    with pytest.raises(UnusableImageError, match=f"^{len(skip)} slices? of .* missing") as refusal:
        load_ct(folder)
    names = [slice_name(k, 40) for k in (min(skip) - 1, max(skip) + 1)]
    apart = 0.625 * (len(skip) + 1)
    assert f"{' and '.join(names)} {apart:.1f}" in refusal.value.message


def test_a_slice_out_of_its_place_is_not_missing(tmp_path):
    heights = 40.0 + 3.0 * np.arange(9)
    heights[4] += 0.8
    with pytest.raises(UnusableImageError, match=r"2\.20 to 3\.80 mm apart, not evenly"):
        load_ct(write_series(tmp_path, change=at_heights(heights)))


def test_a_slice_beside_the_line_of_the_others_is_named(tmp_path):
    heights = 40.0 + 3.0 * np.arange(9)
    change = at_heights(heights, beside={4: 2.0})
    with pytest.raises(UnusableImageError, match=rf"{slice_name(4)} of .* lies 1\.\d\d mm beside"):
        load_ct(write_series(tmp_path / "far", change=change))
    load_ct(write_series(tmp_path / "near", change=at_heights(heights, beside={4: 0.01})))


def test_one_doubled_pair_is_not_told_of_more(tmp_path):
    heights = 40.0 + 3.0 * np.arange(9)
    heights[5] = heights[4]
    names = f"{slice_name(4)} and {slice_name(5)}"
    with pytest.raises(UnusableImageError, match=rf"{names} lie at the same place\. Export"):
        load_ct(write_series(tmp_path, small_ct(), change=at_heights(heights)))


@pytest.mark.parametrize("apart", [0.0, 0.001])
def test_slices_that_all_lie_at_one_place_are_doubled(tmp_path, apart):
    heights = 40.0 + apart * np.arange(9)
    with pytest.raises(UnusableImageError, match="doubled"):
        load_ct(write_series(tmp_path, small_ct(), change=at_heights(heights)))
