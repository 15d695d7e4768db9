"""The 1874 names are PyRadiomics' own, and a column can be taken apart again."""

from collections import Counter
from dataclasses import replace

import pytest
from Core.radiomics.reference import extractor_of, measured_by
from fixtures.cases import ball_grid
from fixtures.regions import REGIONS
from ParotidClassifierCore.base.errors import FeatureExtractionError
from ParotidClassifierCore.radiomics.names import (
    FeatureColumn,
    columns_of,
    feature_names,
    parse_column,
)
from ParotidClassifierCore.radiomics.settings import default_settings


def names_of_pyradiomics(settings):
    grid = ball_grid(radius=3, margin=5)
    image, mask = grid.geometry.image(grid.ct), grid.geometry.image(grid.tumor)
    return tuple(measured_by(extractor_of(settings), image, mask))


def test_names_are_pyradiomics_s():
    assert feature_names() == names_of_pyradiomics(default_settings())


def test_counts_by_image():
    assert len(feature_names()) == len(set(feature_names())) == 1874
    images = Counter(name.split("_")[0] for name in feature_names() if "_shape_" not in name)
    assert set(images.values()) == {93}
    assert len(images) == 20
    classes = Counter(name.split("_")[1] for name in feature_names())
    assert classes == {
        "shape": 14,
        "firstorder": 18 * 20,
        "glcm": 24 * 20,
        "glrlm": 16 * 20,
        "glszm": 16 * 20,
        "gldm": 14 * 20,
        "ngtdm": 5 * 20,
    }


def test_default_names_are_fixed():
    assert feature_names(default_settings()) == feature_names()


def test_names_follow_settings():
    other = replace(
        default_settings(),
        image_types=("LoG", "LBP3D"),
        feature_classes=("shape", "ngtdm"),
        log_sigma_mm=(1.5, 2.0),
        lbp3d_levels=3,
    )
    assert feature_names(other) == names_of_pyradiomics(other)


def test_column_is_taken_apart():
    column = "External2_log-sigma-1-0-mm-3D_glcm_Imc1"
    parsed = parse_column(column)
    assert parsed == FeatureColumn("External2", "log-sigma-1-0-mm-3D", "glcm", "Imc1")
    assert str(parsed) == column


def test_all_columns_are_taken_apart():
    assert tuple(str(parse_column(column)) for column in columns_of(REGIONS)) == columns_of(REGIONS)


def test_foreign_column_is_refused():
    without_wavelet = replace(default_settings(), image_types=("Original",))
    with pytest.raises(FeatureExtractionError, match="wavelet-LLL_firstorder_Mean"):
        parse_column("Tumor_wavelet-LLL_firstorder_Mean", without_wavelet)
