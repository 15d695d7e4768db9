"""Firth's penalised likelihood: its maximum, profile likelihood intervals and tests.

The penalised likelihood may have several maxima, with and without a coefficient held, and the
highest is not always the one that is reached from 0: it is climbed from several starts.

Sources: Firth 1993, Biometrika 80:27-38; Heinze & Schemper 2002, Statistics in Medicine
21:2409-2419 (intervals and tests under separation).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import chi2

from .likelihood import TWO_SIDED_95, Coefficients, nothing, standardised

_STEPS = 200
_HALVINGS = 30
_LARGEST_STEP = 5.0  # of a coefficient, per standard deviation of its column
_SPREAD = 2.0  # of the other starts
_CONVERGED = 1e-12  # log-likelihood that the next step would still gain
_ROUNDING = 1e-10  # of a log-likelihood
_SAME = 1e-3  # coefficients that differ by less are of one maximum
_TRIES = 10  # to bracket a bound
_BOUND = chi2.ppf(0.95, 1) / 2  # log-likelihood lost at the ends of the interval


def penalised_likelihood(design: np.ndarray, malignant: np.ndarray) -> Coefficients:
    """Fit by Firth's penalised likelihood with an intercept; finite under separation too.

    Intervals are profile likelihood's, tests penalised likelihood ratio tests.

    Args:
        design: (n, k) finite, see `is_full_rank`; of cases of both classes.

    Returns:
        NaN for what was not found: a bound, or everything where no maximum was reached.
    """
    scaled, sds = standardised(design)
    surface = _Surface(scaled, malignant)
    with np.errstate(all="ignore"):  # what overflows far out is not found
        maxima = surface.tops()
        if not maxima:
            return nothing(len(sds))
        profiles = [_Profile(surface, maxima, column) for column in range(len(sds))]
        low, high = (np.array([p.bound(side) for p in profiles]) for side in (-1, 1))
        p = np.array([profile.p_of_none() for profile in profiles])
    return Coefficients(maxima[0].at[:-1] / sds, low / sds, high / sds, p)


class _Profile:
    """What holding one coefficient costs, of its penalised log-likelihood."""

    def __init__(self, surface: _Surface, maxima: Sequence[_Point], column: int):
        self._surface, self._best, self._column = surface, maxima[0], column
        self._tops = list(maxima)  # to start from
        self._rooms: dict[float, float] = {}  # by value, what was found from these

    def bound(self, side: int) -> float:
        """Return where the interval ends below (-1) or above (1); NaN where that was not found."""
        best, column = self._best.at[self._column], self._column
        reach = TWO_SIDED_95 * math.sqrt(self._best.inverse[column, column])
        inner, outer = best, best + side * reach
        for _ in range(_TRIES):
            if not self._room(outer) < 0:
                inner, outer = outer, outer + 2 * (outer - best)
                continue
            try:
                end = brentq(self._room, inner, outer, xtol=1e-5)
            except ValueError:  # a place between the two could not be reached
                break
            if not self._found_more(end):
                return end
            inner = end
        return math.nan

    def p_of_none(self) -> float:
        """Return P of the test that the coefficient is 0."""
        self._found_more(0.0)
        return float(chi2.sf(2 * max(_BOUND - self._room(0.0), 0), 1))

    def _room(self, value: float) -> float:
        """Return what may still be lost at a value inside the interval; NaN where not found."""
        if value not in self._rooms:
            starts = (top.moved(self._column, value) for top in self._tops)
            held = [top for start in starts if (top := self._surface.climb(start, self._column))]
            highest = max((top.height for top in held), default=math.nan)
            self._rooms[value] = _BOUND - self._best.height + highest
        return self._rooms[value]

    def _found_more(self, value: float) -> bool:
        """Look from elsewhere for a higher place at a value, and remember it to start from."""
        known = self._room(value)
        found = self._surface.tops(self._column, value)
        if not found or found[0].height - self._best.height + _BOUND < known + 1e-6:
            return False
        self._tops.append(found[0])
        self._rooms.clear()
        return True


@dataclass(frozen=True)
class _Point:
    """A place on the surface of the penalised log-likelihood.

    Attributes:
        at: (k,) coefficients.
        height: log-likelihood.
        slope: (k,) its gradient.
        inverse: (k, k) of the curvature, or of the information where it is not that of a top.
    """

    at: np.ndarray
    height: float
    slope: np.ndarray
    inverse: np.ndarray

    def step(self, held: int | None) -> np.ndarray:
        """Return the way to where the top should be, with one coefficient held."""
        step = self.inverse @ self.slope
        return step if held is None else step - self._tangent(held) * step[held]

    def moved(self, column: int, value: float) -> np.ndarray:
        """Return coefficients with one of them set, and the others as they would follow it."""
        return self.at + self._tangent(column) * (value - self.at[column])

    def _tangent(self, column: int) -> np.ndarray:
        return self.inverse[:, column] / self.inverse[column, column]


class _Surface:
    """The penalised log-likelihood of an outcome over the coefficients, the intercept last."""

    def __init__(self, columns: np.ndarray, malignant: np.ndarray):
        self._design = np.column_stack([columns, np.ones(len(columns))])
        self._malignant = malignant.astype(float)
        self._signs = 2 * self._malignant - 1
        size = self._design.shape[1]
        others = np.random.default_rng(0).normal(0, _SPREAD, (size // 2, size))
        self._starts = np.vstack([np.zeros(size), others])

    def tops(self, held: int | None = None, value: float = 0.0) -> list[_Point]:
        """Return the tops that are reached from 0 and from elsewhere, the highest first.

        Of equally high ones, as of a level with one case of each outcome, that from 0 is first.
        The coefficient `held`, if any, keeps its `value`.
        """
        starts = self._starts.copy()
        if held is not None:
            starts[:, held] = value
        reached = [top for start in starts if (top := self.climb(start, held))]
        kept: list[_Point] = []
        for top in sorted(reached, key=lambda point: -round(point.height, 8)):
            if all(np.abs(top.at - other.at).max() > _SAME for other in kept):
                kept.append(top)
        return kept

    def climb(self, start: np.ndarray, held: int | None = None) -> _Point | None:
        """Return the top above `start`; None where none is reached."""
        here: _Point | None = self._at(start)
        for _ in range(_STEPS):
            step = here.step(held)
            gain = here.slope @ step
            if abs(gain) < _CONVERGED:
                return here
            if not math.isfinite(gain):
                break
            here = self._uphill(here, step * min(1, _LARGEST_STEP / np.abs(step).max()))
            if here is None:
                break
        return None

    def _uphill(self, here: _Point, step: np.ndarray) -> _Point | None:
        for halving in range(_HALVINGS):
            there = self._at(here.at + step / 2**halving)
            if there.height > here.height - _ROUNDING:
                return there
        return None

    def _at(self, coefficients: np.ndarray) -> _Point:
        log_odds = self._design @ coefficients
        probability = expit(log_odds)
        # sqrt(p (1 - p)), which is not 0 where p is 1 to the last digit.
        small = np.exp(-np.abs(log_odds) / 2)
        weighted = self._design * (small / (1 + small**2))[:, None]
        # Under separation the weights of cases differ by many orders of magnitude. Householder's
        # method with sorted rows and pivoted columns is exact for each row (Cox & Higham 1998).
        order = np.argsort(-np.abs(weighted).max(axis=1))
        sorted_q, r, pivots = qr(
            weighted[order], mode="economic", pivoting=True, check_finite=False
        )
        q = np.empty_like(sorted_q)
        q[order] = sorted_q
        leverage = (q**2).sum(axis=1)
        penalty = np.log(np.abs(np.diag(r))).sum()
        lean = 0.5 - probability
        residual = self._malignant - probability + leverage * lean
        return _Point(
            coefficients,
            float(penalty - np.logaddexp(0, -self._signs * log_odds).sum()),
            self._design.T @ residual,
            self._inverse(q, r, pivots, leverage, lean),
        )

    def _inverse(
        self, q: np.ndarray, r: np.ndarray, pivots: np.ndarray, leverage: np.ndarray,
        lean: np.ndarray,
    ) -> np.ndarray:  # fmt: skip
        """Return the inverse of the curvature where it is a top's, else of the information."""
        weights = (0.25 - lean**2) * (1 + leverage) - 2 * leverage * lean**2
        pairs = (q[:, :, None] * q[:, None, :]).reshape(len(q), -1)
        leaning = (self._design * lean[:, None]).T @ pairs
        curvature = (self._design.T * weights) @ self._design + 2 * leaning @ leaning.T
        try:
            np.linalg.cholesky(curvature)
            return np.linalg.inv(curvature)
        except np.linalg.LinAlgError:
            return _inverse_information(q, r, pivots, leverage)


def _inverse_information(
    q: np.ndarray, r: np.ndarray, pivots: np.ndarray, leverage: np.ndarray
) -> np.ndarray:
    """Return the inverse of R' Q' (1 + leverage) Q R in the order of the columns; NaN if none."""
    inverse_r = np.empty_like(r)
    if not np.diag(r).all():
        return np.full_like(r, np.nan)
    inverse_r[pivots] = solve_triangular(r, np.eye(len(r)))
    return inverse_r @ np.linalg.solve((q.T * (1 + leverage)) @ q, inverse_r.T)
