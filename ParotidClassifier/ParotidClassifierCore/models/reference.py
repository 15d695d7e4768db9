"""What the training cases looked like: to see where a new case stands among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..dicom.source import Acquisition
from ..protocol import Protocol
from ..protocol.outcome import BENIGN, MALIGNANT
from .acquisitions import TrainingAcquisitions, acquisitions_of
from .logistic import LogisticModel
from .scatter import Scatter, image_columns, scatter_of
from .table import TrainingTable, deep_columns
from .training import FittedModels

QUANTILE_LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
# Side of a pixel and distance of the slices: lengths of a CT's voxel (x, y, z).
VOXEL_LENGTHS = ("pixel", "slice")
_SCORE_DIGITS = 4


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
        table: the training cases.
        fitted: what they taught.
        spacings: (n, 3) of their CTs (x, y, z) in mm.
        acquisitions: of their CTs; None for one that did not come from DICOM.
    """
    read = {column for model in fitted.models.values() for column in model.columns}
    columns = dict(zip(table.columns, table.radiomics.T, strict=True))
    if table.out_of_fold_logits is not None:
        columns |= dict(zip(table.logit_columns, table.out_of_fold_logits.T, strict=True))
    for head, vectors in (table.deep_features or {}).items():
        columns |= dict(zip(deep_columns(head, vectors), vectors.T, strict=True))
    return Reference(
        quantiles={name: _quantiles(values) for name, values in columns.items() if name in read},
        scores={
            name: {
                BENIGN: _sorted_scores(probabilities[~table.malignant]),
                MALIGNANT: _sorted_scores(probabilities[table.malignant]),
            }
            for name, probabilities in fitted.out_of_fold.items()
        },
        voxel_mm={name: _quantiles(v) for name, v in voxel_lengths(spacings).items()},
        scatter=_scatter(table.protocol, fitted.models, columns),
        acquisitions=acquisitions_of(acquisitions),
    )


def _quantiles(values: np.ndarray) -> tuple[float, ...]:
    return tuple(np.quantile(values, QUANTILE_LEVELS).tolist())


def _scatter(
    protocol: Protocol, models: Mapping[str, LogisticModel], columns: Mapping[str, np.ndarray]
) -> Scatter | None:
    name = protocol.first_shown(name for name, model in models.items() if image_columns(model))
    return None if name is None else scatter_of(models[name], columns)


def _sorted_scores(probabilities: np.ndarray) -> tuple[float, ...]:
    known = probabilities[~np.isnan(probabilities)]
    return tuple(np.sort(known).round(_SCORE_DIGITS).tolist())
