"""The fits: complete, repeatable, and without a case that judges itself."""

from dataclasses import replace

import numpy as np
import pytest
from Core.models.made_models import a_table
from ParotidClassifierCore.base.errors import CohortError, UsageError
from ParotidClassifierCore.models import fits
from ParotidClassifierCore.models.probabilities import probabilities
from ParotidClassifierCore.models.settings import PAPER, ModelTrainingSettings, SelectionSettings
from ParotidClassifierCore.models.table import TrainingTable
from ParotidClassifierCore.models.training import fit_models, youden_threshold
from ParotidClassifierCore.protocol import deep_column, protocol_from, shen2026
from sklearn.metrics import roc_auc_score

# Few penalties, folds, steps and refits: the same code in a tenth of the time.
QUICK = ModelTrainingSettings(
    penalties=(0.1, 1.0),
    folds=5,
    refits=3,
    selection=SelectionSettings(lasso_folds=5, lasso_steps=20),
)


@pytest.fixture(scope="module")
def table():
    return a_table()


@pytest.fixture(scope="module")
def fitted(table):
    return fit_models(table, QUICK)


def auc(table, probabilities):
    judged = ~np.isnan(probabilities)
    return roc_auc_score(table.malignant[judged], probabilities[judged])


def test_all_models_are_fitted_in_order(fitted):
    assert list(fitted.models) == list(shen2026().models)
    assert all(fitted.models[name].name == name for name in shen2026().models)
    assert fitted.notes == ()


def test_each_model_reads_what_its_name_says(fitted):
    columns = {name: model.columns for name, model in fitted.models.items()}
    assert {c.partition("_")[0] for c in columns["External2_RAD"]} == {"External2"}
    assert {c.partition("_")[0] for c in columns["Tumor+External2_RAD"]} == {"Tumor", "External2"}
    assert columns["Tumor_DL"] == ("network:Tumor_DL",)
    assert columns["Tumor_RAD+DL"] == ("log_odds:Tumor_RAD", "log_odds:Tumor_DL")
    assert columns["Clinical"] == ("symptoms", "margin_unclear", "enlarged_lymph_nodes")
    assert columns["Combined"] == ("log_odds:Tumor+External2_RAD+DL", *columns["Clinical"])


def test_real_differences_are_found(table, fitted):
    for name in ("Tumor_RAD", "Tumor_DL", "Tumor+External2_RAD+DL", "Combined"):
        assert auc(table, fitted.out_of_fold[name]) > 0.7


def test_thresholds_are_youdens_on_the_out_of_fold_probabilities(table, fitted):
    for name, threshold in fitted.thresholds.items():
        assert threshold == youden_threshold(fitted.out_of_fold[name], table.malignant)


def test_the_fit_can_be_repeated_to_the_last_digit(table, fitted):
    again = fit_models(table, QUICK)
    assert again.models == fitted.models
    assert again.thresholds == fitted.thresholds


def test_fitted_models_give_a_new_case_its_probabilities(table, fitted):
    row = dict(zip(table.columns, table.radiomics[7], strict=True))
    network = dict(zip(table.logit_columns, table.out_of_fold_logits[7], strict=True))
    given = probabilities(shen2026(), fitted.models, row | network, fitted.thresholds)
    assert given["Tumor+External2_RAD+DL"].probability is not None
    assert given["Clinical"].unavailable


def test_pure_noise_is_not_learnt():
    """Selection outside the folds would find an AUC near 0.83 here."""
    found = []
    for seed in range(6):
        noise = a_table(cases=80, per_region=150, effect=0.0, seed=seed)
        scores = fits.Fits(noise, QUICK).out_of_fold_probabilities("Tumor+External2_RAD")
        found.append(auc(noise, scores))
    assert np.mean(found) == pytest.approx(0.5, abs=0.1)


def test_a_judged_case_has_not_touched_its_judge(table):
    """Whatever a case's own outcome and row say, its out-of-fold probability stays."""
    fold = fits.Fits(table, QUICK)._fold_of
    # One malignant and one benign case of fold 0 change places, so that the folds stay as dealt.
    of_fold = np.flatnonzero(fold == 0)
    flipped = [of_fold[table.malignant[of_fold]][0], of_fold[~table.malignant[of_fold]][0]]
    outcomes = table.malignant.copy()
    outcomes[flipped] = ~outcomes[flipped]
    changed = fits.Fits(a_table(malignant=outcomes), QUICK)
    changed._fold_of = fold
    original = fits.Fits(table, QUICK)
    for name in ("Tumor_RAD", "Combined"):
        before = original.out_of_fold_probabilities(name)
        after = changed.out_of_fold_probabilities(name)
        np.testing.assert_array_equal(before[fold == 0], after[fold == 0])
        assert (before[fold != 0] != after[fold != 0]).any()


def test_a_table_without_a_network_gives_radiomic_and_clinical_models():
    result = fit_models(a_table(out_of_fold_logits=None), QUICK)
    regions = ("Tumor", "External2", "Tumor+External2")
    assert list(result.models) == [*(f"{name}_RAD" for name in regions), "Clinical"]
    lacking = "Combined was not fitted: it lacks the log-odds of Tumor+External2_RAD+DL."
    assert lacking in result.notes
    assert "Tumor_DL was not fitted: it lacks logits of the network." in result.notes


def test_the_finding_is_named_that_no_training_case_has(table):
    clinical = table.clinical.copy()
    clinical[:, 1] = np.nan
    told = "Clinical was not fitted: it lacks any known value of margin"
    assert f"{told}." in fit_models(a_table(clinical=clinical), QUICK).notes
    protocol = with_models({"Clinical": {"clinical": ["symptoms", "margin"]}})
    with pytest.raises(CohortError, match=f"No model can be fitted:\\n *{told}"):
        fit_models(a_table(protocol=protocol, clinical=clinical[:, :2], out_of_fold_logits=None))


def test_cases_with_unknown_findings_are_left_out_of_the_clinical_models_and_it_is_said(table):
    clinical = table.clinical.copy()
    clinical[[3, 50], [0, 2]] = np.nan
    result = fit_models(a_table(clinical=clinical), QUICK)
    for name, probabilities_ in result.out_of_fold.items():
        left_out = np.flatnonzero(np.isnan(probabilities_)).tolist()
        assert left_out == ([3, 50] if name in ("Clinical", "Combined") else [])
    assert result.notes == (
        "Left out of Clinical and Combined: 2 training cases with an unknown clinical predictor.",
    )


def with_models(models):
    return protocol_from(shen2026().as_json() | {"models": models, "headline": []})


def test_a_model_more_needs_no_code(table, fitted):
    more = {"radiomics": ["Tumor"], "clinical": ["symptoms"]}
    models = {"Tumor_RAD": {"radiomics": ["Tumor"]}, "Clinical+Tumor_RAD": more}
    given = {"clinical": table.clinical[:, :1], "out_of_fold_logits": None}
    result = fit_models(a_table(protocol=with_models(models), **given), QUICK)
    columns = result.models["Clinical+Tumor_RAD"].columns
    assert columns == (*fitted.models["Tumor_RAD"].columns, "symptoms")
    assert result.models["Tumor_RAD"] == fitted.models["Tumor_RAD"]
    assert list(result.signatures) == ["Tumor"]


def test_a_model_may_stand_on_one_that_stands_on_another(table):
    models = {
        "Tumor_DL": {"network": ["Tumor"]},
        "Middle": {"clinical": ["symptoms"], "log_odds": ["Tumor_DL"]},
        "Top": {"clinical": ["margin"], "log_odds": ["Middle"]},
    }
    given = {
        "clinical": table.clinical[:, :2].copy(),
        "out_of_fold_logits": table.out_of_fold_logits[:, :1],
    }
    given["clinical"][3, 0] = np.nan  # of symptoms, which Middle reads and Top does not
    settings = replace(QUICK, folds=5)
    result = fit_models(a_table(protocol=with_models(models), **given), settings)
    assert result.models["Top"].columns == ("log_odds:Middle", "margin_unclear")
    assert np.flatnonzero(np.isnan(result.out_of_fold["Top"])).tolist() == [3]
    assert auc(table, result.out_of_fold["Top"]) > 0.7
    assert "Left out of Middle and Top: 1 training case" in result.notes[0]


def deep_features(table, seed=3):
    """Vectors of five; the first one of each head knows the outcome."""
    vectors = np.random.default_rng(seed).normal(size=(3, len(table.malignant), 5))
    vectors[:, :, 0] += 3 * table.malignant
    return dict(zip(shen2026().network_heads, vectors, strict=True))


def test_the_stacking_paper_selects_deep_features_with_the_radiomic_ones(table, fitted):
    settings = replace(QUICK, stacking=PAPER)
    result = fit_models(a_table(deep_features=deep_features(table)), settings)
    fusions = [s for s in shen2026().models.values() if s.radiomics and s.network]
    assert len(fusions) == 3
    for name, head in ((spec.name, spec.head) for spec in fusions):
        columns = result.models[name].columns
        assert deep_column(head, 0) in columns
        assert len(columns) <= settings.selection.max_columns
        assert not set(columns) & set(table.logit_columns)
        assert result.signatures[name].columns == columns
    assert result.models["Tumor_DL"] == fitted.models["Tumor_DL"]
    assert result.models["Tumor_RAD"] == fitted.models["Tumor_RAD"]
    assert any("paper" in note for note in result.notes)


def test_deep_features_need_no_reader_agreement(table):
    agreement = np.full(len(table.columns), 0.99)
    agreement[0] = 0.1
    given = a_table(deep_features=deep_features(table), agreement=agreement)
    result = fit_models(given, replace(QUICK, stacking=PAPER))
    assert deep_column("Tumor_DL", 0) in result.models["Tumor_RAD+DL"].columns


def test_reader_agreement_decides_what_may_be_selected(table):
    agreement = np.where(np.arange(len(table.columns)) % 2, 0.99, 0.5)
    result = fit_models(a_table(agreement=agreement), QUICK)
    allowed = set(table.columns[1::2])
    assert set(result.models["Tumor+External2_RAD"].columns) <= allowed


@pytest.mark.parametrize("malignant", [0, 6, 90])
def test_a_class_with_too_few_cases_is_refused_with_the_counts(malignant):
    with pytest.raises(CohortError, match=f"{malignant} malignant and {90 - malignant} benign"):
        fit_models(a_table(malignant=np.arange(90) < malignant))


def test_force_fits_a_small_class_and_says_so():
    small = a_table(malignant=np.arange(90) < 6)
    result = fit_models(small, replace(QUICK, force=True))
    assert len(result.models) == 11
    assert any("force" in note and "6 malignant" in note for note in result.notes)


@pytest.mark.parametrize("malignant", [0, 3])
def test_force_cannot_make_models_of_next_to_nothing(malignant):
    with pytest.raises(CohortError):
        fit_models(a_table(malignant=np.arange(90) < malignant), replace(QUICK, force=True))


def test_an_unknown_stacking_is_a_usage_error():
    with pytest.raises(UsageError, match="'best'"):
        ModelTrainingSettings(stacking="best")


def test_a_part_that_few_cases_are_left_for_still_chooses_its_penalty():
    """Else a fusion would be fitted on flat log-odds and read others."""
    rng, malignant = np.random.default_rng(0), np.arange(48) < 11
    column = 3.0 * malignant + rng.normal(size=48)
    few = TrainingTable(
        protocol=shen2026(),
        case_ids=tuple(map(str, range(48))),
        columns=("Tumor_original_firstorder_Mean",),
        radiomics=column[:, None],
        clinical=np.zeros((48, 3)),
        malignant=malignant,
    )
    of_few = fits.Fits(few, ModelTrainingSettings(selection=QUICK.selection))
    whole, part = (of_few.model("Tumor_RAD", frozenset(folds)) for folds in ((), (0, 1, 2)))
    spreads = [np.ptp(model.log_odds({few.columns[0]: column})) for model in (whole, part)]
    assert spreads[1] == pytest.approx(spreads[0], rel=0.5)
