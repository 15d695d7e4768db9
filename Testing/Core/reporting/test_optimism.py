"""Apparent, out-of-fold and test figures stand side by side, and what they warn of in words."""

from dataclasses import replace

import numpy as np
from fixtures.studies import made_evaluation, made_models, made_predictions
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.optimism import optimism, optimism_lines, optimism_table
from ParotidClassifierCore.reporting.words import with_interval
from ParotidClassifierCore.study.evaluate import evaluate

THREE = ["apparent", "out of fold", "test"]


def of_test(**probabilities):
    """The made evaluation with other probabilities of the test cases, and no other set."""
    made = replace(made_predictions(), out_of_fold={})
    changed = {**made.probabilities, **probabilities}
    changed = replace(made, probabilities=changed, training=np.zeros_like(made.training))
    return evaluate(changed, made_evaluation().flow, made_models(), shen2026(), 5)


def test_every_model_has_its_three_figures_of_three_sets():
    evaluation = made_evaluation()
    found = optimism(evaluation)
    assert [*found] == [*shen2026().models]
    assert [*found["Combined"]] == THREE
    apparent, test = found["Combined"]["apparent"], found["Combined"]["test"]
    assert apparent["auc"] == evaluation.training.models["Combined"].auc
    assert test["calibration_slope"] == evaluation.test.models["Combined"].calibration_slope
    assert test["brier_of_share"] == 27 / 108 * 81 / 108
    table = optimism_table(evaluation)
    assert table.title == "Side by side: apparent, out of fold, test"
    assert [note.partition(":")[0] for note in table.notes[:2]] == ["Apparent", "Out of fold"]
    assert table.columns[1:4] == ("AUC, apparent", "AUC, out of fold", "AUC, test")
    row = next(row for row in table.rows if row[0] == "Combined")
    assert row[1] == f"{apparent['auc'].value:.3f}"
    assert row[4] == f"{apparent['calibration_slope'].value:.2f}"
    assert row[6] == with_interval(test["calibration_slope"], 2)
    assert row[9] == f"{test['brier'].value:.3f}"
    assert table.rows[-1][1:] == (*["0.500"] * 3, *["–"] * 3, *["0.187"] * 2, "0.188")


def test_the_terminal_shows_them_in_80_columns():
    lines = [*optimism_lines(made_evaluation())]
    assert max(map(len, lines)) <= 80
    assert lines[1].split() == ["model", *["app", "oof", "test"] * 3]
    model = made_evaluation().training.models["Clinical"]
    clinical = next(line for line in lines if line.startswith("Clinical"))
    assert clinical.split()[1] == f"{model.auc.value:.2f}"
    assert lines[-2].split()[-3:] == ["0.19", "0.19", "0.19"]


def test_a_slope_that_is_not_estimable_says_why_instead_of_a_number():
    malignant = made_predictions().malignant
    parted = of_test(Clinical=0.2 + 0.5 * malignant, Combined=np.full(len(malignant), 0.25))
    assert optimism(parted)["Clinical"]["test"]["slope_absent"] == "separated"
    table = optimism_table(parted)
    assert table.title == "AUC, calibration slope and Brier score, test"
    assert not any("Apparent" in note or "fold" in note for note in table.notes)
    rows = {row[0]: row for row in table.rows}
    assert (rows["Clinical"][2], rows["Combined"][2]) == ("–", "–")
    lines = [*optimism_lines(parted)]
    for said in (table.notes, lines):
        assert "Slope not estimable, test, separated: Clinical." in said
        assert "Slope not estimable, test, hardly any spread: Combined." in said
    assert next(line for line in lines if line.startswith("Clinical")).split()[2] == "–"


def test_a_model_worse_than_the_share_alone_is_named():
    wrong = of_test(Clinical=1 - made_predictions().probabilities["Clinical"])
    said = [line for line in optimism_lines(wrong) if "worse" in line]
    assert said == ["Brier score worse than that of the share alone, test: Clinical."]
    assert not any("worse" in line for line in optimism_lines(made_evaluation()))


def test_of_one_class_nothing_is_compared_with_the_share():
    made = replace(made_predictions(), out_of_fold={}, malignant=np.ones(357, bool))
    of_one = replace(made, training=np.zeros(357, bool))
    lines = [*optimism_lines(evaluate(of_one, made_evaluation().flow, {}, shen2026(), 5))]
    assert next(line for line in lines if line.startswith("share")).split()[-3:] == [
        "–",
        "–",
        "0.00",
    ]
    assert not any("worse" in line for line in lines)
