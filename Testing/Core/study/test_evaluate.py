"""All figures of a made cohort, and the cohorts that lack what a figure needs."""

from dataclasses import replace

import numpy as np
import pytest
from Core.models.made_models import models
from Core.statistics.made_predictions import FLOW, predictions
from ParotidClassifierCore.protocol.names import CLINICAL, COMBINED, ELEVEN_MODELS, source_model
from ParotidClassifierCore.statistics.delong import auc_with_interval, paired_p
from ParotidClassifierCore.study.evaluate import EvaluationSettings, evaluate

FEW = EvaluationSettings(bootstraps=200, seed=1)


@pytest.fixture(scope="module")
def made():
    return predictions()


@pytest.fixture(scope="module")
def evaluation(made):
    return evaluate(made, FLOW, models(), FEW)


def test_each_set_is_judged_on_its_own_cases(made, evaluation):
    assert evaluation.test.cases == (~made.training).sum() == 48
    assert evaluation.training.cases == 72
    assert evaluation.out_of_fold is None
    rows = ~made.training
    for name in ELEVEN_MODELS:
        figures = evaluation.test.models[name]
        values, malignant = made.probabilities[name][rows], made.malignant[rows]
        assert figures.auc == auc_with_interval(values, malignant)
        against = None
        if name != COMBINED:
            against = paired_p(values, made.probabilities[COMBINED][rows], malignant)
        assert figures.p_against_combined == against
        assert figures.roc.sensitivities[-1] == 1.0
        assert figures.auc_bootstrap.low < figures.auc.value < figures.auc_bootstrap.high
    assert [*evaluation.test.models] == [*ELEVEN_MODELS]


def test_out_of_fold_probabilities_are_judged_apart(made):
    held_out = np.where(made.training, 0.5 * made.probabilities[COMBINED], np.nan)
    found = evaluate(replace(made, out_of_fold={COMBINED: held_out}), FLOW, models(), FEW)
    figures = found.out_of_fold.models[COMBINED]
    assert figures.cases == 72
    assert figures.auc == found.training.models[COMBINED].auc  # halved: the order is the same
    assert figures.brier.value != found.training.models[COMBINED].brier.value


def test_cases_without_a_probability_are_left_out_of_the_model_and_named(made):
    blank = made.probabilities[CLINICAL].copy()
    blank[-1] = np.nan
    found = evaluate(
        replace(made, probabilities={**made.probabilities, CLINICAL: blank}), FLOW, {}, FEW
    )
    assert found.test.models[CLINICAL].cases == 47
    assert found.test.models[CLINICAL].without_probability == 1
    said = "Clinical could not judge 1 case; its figures are of the other 47."
    assert said in found.test.notes


def test_a_set_of_one_outcome_has_no_area_and_says_so(made):
    benign = made.malignant & made.training
    found = evaluate(replace(made, malignant=benign), FLOW, {}, FEW)
    figures = found.test.models[COMBINED]
    assert (figures.auc.value, figures.sensitivity.value) == (None, None)
    assert figures.specificity.value is not None
    assert "No case is malignant: no AUC." in found.test.notes


def test_few_cases_of_a_class_are_counted_in_words(made):
    one = made.malignant & made.training
    one[np.flatnonzero(~made.training)[0]] = True
    found = evaluate(replace(made, malignant=one), FLOW, {}, FEW)
    assert "Only 1 malignant case: every figure here is very uncertain." in found.test.notes


def test_the_nomogram_spans_the_log_odds_of_the_training_cases(made, evaluation):
    source = next(filter(source_model, models()[COMBINED].columns))
    axis = next(a for a in evaluation.nomogram.axes if a.label.startswith("log-odds of "))
    seen = made.log_odds[source_model(source)][made.training]
    assert float(axis.values[0]) <= seen.min() < seen.max() <= float(axis.values[-1])
    assert evaluate(made, FLOW, {}, FEW).nomogram is None


def test_no_case_at_all_has_an_evaluation_without_figures():
    found = evaluate(predictions(cases=0), FLOW, models(), FEW)
    assert found.test is found.training is found.baseline is found.associations is None


def test_the_seed_decides_the_intervals(made, evaluation):
    again = evaluate(made, FLOW, models(), FEW)
    other = evaluate(made, FLOW, models(), replace(FEW, seed=2))
    name = ELEVEN_MODELS[0]
    first = evaluation.test.models[name].auc_bootstrap
    assert again.test.models[name].auc_bootstrap == first
    assert other.test.models[name].auc_bootstrap != first
