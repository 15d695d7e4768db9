"""What the training cases looked like: to see where a new case stands among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..dicom.source import Acquisition
from ..protocol.outcome import BENIGN, MALIGNANT
from .acquisitions import TrainingAcquisitions, acquisitions_of
from .logistic import LogisticModel
from .table import TrainingTable
from .training import FittedModels

QUANTILE_LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
# Side of a pixel and distance of the slices: lengths of a CT's voxel (x, y, z).
VOXEL_LENGTHS = ("pixel", "slice")
_SCORE_DIGITS = 4
_SCATTER_DIGITS = 8
_PERCENTILES = np.linspace(0.0, 100.0, 101)


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

        Returns:
            0 to 100; None where a value is unknown.
        """
        z = _z_scores(model, values)
        if z is None:
            return None
        distance = _mahalanobis(z[None], np.zeros(len(z)), np.array(self.covariance))[0]
        percentiles = np.linspace(0.0, 100.0, len(self.distances))
        return float(np.interp(distance, self.distances, percentiles))


@dataclass(frozen=True)
class Reference:
    """Distributions over the training cases; no case can be told from them but by its scores.

    Attributes:
        quantile_levels: (q,) rising, 0 to 1.
        quantiles: (q,) values of each radiomic and network column that a model reads.
        scores: by model name and class ("benign", "malignant"), the sorted out-of-fold
            probabilities of the training cases, rounded.
        voxel_mm: (q,) quantiles of the lengths of the CTs' voxels, by VOXEL_LENGTHS; empty where
            they are not known.
        scatter: of the image model that stands first; None where it is not known.
        acquisitions: how the CTs were made, as far as they came from DICOM.
    """

    quantile_levels: tuple[float, ...] = QUANTILE_LEVELS
    quantiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    voxel_mm: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    scatter: Scatter | None = None
    acquisitions: TrainingAcquisitions = field(default_factory=TrainingAcquisitions)


def voxel_lengths(spacing: np.ndarray) -> dict[str, np.ndarray]:
    """Return VOXEL_LENGTHS of spacings (…, 3) as (x, y, z) in mm."""
    return dict(zip(VOXEL_LENGTHS, (spacing[..., :2].max(axis=-1), spacing[..., 2]), strict=True))


def reference_of(
    table: TrainingTable,
    fitted: FittedModels,
    spacings: np.ndarray,
    acquisitions: Iterable[Acquisition | None] = (),
) -> Reference:
    """Return the distributions of what `fitted` reads and gives on its training cases.

    Args:
        spacings: (n, 3) of their CTs (x, y, z) in mm.
        acquisitions: of their CTs; None for one that did not come from DICOM.
    """
    held, of_images = fitted.models, table.of_images
    shown = table.protocol.first_shown(name for name in held if held[name].image_columns)
    read = {column for model in held.values() for column in model.columns}
    return Reference(
        quantiles={name: _quantiles(values) for name, values in of_images.items() if name in read},
        scores={
            name: {
                BENIGN: _sorted_scores(probabilities[~table.malignant]),
                MALIGNANT: _sorted_scores(probabilities[table.malignant]),
            }
            for name, probabilities in fitted.out_of_fold.items()
        },
        voxel_mm={name: _quantiles(v) for name, v in voxel_lengths(spacings).items()},
        scatter=None if shown is None else scatter_of(held[shown], of_images),
        acquisitions=acquisitions_of(acquisitions),
    )


def _quantiles(values: np.ndarray) -> tuple[float, ...]:
    return tuple(np.quantile(values, QUANTILE_LEVELS).tolist())


def _sorted_scores(probabilities: np.ndarray) -> tuple[float, ...]:
    known = probabilities[~np.isnan(probabilities)]
    return tuple(np.sort(known).round(_SCORE_DIGITS).tolist())


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
    rounded = np.round((covariance + covariance.T) / 2, _SCATTER_DIGITS)
    return Scatter(
        model.name,
        tuple(tuple(row) for row in rounded.tolist()),
        tuple(np.percentile(distances, _PERCENTILES).round(_SCATTER_DIGITS).tolist()),
    )


def _z_scores(
    model: LogisticModel, values: Mapping[str, float | np.ndarray | None]
) -> np.ndarray | None:
    """Return the model's image columns as z-scores, (k,) or (k, n); None if one is unknown."""
    wanted = model.image_columns
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
