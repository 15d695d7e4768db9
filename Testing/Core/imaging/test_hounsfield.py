"""A lost or doubled intercept is seen by where tissue lies, and a display window by its ends."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.real_data import REAL_DATA, needs_real_data
from ParotidClassifierCore.base.errors import UnusableImageError
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.imaging.volumes import require_hu
from scipy import ndimage

LARGE_FIELD = {"field": 240}
NO_AIR = {"field": 56}
SHIFTS = [1024, 1000, 8192, -1024, -1000, -8192]


def neck(field=100, slices=8):
    """Return a neck of 80 mm, HU (z, y, x): skin fat, muscle, a jaw and a vertebra, air around."""
    rng = np.random.default_rng(0)
    side = np.hypot(*(np.indices((field, field)) - (field - 1) / 2))
    plane = np.select([side < 29, side < 40], [55.0, -105.0], -1000.0)
    if field >= 80:
        bones = np.abs(side - 22) < 3
        plane = np.where(bones, rng.uniform(200, 1500, plane.shape), plane)
    volume = np.repeat(ndimage.gaussian_filter(plane, 0.8)[None], slices, axis=0)
    noisy = volume + rng.normal(0, 12, volume.shape)
    return np.rint(np.clip(noisy, -1024, 3071)).astype(np.int16)


def ct_of(values):
    image = sitk.GetImageFromArray(np.asarray(values))
    image.SetSpacing((1.0, 1.0, 3.0))
    return image


def padded(values, padding):
    """Return the values with what lies outside the scanner's circle set to `padding`."""
    side = np.hypot(*(np.indices(values.shape[1:]) - (values.shape[1] - 1) / 2))
    return np.where(side > 0.6 * values.shape[1], padding, values)


def refusal(values):
    with pytest.raises(UnusableImageError) as refused:
        require_hu(ct_of(values), "The CT")
    return refused.value


@pytest.mark.parametrize("shape", [{}, LARGE_FIELD, NO_AIR], ids=["neck", "large field", "crop"])
@pytest.mark.parametrize("padding", [None, -1024, -2000, -3024, 0])
def test_an_honest_ct_passes_whatever_its_field_and_padding(shape, padding):
    values = neck(**shape)
    require_hu(ct_of(values if padding is None else padded(values, padding)), "The CT")


@pytest.mark.parametrize("limits", [(-1024, 3071), (-1000, 1000), (-1000, 2000)])
def test_what_scanners_cut_off_is_no_window(limits):
    require_hu(ct_of(neck().clip(*limits)), "The CT")


@pytest.mark.parametrize("shape", [{}, LARGE_FIELD, NO_AIR], ids=["neck", "large field", "crop"])
@pytest.mark.parametrize("padding", [None, -1024, -976, -2000])
@pytest.mark.parametrize("shift", SHIFTS)
def test_a_shift_is_told_by_its_size_whatever_the_padding(shift, padding, shape):
    values = neck(**shape).astype(np.int32) + shift
    below = None if padding is None else padding + min(0, 2 * shift)
    message = refusal(values if below is None else padded(values, below)).message
    direction = "high" if shift > 0 else "low"
    assert f"too {direction}, as where the rescale intercept was" in message
    told = int(message.split("about ")[1].split()[0])
    assert told == pytest.approx(abs(shift), abs=24)


@pytest.mark.parametrize("window", [(-160, 240), (-125, 275), (-1350, 150), (0, 80), (-200, 700)])
@pytest.mark.parametrize("padding", [None, -2000])
def test_a_display_window_is_told_by_its_ends(window, padding):
    values = neck().clip(*window)
    message = refusal(values if padding is None else padded(values, padding)).message
    assert f"its values end at {max(window[0], -1024)} and {window[1]}," in message


def test_values_like_those_of_mr_are_not_said_to_be_shifted():
    values = np.random.default_rng(0).gamma(2.0, 300.0, (8, 60, 60))
    assert "does not look like CT in HU" in refusal(values).message


@needs_real_data
@pytest.mark.parametrize(
    "name", ["real_ct/STS_008/CT_image", "real_ct/STS_019/CT_image", "ibsi/ct_phantom/image"]
)
def test_real_ct_passes_whole_and_cropped_and_is_refused_shifted(name):
    values = sitk.GetArrayFromImage(load_ct(REAL_DATA / f"{name}.nii.gz"))
    rng = np.random.default_rng(0)
    require_hu(ct_of(values), name)
    for _ in range(40):
        at = [sorted(rng.choice(n + 1, 2, replace=False)) for n in values.shape]
        crop = values[tuple(slice(a, b) for a, b in at)]
        if min(crop.shape) >= 8 and crop.min() < -200 and crop.max() > 0:
            require_hu(ct_of(crop), name)
    for shift in SHIFTS:
        assert "rescale intercept" in refusal(values + shift).message
