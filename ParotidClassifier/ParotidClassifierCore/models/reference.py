"""What the training cases looked like: to see where a new case stands among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .eleven import BENIGN, MALIGNANT
from .names import NETWORK_COLUMNS
from .table import deep_columns

if TYPE_CHECKING:
    from .table import TrainingTable
    from .training import FittedModels

QUANTILE_LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class Reference:
    """Distributions over the training cases; no case can be told from them but by its scores.

    Attributes:
        quantile_levels: (q,) rising, 0 to 1.
        quantiles: (q,) values of each radiomic and network column that a model reads.
        scores: by model name and class ("benign", "malignant"), the sorted out-of-fold
            probabilities of the training cases.
    """

    quantile_levels: tuple[float, ...] = QUANTILE_LEVELS
    quantiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)


def reference_of(table: TrainingTable, fitted: FittedModels) -> Reference:
    """Return the distributions of what `fitted` reads and gives on its training cases."""
    read = {column for model in fitted.models.values() for column in model.columns}
    columns = dict(zip(table.columns, table.radiomics.T, strict=True))
    if table.out_of_fold_logits is not None:
        columns |= dict(zip(NETWORK_COLUMNS, table.out_of_fold_logits.T, strict=True))
    for model, vectors in (table.deep_features or {}).items():
        columns |= dict(zip(deep_columns(model, vectors), vectors.T, strict=True))
    return Reference(
        quantiles={
            name: tuple(np.quantile(values, QUANTILE_LEVELS).tolist())
            for name, values in columns.items()
            if name in read
        },
        scores={
            name: {
                BENIGN: _sorted_scores(probabilities[~table.malignant]),
                MALIGNANT: _sorted_scores(probabilities[table.malignant]),
            }
            for name, probabilities in fitted.out_of_fold.items()
        },
    )


def _sorted_scores(probabilities: np.ndarray) -> tuple[float, ...]:
    return tuple(np.sort(probabilities[~np.isnan(probabilities)]).tolist())
