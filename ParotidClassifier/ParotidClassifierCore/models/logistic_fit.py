"""Fitting one logistic model on the rows it is given."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from .logistic import LogisticModel, probability_of

_MOST_STEPS = 1000
_SETTLED = 1e-9  # largest slope of the mean loss at which Newton's steps end
_NO_MORE = 1 + 1e-12  # a loss that is larger by rounding alone has not grown
# Rounding leaves equal values with a standard deviation of about this share of their mean or less.
_ROUNDING = 1e-10
LEAST_SLOPE = 0.01  # of log-odds put on a line
_LEAST_SPREAD = 1e-12  # of an outcome: where all are certain there would be no step


def fit_logistic(
    name: str,
    columns: tuple[str, ...],
    x: np.ndarray,
    y: np.ndarray,
    penalty: float,
    at_least_zero: Collection[str] = (),
) -> LogisticModel:
    """Return the L2-penalised logistic regression of `y` on the z-scores of `x`.

    Classes are not weighted: the probabilities then follow the training cohort's prevalence, and
    the threshold, not the fit, answers for the imbalance.

    Args:
        columns: (k,) names of the columns of `x`.
        x: (n, k) float64, finite.
        y: (n,) bool, both classes present.
        penalty: C, the inverse of the penalty.
        at_least_zero: the columns whose coefficients may not be negative.
    """
    means, sds = x.mean(axis=0), np.where(varying(x), x.std(axis=0), 1.0)
    empty = LogisticModel(
        name=name,
        columns=columns,
        means=tuple(means.tolist()),
        sds=tuple(sds.tolist()),
        coefficients=(0.0,) * len(columns),
        intercept=float(np.log(y.sum() / (~y).sum())),
        ranges=tuple(zip(x.min(axis=0).tolist(), x.max(axis=0).tolist(), strict=True)),
    )
    return refit_logistic(empty, x, y, np.ones(len(y)), penalty, at_least_zero)


def refit_logistic(
    kept: LogisticModel,
    x: np.ndarray,
    y: np.ndarray,
    counts: np.ndarray,
    penalty: float,
    at_least_zero: Collection[str] = (),
) -> LogisticModel:
    """Return `kept` with the coefficients that other rows give it, in units of its own z-scores.

    The penalty is that of the z-scores of the rows at hand: their variances enter as its weights.

    Args:
        x: (n, k) float64, finite, the model's columns.
        y: (n,) bool.
        counts: (n,) how often each row is taken, 0 or more; both classes are taken.
    """
    taken = counts > 0
    low, high = np.transpose(kept.ranges)
    z = (np.clip(x[taken], low, high) - kept.means) / kept.sds
    y, weights = y[taken], counts[taken].astype(float)
    variances = np.average((z - np.average(z, axis=0, weights=weights)) ** 2, 0, weights)
    varies = varying(x[taken]) & varying(z)  # all may lie beyond the range
    ridge = np.where(varies, variances, 1.0) / penalty
    bounded = np.isin(kept.columns, list(at_least_zero))
    free = np.ones(len(kept.columns), bool)
    start = np.array(kept.coefficients)
    while True:  # what wants to be negative is left out, the most negative one first
        design = np.column_stack([np.ones(len(z)), z[:, free]])
        begin = np.array([kept.intercept, *start[free]])
        found = _newton(design, y, weights, np.array([0.0, *ridge[free]]), begin)
        coefficients = np.zeros(len(free))
        coefficients[free] = found[1:]
        wrong = np.where(bounded, coefficients, 0.0)
        if wrong.min(initial=0.0) >= 0:
            break
        free[wrong.argmin()] = False
    return replace(kept, intercept=float(found[0]), coefficients=tuple(coefficients.tolist()))


def calibration(log_odds: np.ndarray, y: np.ndarray, penalty: float) -> tuple[float, float]:
    """Return intercept and slope of the line that puts log-odds to what came true.

    The slope is never 0 or less: log-odds that tell nothing come close to those of the share of
    malignant cases, and keep their order.

    Args:
        log_odds: (n,) of cases that the model has not learnt from.
        y: (n,) bool, both classes present.
        penalty: C of the line.

    Source: Cox 1958, Biometrika 45:562; Platt 1999, Advances in Large Margin Classifiers.
    """
    column = "log-odds"
    line = fit_logistic(column, (column,), log_odds[:, None], y, penalty, (column,))
    slope = max(line.coefficients[0] / line.sds[0], LEAST_SLOPE)
    return line.intercept - slope * line.means[0], slope


def _newton(
    design: np.ndarray, y: np.ndarray, weights: np.ndarray, ridge: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Return the coefficients (k,) with the smallest weighted log-loss + ½ Σ ridge · coefficient².

    The loss is convex: a Newton step that is halved until the loss falls ends at its minimum.
    """

    def loss_at(coefficients: np.ndarray) -> float:
        log_odds = design @ coefficients
        losses = np.logaddexp(0.0, np.where(y, -log_odds, log_odds))
        return float(weights @ losses + ridge @ coefficients**2 / 2)

    coefficients, loss = start, loss_at(start)
    for _ in range(_MOST_STEPS):
        probability = probability_of(design @ coefficients)
        gradient = design.T @ (weights * (probability - y)) + ridge * coefficients
        if np.abs(gradient).max() <= _SETTLED * weights.sum():
            break
        spread = np.maximum(probability * (1 - probability), _LEAST_SPREAD)
        curvature = (design.T * (weights * spread)) @ design
        step = np.linalg.solve(curvature + np.diag(ridge), gradient)
        while (lower := loss_at(coefficients - step)) > loss * _NO_MORE and step.any():
            step /= 2
        coefficients, loss = coefficients - step, lower
    return coefficients


def varying(x: np.ndarray) -> np.ndarray:
    """Return (k,) bool: the columns of x (n, k) that are not constant."""
    return x.std(axis=0) > _ROUNDING * np.abs(x.mean(axis=0))
