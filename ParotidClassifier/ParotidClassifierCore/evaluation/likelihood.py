"""Logistic regressions of the outcome: maximum likelihood, and Firth's penalised likelihood.

Sources: Firth 1993, Biometrika 80:27-38; Heinze & Schemper 2002, Statistics in Medicine
21:2409-2419 (profile likelihood intervals and tests under separation).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from firthmodels import FirthLogisticRegression, detect_separation
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning
from statsmodels.discrete.discrete_model import Logit

# Newton's steps: enough for any finite maximum; an infinite coefficient moves by about 1 a step
# and would in many more make the information matrix singular for the finite ones beside it.
_STEPS = 25
_PENALISED_STEPS = 200
# A likelihood of 1 to this many digits: the classes are divided completely.
_PERFECT = 1e-6
_TWO_SIDED_95 = norm.ppf(0.975)


@dataclass(frozen=True)
class Coefficients:
    """Of the k columns of a design, without the intercept; log-odds per unit.

    Attributes:
        values: (k,), NaN where there is none.
        low, high: (k,) 95% interval, NaN where a bound was not found.
        p: (k,) of the test that the coefficient is 0.
    """

    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def maximum_likelihood(design: np.ndarray, malignant: np.ndarray) -> Coefficients:
    """Fit by maximum likelihood with an intercept; intervals and tests are Wald's.

    Args:
        design: (n, k) finite, see `is_full_rank`.
        malignant: (n,) bool, both classes.

    Returns:
        NaN for each coefficient that is infinite because its column separates the classes.
    """
    finite = _finite(design, malignant)
    scaled, sds = _scaled(design)
    with_intercept = np.column_stack([np.ones(len(design)), scaled])
    # An infinite coefficient warns in many ways; which ones are infinite is known without them.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fit = Logit(malignant.astype(float), with_intercept).fit(disp=0, maxiter=_STEPS)
            values, errors, p = fit.params[1:], fit.bse[1:], fit.pvalues[1:]
        except np.linalg.LinAlgError:
            return _nothing(len(sds))
    if fit.llf > -_PERFECT:
        return _nothing(len(sds))
    half = _TWO_SIDED_95 * errors
    found = (values / sds, (values - half) / sds, (values + half) / sds, p)
    return Coefficients(*(np.where(finite, part, np.nan) for part in found))


def penalised_likelihood(design: np.ndarray, malignant: np.ndarray) -> Coefficients:
    """Fit by Firth's penalised likelihood with an intercept; finite under separation too.

    Intervals are profile likelihood's, tests penalised likelihood ratio tests.

    Args:
        design: (n, k) finite, see `is_full_rank`.
        malignant: (n,) bool, both classes.
    """
    scaled, sds = _scaled(design)
    columns = list(range(len(sds)))
    model = FirthLogisticRegression(max_iter=_PENALISED_STEPS, gtol=1e-6, xtol=1e-6)
    with warnings.catch_warnings():
        # What does not converge is NaN in the result.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(scaled, malignant)
        if not model.converged_:
            return _nothing(len(sds))
        model.lrt(columns)
        bounds = model.conf_int(method="pl", features=columns, max_iter=_PENALISED_STEPS)[:-1]
    low, high = bounds.T / sds
    return Coefficients(model.coef_ / sds, low, high, model.lrt_pvalues_[:-1])


def is_full_rank(design: np.ndarray) -> bool:
    """Whether no column of `design` (n, k), nor the intercept, follows from the others."""
    if not (np.ptp(design, axis=0) > 0).all():
        return False
    with_intercept = np.column_stack([np.ones(len(design)), _scaled(design)[0]])
    return bool(np.linalg.matrix_rank(with_intercept) == with_intercept.shape[1])


def _finite(design: np.ndarray, malignant: np.ndarray) -> np.ndarray:
    """(k,) whether a coefficient is finite, by linear programming rather than by a diverging fit.

    Source: Konis 2007, Linear programming algorithms for detecting separated data, Oxford.
    """
    return detect_separation(_scaled(design)[0], malignant).is_finite[:-1]


def _scaled(design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sds = design.std(axis=0)
    return (design - design.mean(axis=0)) / sds, sds


def _nothing(columns: int) -> Coefficients:
    return Coefficients(*(np.full(columns, np.nan) for _ in range(4)))
