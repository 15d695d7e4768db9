"""Whether predicted probabilities are as large as the observed shares.

Sources: Van Calster et al. 2019, BMC Medicine 17:230; Cleveland 1979, Journal of the American
Statistical Association 74:829-836 (LOWESS).
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import rankdata
from statsmodels.stats.proportion import proportion_confint

from .likelihood import TWO_SIDED_95, maximum_likelihood
from .metrics import proportion
from .results import CalibrationCurve, Estimate

# Keeps log-odds of a probability that was rounded to 0 or 1 finite.
_SMALLEST = 1e-12
# Standard deviation of the log-odds: even a slope of 1 is noise below it, in thousands of cases.
_LEAST_SPREAD = 0.05
# Fewer cases of a class leave a slope that the next case would turn round.
_LEAST_OF_A_CLASS = 5
_CASES_PER_GROUP = 10
_FEWEST_GROUPS, _MOST_GROUPS = 5, 10
# A smooth curve through fewer cases, or fewer different probabilities, shows the smoother.
_FEWEST_SMOOTHED, _FEWEST_VALUES, _SMOOTH_POINTS = 30, 10, 101


def calibration_intercept(probabilities: np.ndarray, malignant: np.ndarray) -> Estimate:
    """Return calibration-in-the-large: what must be added to the log-odds to be right on average.

    The maximum likelihood intercept of a logistic regression with the log-odds as offset, with
    Wald's 95 % interval; None with one class alone.
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

    With Wald's 95 % interval; None where it is not estimable, see `slope_absent`.
    """
    if slope_absent(probabilities, malignant):
        return Estimate(None)
    fit = maximum_likelihood(_log_odds(probabilities)[:, None], malignant)
    value, low, high = (part.item() for part in (fit.values, fit.low, fit.high))
    return Estimate(None) if np.isnan(value) else Estimate(value, low, high)


def slope_absent(probabilities: np.ndarray, malignant: np.ndarray) -> str:
    """Return why the calibration slope is not estimable; empty where it is."""
    if not len(probabilities):
        return "no probability"
    log_odds = _log_odds(probabilities)
    of_malignant, of_benign = log_odds[malignant], log_odds[~malignant]
    fewest = min(len(of_malignant), len(of_benign))
    if fewest == 0:
        return "one class"
    if log_odds.std() < _LEAST_SPREAD:
        return "hardly any spread"
    if of_benign.max() <= of_malignant.min() or of_malignant.max() <= of_benign.min():
        return "separated"
    return "too few" if fewest < _LEAST_OF_A_CLASS else ""


def calibration_curve(probabilities: np.ndarray, malignant: np.ndarray) -> CalibrationCurve:
    """Return observed shares in groups of cases of like probability, and a smooth curve.

    Groups are quantiles, 5 to 10 of them by the number of cases; equal probabilities are never
    divided. The curve is LOWESS without robustness weights, as the outcome is 0 or 1. Its band is
    Wilson's interval of as many cases as a plain mean would need to be as certain as the point.
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


def _smooth(probabilities: np.ndarray, malignant: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the points of the curve: predicted, observed and the ends of its 95 % band."""
    values = np.unique(probabilities)
    if len(probabilities) < _FEWEST_SMOOTHED or len(values) < _FEWEST_VALUES:
        return (np.empty(0),) * 4
    predicted = np.linspace(values[0], values[-1], _SMOOTH_POINTS)
    weights = _smoother(probabilities, predicted)
    # A window that holds one value alone has no slope: there the curve has no point.
    there = np.isfinite(weights).all(axis=1)
    weights = weights[there]
    observed, cases = np.clip(weights @ malignant, 0, 1), 1 / (weights**2).sum(axis=1)
    band = proportion_confint(observed * cases, cases, method="wilson")
    return predicted[there], observed, *band


def _smoother(probabilities: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return (s, n) what each outcome counts in the LOWESS curve at each of s points.

    LOWESS is a line through the nearest cases, weighed by distance, and so linear in the outcomes:
    the weights give the curve and its variance. statsmodels' LOWESS gives the curve alone.
    """
    distances = np.abs(at[:, None] - probabilities)
    nearest = 2 * len(probabilities) // 3  # how many cases a point is drawn from
    with np.errstate(divide="ignore", invalid="ignore"):
        share = distances / np.partition(distances, nearest - 1, axis=1)[:, nearest - 1 : nearest]
        near = np.clip(1 - share**3, 0, None) ** 3
        near /= near.sum(axis=1, keepdims=True)
        centre = (near @ probabilities)[:, None]
        offsets = probabilities - centre
        spread = (near * offsets**2).sum(axis=1, keepdims=True)
        return near * (1 + (at[:, None] - centre) * offsets / spread)


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    return logit(np.clip(probabilities, _SMALLEST, 1 - _SMALLEST))
