"""All figures of a made cohort, and the cohorts that lack what a figure needs."""

from dataclasses import replace

import numpy as np
import pytest
from Core.models.made_models import models
from Core.statistics.made_predictions import FLOW, predictions
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.answers import answer_lines, answer_table
from ParotidClassifierCore.reporting.words import number
from ParotidClassifierCore.statistics.delong import auc_with_interval, paired_p
from ParotidClassifierCore.study.evaluate import evaluate

FEW = (200, 1)


@pytest.fixture(scope="module")
def made():
    return predictions()


@pytest.fixture(scope="module")
def evaluation(made):
    return evaluate(made, FLOW, models(), shen2026(), *FEW)


def test_each_set_is_judged_on_its_own_cases(made, evaluation):
    assert evaluation.test.cases == (~made.training).sum() == 48
    assert evaluation.training.cases == 72
    assert evaluation.out_of_fold is None
    rows = ~made.training
    for name in shen2026().models:
        figures = evaluation.test.models[name]
        values, malignant = made.probabilities[name][rows], made.malignant[rows]
        assert figures.auc == auc_with_interval(values, malignant)
        against = None
        if name != "Combined":
            against = paired_p(values, made.probabilities["Combined"][rows], malignant)
        assert figures.p_against_combined == against
        assert figures.brier_of_share == pytest.approx(malignant.mean() * (1 - malignant.mean()))
        assert (figures.slope_absent == "") == (figures.calibration_slope.value is not None)
        assert figures.roc.sensitivities[-1] == 1.0
        assert figures.auc_bootstrap.low < figures.auc.value < figures.auc_bootstrap.high
    assert [*evaluation.test.models] == [*shen2026().models]


def test_out_of_fold_probabilities_are_judged_apart(made):
    held_out = np.where(made.training, 0.5 * made.probabilities["Combined"], np.nan)
    found = evaluate(
        replace(made, out_of_fold={"Combined": held_out}), FLOW, models(), shen2026(), *FEW
    )
    figures = found.out_of_fold.models["Combined"]
    assert figures.cases == 72
    assert figures.auc == found.training.models["Combined"].auc  # halved: the order is the same
    assert figures.brier.value != found.training.models["Combined"].brier.value


def test_cases_without_a_probability_are_left_out_of_the_model_and_named(made):
    blank = made.probabilities["Clinical"].copy()
    blank[-1] = np.nan
    found = evaluate(
        replace(made, probabilities={**made.probabilities, "Clinical": blank}),
        FLOW,
        {},
        shen2026(),
        *FEW,
    )
    assert found.test.models["Clinical"].cases == 47
    assert found.test.models["Clinical"].without_probability == 1
    said = "Clinical could not judge 1 case; its figures are of the other 47."
    assert said in found.test.notes


def test_a_set_of_one_outcome_has_no_area_and_says_so(made):
    benign = made.malignant & made.training
    found = evaluate(replace(made, malignant=benign), FLOW, {}, shen2026(), *FEW)
    figures = found.test.models["Combined"]
    assert (figures.auc.value, figures.sensitivity.value) == (None, None)
    assert figures.specificity.value is not None
    assert "No case is malignant: no AUC." in found.test.notes


def test_few_cases_of_a_class_are_counted_in_words(made):
    one = made.malignant & made.training
    one[np.flatnonzero(~made.training)[0]] = True
    found = evaluate(replace(made, malignant=one), FLOW, {}, shen2026(), *FEW)
    assert "Only 1 malignant case: every figure here is very uncertain." in found.test.notes


def test_the_nomogram_spans_the_log_odds_of_the_training_cases(made, evaluation):
    axis = next(a for a in evaluation.nomogram.axes if a.label.startswith("log-odds of "))
    seen = made.log_odds["Tumor+External2_RAD+DL"][made.training]
    assert float(axis.values[0]) <= seen.min() < seen.max() <= float(axis.values[-1])
    assert evaluate(made, FLOW, {}, shen2026(), *FEW).nomogram is None


def test_answers_are_judged_by_class_and_none_is_given_outside(made):
    n, low, high, combined = len(made.malignant), 0.3, 0.7, made.probabilities["Combined"]
    domain = np.where(made.training, "", np.where(np.arange(n) % 7 == 0, "outside", "inside"))
    found = evaluate(
        replace(
            made,
            answer_limits={"Combined": (low, high)},
            domain=tuple(domain.tolist()),
            out_of_fold={"Combined": np.where(made.training, combined, np.nan)},
        ),
        FLOW, {}, shen2026(), *FEW,
    )  # fmt: skip
    for figures, rows in (
        (found.test, ~made.training),
        (found.out_of_fold, made.training),
    ):
        p, malignant = combined[rows], made.malignant[rows]
        answers = figures.models["Combined"].answers
        answered = domain[rows] != "outside"
        told = answered & ((p < low) | (p > high))
        wrong = answered & np.where(malignant, p < low, p > high)
        for word, of in (
            ("benign", ~malignant),
            ("malignant", malignant),
            ("all", malignant | True),
        ):
            assert answers[word].cases == of.sum()
            assert answers[word].definite.value == pytest.approx(told[of].mean())
            assert answers[word].covered.value == pytest.approx(1 - wrong[of].mean())
            wanted = wrong[of].sum() / told[of].sum()
            assert answers[word].wrong_of_definite.value == pytest.approx(wanted)
            assert answers[word].covered.low < answers[word].covered.value
    assert found.test.models["Clinical"].answers == found.training.models["Combined"].answers == {}
    outside = (domain == "outside").sum() / found.test.cases
    assert found.test.domain["outside"].value == pytest.approx(outside)
    assert found.out_of_fold.domain == {}
    lines = "\n".join(answer_lines(found))
    assert "Answers, test, at an error rate of 10 % of each class:" in lines
    assert f"{number(outside)} (" in lines
    table = answer_table(found.test)
    assert [row[0] for row in table.rows] == ["Combined"]
    assert table.rows[0][1].startswith(
        number(found.test.models["Combined"].answers["all"].definite.value)
    )
    assert answer_table(found.training) is None
    assert "by construction" in answer_table(found.out_of_fold).notes[1]


def test_no_case_at_all_has_an_evaluation_without_figures():
    found = evaluate(predictions(cases=0), FLOW, models(), shen2026(), *FEW)
    assert found.test is found.training is found.baseline is found.associations is None


def test_the_seed_decides_the_intervals(made, evaluation):
    again = evaluate(made, FLOW, models(), shen2026(), *FEW)
    other = evaluate(made, FLOW, models(), shen2026(), 200, 2)
    name = "Tumor_RAD"
    first = evaluation.test.models[name].auc_bootstrap
    assert again.test.models[name].auc_bootstrap == first
    assert other.test.models[name].auc_bootstrap != first
