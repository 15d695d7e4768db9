"""A signature: the selected features of a model, and how they were found."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..protocol import ModelSpec
from .settings import PAPER


@dataclass(frozen=True)
class LassoPath:
    """How LASSO came to its penalty.

    Attributes:
        alphas: (steps,) penalties, falling.
        squared_errors: (steps, folds) mean squared error on the held-out rows.
        coefficients: (steps, columns) on all training rows, per standard deviation.
    """

    alphas: np.ndarray
    squared_errors: np.ndarray
    coefficients: np.ndarray

    @property
    def best(self) -> int:
        """Index of the penalty with the smallest mean error; of equals the largest penalty."""
        return int(self.squared_errors.mean(axis=1).argmin())


@dataclass(frozen=True)
class Selection:
    """A signature and how it was found.

    Attributes:
        columns: names of the selected columns, largest |coefficient| first.
        coefficients: their LASSO coefficients, per standard deviation.
        remaining: number of columns after each step, in the order of the steps.
        fell_back: True when LASSO left no column and the best by ANOVA F was taken instead.
    """

    columns: tuple[str, ...]
    coefficients: tuple[float, ...]
    remaining: Mapping[str, int]
    path: LassoPath
    path_columns: tuple[str, ...]
    fell_back: bool


def signature_name(spec: ModelSpec, stacking: str) -> str:
    """Return the name of the signature that a model reads: its regions, shared by all that do.

    With the stacking "paper", a fusion has one of its own, under its name: deep features were
    selected with the radiomic columns.
    """
    is_own = spec.network and stacking == PAPER
    return spec.name if is_own else "+".join(spec.radiomics)
