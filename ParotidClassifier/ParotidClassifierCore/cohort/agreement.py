"""How well readers agree on each radiomic column of a cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ReaderAgreement:
    """One comparison of two readings of the same cases.

    Attributes:
        source: "second reader", "repeat reading" or "perturbed outlines".
        coefficient: "ICC(2,1)" or "ICC(3,1)".
        cases: compared.
        values: (p,) intraclass correlation of each column, NaN where a column does not vary.
    """

    source: str
    coefficient: str
    cases: int
    values: np.ndarray


def least_agreement(comparisons: tuple[ReaderAgreement, ...]) -> np.ndarray:
    """Return the smallest coefficient (p,) of each column; NaN where one is not defined."""
    return np.min([comparison.values for comparison in comparisons], axis=0)
