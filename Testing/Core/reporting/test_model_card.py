from dataclasses import replace

import pytest
from fixtures.studies import made_bundle_without_network
from ParotidClassifierCore.bundle.bundle import TrainingCohort
from ParotidClassifierCore.bundle.files import MODEL_CARD, SIZE_LIMITS
from ParotidClassifierCore.models.settings import ModelTrainingSettings, SelectionSettings
from ParotidClassifierCore.protocol import protocol_from, shen2026
from ParotidClassifierCore.radiomics.names import feature_names
from ParotidClassifierCore.radiomics.settings import default_settings
from ParotidClassifierCore.reporting.model_card import model_card

FIGURES = {
    "Tumor_RAD": {
        "auc": 0.8361, "auc_low": 0.738, "auc_high": 0.918, "threshold": 0.31,
        "sensitivity": 0.741, "specificity": 0.852, "calibration_slope": 0.9, "brier": 0.144,
        "brier_of_share": 0.1875,
    },
    "Combined": {"auc": None, "threshold": 0.2, "sensitivity": None, "specificity": 0.9},
}  # fmt: skip
SETTINGS = ModelTrainingSettings()


def card(simulated=True, settings=SETTINGS, **changes):
    given = {
        "cohort": TrainingCohort(249, 62, simulated, "Made."),
        "test_figures": FIGURES,
        "notes": ("A note.",),
    }
    bundle = replace(made_bundle_without_network(simulated), **given | changes)
    return model_card(bundle, settings, (108, 27))


def method(protocol=None, **changes):
    content = shen2026().as_json() | {"name": "other", "headline": []} | (protocol or {})
    return card(protocol=protocol_from(content), **changes).partition("## Method")[2]


def test_the_card_says_what_it_is_not_for_before_anything_else():
    assert card().index("not for clinical use") < card().index("## Intended use")
    assert "not for clinical use" not in card(simulated=False)
    assert "Not a medical device" in card(simulated=False)


def test_figures_stand_with_their_interval_or_a_dash():
    tumor = "| Tumor_RAD | 0.836 (0.738, 0.918) | 0.310 | 0.741 | 0.852 | 0.900 | 0.144 | 0.188 |"
    assert tumor in card()
    assert "| Combined | – | 0.200 | – | 0.900 | – | – | – |" in card()
    assert "There were no test cases." in card(test_figures={})


def test_the_card_tells_cohort_imbalance_thresholds_limits_and_data():
    text = card()
    for wanted in ("249", "62 malignant", "neither weighted nor resampled", "Youden", "## Limits",
                   "## Data and licence", "A note."):  # fmt: skip
        assert wanted in text


def test_the_inputs_of_the_models_are_listed():
    text, models = card(), made_bundle_without_network().models
    assert all(column in text for column in models["Tumor_RAD"].columns)
    assert "radiomic features, 1 logit of the network" in text


def test_the_numbers_of_the_method_are_those_of_the_training():
    chosen = SelectionSettings(min_agreement=0.75, max_correlation=0.9, max_columns=12)
    fewer = replace(default_settings(), image_types=("Original",))
    settings = ModelTrainingSettings(selection=chosen)
    text = method(settings=settings, radiomics_yaml=fewer.yaml())
    assert f"{len(feature_names(fewer))} radiomic features per region" in text
    for wanted in ("ICC > 0.75)", "|r| > 0.9)", "at most 12)"):
        assert wanted in text


@pytest.mark.parametrize(
    ("models", "told"),
    [
        (
            {"Findings": {"clinical": ["symptoms"]}},
            "One clinical finding. Inputs were combined by logistic regression.\n",
        ),
        (
            {"Net": {"network": ["Tumor"]}},
            "A multi-input MobileNetV3 on the tumour. Inputs were combined by logistic ",
        ),
        (
            {"Texture": {"radiomics": ["Tumor"], "clinical": ["margin"]}},
            (
                "1874 radiomic features per region (as PyRadiomics defines them, measured by the "
                "built-in engine, version 1) on the tumour, with one clinical "
            ),
        ),
        (
            {"Both": {"radiomics": ["Tumor"], "network": ["External2"]}},
            (
                "1874 radiomic features per region (as PyRadiomics defines them, measured by the "
                "built-in engine, version 1) and a multi-input MobileNetV3 on "
            ),
        ),
    ],
)
def test_the_method_tells_of_no_more_than_the_models_read(models, told):
    text = method({"models": models}, provenance={"radiomics engine": "built-in 1"})
    assert text.strip().startswith(told.strip())
    assert ("(External2)" in text) == ("Both" in models)
    assert ("What of the network enters a fusion" in text) == ("Both" in models)


def test_a_note_cannot_break_out_of_its_line_nor_fill_the_bundle():
    text = card(notes=("first\n\n# Approved for clinical use", *["x" * 5000] * 1000))
    assert "\n# Approved" not in text
    assert len(text.encode()) < SIZE_LIMITS[MODEL_CARD]
