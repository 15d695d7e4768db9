"""Three answers: benign, malignant, or that the case cannot be told, at a stated error rate.

Class-conditional conformal prediction on the out-of-fold probabilities of the training cases: a
class is ruled out where at most the stated share of its own cases looked so little like it.
Whatever the models are worth, of the cases of either class no larger share gets the other answer,
as long as they are like the training cases; a poor model says "indeterminate" more often.

Source: Vovk, Gammerman & Shafer 2005, Algorithmic Learning in a Random World, chapter 4.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..base.words import counted
from ..protocol.outcome import BENIGN, MALIGNANT, outcome_word
from .probabilities import ModelResult

INDETERMINATE = "indeterminate"
ERROR_RATE = 0.10  # of the cases of each class (decided here)
NO_SCORES = "the bundle does not hold what this model said of training cases it had not seen"


@dataclass(frozen=True)
class Limits:
    """From where on a probability rules out a class.

    Attributes:
        benign_below: below it the answer is benign: malignant is ruled out.
        malignant_above: above it the answer is malignant. Not below `benign_below`; in between
            neither class is ruled out.
    """

    benign_below: float
    malignant_above: float

    def answer(self, probability: float) -> str:
        """Return BENIGN, MALIGNANT or INDETERMINATE."""
        if probability < self.benign_below:
            return BENIGN
        return MALIGNANT if probability > self.malignant_above else INDETERMINATE


def limits_of(
    scores: Mapping[str, Sequence[float]], error_rate: float = ERROR_RATE
) -> Limits | None:
    """Return the limits that the out-of-fold probabilities of a model's training cases give.

    Args:
        scores: by class, BENIGN and MALIGNANT, rising.
        error_rate: the largest share of a class that gets the other answer.

    Returns:
        None where a class has too few cases to rule it out at that rate: fewer than
        `fewest_cases`.
    """
    benign, malignant = (np.asarray(scores.get(of, ())) for of in (BENIGN, MALIGNANT))
    if min(len(benign), len(malignant)) < fewest_cases(error_rate):
        return None
    low = malignant[_may_be_wrong(len(malignant), error_rate)]
    high = benign[::-1][_may_be_wrong(len(benign), error_rate)]
    if low <= high:
        return Limits(float(low), float(high))
    # Both classes are ruled out in between: there the one that it looks more like is the answer.
    between = np.unique([high, low, *(s for s in (*benign, *malignant) if high < s < low)])
    cuts = (between[:-1] + between[1:]) / 2
    malignant_p = (np.searchsorted(malignant, cuts, side="right") + 1) / (len(malignant) + 1)
    benign_p = (len(benign) - np.searchsorted(benign, cuts, side="left") + 1) / (len(benign) + 1)
    cut = float(cuts[np.abs(malignant_p - benign_p).argmin()])
    return Limits(cut, cut)


def verdict_of(result: ModelResult, probability: float) -> str:
    """Return what the model of a result says of another probability."""
    if result.answer_limits is None:
        return outcome_word(probability >= result.threshold)
    return Limits(*result.answer_limits).answer(probability)


def with_answers(
    results: Mapping[str, ModelResult], scores: Mapping[str, Mapping[str, Sequence[float]]]
) -> dict[str, ModelResult]:
    """Return the results with the answer to each probability, or why it has none.

    Args:
        scores: by model, as `limits_of` takes them.
    """
    told = dict(results)
    for name, result in results.items():
        if result.probability is None:
            continue
        of_model = scores.get(name, {})
        limits = limits_of(of_model)
        if limits is None:
            told[name] = replace(result, no_answer=_too_few(of_model))
        else:
            bounds = limits.benign_below, limits.malignant_above
            answer = limits.answer(result.probability)
            told[name] = replace(result, answer=answer, answer_limits=bounds)
    return told


def _too_few(scores: Mapping[str, Sequence[float]]) -> str:
    if not scores:
        return NO_SCORES
    cases = [counted(len(scores.get(of, ())), f"{of} training case") for of in (BENIGN, MALIGNANT)]
    return f"the bundle's {' and '.join(cases)} are too few: it takes {fewest_cases()} of each"


def fewest_cases(error_rate: float = ERROR_RATE) -> int:
    """Return how many cases of a class are needed to rule it out at an error rate."""
    return math.ceil(round(1 / error_rate, 9)) - 1


def _may_be_wrong(cases: int, error_rate: float) -> int:
    """Return how many of the cases least like their class may get the other answer."""
    return math.floor(round(error_rate * (cases + 1), 9)) - 1
