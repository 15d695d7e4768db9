"""What counts as a column, and which model reads it."""

import pytest
from ParotidClassifierCore.protocol import ColumnKind, column_of, shen2026


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("Tumor_original_shape_Sphericity", ColumnKind.RADIOMIC),
        ("External2_log-sigma-3-0-mm-3D_glcm_Imc1", ColumnKind.RADIOMIC),
        ("network:Tumor+External2_DL", ColumnKind.NETWORK),
        ("deep:Tumor+External2_DL:183", ColumnKind.DEEP),
        ("margin_unclear", ColumnKind.CLINICAL),
        ("log_odds:Tumor_DL", ColumnKind.LOG_ODDS),
    ],
)
def test_a_column_says_where_its_value_comes_from(column, kind):
    assert column_of(column).kind is kind


@pytest.mark.parametrize(
    "column",
    [
        "",
        "age_years",
        "network:Tumor_RAD",
        "log_odds:Other",
        "Liver_original_x",
        "Tumor_",
        "Tumor_a b",
    ],
)
def test_what_no_model_may_read_is_no_column(column):
    assert not any(shen2026().may_read(model, column) for model in shen2026().models)


@pytest.mark.parametrize(
    ("model", "column", "may"),
    [
        ("Tumor_RAD", "Tumor_original_shape_Sphericity", True),
        ("Tumor_RAD", "External2_original_shape_Sphericity", False),
        ("Tumor_RAD", "network:Tumor_DL", False),
        ("Tumor+External2_RAD+DL", "External2_original_shape_Sphericity", True),
        ("Tumor+External2_RAD+DL", "network:Tumor+External2_DL", True),
        ("Tumor+External2_RAD+DL", "network:Tumor_DL", False),
        ("External2_DL", "network:External2_DL", True),
        ("Clinical", "symptoms", True),
        ("Clinical", "log_odds:Tumor+External2_RAD+DL", False),
        ("Combined", "log_odds:Tumor+External2_RAD+DL", True),
        ("Combined", "log_odds:Tumor_RAD", False),
    ],
)
def test_a_model_reads_its_own_regions_and_its_own_head(model, column, may):
    assert shen2026().may_read(model, column) is may
