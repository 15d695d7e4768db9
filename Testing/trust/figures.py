"""The arithmetic of the study: figures of each cohort, and what they come to over cohorts."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import NormalDist

import numpy as np
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.models.logistic import probability_of
from ParotidClassifierCore.protocol import Protocol
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT
from ParotidClassifierCore.statistics.calibration import calibration_slope, slope_absent
from ParotidClassifierCore.statistics.delong import auc_with_interval
from ParotidClassifierCore.statistics.metrics import brier_of_share, brier_score, proportion
from ParotidClassifierCore.statistics.results import Estimate

from .cohorts import Judged

_OTHER = {BENIGN: MALIGNANT, MALIGNANT: BENIGN}


@dataclass(frozen=True)
class Spread:
    """A figure over cohorts.

    Attributes:
        values: of the cohorts in which it is defined.
        absent: why it is not, of each of the others.
    """

    values: tuple[float, ...]
    absent: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """NaN where no cohort has it."""
        return float(np.mean(self.values)) if self.values else np.nan

    @property
    def sd(self) -> float:
        """NaN with fewer than two cohorts."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else np.nan

    @property
    def standard_error(self) -> float:
        """Of the mean; NaN with fewer than two cohorts."""
        return self.sd / np.sqrt(max(len(self.values), 1))

    def worst(self, wanted: float) -> float:
        """Return the value farthest from the one that is wanted; NaN where there is none."""
        return max(self.values, key=lambda value: abs(value - wanted), default=np.nan)


def models_of_all(cohorts: Sequence[Judged]) -> list[str]:
    """Return the models that every cohort gave; one with too few findings may lack some."""
    return [name for name in cohorts[0].names if all(name in c.names for c in cohorts)]


def auc(cohorts: Sequence[Judged], model: str) -> Spread:
    """Return the AUC on the test cases."""
    found = [auc_with_interval(_log_odds(c, model), c.malignant).value for c in cohorts]
    return Spread(tuple(value for value in found if value is not None))


def slope(cohorts: Sequence[Judged], model: str) -> Spread:
    """Return the calibration slope on the test cases, and why it is not estimable in some."""
    values, absent = [], []
    for cohort in cohorts:
        probabilities = probability_of(_log_odds(cohort, model))
        found = calibration_slope(probabilities, cohort.malignant).value
        if found is None:
            why = slope_absent(probabilities, cohort.malignant)
            absent.append(why or "the likelihood has no maximum")
        else:
            values.append(found)
    return Spread(tuple(values), tuple(absent))


def brier(cohorts: Sequence[Judged], model: str) -> Spread:
    """Return the Brier score on the test cases."""
    scores = (brier_score(probability_of(_log_odds(c, model)), c.malignant) for c in cohorts)
    return Spread(tuple(scores))


def brier_of_prevalence(cohorts: Sequence[Judged]) -> float:
    """Return the Brier score of giving each test case their own share of malignant ones.

    No training set could tell that share so well: it is the hardest to be better than.
    """
    return brier_of_share(cohorts[0].malignant)


def gain_of_fusion(cohorts: Sequence[Judged], fusion: str, parts: Sequence[str]) -> Spread:
    """Return the AUC of a fusion less that of the better part, which has the larger mean AUC.

    The better of two in each cohort would owe some of its lead to that cohort's luck.
    """
    better = max((auc(cohorts, part) for part in parts), key=lambda spread: spread.mean)
    differences = np.subtract(auc(cohorts, fusion).values, better.values)
    return Spread(tuple(differences.tolist()))


def together(spreads: Iterable[Spread]) -> Spread:
    """Return one figure over all cohorts of several."""
    found = [*spreads]
    return Spread(
        tuple(chain.from_iterable(spread.values for spread in found)),
        tuple(chain.from_iterable(spread.absent for spread in found)),
    )


def coverage(cohorts: Sequence[Judged], model: str) -> Spread:
    """Return the share of test cases whose 95 % interval holds the mean over the other cohorts.

    The mean is that of the log-odds, around which the interval is made: probabilities near 0 and 1
    have a mean that no log-odds had. The cohort itself is left out of it, towards which it would
    be drawn; the mean of the others is itself uncertain, so the share is rather too small, see
    `exact_coverage`.
    """
    if len(cohorts) < 2:
        return Spread(())
    log_odds = np.array([_log_odds(cohort, model) for cohort in cohorts])
    shares = []
    for number, cohort in enumerate(cohorts):
        row = cohort.names.index(model)
        mean = probability_of(np.delete(log_odds, number, axis=0).mean(axis=0))
        shares.append(float(((cohort.low[row] <= mean) & (mean <= cohort.high[row])).mean()))
    return Spread(tuple(shares))


def exact_coverage(cohorts: int) -> float:
    """Return what `coverage` is, over so many cohorts, of exact normal intervals of 95 %."""
    # The distance of one cohort from the mean of the others has this many times its variance.
    excess = cohorts / (cohorts - 1)
    return math.erf(NormalDist().inv_cdf(0.975) / math.sqrt(2 * excess))


def width(cohorts: Sequence[Judged], model: str) -> Spread:
    """Return the median width of the 95 % interval, as a probability."""
    rows = [c.names.index(model) for c in cohorts]
    return Spread(
        tuple(float(np.median(c.high[r] - c.low[r])) for c, r in zip(cohorts, rows, strict=True))
    )


def definite(cohorts: Sequence[Judged], model: str) -> Spread:
    """Return the share of all test cases that are told to be benign or malignant."""
    return Spread(tuple(float((_answers(c, model) != "").mean()) for c in cohorts))


def wrong(
    cohorts: Sequence[Judged], model: str, outcome: str, among_definite: bool = False
) -> Estimate:
    """Return the share of the cases of an outcome that get the other answer.

    The mean over cohorts, with Wilson's interval of as many cases as one cohort was judged on: all
    were judged on the same ones, so that more cohorts do not make them more cases.

    Args:
        among_definite: of the cases that get a definite answer, else of all, which is what the
            error rate promises.
    """
    counts, cases = [], []
    for cohort in cohorts:
        answers = _answers(cohort, model)[cohort.malignant == (outcome == MALIGNANT)]
        counts.append((answers == _OTHER[outcome]).sum())
        cases.append((answers != "").sum() if among_definite else len(answers))
    return proportion(round(float(np.mean(counts))), round(float(np.mean(cases))))


def _answers(cohort: Judged, model: str) -> np.ndarray:
    """(n,) benign or malignant; empty where neither is told, as it is of a case outside."""
    answers = cohort.answers[cohort.names.index(model)]
    told = np.isin(answers, [BENIGN, MALIGNANT]) & ~cohort.outside
    return np.where(told, answers, "")


def share_in_domain(cohorts: Sequence[Judged], status: DomainStatus) -> Spread:
    """Return the share of cases with this place in the domain."""
    return Spread(tuple(float((cohort.domain == status.value).mean()) for cohort in cohorts))


def with_headline(cohorts: Sequence[Judged]) -> Spread:
    """Return how many of the real CT get a probability to be shown first."""
    counts = []
    for cohort in cohorts:
        real = cohort.of(cohort.real)
        counts.append(float((~real.outside & np.isfinite(real.log_odds).any(axis=0)).sum()))
    return Spread(tuple(counts))


def fusions(protocol: Protocol, models: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the fusions among the models, and of each the models of its parts alone."""
    return {name: parts for name in models if len(parts := protocol.parts(name)) == 2}


def _log_odds(cohort: Judged, model: str) -> np.ndarray:
    return cohort.log_odds[cohort.names.index(model)]
