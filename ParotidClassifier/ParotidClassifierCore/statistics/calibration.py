"""Whether predicted probabilities are as large as the observed shares.

Source: Van Calster et al. 2019, BMC Medicine 17:230.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import rankdata
from statsmodels.nonparametric.smoothers_lowess import lowess

from .likelihood import TWO_SIDED_95, maximum_likelihood
from .metrics import proportion
from .results import CalibrationCurve, Estimate

# Keeps log-odds of a probability that was rounded to 0 or 1 finite.
_SMALLEST = 1e-12
# Standard deviation of the log-odds: even a slope of 1 is noise below it, in thousands of cases.
_LEAST_SPREAD = 0.05
_CASES_PER_GROUP = 10
_FEWEST_GROUPS, _MOST_GROUPS = 5, 10
# A smooth curve through fewer cases, or fewer different probabilities, shows the smoother.
_FEWEST_SMOOTHED, _FEWEST_VALUES, _SMOOTH_POINTS = 30, 10, 101


def calibration_intercept(probabilities: np.ndarray, malignant: np.ndarray) -> Estimate:
    """Return calibration-in-the-large: what must be added to the log-odds to be right on average.

    The maximum likelihood intercept of a logistic regression with the log-odds as offset, with
    Wald's 95% interval; None with one class alone.
    """
    if malignant.all() or not malignant.any():
        return Estimate(None)
    log_odds = _log_odds(probabilities)
    # The likelihood equation is monotone, so bracketing cannot fail where Newton's steps can.
    far = np.abs(log_odds).max() + 2 * abs(logit(1 / (len(malignant) + 1)))
    value = brentq(lambda a: expit(log_odds + a).sum() - malignant.sum(), -far, far, xtol=1e-10)
    fitted = expit(log_odds + value)
    half = TWO_SIDED_95 / np.sqrt((fitted * (1 - fitted)).sum())
    return Estimate(value, float(value - half), float(value + half))


def calibration_slope(probabilities: np.ndarray, malignant: np.ndarray) -> Estimate:
    """Return the slope of a logistic regression of the outcome on the log-odds.

    With Wald's 95% interval; None, not estimable, with one class alone, where the probabilities
    hardly vary, and where they separate the classes.
    """
    log_odds = _log_odds(probabilities)
    if malignant.all() or not malignant.any() or log_odds.std() < _LEAST_SPREAD:
        return Estimate(None)
    fit = maximum_likelihood(log_odds[:, None], malignant)
    value, low, high = (part.item() for part in (fit.values, fit.low, fit.high))
    return Estimate(None) if np.isnan(value) else Estimate(value, low, high)


def calibration_curve(probabilities: np.ndarray, malignant: np.ndarray) -> CalibrationCurve:
    """Return observed shares in groups of cases of like probability, and a smooth curve.

    Groups are quantiles, 5 to 10 of them by the number of cases; equal probabilities are never
    divided. The curve is LOWESS without robustness weights, as the outcome is 0 or 1.
    """
    group_of = _groups(probabilities)
    groups = [group_of == group for group in np.unique(group_of)]
    observed = [proportion(int(malignant[group].sum()), int(group.sum())) for group in groups]
    shares = np.array([(share.value, share.low, share.high) for share in observed], float)
    return CalibrationCurve(
        np.array([probabilities[group].mean() for group in groups], float),
        *shares.reshape(-1, 3).T,
        np.array([group.sum() for group in groups], int),
        *_smooth(probabilities, malignant),
    )


def _groups(probabilities: np.ndarray) -> np.ndarray:
    cases = len(probabilities)
    groups = int(np.clip(cases // _CASES_PER_GROUP, _FEWEST_GROUPS, _MOST_GROUPS))
    return ((rankdata(probabilities) - 0.5) * min(groups, cases) / max(cases, 1)).astype(int)


def _smooth(probabilities: np.ndarray, malignant: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values = np.unique(probabilities)
    if len(probabilities) < _FEWEST_SMOOTHED or len(values) < _FEWEST_VALUES:
        return np.empty(0), np.empty(0)
    predicted = np.linspace(values[0], values[-1], _SMOOTH_POINTS)
    # A window that holds one value alone has no slope: there the curve has no point.
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = lowess(malignant.astype(float), probabilities, it=0, xvals=predicted)
    there = np.isfinite(observed)
    return predicted[there], np.clip(observed[there], 0, 1)


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    return logit(np.clip(probabilities, _SMALLEST, 1 - _SMALLEST))
