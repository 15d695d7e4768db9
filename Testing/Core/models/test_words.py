import pytest
from ParotidClassifierCore.models.probabilities import NOT_HELD
from ParotidClassifierCore.models.words import (
    column_label,
    headline_model,
    model_to_show,
    probability_sentence,
)
from ParotidClassifierCore.protocol.names import ELEVEN_MODELS
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
    labels = [column_label(column) for column in columns_of()]
    assert len(set(labels)) == len(labels)
    assert not any("_" in label for label in labels)


def test_combined_stands_first_then_the_model_it_is_built_on_then_any():
    assert headline_model(ELEVEN_MODELS) == "Combined"
    assert headline_model(ELEVEN_MODELS[:-1]) == "Tumor+External2_RAD+DL"
    assert headline_model(["Tumor_RAD", "Clinical"]) == "Tumor_RAD"
    assert headline_model([]) is None


def test_without_a_probability_the_last_model_that_the_bundle_holds_is_shown_with_its_reason():
    unknown = dict.fromkeys(ELEVEN_MODELS, NOT_HELD) | {"Clinical": "margin is unknown"}
    assert model_to_show(unknown) == "Clinical"
    assert model_to_show({**unknown, "Tumor_RAD": None}) == "Tumor_RAD"
    assert model_to_show(dict.fromkeys(ELEVEN_MODELS, "margin is unknown")) == "Combined"
    assert model_to_show(dict.fromkeys(ELEVEN_MODELS, NOT_HELD)) == "Combined"


def test_a_probability_is_told_with_its_threshold():
    told = probability_sentence("Combined", 0.72, 0.31)
    assert told == "Combined: 72 % probability of malignancy, above the threshold of 31 %"
    assert "above" in probability_sentence("Combined", 0.31, 0.31)
    assert "< 1 % probability of malignancy, below" in probability_sentence("Clinical", 0.002, 0.5)
