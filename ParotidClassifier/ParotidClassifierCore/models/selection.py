"""The steps from all radiomic columns of some regions to a signature of a few.

Only training rows are seen. Order (Shen et al. 2026, Methods): reader agreement, correlation,
LASSO, largest coefficients; z-scores first, so that every later step compares like with like. This
file is imported where models are fitted, never for prediction.
"""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import f_classif
from sklearn.linear_model import lars_path
from sklearn.preprocessing import StandardScaler

from .folds import stratified_folds
from .logistic_fit import varying
from .settings import SelectionSettings
from .signature import LassoPath, Selection


def uncorrelated(x: np.ndarray, y: np.ndarray, limit: float) -> np.ndarray:
    """Return (columns,) bool: of each pair with |Pearson r| > `limit` the one with larger ANOVA F.

    Args:
        x: (cases, columns) float64, finite.
        y: (cases,) bool, malignant.
    """
    best_first = np.argsort(-anova_f(x, y), kind="stable")
    ordered = x[:, best_first] - x[:, best_first].mean(axis=0)
    ordered /= np.linalg.norm(ordered, axis=0)
    too_close = np.abs(ordered.T @ ordered) > limit
    kept = np.ones(len(best_first), bool)
    for column in range(len(best_first)):
        if kept[column]:
            kept[column + 1 :] &= ~too_close[column, column + 1 :]
    support = np.zeros_like(kept)
    support[best_first[kept]] = True
    return support


def lasso_path(x: np.ndarray, y: np.ndarray, settings: SelectionSettings, seed: int) -> LassoPath:
    """Return LASSO's path, and how well it predicts in stratified cross-validation.

    The outcome is regressed as 0/1. Least-angle regression gives the whole path exactly, in a
    time that does not suffer from correlated columns as coordinate descent does (20 times on
    250 cases × 3748 columns).
    """
    alphas = _penalties(x, y, settings)
    fold_of = stratified_folds(y, settings.lasso_folds, seed)
    errors = [_squared_errors(x, y, fold_of == fold, alphas) for fold in np.unique(fold_of)]
    return LassoPath(alphas, np.stack(errors, axis=1), _coefficients(x, y, alphas))


def select(
    columns: Sequence[str],
    x: np.ndarray,
    y: np.ndarray,
    settings: SelectionSettings,
    seed: int,
    agreement: np.ndarray | None = None,
) -> Selection | None:
    """Return the signature for these training rows; None when no column survives the filters.

    Should LASSO leave no column, the one with the largest ANOVA F is taken.

    Args:
        columns: names of the columns of `x`.
        x: (cases, columns) float64, finite.
        y: (cases,) bool, malignant.
        agreement: (columns,) intraclass correlations, NaN where not defined; None keeps all.
    """
    every = np.ones(len(columns), bool)
    names, remaining = np.asarray(columns, object), {"all": len(columns)}
    steps = {
        "agreeing": lambda _: every if agreement is None else agreement > settings.min_agreement,
        "varying": varying,
        "z-score": None,
        "uncorrelated": lambda x: uncorrelated(x, y, settings.max_correlation),
    }
    for step, kept_by in steps.items():
        if kept_by is None:
            x = StandardScaler().fit_transform(x)
        else:
            kept = kept_by(x)
            names, x = names[kept], x[:, kept]
        remaining[step] = len(names)
        if not len(names):
            return None
    path = lasso_path(x, y, settings, seed)
    coefficients = path.coefficients[path.best]
    fell_back = not coefficients.any()
    if fell_back:
        coefficients = np.where(np.arange(len(names)) == anova_f(x, y).argmax(), 1.0, 0.0)
    order = _largest(coefficients, settings.max_columns)
    return Selection(
        columns=tuple(map(str, names[order])),
        coefficients=tuple(map(float, coefficients[order])),
        remaining=remaining | {"lasso": len(order)},
        path=path,
        path_columns=tuple(map(str, names)),
        fell_back=fell_back,
    )


def anova_f(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the F statistic (columns,) of the two classes; 0 where it is not defined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(f_classif(x, y)[0])


def _largest(coefficients: np.ndarray, count: int) -> np.ndarray:
    """Indices of at most `count` nonzero coefficients, largest magnitude first."""
    order = np.argsort(-np.abs(coefficients), kind="stable")[:count]
    return order[coefficients[order] != 0]


def _penalties(x: np.ndarray, y: np.ndarray, settings: SelectionSettings) -> np.ndarray:
    """Falling penalties, from the one at which the first column enters."""
    largest = np.abs(x.T @ (y - y.mean())).max() / len(y)
    return largest * np.geomspace(1.0, settings.lasso_smallest_share, settings.lasso_steps)


def _coefficients(x: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Coefficients (steps, columns) at each of the falling `alphas`."""
    with warnings.catch_warnings():
        # Nearly collinear columns end the path early; what was found until then is exact.
        warnings.simplefilter("ignore", ConvergenceWarning)
        knots, _, at_knots = lars_path(
            x, y - y.mean(), method="lasso", alpha_min=alphas[-1], max_iter=4 * len(y)
        )
    coefficients = np.zeros((len(alphas), x.shape[1]))
    for column in np.flatnonzero(at_knots.any(axis=1)):
        # The path is piecewise linear in the penalty; np.interp wants rising knots.
        coefficients[:, column] = np.interp(alphas, knots[::-1], at_knots[column, ::-1])
    return coefficients


def _squared_errors(
    x: np.ndarray, y: np.ndarray, held_out: np.ndarray, alphas: np.ndarray
) -> np.ndarray:
    """Mean squared error (steps,) on the rows `held_out` after fitting on the others."""
    mean = x[~held_out].mean(axis=0)
    coefficients = _coefficients(x[~held_out] - mean, y[~held_out], alphas)
    predicted = y[~held_out].mean() + (x[held_out] - mean) @ coefficients.T
    return ((predicted - y[held_out, None]) ** 2).mean(axis=0)
