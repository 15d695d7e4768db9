"""What the models are fitted on: one row per training case."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..base.errors import CohortError
from ..base.words import listed
from ..protocol import Protocol, deep_column, network_column
from .folds import stratified_folds

_MOST_NAMED = 5


@dataclass(frozen=True)
class TrainingTable:
    """Features and outcomes of n training cases.

    Attributes:
        case_ids: (n,) for messages.
        columns: (p,) radiomic column names; may be empty.
        radiomics: (n, p) float64, finite.
        clinical: (n, c) in the order of the protocol's predictors; levels as 0 or 1, NaN for
            unknown.
        malignant: (n,) bool, the outcome.
        out_of_fold_logits: (n, h) in the order of the network's heads, each case's from a network
            that has not seen it; None without a network.
        fold_logits: (folds, n, h) what the network of each fold, of those that hold cases, says of
            all cases, for how much networks differ; None where that is not known.
        deep_features: by head of the network, (n, m) of the final network, which has seen every
            case; needed for the stacking "paper" alone.
        agreement: (p,) intraclass correlation of each radiomic column between readers, NaN where
            it is not defined; None if there is no second reading.
        images: (n,) int, the same for cases on one image; None if each has its own.

    Raises:
        CohortError: a value of an image is not finite.
    """

    protocol: Protocol
    case_ids: tuple[str, ...]
    columns: tuple[str, ...]
    radiomics: np.ndarray
    clinical: np.ndarray
    malignant: np.ndarray
    out_of_fold_logits: np.ndarray | None = None
    fold_logits: np.ndarray | None = None
    deep_features: Mapping[str, np.ndarray] | None = None
    agreement: np.ndarray | None = None
    images: np.ndarray | None = None

    def __post_init__(self) -> None:
        wrong = {c: w for c, v in self.of_images.items() if (w := ~np.isfinite(v)).any()}
        if wrong:
            cases = np.flatnonzero(np.any(list(wrong.values()), axis=0))
            raise CohortError(
                f"The columns {listed([*wrong], _MOST_NAMED)} are not finite in the cases "
                f"{listed([self.case_ids[i] for i in cases], _MOST_NAMED)}.",
                "Compute these features again or leave those cases or columns out.",
            )

    @cached_property
    def of_images(self) -> dict[str, np.ndarray]:
        """(n,) values of each radiomic, network and deep column."""
        values = dict(zip(self.columns, self.radiomics.T, strict=True))
        if self.out_of_fold_logits is not None:
            values |= zip(self.logit_columns, self.out_of_fold_logits.T, strict=True)
        for head, vectors in (self.deep_features or {}).items():
            values |= zip(deep_columns(head, vectors), vectors.T, strict=True)
        return values

    @property
    def logit_columns(self) -> tuple[str, ...]:
        """(h,) names of the columns of `out_of_fold_logits`."""
        return tuple(map(network_column, self.protocol.network_heads))

    @property
    def clinically_complete(self) -> np.ndarray:
        """(n,) bool: the cases without an unknown clinical predictor."""
        return ~np.isnan(self.clinical).any(axis=1)

    def folds(self, count: int, seed: int) -> np.ndarray:
        """Return (n,) int, the fold in which each case is held out."""
        return stratified_folds(self.malignant, count, seed, self.clinically_complete, self.images)

    def usable_for(self, model: str) -> np.ndarray:
        """Return (n,) bool: the cases with all clinical inputs of a model and of those below it."""
        spec, columns = self.protocol.models[model], list(self.protocol.predictors)
        read = [columns.index(self.protocol.clinical[name].column) for name in spec.clinical]
        usable = ~np.isnan(self.clinical[:, read]).any(axis=1)
        return np.logical_and.reduce([usable, *map(self.usable_for, spec.log_odds)])


def deep_columns(head: str, vectors: np.ndarray) -> tuple[str, ...]:
    """Return the names of the columns of deep features (n, m) of a head of the network."""
    return tuple(deep_column(head, index) for index in range(vectors.shape[1]))
