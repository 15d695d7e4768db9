"""A logistic model on named columns: the form of all models."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..protocol import ColumnKind, column_of

_IMAGE_KINDS = (ColumnKind.RADIOMIC, ColumnKind.NETWORK, ColumnKind.DEEP)


@dataclass(frozen=True)
class LogisticModel:
    """log-odds = intercept + Σ coefficient · (value - mean) / sd, each value within its range.

    A value beyond the range that the training cases had counts as the end of it: how a line goes on
    where nobody was seen is not known.

    Attributes:
        name: of a model of the protocol.
        columns: (k,) names of the inputs, see `protocol.columns`.
        means: (k,) of the training cases, in the units of the column.
        sds: (k,) of the training cases, > 0.
        coefficients: (k,) log-odds per standard deviation.
        intercept: log-odds of a case that is average in every column.
        ranges: (k,) smallest and largest of the training cases, in the units of the column; empty
            in a model of an older bundle, whose values had no bounds.
    """

    name: str
    columns: tuple[str, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    ranges: tuple[tuple[float, float], ...] = ()

    @property
    def image_columns(self) -> tuple[str, ...]:
        """The columns that the image gives."""
        return tuple(c for c in self.columns if column_of(c).kind in _IMAGE_KINDS)

    @property
    def slopes(self) -> dict[str, float]:
        """Log-odds per unit of each column, within its range."""
        inputs = zip(self.columns, self.coefficients, self.sds, strict=True)
        return {column: coefficient / sd for column, coefficient, sd in inputs}

    def contributions(self, values: Mapping[str, float | np.ndarray]) -> dict[str, np.ndarray]:
        """Return what each column adds to the log-odds.

        Args:
            values: a number, or an array (n,) of n cases, for at least every column of the model.

        Raises:
            KeyError: a column of the model has no value.
        """
        held = self.held(values)
        return {
            column: coefficient * (held[column] - mean) / sd
            for column, mean, sd, coefficient in zip(
                self.columns, self.means, self.sds, self.coefficients, strict=True
            )
        }

    def held(self, values: Mapping[str, float | np.ndarray]) -> dict[str, np.ndarray]:
        """Return the value of each column, held within its range."""
        ranges = self.ranges or ((-np.inf, np.inf),) * len(self.columns)
        return {
            column: np.clip(values[column], *ends)
            for column, ends in zip(self.columns, ranges, strict=True)
        }

    def log_odds(self, values: Mapping[str, float | np.ndarray]) -> np.ndarray:
        """Return the log-odds of malignancy: shape () for numbers, (n,) for arrays (n,)."""
        return self.intercept + sum(self.contributions(values).values(), np.float64(0.0))

    def probability(self, values: Mapping[str, float | np.ndarray]) -> np.ndarray:
        """Return the probability of malignancy: shape () for numbers, (n,) for arrays (n,)."""
        return probability_of(self.log_odds(values))


def probability_of(log_odds: float | np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-log_odds)) without overflow, shaped like `log_odds`."""
    shrunk = np.exp(-np.abs(log_odds))
    return np.where(np.asarray(log_odds) >= 0, 1.0, shrunk) / (1.0 + shrunk)
