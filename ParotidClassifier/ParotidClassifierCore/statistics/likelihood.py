"""Logistic regressions of the outcome by maximum likelihood; see `firth` for the penalised one."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.stats import norm
from statsmodels.discrete.discrete_model import Logit

# Newton's steps: enough for any finite maximum; an infinite coefficient moves by about 1 a step
# and would in many more make the information matrix singular for the finite ones beside it.
_STEPS = 25
# A likelihood of 1 to this many digits: the classes are divided completely.
_PERFECT = 1e-6
_ROUNDING = 1e-6
TWO_SIDED_95 = norm.ppf(0.975)


@dataclass(frozen=True)
class Coefficients:
    """Of the k columns of a design, without the intercept; log-odds per unit.

    Attributes:
        values: (k,), NaN where there is none.
        low, high: (k,) 95 % interval, NaN where a bound was not found.
        p: (k,) of the test that the coefficient is 0.
    """

    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def maximum_likelihood(design: np.ndarray, malignant: np.ndarray) -> Coefficients:
    """Fit by maximum likelihood with an intercept; intervals and tests are Wald's.

    Args:
        design: (n, k) finite, see `is_full_rank`; of cases of both classes.

    Returns:
        NaN for each coefficient that is infinite because its column separates the classes.
    """
    scaled, sds = standardised(design)
    with_intercept = np.column_stack([np.ones(len(design)), scaled])
    finite = _finite(with_intercept, malignant)[1:]
    # An infinite coefficient warns in many ways; which ones are infinite is known without them.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fit = Logit(malignant.astype(float), with_intercept).fit(disp=0, maxiter=_STEPS)
            values, errors, p = fit.params[1:], fit.bse[1:], fit.pvalues[1:]
        except np.linalg.LinAlgError:
            return nothing(len(sds))
    if fit.llf > -_PERFECT:
        return nothing(len(sds))
    half = TWO_SIDED_95 * errors
    found = (values / sds, (values - half) / sds, (values + half) / sds, p)
    return Coefficients(*(np.where(finite, part, np.nan) for part in found))


def is_full_rank(design: np.ndarray) -> bool:
    """Whether no column of `design` (n, k), nor the intercept, follows from the others."""
    if not (np.ptp(design, axis=0) > 0).all():
        return False
    with_intercept = np.column_stack([np.ones(len(design)), standardised(design)[0]])
    return bool(np.linalg.matrix_rank(with_intercept) == with_intercept.shape[1])


def _finite(design: np.ndarray, malignant: np.ndarray) -> np.ndarray:
    """Return which coefficients of a design (n, k) with its intercept are finite, (k,) bool.

    Cases are separated where a direction of the coefficients makes some of them more likely and
    none less: along it the likelihood rises without end. Finite is what the others tell.

    Source: Konis 2007, Linear programming algorithms for detecting separated data, Oxford.
    """
    left = np.where(malignant, 1.0, -1.0)[:, None] * design
    while len(left):
        found = linprog(-left.sum(axis=0), -left, np.zeros(len(left)), bounds=(-1, 1))
        if not found.success:
            return np.zeros(design.shape[1], bool)
        is_separated = left @ found.x > _ROUNDING
        if not is_separated.any():
            break
        left = left[~is_separated]
    return np.diag(np.linalg.pinv(left) @ left) > 1 - _ROUNDING


def standardised(design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns with mean 0 and standard deviation 1, and what that was."""
    sds = design.std(axis=0)
    return (design - design.mean(axis=0)) / sds, sds


def nothing(columns: int) -> Coefficients:
    """Return the coefficients of a fit that found none."""
    return Coefficients(*(np.full(columns, np.nan) for _ in range(4)))
