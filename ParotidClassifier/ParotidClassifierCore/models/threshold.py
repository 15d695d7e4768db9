"""The operating threshold of a model."""

from __future__ import annotations

import numpy as np


def youden_threshold(probabilities: np.ndarray, malignant: np.ndarray) -> float:
    """Return the threshold with the largest sensitivity + specificity - 1.

    A case is called malignant when its probability is at or above the threshold. The threshold
    lies half-way between two observed probabilities, so that rounding cannot turn a call. Of
    thresholds that are equally good the lowest is taken: a missed malignancy costs more than a
    false alarm.

    Args:
        probabilities: (n,) float.
        malignant: (n,) bool; both classes present.

    Source: Youden 1950, Cancer 3:32-35.
    """
    levels, level_of = np.unique(probabilities, return_inverse=True)
    positives = np.bincount(level_of[malignant], minlength=len(levels))
    negatives = np.bincount(level_of[~malignant], minlength=len(levels))
    sensitivity = positives[::-1].cumsum()[::-1] / positives.sum()
    false_alarms = negatives[::-1].cumsum()[::-1] / negatives.sum()
    # Rounding removes the last-digit differences between indices that are equal as fractions.
    best = int(np.argmax(np.round(sensitivity - false_alarms, 12)))
    return float(levels[best] if best == 0 else (levels[best - 1] + levels[best]) / 2)
