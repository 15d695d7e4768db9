"""Intraclass correlation: how well readings of the same cases agree, feature by feature.

Ratings are (cases, readers, features) of at least 2 cases and 2 readers; coefficients are
(features,), NaN for a feature that does not vary at all.

Source: Shrout & Fleiss 1979, Psychological Bulletin 86:420-428.
"""

from dataclasses import dataclass

import numpy as np


def icc_1_1(ratings: np.ndarray) -> np.ndarray:
    """Return ICC(1,1), absolute agreement of single readings that no reader has in common."""
    cases, readings, _ = ratings.shape
    of_cases = ratings.mean(axis=1)
    between = readings * ((of_cases - of_cases.mean(axis=0)) ** 2).sum(axis=0) / (cases - 1)
    within = ((ratings - of_cases[:, None]) ** 2).sum(axis=(0, 1)) / (cases * (readings - 1))
    return _ratio(ratings, between - within, between + (readings - 1) * within)


def icc_2_1(ratings: np.ndarray) -> np.ndarray:
    """Return ICC(2,1), absolute agreement of single readings by readers drawn at random."""
    cases, readers, _ = ratings.shape
    between_cases, between_readers, residual = _mean_squares(ratings)
    of_readers = readers * (between_readers - residual) / cases
    whole = between_cases + (readers - 1) * residual + of_readers
    return _ratio(ratings, between_cases - residual, whole)


def icc_3_1(ratings: np.ndarray) -> np.ndarray:
    """Return ICC(3,1), consistency of single readings by these very readers."""
    readers = ratings.shape[1]
    between_cases, _, residual = _mean_squares(ratings)
    return _ratio(ratings, between_cases - residual, between_cases + (readers - 1) * residual)


def _mean_squares(ratings: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two-way analysis of variance without replication, for every feature at once."""
    cases, readers, _ = ratings.shape
    grand, of_cases, of_readers = (ratings.mean(axis=over) for over in ((0, 1), 1, 0))
    residuals = ratings - of_cases[:, None] - of_readers[None] + grand
    return (
        readers * ((of_cases - grand) ** 2).sum(axis=0) / (cases - 1),
        cases * ((of_readers - grand) ** 2).sum(axis=0) / (readers - 1),
        (residuals**2).sum(axis=(0, 1)) / ((cases - 1) * (readers - 1)),
    )


def _ratio(ratings: np.ndarray, numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    missing = np.full_like(numerator, np.nan)
    varies = np.ptp(ratings, axis=(0, 1)) > 0
    return np.divide(numerator, denominator, out=missing, where=varies & (denominator != 0))


@dataclass(frozen=True)
class ReaderAgreement:
    """One comparison of readings of the same cases.

    Attributes:
        source: "second reader", "repeat reading" or "perturbed images".
        coefficient: "ICC(2,1)", "ICC(3,1)" or "ICC(1,1)".
        cases: compared.
        values: (p,) intraclass correlation of each column, NaN where a column does not vary.
        failures: by case id, why a reading could not be used.
    """

    source: str
    coefficient: str
    cases: int
    values: np.ndarray
    failures: dict[str, str]


def least_agreement(comparisons: tuple[ReaderAgreement, ...]) -> np.ndarray:
    """Return the smallest coefficient (p,) of each column; NaN where one is not defined."""
    return np.min([comparison.values for comparison in comparisons], axis=0)
