"""Areas under ROC curves, their intervals and their comparison, by DeLong's method on ranks.

Sources: DeLong et al. 1988, Biometrics 44:837-845; Sun & Xu 2014, IEEE Signal Processing Letters
21:1389-1393 (midranks in place of all pairs); Qin & Hotilovac 2008, Statistical Methods in Medical
Research 17:207-221 (the interval on the logit scale).
"""

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from .likelihood import TWO_SIDED_95
from .results import Estimate

LEAST_CASES_OF_A_CLASS = 2


def auc_with_interval(
    probabilities: np.ndarray, malignant: np.ndarray, wald: bool = False
) -> Estimate:
    """Return the AUC with its 95 % interval from DeLong's variance, on the logit scale.

    An interval on the scale of the AUC itself, Wald's, is too short above and too long below where
    the AUC is large: at 0.95 of 27 and 81 cases it holds the true AUC in 88 %, this one in 94 %.

    The AUC is None with one class alone. The interval is None with a single case of a class, or
    where the variance is 0, as for an AUC of 0 or 1, which has no logit: it would claim a certainty
    that is not there. The variance is exactly 0 where every malignant case is above equally many
    benign ones, and the reverse, as when the classes do not overlap.

    Args:
        wald: give Wald's interval, cut off at 0 and 1, as other programs do.
    """
    fewest = min(malignant.sum(), (~malignant).sum())
    if fewest == 0:
        return Estimate(None)
    above, below = _placements(probabilities[None], malignant)
    auc = float(above.mean() / below.shape[1])
    variance = _covariance(above, below).item() if fewest >= LEAST_CASES_OF_A_CLASS else 0.0
    if variance == 0:
        return Estimate(auc)
    ends = TWO_SIDED_95 * np.sqrt(variance) * np.array([-1, 1])
    low, high = np.clip(auc + ends, 0, 1) if wald else expit(logit(auc) + ends / (auc * (1 - auc)))
    return Estimate(auc, float(low), float(high))


def paired_p(first: np.ndarray, second: np.ndarray, malignant: np.ndarray) -> float | None:
    """Return the two-sided P of DeLong's test that two models have the same AUC.

    It is 1 where the models order the cases alike; None with fewer than two cases of a class or
    where a difference has no variance.
    """
    if min(malignant.sum(), (~malignant).sum()) < LEAST_CASES_OF_A_CLASS:
        return None
    above, below = _placements(np.stack([first, second]), malignant)
    difference = float((above[0] - above[1]).mean()) / below.shape[1]
    variance = _covariance(above[:1] - above[1:], below[:1] - below[1:]).item()
    if variance == 0:
        return 1.0 if difference == 0 else None
    return float(2 * norm.sf(abs(difference) / np.sqrt(variance)))


def _placements(probabilities: np.ndarray, malignant: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many benign cases lie below each malignant one, and the reverse; ties are ½.

    Whole and half numbers, so that equal placements stay exactly equal.
    """
    among_all = rankdata(probabilities, axis=1)
    above = among_all[:, malignant] - rankdata(probabilities[:, malignant], axis=1)
    beneath = among_all[:, ~malignant] - rankdata(probabilities[:, ~malignant], axis=1)
    return above, malignant.sum() - beneath


def _covariance(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    positives, negatives = above.shape[1], below.shape[1]
    return np.atleast_2d(
        np.cov(above) / (positives * negatives**2) + np.cov(below) / (negatives * positives**2)
    )
