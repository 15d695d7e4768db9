"""Fitting one logistic model on the rows it is given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .folds import stratified_folds
from .logistic import LogisticModel, probability_of
from .settings import ModelTrainingSettings

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

_MOST_STEPS = 1000
_SETTLED = 1e-9  # largest slope of the mean loss at which Newton's steps end
_NO_MORE = 1 + 1e-12  # a loss that is larger by rounding alone has not grown
# Rounding leaves equal values with a standard deviation of about this share of their mean or less.
_ROUNDING = 1e-10


def fit_logistic(
    name: str,
    columns: tuple[str, ...],
    x: np.ndarray,
    y: np.ndarray,
    settings: ModelTrainingSettings,
) -> tuple[LogisticModel, float]:
    """Return the L2-penalised logistic regression of `y` on the z-scores of `x`, and its C.

    The penalty is the one with the smallest log-loss in stratified cross-validation, with the
    z-scores taken inside each fold. Classes are not weighted: the probabilities then follow the
    training cohort's prevalence, and the threshold, not the fit, answers for the imbalance.

    Args:
        columns: (k,) names of the columns of `x`.
        x: (n, k) float64, finite.
        y: (n,) bool, both classes present at least twice.
    """
    from sklearn import config_context

    # Looking at the arguments takes longer than such a small fit.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        penalty = _best_penalty(x, y, settings)
        means, sds = _moments(x)
        regression = _regression((x - means) / sds, y, penalty)
    model = LogisticModel(
        name=name,
        columns=columns,
        means=tuple(means.tolist()),
        sds=tuple(sds.tolist()),
        coefficients=tuple(regression.coef_[0].tolist()),
        intercept=float(regression.intercept_[0]),
    )
    return model, penalty


def refit_logistic(
    kept: LogisticModel, x: np.ndarray, y: np.ndarray, counts: np.ndarray, penalty: float
) -> LogisticModel:
    """Return `kept` with the coefficients that other rows give it, in units of its own z-scores.

    The same fit as `fit_logistic`'s at the penalty given, with the z-scores of the rows at hand:
    their standard deviations enter as the weights of the penalty. Hundreds of times faster where
    thousands of fits are wanted that start near their end.

    Args:
        x: (n, k) float64, finite, the model's columns.
        y: (n,) bool.
        counts: (n,) how often each row is taken, 0 or more; both classes are taken.
        penalty: C of `kept`.
    """
    taken = counts > 0
    z, y, weights = (x[taken] - kept.means) / kept.sds, y[taken], counts[taken].astype(float)
    variances = np.average((z - np.average(z, axis=0, weights=weights)) ** 2, 0, weights)
    ridge = np.concatenate([[0.0], np.where(varying(x[taken]), variances, 1.0) / penalty])
    design = np.column_stack([np.ones(len(z)), z])
    start = np.array([kept.intercept, *kept.coefficients])
    intercept, *coefficients = _newton(design, y, weights, ridge, start).tolist()
    return replace(kept, intercept=intercept, coefficients=tuple(coefficients))


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
        curvature = (design.T * (weights * probability * (1 - probability))) @ design
        step = np.linalg.solve(curvature + np.diag(ridge), gradient)
        while (lower := loss_at(coefficients - step)) > loss * _NO_MORE and step.any():
            step /= 2
        coefficients, loss = coefficients - step, lower
    return coefficients


def _best_penalty(x: np.ndarray, y: np.ndarray, settings: ModelTrainingSettings) -> float:
    fold_of = stratified_folds(y, settings.folds, settings.seed)
    losses = np.zeros(len(settings.penalties))
    for fold in np.unique(fold_of):
        held_out = fold_of == fold
        means, sds = _moments(x[~held_out])
        z = (x - means) / sds
        for i, penalty in enumerate(settings.penalties):
            regression = _regression(z[~held_out], y[~held_out], penalty)
            log_odds = regression.decision_function(z[held_out])
            # log(1 + exp(-m)) of the margin m, without overflow.
            losses[i] += np.logaddexp(0.0, np.where(y[held_out], -log_odds, log_odds)).sum()
    return settings.penalties[int(losses.argmin())]


def varying(x: np.ndarray) -> np.ndarray:
    """Return (k,) bool: the columns of x (n, k) that are not constant."""
    return x.std(axis=0) > _ROUNDING * np.abs(x.mean(axis=0))


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations (k,); 1 for a column that is constant on these rows."""
    return x.mean(axis=0), np.where(varying(x), x.std(axis=0), 1.0)


def _regression(z: np.ndarray, y: np.ndarray, penalty: float) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression

    # Newton's steps end at the optimum to the last digits, so machines agree on the coefficients.
    return LogisticRegression(
        C=penalty, solver="newton-cholesky", tol=1e-8, max_iter=_MOST_STEPS
    ).fit(z, y)
