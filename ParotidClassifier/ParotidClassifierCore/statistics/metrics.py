"""Calls against outcomes at one threshold, and the Brier score."""

from dataclasses import astuple

import numpy as np
from scipy.stats import binomtest

from .results import AnswerFigures, Confusion, Estimate


def confusion_at(probabilities: np.ndarray, malignant: np.ndarray, threshold: float) -> Confusion:
    """Count calls against outcomes; a probability at or above `threshold` is called malignant."""
    called = probabilities >= threshold
    pairs = ((calls, cases) for cases in (malignant, ~malignant) for calls in (called, ~called))
    return Confusion(*(int((calls & cases).sum()) for calls, cases in pairs))


def rates(counts: Confusion) -> dict[str, Estimate]:
    """Return accuracy, sensitivity, specificity, ppv and npv with Wilson intervals, by name."""
    found, missed, false_alarms, cleared = astuple(counts)
    return {
        "accuracy": proportion(found + cleared, found + missed + false_alarms + cleared),
        "sensitivity": proportion(found, found + missed),
        "specificity": proportion(cleared, cleared + false_alarms),
        "ppv": proportion(found, found + false_alarms),
        "npv": proportion(cleared, cleared + missed),
    }


def answer_figures(definite: np.ndarray, right: np.ndarray) -> AnswerFigures:
    """Return the shares of answers to n cases, with Wilson intervals.

    Args:
        definite: (n,) bool: the answer is a class.
        right: (n,) bool: it is the case's own class.
    """
    cases, wrong = len(definite), int((definite & ~right).sum())
    return AnswerFigures(
        cases=cases,
        definite=proportion(int(definite.sum()), cases),
        covered=proportion(cases - wrong, cases),
        wrong_of_definite=proportion(wrong, int(definite.sum())),
    )


def proportion(count: int, cases: int) -> Estimate:
    """Return count / cases with Wilson's 95 % interval; None without cases.

    Source: Wilson 1927, Journal of the American Statistical Association 22:209-212.
    """
    if cases == 0:
        return Estimate(None)
    interval = binomtest(count, cases).proportion_ci(method="wilson")
    return Estimate(count / cases, float(interval.low), float(interval.high))


def brier_score(probabilities: np.ndarray, malignant: np.ndarray) -> float | None:
    """Return the mean squared difference of probability and outcome; None without cases.

    Source: Brier 1950, Monthly Weather Review 78:1-3.
    """
    return float(((probabilities - malignant) ** 2).mean()) if len(malignant) else None


def brier_of_share(malignant: np.ndarray) -> float | None:
    """Return the Brier score of giving every case the share of malignant ones; None without."""
    return brier_score(malignant.mean(), malignant) if len(malignant) else None
