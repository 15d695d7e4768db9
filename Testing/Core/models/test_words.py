import pytest
from fixtures.regions import REGIONS
from ParotidClassifierCore.models.probabilities import NOT_HELD
from ParotidClassifierCore.models.words import (
    all_findings,
    column_label,
    model_to_show,
)
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.radiomics.names import columns_of


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("Tumor_wavelet-LLH_glcm_Correlation", "Tumor, wavelet LLH, GLCM correlation"),
        ("Tumor_original_shape_Maximum2DDiameterRow", "Tumor, shape maximum 2D diameter row"),
        ("External2_original_firstorder_90Percentile",
         "External2, original, first-order 90th percentile"),
        ("Tumor_log-sigma-2-5-mm-3D_glcm_Idmn", "Tumor, LoG 2.5 mm, GLCM IDMN"),
        ("Tumor_lbp-3D-k_gldm_DependenceNonUniformity",
         "Tumor, LBP 3D kurtosis, GLDM dependence non-uniformity"),
        ("network:Tumor+External2_DL", "Network, Tumor+External2"),
        ("deep:External2_DL:12", "Deep feature 12, External2"),
        ("log_odds:Tumor+External2_RAD+DL", "Log-odds of Tumor+External2_RAD+DL"),
        ("margin_unclear", "Margin unclear"),
        ("Tumor_unheard", "Tumor_unheard"),
        ("unheard of", "unheard of"),
    ],
)  # fmt: skip
def test_an_input_is_named_for_people(column, label):
    assert column_label(column) == label


def test_no_two_features_share_a_label():
    labels = [column_label(column) for column in columns_of(REGIONS)]
    assert len(set(labels)) == len(labels)
    assert not any("_" in label for label in labels)


def test_what_is_shown_first_has_a_probability_or_is_held():
    names, unknown = shen2026().models, "margin is unknown"
    no_clinical = dict.fromkeys(names) | dict.fromkeys(("Clinical", "Combined"), unknown)
    only_clinical = dict.fromkeys(names, NOT_HELD) | {"Clinical": unknown}
    for shown, reasons in {
        "Combined": dict.fromkeys(names),
        "Tumor+External2_RAD+DL": no_clinical,
        "Clinical": only_clinical,
        "Tumor_RAD": {**only_clinical, "Tumor_RAD": None},
    }.items():
        assert model_to_show(shen2026(), reasons) == shown
    assert model_to_show(shen2026(), dict.fromkeys(names, unknown)) == "Combined"
    assert model_to_show(shen2026(), dict.fromkeys(names, NOT_HELD)) == "Combined"


@pytest.mark.parametrize(("count", "words"), [(1, "the finding"), (3, "all three findings")])
def test_findings_are_counted_in_words(count, words):
    assert all_findings(count) == words
