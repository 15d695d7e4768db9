"""Calls against outcomes at one threshold, and the Brier score."""

from __future__ import annotations

import numpy as np
from scipy.stats import binomtest

from .results import Confusion, Estimate


def confusion_at(probabilities: np.ndarray, malignant: np.ndarray, threshold: float) -> Confusion:
    """Count calls against outcomes; a probability at or above `threshold` is called malignant.

    Args:
        probabilities: (n,) finite.
        malignant: (n,) bool.
        threshold: probability.
    """
    called = probabilities >= threshold
    return Confusion(
        true_positives=int((called & malignant).sum()),
        false_negatives=int((~called & malignant).sum()),
        false_positives=int((called & ~malignant).sum()),
        true_negatives=int((~called & ~malignant).sum()),
    )


def rates(counts: Confusion) -> dict[str, Estimate]:
    """Return accuracy, sensitivity, specificity, ppv and npv with Wilson intervals, by name."""
    positives = counts.true_positives + counts.false_negatives
    negatives = counts.true_negatives + counts.false_positives
    right = counts.true_positives + counts.true_negatives
    return {
        "accuracy": proportion(right, positives + negatives),
        "sensitivity": proportion(counts.true_positives, positives),
        "specificity": proportion(counts.true_negatives, negatives),
        "ppv": proportion(counts.true_positives, counts.true_positives + counts.false_positives),
        "npv": proportion(counts.true_negatives, counts.true_negatives + counts.false_negatives),
    }


def proportion(count: int, cases: int) -> Estimate:
    """Return count / cases with Wilson's 95% interval; None without cases.

    Source: Wilson 1927, Journal of the American Statistical Association 22:209-212.
    """
    if cases == 0:
        return Estimate(None)
    interval = binomtest(count, cases).proportion_ci(method="wilson")
    return Estimate(count / cases, float(interval.low), float(interval.high))


def brier_score(probabilities: np.ndarray, malignant: np.ndarray) -> float | None:
    """Return the mean squared difference of probability and outcome; None without cases.

    Args:
        probabilities: (n,) finite.
        malignant: (n,) bool.

    Source: Brier 1950, Monthly Weather Review 78:1-3.
    """
    return float(((probabilities - malignant) ** 2).mean()) if len(malignant) else None
