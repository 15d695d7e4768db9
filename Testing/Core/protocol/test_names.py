"""The eleven names of the paper, and what counts as a column."""

import pytest
from ParotidClassifierCore.protocol.names import (
    ELEVEN_MODELS,
    NETWORK_COLUMNS,
    ColumnKind,
    column_kind,
    log_odds_column,
    may_read,
    network_column,
    source_model,
)


def test_the_eleven_models_have_the_names_and_order_of_the_paper():
    assert ELEVEN_MODELS == (
        "Tumor_RAD",
        "External2_RAD",
        "Tumor+External2_RAD",
        "Tumor_DL",
        "External2_DL",
        "Tumor+External2_DL",
        "Tumor_RAD+DL",
        "External2_RAD+DL",
        "Tumor+External2_RAD+DL",
        "Clinical",
        "Combined",
    )


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
    assert column_kind(column) is kind


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
    assert column_kind(column) is None


def test_a_raw_logit_and_the_log_odds_of_its_model_are_different_columns():
    assert network_column("Tumor_DL") != log_odds_column("Tumor_DL")
    assert source_model(log_odds_column("Tumor_DL")) == "Tumor_DL"
    assert all(source_model(column) is None for column in NETWORK_COLUMNS)


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
    assert may_read(model, column) is may
