"""What the models are fitted on: one row per training case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..base.errors import CohortError
from ..protocol import ColumnKind, Protocol, deep_column, network_column

_MOST_NAMED = 5


@dataclass(frozen=True)
class TrainingTable:
    """Features and outcomes of n training cases.

    Attributes:
        protocol: whose models are fitted.
        case_ids: (n,) for messages.
        columns: (p,) radiomic column names; may be empty.
        radiomics: (n, p) float64, finite.
        clinical: (n, c) in the order of the protocol's predictors; levels as 0 or 1, NaN for
            unknown.
        malignant: (n,) bool, the outcome.
        out_of_fold_logits: (n, h) in the order of the network's heads, each case's from a network
            that has not seen it; None without a network.
        deep_features: by head of the network, (n, m) of the final network, which has seen every
            case; needed for the stacking "paper" alone.
        agreement: (p,) intraclass correlation of each radiomic column between readers, NaN where
            it is not defined; None if there is no second reading.
        images: (n,) int, the same for cases on one image; None if each has its own.

    Raises:
        CohortError: lengths differ, a name is no radiomic column or comes twice, or a value is
            not finite.
    """

    protocol: Protocol
    case_ids: tuple[str, ...]
    columns: tuple[str, ...]
    radiomics: np.ndarray
    clinical: np.ndarray
    malignant: np.ndarray
    out_of_fold_logits: np.ndarray | None = None
    deep_features: Mapping[str, np.ndarray] | None = None
    agreement: np.ndarray | None = None
    images: np.ndarray | None = None

    def __post_init__(self) -> None:
        self._check_shapes()
        self._check_columns()
        for what, names, values in (
            ("radiomic", self.columns, self.radiomics),
            ("network", self.logit_columns, self.out_of_fold_logits),
            *(
                ("deep", deep_columns(head, vectors), vectors)
                for head, vectors in (self.deep_features or {}).items()
            ),
        ):
            if values is not None:
                self._check_finite(what, names, values)
        self._check_clinical()

    @property
    def logit_columns(self) -> tuple[str, ...]:
        """(h,) names of the columns of `out_of_fold_logits`."""
        return tuple(map(network_column, self.protocol.network_heads))

    @property
    def clinically_complete(self) -> np.ndarray:
        """(n,) bool: the cases without an unknown clinical predictor."""
        return ~np.isnan(self.clinical).any(axis=1)

    def usable_for(self, model: str) -> np.ndarray:
        """Return (n,) bool: the cases with all clinical inputs of a model and of those below it."""
        spec, columns = self.protocol.models[model], list(self.protocol.predictors)
        read = [columns.index(self.protocol.clinical[name].column) for name in spec.clinical]
        usable = ~np.isnan(self.clinical[:, read]).any(axis=1)
        return np.logical_and.reduce([usable, *map(self.usable_for, spec.log_odds)])

    def _check_shapes(self) -> None:
        cases, heads = len(self.case_ids), self.protocol.network_heads
        expected = {
            "radiomics": (cases, len(self.columns)),
            "clinical": (cases, len(self.protocol.predictors)),
            "malignant": (cases,),
            "out_of_fold_logits": (cases, len(heads)),
            "agreement": (len(self.columns),),
            "images": (cases,),
        }
        for name, shape in expected.items():
            values = getattr(self, name)
            if values is not None and np.shape(values) != shape:
                raise CohortError(
                    f"{name} of the training table has the shape {np.shape(values)}.",
                    f"For {cases} cases and {len(self.columns)} radiomic columns give {shape}.",
                )
        deep = self.deep_features
        if deep is not None and (
            list(deep) != list(heads) or any(len(vectors) != cases for vectors in deep.values())
        ):
            raise CohortError(
                "The deep features of the training table are not those of its cases and heads.",
                f"Give one row a case for each of {', '.join(heads)}.",
            )
        if self.malignant.dtype != bool:
            raise CohortError(
                f"The outcomes of the training table are {self.malignant.dtype}, not bool.",
                "Give True for malignant and False for benign.",
            )

    def _check_columns(self) -> None:
        kind_of = self.protocol.column_kind
        strange = [c for c in self.columns if kind_of(c) is not ColumnKind.RADIOMIC]
        twice = (
            sorted({c for c in self.columns if self.columns.count(c) > 1})
            if (len(set(self.columns)) < len(self.columns))
            else []
        )
        if strange or twice:
            raise CohortError(
                f"{_named(strange or twice)} in the training table is no radiomic column or "
                "comes twice.",
                "Give each radiomic column once, named <region>_<feature>.",
            )

    def _check_finite(self, what: str, names: Sequence[str], values: np.ndarray) -> None:
        wrong = ~np.isfinite(values)
        if wrong.any():
            columns = [names[i] for i in np.flatnonzero(wrong.any(axis=0))]
            cases = [self.case_ids[i] for i in np.flatnonzero(wrong.any(axis=1))]
            raise CohortError(
                f"The {what} columns {_named(columns)} are not finite in the cases "
                f"{_named(cases)}.",
                "Compute these features again or leave those cases or columns out.",
            )

    def _check_clinical(self) -> None:
        for variable, values in zip(
            self.protocol.predictors.values(), self.clinical.T, strict=True
        ):
            known = values[~np.isnan(values)]
            if not (np.isfinite(known) if variable.is_number else np.isin(known, (0.0, 1.0))).all():
                raise CohortError(
                    f"The clinical column {variable.column} of the training table holds other "
                    f"values than {'numbers' if variable.is_number else '0, 1'} and NaN.",
                    "Code them with Protocol.coded, unknown as NaN.",
                )


def deep_columns(head: str, vectors: np.ndarray) -> tuple[str, ...]:
    """Return the names of the columns of deep features (n, m) of a head of the network."""
    return tuple(deep_column(head, index) for index in range(vectors.shape[1]))


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
