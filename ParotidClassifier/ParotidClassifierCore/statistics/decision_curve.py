"""Decision curves: what a model is worth at each threshold a patient or doctor may choose.

Source: Vickers & Elkin 2006, Medical Decision Making 26:565-574.
"""

from __future__ import annotations

import numpy as np

DECISION_THRESHOLDS = np.arange(1, 100) / 100


def net_benefit(
    probabilities: np.ndarray, malignant: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """Return true positives less weighted false positives, for each case judged.

    Args:
        probabilities: (n,) finite.
        malignant: (n,) bool.
        thresholds: (t,) in (0, 1); a case at or above one is called malignant.

    Returns:
        (t,); NaN without cases.
    """
    if not len(malignant):
        return np.full(len(thresholds), np.nan)
    true_positives = _at_or_above(probabilities[malignant], thresholds)
    false_positives = _at_or_above(probabilities[~malignant], thresholds)
    weighted = false_positives * thresholds / (1 - thresholds)
    return (true_positives - weighted) / len(malignant)


def net_benefit_of_all(malignant: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return the net benefit of calling every case malignant, (t,), NaN without cases."""
    return net_benefit(np.ones(len(malignant)), malignant, thresholds)


def _at_or_above(values: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    return len(values) - np.searchsorted(np.sort(values), thresholds, side="left")
