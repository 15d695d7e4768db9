from fixtures.studies import made_models
from ParotidClassifierCore.bundle.bundle import TrainingCohort
from ParotidClassifierCore.bundle.files import MODEL_CARD, SIZE_LIMITS
from ParotidClassifierCore.models.settings import CROSS_FITTED
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.model_card import model_card

FIGURES = {
    "Tumor_RAD": {
        "auc": 0.8361, "auc_low": 0.738, "auc_high": 0.918, "threshold": 0.31,
        "sensitivity": 0.741, "specificity": 0.852, "calibration_slope": 0.9, "brier": 0.144,
        "brier_of_share": 0.1875,
    },
    "Combined": {"auc": None, "threshold": 0.2, "sensitivity": None, "specificity": 0.9},
}  # fmt: skip


def card(simulated=True, **changes):
    arguments = {
        "name": "made",
        "cohort": TrainingCohort(249, 62, simulated, "Made."),
        "test_counts": (108, 27),
        "intended_use": "Tests.",
        "test_figures": FIGURES,
        "stacking": CROSS_FITTED,
        "notes": ("A note.",),
        "protocol": shen2026(),
    }
    return model_card(**{**arguments, **changes})


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
    models = made_models()
    text = card(models=models)
    assert all(column in text for column in models["Tumor_RAD"].columns)
    assert "radiomic features, 1 logit of the network" in text


def test_another_method_takes_the_place_of_the_usual_one():
    text = card(method="Derived from published odds ratios.")
    assert "Derived from published odds ratios." in text
    assert "MobileNetV3" not in text


def test_a_note_cannot_break_out_of_its_line_nor_fill_the_bundle():
    text = card(notes=("first\n\n# Approved for clinical use", *["x" * 5000] * 1000))
    assert "\n# Approved" not in text
    assert len(text.encode()) < SIZE_LIMITS[MODEL_CARD]
