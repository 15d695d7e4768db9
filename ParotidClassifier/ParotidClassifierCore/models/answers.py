"""Three answers: benign, malignant, or that the case cannot be told, at a stated error rate.

Class-conditional conformal prediction on the out-of-fold probabilities of the training cases: a
class is ruled out where at most the stated share of its own cases looked so little like it.
Whatever the models are worth, of the cases of either class no larger share gets the other answer,
as long as they are like the training cases, and as nearly as the out-of-fold probabilities are
spread like those of new cases; a poor model says "indeterminate" more often. So it does, too, where
the answer would contradict its probability: where few tumours are malignant, 30 % may rule out
benign, but nobody would call it malignant.

Sources: Vovk, Gammerman & Shafer 2005, Algorithmic Learning in a Random World, chapter 4; Vovk
2015, Annals of Mathematics and Artificial Intelligence 74:9 (out-of-fold scores).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..base.words import counted, listed
from ..protocol import ModelSpec
from ..protocol.outcome import BENIGN, MALIGNANT, outcome_word
from .probabilities import ModelResult
from .settings import PAPER

INDETERMINATE = "indeterminate"
ERROR_RATE = 0.10  # of the cases of each class (decided here)
EVEN = 0.5  # the answer is never benign above it, never malignant below it (decided here)
NO_SCORES = "what this model said of training cases it had not seen is not known"
SEEN = (
    "its probabilities of training cases rest on deep features by a network that had learnt from "
    "those cases (stacking paper)"
)


class Limits(NamedTuple):
    """From where on a probability rules out a class.

    Attributes:
        benign_below: below it the answer is benign: malignant is ruled out. At most EVEN.
        malignant_above: above it the answer is malignant. At least EVEN.
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
    if low > high:
        low = high = _cut(benign, malignant, high, low)
    return Limits(min(float(low), EVEN), max(float(high), EVEN))


def _cut(benign: np.ndarray, malignant: np.ndarray, high: float, low: float) -> float:
    """Return the one limit of classes that are far apart, between `high` and `low`."""
    # Both classes are ruled out in between: there the one that it looks more like is the answer.
    between = np.unique([high, low, *(s for s in (*benign, *malignant) if high < s < low)])
    cuts = (between[:-1] + between[1:]) / 2
    malignant_p = (np.searchsorted(malignant, cuts, side="right") + 1) / (len(malignant) + 1)
    benign_p = (len(benign) - np.searchsorted(benign, cuts, side="left") + 1) / (len(benign) + 1)
    return float(cuts[np.abs(malignant_p - benign_p).argmin()])


def limits_by_model(
    specs: Iterable[ModelSpec], stacking: str, scores: Mapping[str, Mapping[str, Sequence[float]]]
) -> dict[str, Limits | str]:
    """Return the limits of each model, or why it has none.

    Args:
        specs: of the models, in the order of the protocol.
        stacking: one of settings.STACKINGS.
        scores: by model, as `limits_of` takes them.
    """
    limits: dict[str, Limits | str] = {}
    for spec in specs:
        has_seen = spec.is_fusion or SEEN in (limits[name] for name in spec.log_odds)
        of_model = scores.get(spec.name, {})
        found = limits_of(of_model) or _too_few(of_model)
        limits[spec.name] = SEEN if stacking == PAPER and has_seen else found
    return limits


def verdict_of(result: ModelResult, probability: float) -> str:
    """Return what the model of a result says of another probability."""
    if result.answer_limits is None:
        return outcome_word(probability >= result.threshold)
    return Limits(*result.answer_limits).answer(probability)


def with_answers(
    results: Mapping[str, ModelResult], limits: Mapping[str, Limits | str]
) -> dict[str, ModelResult]:
    """Return the results with the answer to each probability, or why it has none.

    Args:
        limits: as `limits_by_model` gives them.
    """
    told = dict(results)
    for name, result in results.items():
        if result.probability is None:
            continue
        of_model = limits[name]
        if isinstance(of_model, Limits):
            answer = of_model.answer(result.probability)
            told[name] = replace(result, answer=answer, answer_limits=of_model)
        else:
            told[name] = replace(result, no_answer=of_model)
    return told


def without_answers(limits: Mapping[str, Limits | str]) -> list[str]:
    """Say why models have no answers, each reason once.

    Args:
        limits: as `limits_by_model` gives them.
    """
    lacking: dict[str, list[str]] = {}
    for name, of_model in limits.items():
        if isinstance(of_model, str):
            lacking.setdefault(of_model, []).append(name)
    return [f"No answers by {listed(names)}: {why}." for why, names in lacking.items()]


def fewest_cases(error_rate: float = ERROR_RATE) -> int:
    """Return how many cases of a class are needed to rule it out at an error rate."""
    return math.ceil(round(1 / error_rate, 9)) - 1


def _too_few(scores: Mapping[str, Sequence[float]]) -> str:
    if not scores:
        return NO_SCORES
    cases = [counted(len(scores.get(of, ())), f"{of} training case") for of in (BENIGN, MALIGNANT)]
    return f"{' and '.join(cases)} are too few: it takes {fewest_cases()} of each"


def _may_be_wrong(cases: int, error_rate: float) -> int:
    """Return how many of the cases least like their class may get the other answer."""
    return math.floor(round(error_rate * (cases + 1), 9)) - 1
