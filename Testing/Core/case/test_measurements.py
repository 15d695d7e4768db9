"""What CT measures of the clinical variables, on images whose answer is known."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.simulated_cases import simulated
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.measurements import enhancement_level, measurements
from ParotidClassifierCore.imaging.working_grid import Geometry
from ParotidClassifierCore.protocol import protocol_from, shen2026

SPACING = (0.6, 0.6, 3.0)
SIZE = (110, 100, 24)
FAT_HU = -90


def blank():
    image = sitk.Image(SIZE, sitk.sitkInt16)
    image.SetSpacing(SPACING)
    image.SetOrigin((-30.0, 10.0, 5.0))
    return image


TUMOR = ball_mask(blank(), 11.0)
INSIDE = sitk.GetArrayFromImage(TUMOR) > 0


def part(radius_mm, offset=(0, 0, 0)):
    """Return a ball (z, y, x), `offset` voxels (x, y, z) from the tumour's centre."""
    centre = tuple((n - 1) / 2 + o for n, o in zip(SIZE, offset, strict=True))
    return sitk.GetArrayFromImage(ball_mask(blank(), radius_mm, centre)) > 0


def scan(tumor_hu, parts=(), noise_hu=12.0, seed=0):
    """Return a CT: a tumour in fat, with `parts` of other HU in it, and noise."""
    rng = np.random.default_rng(seed)
    hu = np.where(INSIDE, float(tumor_hu), FAT_HU)
    for mask, value in parts:
        hu[mask] = value
    hu[:, :4] = -1000
    noisy = np.rint(hu + rng.normal(0, noise_hu, hu.shape))
    return Geometry.of(blank()).image(noisy.astype(np.int16))


def measured(ct, plain=None):
    return {m.variable: m for m in measurements(Case(ct, TUMOR), plain)}


def values(ct, plain=None):
    return {name: item.value for name, item in measured(ct, plain).items()}


def test_a_solid_tumor_has_neither_cysts_nor_calcification_whatever_the_noise():
    for seed in range(3):
        found = values(scan(80, noise_hu=35, seed=seed), scan(40, noise_hu=35, seed=seed + 10))
        assert found["cystic_areas"] == "without"
        assert found["calcification"] == "without"
        assert found["max_diameter_cm"] == pytest.approx(2.2, abs=0.1)


def test_a_cyst_is_found_and_told_with_its_volume():
    ct = scan(80, [(part(3.5), 8)], noise_hu=20)
    found = measured(ct)["cystic_areas"]
    assert found.value == "with"
    assert "ml inside the outline" in found.how
    assert "20 HU or less" in found.how


def test_what_is_too_small_too_bright_or_fat_is_no_cyst():
    assert values(scan(80, [(part(1.5), 8)]))["cystic_areas"] == "without"
    assert values(scan(80, [(part(4.0), 40)]))["cystic_areas"] == "without"
    assert values(scan(-90))["cystic_areas"] == "without"


def test_an_outline_that_takes_in_a_rim_of_fat_is_not_cystic():
    loose = ball_mask(blank(), 12.0)
    found = {m.variable: m.value for m in measurements(Case(scan(80), loose))}
    assert found["cystic_areas"] == "without"


def test_calcification_is_found_on_plain_ct_alone():
    specks = [(part(1.6, (4, 3, 1)), 500)]
    found = measured(scan(80, specks), scan(40, specks))
    assert found["calcification"].value == "with"
    assert "mm³" in found["calcification"].how
    assert values(scan(180), scan(40))["calcification"] == "without"
    alone = measured(scan(80, specks))
    assert alone["calcification"].value is None
    assert "none was chosen" in alone["calcification"].how


@pytest.mark.parametrize(
    ("enhanced", "degree"), [(50, "slight"), (70, "moderate"), (95, "obvious"), (35, "slight")]
)
def test_enhancement_is_the_difference_of_the_solid_part(enhanced, degree):
    cyst = part(4.0)
    found = measured(scan(enhanced, [(cyst, 5)]), scan(40, [(cyst, 5)], seed=1))
    assert found["enhancement_degree"].value == degree
    assert "in the plain CT" in found["enhancement_degree"].how


def test_the_limits_of_enhancement_are_the_published_ones():
    degrees = [enhancement_level(hu) for hu in (19.9, 20.0, 40.0, 40.1)]
    assert degrees == ["slight", "moderate", "moderate", "obvious"]


def test_a_plain_ct_on_another_grid_and_of_another_orientation_measures_the_same():
    plain = scan(40, [(part(1.6, (4, 3, 1)), 500)])
    turned = sitk.DICOMOrient(plain, "SPR")
    finer = sitk.Resample(
        turned, [2 * n for n in turned.GetSize()], sitk.Transform(), sitk.sitkLinear,
        turned.GetOrigin(), [s / 2 for s in turned.GetSpacing()], turned.GetDirection(), -1000.0,
    )  # fmt: skip
    assert values(scan(90), finer) == values(scan(90), plain)


def test_a_plain_ct_that_ends_in_the_tumor_or_is_none_measures_nothing():
    for plain, reason in (
        (scan(40)[:, :, :11], "does not show the whole tumour"),
        (scan(40) + 2000, "is not in HU"),
    ):
        found = measured(scan(90), plain)
        for variable in ("calcification", "enhancement_degree"):
            assert found[variable].value is None
            assert reason in found[variable].how
        assert found["cystic_areas"].value == "without"


def test_every_value_is_one_that_the_record_takes():
    words = values(scan(90), scan(40))
    assert dict(shen2026().record(words)) == words
    assert words["enhancement_degree"] == "obvious"


def test_what_the_protocol_does_not_have_is_not_offered():
    changes = {
        "calcification": None,
        "cystic_areas": {"label": "Cysts", "levels": {"few": "Few", "many": "Many"}},
    }
    content = shen2026().as_json()
    content["clinical"] = {n: v for n, v in (content["clinical"] | changes).items() if v}
    found = measurements(Case(scan(90), TUMOR), scan(40), protocol_from(content))
    assert {m.variable for m in found} == {"max_diameter_cm", "enhancement_degree"}


def test_simulated_cases_measure_as_they_were_recorded():
    agree = 0
    for seed in (1, 2, 3, 4, 7):
        case = simulated(seed)
        found = {m.variable: m.value for m in measurements(Case(case.ct, case.tumor))}
        assert found["max_diameter_cm"] == pytest.approx(case.record["max_diameter_cm"], abs=0.11)
        agree += found["cystic_areas"] == case.record["cystic_areas"]
    assert agree >= 4
