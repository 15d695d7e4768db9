"""Decision curves: what a model is worth at each threshold a patient or doctor may choose.

Source: Vickers & Elkin 2006, Medical Decision Making 26:565-574.
"""

import numpy as np

DECISION_THRESHOLDS = np.arange(1, 100) / 100


def net_benefit(
    probabilities: np.ndarray, malignant: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """Return true positives less weighted false positives, for each case judged.

    Args:
        thresholds: (t,) in (0, 1); a case at or above one is called malignant.

    Returns:
        (t,); NaN without cases.
    """
    if not len(malignant):
        return np.full(len(thresholds), np.nan)
    true_positives, false_positives = (
        (probabilities[cases][:, None] >= thresholds).sum(axis=0)
        for cases in (malignant, ~malignant)
    )
    weighted = false_positives * thresholds / (1 - thresholds)
    return (true_positives - weighted) / len(malignant)


def net_benefit_of_all(malignant: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return the net benefit of calling every case malignant, (t,), NaN without cases."""
    return net_benefit(np.ones(len(malignant)), malignant, thresholds)
