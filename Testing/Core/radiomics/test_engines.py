"""The built-in engine gives PyRadiomics' numbers, whatever the mask; both can be chosen."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from Core.radiomics.reference import (
    by_engine,
    called_directly,
    extractor_of,
    measured_by,
    odd_masks,
    pyradiomics,
    ramp,
    with_tumor,
)
from fixtures.cases import ball_grid
from fixtures.real_data import case_of_real_ct, needs_real_data
from fixtures.regions import PROTOCOL, REGIONS
from ParotidClassifierCore.base.errors import FeatureExtractionError, MissingPackageError
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.radiomics import engines
from ParotidClassifierCore.radiomics.built_in.measuring import CLASSES
from ParotidClassifierCore.radiomics.comparison import DIFFERENT, ROUNDING, Comparison
from ParotidClassifierCore.radiomics.engines import Engine
from ParotidClassifierCore.radiomics.extraction import extract, extract_from_image
from ParotidClassifierCore.radiomics.names import FeatureColumn, feature_names
from ParotidClassifierCore.radiomics.settings import default_settings

# In PyRadiomics' images voxels whose values are equal differ in the last digit: where the 10th or
# the 90th percentile falls on such values, rounding decides which of them lie between the two.
BY_ROUNDING = ("lbp-3D-m2", "lbp-3D-k")
DEVIATION = "firstorder_RobustMeanAbsoluteDeviation"
# Both are roots of a difference that is 0 where neighbours tell nothing of each other: rounding of
# 1e-16 becomes 1e-8.
ROOTS = {"glcm_MCC": 3e-8, "glcm_Imc2": 3e-8}


def assert_equal(ours, theirs, odd_mask=False, rel=DIFFERENT, but=()):
    """Compare all features of a region; of an odd mask, roots of rounding may be rounding."""
    assert ours.keys() == theirs.keys()
    different = {
        name: (ours[name], value)
        for name, value in theirs.items()
        if ours[name]
        != pytest.approx(
            value,
            rel=rel,
            abs=ROOTS.get(name.partition("_")[2], ROUNDING) if odd_mask else ROUNDING,
            nan_ok=True,
        )
    }
    assert not different.keys() - {*but}


def pyradiomics_image(grid, mask, name):
    """Return PyRadiomics' own image of that name (z, y, x) of a mask."""
    pyradiomics()
    from ParotidClassifierCore.radiomics.pyradiomics.at_work import pyradiomics_at_work
    from ParotidClassifierCore.radiomics.pyradiomics.filters import mask_images

    whole = grid.geometry.image(mask.astype(np.uint32))
    with pyradiomics_at_work():
        made = dict(mask_images(grid.geometry.image(grid.ct), whole, [name], default_settings()))
    return sitk.GetArrayFromImage(made[name])


@pytest.fixture(scope="module")
def grid():
    return ball_grid(radius=6, margin=9)


def test_every_feature_declares_itself():
    names = {f"{name}_{feature}" for name, (table, _) in CLASSES.items() for feature in table}
    assert names == {"_".join(name.split("_")[1:]) for name in feature_names()}


@pytest.mark.parametrize("region", REGIONS)
def test_engines_agree_on_a_ball(grid, region):
    assert_equal(by_engine(grid, region), called_directly(grid, region))


@needs_real_data
@pytest.mark.parametrize("name", ["STS_008", "STS_019"])
def test_engines_agree_on_real_ct(name):
    grid = prepare(case_of_real_ct(name), PROTOCOL).grid
    for region in REGIONS:
        ours, theirs = by_engine(grid, region), called_directly(grid, region)
        assert_equal(ours, theirs, but=[f"{BY_ROUNDING[0]}_{DEVIATION}"])


@needs_real_data
@pytest.mark.parametrize("image", BY_ROUNDING)
@pytest.mark.parametrize("name", ["STS_008", "STS_019"])
def test_what_rounding_decides_is_ours_without(name, image):
    grid = prepare(case_of_real_ct(name), PROTOCOL).grid
    for region in REGIONS:
        mask = grid.mask(region)
        values = pyradiomics_image(grid, mask, image)[mask].round(11)
        low, high = np.percentile(values, (10, 90))
        inner = values[(values >= low) & (values <= high)]
        column = f"{region}_{image}_{DEVIATION}"
        expected = {column: np.abs(inner - inner.mean()).mean()}
        assert extract(grid, [column]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("axis", range(3))
def test_engines_agree_where_samples_lie_half_way_between_whole_numbers(grid, axis):
    settings = replace(default_settings(), image_types=("LBP3D",))
    rising = ramp(grid, axis)
    ours = by_engine(rising, "Tumor", settings=settings)
    assert_equal(ours, called_directly(rising, "Tumor", settings), odd_mask=True)


@pytest.mark.parametrize("name", odd_masks())
def test_engines_agree_on_odd_masks(name):
    grid = with_tumor(ball_grid(radius=6, margin=9, seed=3), odd_masks()[name])
    assert_equal(by_engine(grid, "Tumor"), called_directly(grid, "Tumor"), odd_mask=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"bin_count": 16},
        {"bin_width": 7.5},
        {"log_sigma_mm": (0.5, 4.5)},
        {"lbp3d_levels": 3, "lbp3d_radius": 1.7},
        {"lbp3d_subdivision": 0},
        {"lbp3d_subdivision": 2},
    ],
    ids=str,
)
def test_engines_agree_on_other_settings(grid, changed):
    settings = replace(default_settings(), **changed)
    ours = by_engine(grid, "External2", settings=settings)
    theirs = called_directly(grid, "External2", settings)
    assert_equal(ours, theirs, odd_mask=True, but=[f"{BY_ROUNDING[0]}_{DEVIATION}"])


@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_engines_agree_on_other_voxels(grid, kind):
    settings = replace(default_settings(), image_types=("Original", "LoG", "Wavelet", "Gradient"))
    image = sitk.GetImageFromArray((grid.ct / 1.7).astype(kind))
    image.SetSpacing((0.8, 0.8, 2.5))
    mask = grid.mask("Tumor")
    columns = [FeatureColumn("Tumor", *name.split("_")) for name in feature_names(settings)]
    ours = extract_from_image(image, {"Tumor": mask}, columns, settings)
    whole = sitk.GetImageFromArray(mask.astype(np.uint8))
    whole.CopyInformation(image)
    theirs = measured_by(extractor_of(settings), image, whole)
    ours = {column.partition("_")[2]: value for column, value in ours.items()}
    assert_equal(ours, theirs, rel=1e-7)  # LoG is float32, and rarely one bit apart


def test_engines_agree_on_a_flat_region(grid):
    settings = replace(default_settings(), image_types=("Original", "Square", "Gradient"))
    flat = replace(grid, ct=np.full_like(grid.ct, 40))
    ours = by_engine(flat, "Tumor", settings=settings)
    theirs = called_directly(flat, "Tumor", settings)
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_engines_agree_on_even_spheres():
    grid = ball_grid(radius=6, margin=9)
    clipped = replace(grid, ct=np.where(grid.ct > 60, 60, grid.ct).astype(np.int16))
    clipped.ct[12:19, 12:19, 12:19] = 60  # in there samples are equal: they have no kurtosis
    ours, theirs = by_engine(clipped, "Tumor"), called_directly(clipped, "Tumor")
    assert_equal(ours, theirs, odd_mask=True)


def test_pyradiomics_can_be_chosen(grid):
    pyradiomics()
    for region in REGIONS:
        chosen = by_engine(grid, region, Engine.PYRADIOMICS)
        assert chosen == pytest.approx(called_directly(grid, region), rel=1e-12, abs=0)


def test_missing_pyradiomics_is_named(grid, monkeypatch):
    monkeypatch.setitem(sys.modules, "radiomics", None)
    with pytest.raises(MissingPackageError, match="radiomics") as error:
        extract(grid, engine=Engine.PYRADIOMICS)
    assert "[pyradiomics]" in error.value.remedy
    with pytest.raises(MissingPackageError, match="radiomics"):
        assert Engine.PYRADIOMICS.identity


def test_what_pyradiomics_cannot_make_is_told(grid):
    pyradiomics()
    settings = replace(default_settings(), lbp3d_levels=1)
    with pytest.raises(FeatureExtractionError, match="cannot make a filtered image") as error:
        by_engine(grid, "Tumor", Engine.PYRADIOMICS, settings)
    assert "built-in" in error.value.remedy


def test_engines_have_their_versions():
    assert Engine.BUILT_IN.identity == "built-in 1"
    version = pyradiomics().__version__.removeprefix("v")
    assert Engine.PYRADIOMICS.identity == f"pyradiomics {version}"


@pytest.mark.parametrize(
    ("training", "told"),
    [
        (None, ""),
        ("built-in 1", ""),
        ("pyradiomics 3.0.1", "PyRadiomics, version 3.0.1, which gives the same numbers"),
        ("built-in 0", "the built-in engine, version 0"),
    ],
)
def test_the_engine_of_a_number_is_told(training, told):
    text = "The radiomic features were measured by the built-in engine, version 1"
    more = f"; those of the training cases by {told}" if told else ""
    assert engines.measured_by("built-in 1", training) == f"{text}{more}."
    assert engines.measured_by(None, training) == ""


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(grid, bad):
    ct = grid.ct.astype(np.float64)
    ct[grid.mask("Tumor")] = bad
    column = FeatureColumn("Tumor", "original", "glcm", "Contrast")
    image = sitk.GetImageFromArray(ct)
    with pytest.raises(FeatureExtractionError, match=r"'Tumor'.* image 'original'") as error:
        extract_from_image(image, {"Tumor": grid.mask("Tumor")}, [column], default_settings())
    assert error.value.remedy


def test_differences_are_told():
    found = Comparison({"a": 1.0, "b": 2.0, "c": 1e-14}, {"a": 1.0, "b": 2.1, "c": -3e-15})
    assert found.different == ("b",)
    assert "1 of 3 values differ" in found.text
    assert "b by 4.8e-02" in found.text
    assert [(row[0], row[3]) for row in found.rows] == [
        ("a", "0.0e+00"), ("b", "4.8e-02"), ("c", "1.3e+00")
    ]  # fmt: skip
    assert found.header[1:3] == ["built-in", "pyradiomics"]
