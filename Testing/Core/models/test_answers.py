"""Benign, malignant or indeterminate: the stated error rate, and what a small cohort cannot say."""

import numpy as np
import pytest
from ParotidClassifierCore.models.answers import (
    INDETERMINATE,
    NO_SCORES,
    SEEN,
    fewest_cases,
    limits_by_model,
    limits_of,
    with_answers,
)
from ParotidClassifierCore.models.probabilities import ModelResult
from ParotidClassifierCore.models.settings import CROSS_FITTED, PAPER, STACKINGS
from ParotidClassifierCore.protocol import ModelSpec, shen2026

BENIGN_CASES, MALIGNANT_CASES = 90, 30


def probabilities(rng, mean, count):
    return np.sort(1 / (1 + np.exp(-rng.normal(mean, 1.0, count))))


def scores(rng, separation, benign=BENIGN_CASES, malignant=MALIGNANT_CASES):
    return {
        "benign": probabilities(rng, -separation / 2, benign),
        "malignant": probabilities(rng, separation / 2, malignant),
    }


def p_value(score, of, towards):
    """As the textbook has it: of a class and the case, the share that looks no more like it."""
    return (sum(towards(score, other) for other in of) + 1) / (len(of) + 1)


@pytest.mark.parametrize("error_rate", [0.05, 0.10, 0.25])
@pytest.mark.parametrize("separation", [0.0, 1.0, 2.5])
def test_an_answer_is_the_class_that_is_not_ruled_out(separation, error_rate):
    known = scores(np.random.default_rng(3), separation)
    limits = limits_of(known, error_rate)
    for score in np.linspace(0.001, 0.999, 500):
        malignant = p_value(score, known["malignant"], lambda s, other: other <= s)
        benign = p_value(score, known["benign"], lambda s, other: other >= s)
        out = (malignant <= error_rate, benign <= error_rate)
        if out != (True, True):
            wanted = "benign" if out[0] else "malignant" if out[1] else INDETERMINATE
            if (wanted == "benign" and score > 0.5) or (wanted == "malignant" and score < 0.5):
                wanted = INDETERMINATE
            assert limits.answer(score) == wanted


@pytest.mark.parametrize("separation", [0.0, 1.5, 4.0])
def test_no_more_of_a_class_get_the_other_answer_than_stated(separation):
    rng = np.random.default_rng(0)
    wrong = {"benign": [], "malignant": []}
    for _ in range(400):
        limits = limits_of(scores(rng, separation))
        for of, mean in (("benign", -separation / 2), ("malignant", separation / 2)):
            answers = [limits.answer(p) for p in probabilities(rng, mean, 40)]
            wrong[of].append(np.mean([a not in (of, INDETERMINATE) for a in answers]))
    assert max(map(np.mean, wrong.values())) < 0.105
    assert separation == 4.0 or min(map(np.mean, wrong.values())) > 0.08  # not careful for nothing


def test_classes_that_are_far_apart_leave_next_to_nothing_indeterminate():
    known = scores(np.random.default_rng(1), 6.0)
    limits = limits_of(known)
    answers = [limits.answer(p) for of_class in known.values() for p in of_class]
    assert answers.count(INDETERMINATE) <= 2
    assert (limits.answer(0.01), limits.answer(0.99)) == ("benign", "malignant")


def test_probabilities_that_say_nothing_are_mostly_indeterminate():
    rng = np.random.default_rng(2)
    limits = limits_of(scores(rng, 0.0))
    answers = [limits.answer(p) for p in probabilities(rng, 0.0, 1000)]
    assert answers.count(INDETERMINATE) > 700


def test_no_answer_contradicts_its_probability():
    """Of few malignant cases even 30 % rules out benign, and yet it is not answered malignant."""
    limits = limits_of(
        {"benign": np.linspace(0.01, 0.2, 90), "malignant": np.linspace(0.1, 0.6, 30)}
    )
    assert limits.answer(0.3) == INDETERMINATE
    assert limits.answer(0.51) == "malignant"
    turned = limits_of(
        {"benign": np.linspace(0.4, 0.9, 30), "malignant": np.linspace(0.8, 0.99, 90)}
    )
    assert turned.answer(0.7) == INDETERMINATE
    assert turned.answer(0.49) == "benign"


def test_a_class_with_too_few_cases_cannot_be_ruled_out():
    rng = np.random.default_rng(0)
    assert fewest_cases(0.10) == 9
    assert fewest_cases(0.05) == 19
    assert limits_of(scores(rng, 1.0, malignant=8)) is None
    assert limits_of(scores(rng, 1.0, malignant=9)) is not None
    assert limits_of({}) is None


def test_a_probability_without_an_answer_says_why():
    rng = np.random.default_rng(0)
    results = {name: ModelResult(name, 0.4) for name in ("known", "few", "unknown")}
    results["none"] = ModelResult("none", unavailable="margin is unknown")
    kept = {"known": scores(rng, 1.0), "few": scores(rng, 1.0, malignant=8)}
    specs = [ModelSpec(name, radiomics=("Tumor",)) for name in results]
    told = with_answers(results, limits_by_model(specs, CROSS_FITTED, kept))
    limits = limits_of(kept["known"])
    assert told["known"].answer == limits.answer(0.4)
    assert told["known"].answer_limits == limits
    assert told["few"].no_answer == (
        "90 benign training cases and 8 malignant training cases are too few: it takes 9 of each"
    )
    assert told["unknown"].no_answer == NO_SCORES
    assert told["none"] == results["none"]


@pytest.mark.parametrize("stacking", STACKINGS)
def test_scores_of_a_network_that_had_seen_the_case_give_no_answer(stacking):
    """As the paper stacks: the deep features of a training case are those of the final network."""
    known = scores(np.random.default_rng(0), 1.0)
    specs = shen2026().models
    limits = limits_by_model(specs.values(), stacking, dict.fromkeys(specs, known))
    without = {name for name, of_model in limits.items() if of_model == SEEN}
    fusions = {f"{region}_RAD+DL" for region in ("Tumor", "External2", "Tumor+External2")}
    assert without == (fusions | {"Combined"} if stacking == PAPER else set())
    assert limits["Tumor_DL"] == limits_of(known)


def test_a_probability_that_is_a_limit_is_indeterminate():
    limits = limits_of(
        {"benign": np.linspace(0.1, 0.6, 50), "malignant": np.linspace(0.3, 0.9, 50)}
    )
    assert limits.answer(limits.benign_below) == INDETERMINATE
    assert limits.answer(limits.malignant_above) == INDETERMINATE
