"""How far a case lies from the training cases in all image features of a model together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..protocol import ColumnKind, column_of
from .logistic import LogisticModel

_IMAGE_KINDS = (ColumnKind.RADIOMIC, ColumnKind.NETWORK, ColumnKind.DEEP)
_PERCENTILES = np.linspace(0.0, 100.0, 101)
_DIGITS = 8


@dataclass(frozen=True)
class Scatter:
    """How the training cases lie around their mean; no case can be told from it.

    Attributes:
        model: whose image columns are meant, as z-scores, in the model's order.
        covariance: (k, k) of the z-scores, shrunk towards equal and independent columns.
        distances: (d,) evenly spaced percentiles, 0 to 100, of the Mahalanobis distances of the
            training cases, each from the mean of the others by the covariance of the others.
    """

    model: str
    covariance: tuple[tuple[float, ...], ...]
    distances: tuple[float, ...]

    def percentile(self, model: LogisticModel, values: Mapping[str, float | None]) -> float | None:
        """Return how many per cent of the training cases lie nearer to their mean than a case.

        Args:
            model: the one this scatter is of.
            values: of the case, by column.

        Returns:
            0 to 100; None where a value is unknown.
        """
        z = _z_scores(model, values)
        if z is None:
            return None
        distance = _mahalanobis(z[None], np.zeros(len(z)), np.array(self.covariance))[0]
        percentiles = np.linspace(0.0, 100.0, len(self.distances))
        return float(np.interp(distance, self.distances, percentiles))


def image_columns(model: LogisticModel) -> tuple[str, ...]:
    """Return the columns of a model that the image gives."""
    return tuple(column for column in model.columns if column_of(column).kind in _IMAGE_KINDS)


def scatter_of(model: LogisticModel, columns: Mapping[str, np.ndarray]) -> Scatter:
    """Return how the image columns of a model scatter over n training cases.

    Args:
        model: with one image column or more.
        columns: (n,) values by column.

    Source: Ledoit & Wolf 2004, Journal of Multivariate Analysis 88:365-411 (the shrinkage).
    """
    from sklearn.covariance import ledoit_wolf

    z = _z_scores(model, columns).T
    everyone = np.arange(len(z))
    distances = []
    for case in everyone:
        others = z[everyone != case]
        covariance, _ = ledoit_wolf(others)
        distances.append(_mahalanobis(z[case][None], others.mean(axis=0), covariance)[0])
    covariance, _ = ledoit_wolf(z)
    rounded = np.round((covariance + covariance.T) / 2, _DIGITS)
    return Scatter(
        model.name,
        tuple(tuple(row) for row in rounded.tolist()),
        tuple(np.percentile(distances, _PERCENTILES).round(_DIGITS).tolist()),
    )


def _z_scores(
    model: LogisticModel, values: Mapping[str, float | np.ndarray | None]
) -> np.ndarray | None:
    """Return the model's image columns as z-scores, (k,) or (k, n); None if one is unknown."""
    wanted = image_columns(model)
    rows = []
    for column, mean, sd in zip(model.columns, model.means, model.sds, strict=True):
        if column in wanted:
            value = values.get(column)
            if value is None:
                return None
            rows.append((np.asarray(value, np.float64) - mean) / sd)
    return np.array(rows)


def _mahalanobis(z: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return (n,) distances of z (n, k) from `mean` (k,)."""
    centred = z - mean
    return np.sqrt((centred * np.linalg.solve(covariance, centred.T).T).sum(axis=1))
