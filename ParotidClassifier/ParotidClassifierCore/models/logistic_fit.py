"""Fitting one logistic model on the rows it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .folds import stratified_folds
from .logistic import LogisticModel
from .moments import varying
from .settings import ModelTrainingSettings

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

_MOST_STEPS = 1000


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


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations (k,); 1 for a column that is constant on these rows."""
    return x.mean(axis=0), np.where(varying(x), x.std(axis=0), 1.0)


def _regression(z: np.ndarray, y: np.ndarray, penalty: float) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression

    # Newton's steps end at the optimum to the last digits, so machines agree on the coefficients.
    return LogisticRegression(
        C=penalty, solver="newton-cholesky", tol=1e-8, max_iter=_MOST_STEPS
    ).fit(z, y)
