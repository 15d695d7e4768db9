"""Every model on every set of folds: the pipeline that out-of-fold results are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ..base.errors import CohortError
from ..protocol.names import (
    CLINICAL,
    COMBINED,
    COMBINED_SOURCE,
    DL_MODELS,
    FUSION_MODELS,
    NETWORK_COLUMNS,
    RAD_MODELS,
    REGION_SETS,
    log_odds_column,
    network_column,
    region_of,
)
from ..protocol.record import CLINICAL_COLUMNS
from .folds import stratified_folds
from .logistic import LogisticModel
from .logistic_fit import fit_logistic, refit_logistic
from .settings import PAPER, ModelTrainingSettings
from .signature import Selection
from .table import TrainingTable, deep_columns

WHOLE: frozenset[int] = frozenset()

Fit = Callable[[str, frozenset[int]], LogisticModel]

_REGIONS_OF_RAD = dict(zip(RAD_MODELS, REGION_SETS, strict=True))
_REGIONS_OF_FUSION = dict(zip(FUSION_MODELS, REGION_SETS, strict=True))
_HEAD_OF_FUSION = dict(zip(FUSION_MODELS, DL_MODELS, strict=True))


class Fits:
    """Fits models on all folds but some, each selection and each model only once."""

    def __init__(self, table: TrainingTable, settings: ModelTrainingSettings):
        self._table = table
        self._settings = settings
        self._fold_of = stratified_folds(
            table.malignant, settings.folds, settings.seed, table.clinically_complete, table.images
        )
        self._index = {column: i for i, column in enumerate(table.columns)}
        self._signatures: dict[tuple[str, frozenset[int]], Selection] = {}
        self._models: dict[tuple[str, frozenset[int]], LogisticModel] = {}
        self._penalties: dict[tuple[str, frozenset[int]], float] = {}
        self._deep = {
            column: values
            for model, vectors in (table.deep_features or {}).items()
            for column, values in zip(deep_columns(model, vectors), vectors.T, strict=True)
        }

    def model(self, name: str, without: frozenset[int]) -> LogisticModel:
        """Return the model fitted on the rows of every fold but those in `without`."""
        key = (name, without)
        if key not in self._models:
            columns = self._columns(name, without)
            rows = self._learnt_from(name, without)
            matrix = self._matrix(columns, without, self.model)
            self._models[key], self._penalties[key] = fit_logistic(
                name, columns, matrix[rows], self._table.malignant[rows], self._settings
            )
        return self._models[key]

    def refitted(self, name: str, without: frozenset[int], counts: np.ndarray) -> LogisticModel:
        """Return `model(name, without)` with the coefficients of a resample of the rows.

        Columns and penalty stay. A model built on another one reads that of the same resample.

        Args:
            counts: (n,) how often the resample holds each row.
        """
        kept = self.model(name, without)
        matrix = self._matrix(kept.columns, without, lambda *key: self.refitted(*key, counts))
        return refit_logistic(
            kept, matrix, self._table.malignant, counts * self._learnt_from(name, without),
            self._penalties[name, without],
        )  # fmt: skip

    def can_refit(self, names: Iterable[str], counts: np.ndarray) -> bool:
        """Whether both classes are in all the resampled rows that refits of `names` learn from."""
        held_out = [WHOLE, *(frozenset({int(fold)}) for fold in np.unique(self._fold_of))]
        needed = {(name, WHOLE) for name in names} | {(COMBINED_SOURCE, w) for w in held_out}
        malignant = self._table.malignant
        taken = (malignant[self._learnt_from(*key) & (counts > 0)] for key in needed)
        return all(outcomes.any() and not outcomes.all() for outcomes in taken)

    def out_of_fold_probabilities(self, name: str) -> np.ndarray:
        """Return (n,) probabilities, each from the pipeline that has not seen the row's fold."""
        probabilities = np.full(len(self._fold_of), np.nan)
        for fold in np.unique(self._fold_of):
            without = frozenset({int(fold)})
            model = self.model(name, without)
            values = self._values(model.columns, without, self.model)
            rows = self.rows(name) & (self._fold_of == fold)
            probabilities[rows] = model.probability(values)[rows]
        return probabilities

    def final_signatures(self) -> dict[str, Selection]:
        """Return the signatures of the models that are kept, by region set or fusion."""
        return {
            name: signature
            for (name, without), signature in self._signatures.items()
            if not without
        }

    def penalty(self, name: str) -> float:
        """Return the C of the model that is kept."""
        return self._penalties[name, WHOLE]

    def rows(self, name: str) -> np.ndarray:
        """Return (n,) bool: the cases that a model can learn from."""
        if name in (CLINICAL, COMBINED):
            return self._table.clinically_complete
        return np.ones(len(self._fold_of), bool)

    def notes(self) -> list[str]:
        """Say where LASSO left no column."""
        return [
            f"{regions}: LASSO left no column; the one with the largest ANOVA F was taken, "
            f"{signature.columns[0]}."
            for regions, signature in self.final_signatures().items()
            if signature.fell_back
        ]

    def _columns(self, name: str, without: frozenset[int]) -> tuple[str, ...]:
        if name in RAD_MODELS:
            return self._signature(_REGIONS_OF_RAD[name], without).columns
        if name in DL_MODELS:
            return (network_column(name),)
        if name in FUSION_MODELS and self._settings.stacking == PAPER:
            return self._signature(name, without).columns
        if name in FUSION_MODELS:
            signature = self._signature(_REGIONS_OF_FUSION[name], without)
            return (*signature.columns, network_column(_HEAD_OF_FUSION[name]))
        return (
            CLINICAL_COLUMNS
            if name == CLINICAL
            else (
                log_odds_column(COMBINED_SOURCE),
                *CLINICAL_COLUMNS,
            )
        )

    def _learnt_from(self, name: str, without: frozenset[int]) -> np.ndarray:
        return self.rows(name) & ~np.isin(self._fold_of, list(without))

    def _matrix(self, columns: tuple[str, ...], without: frozenset[int], fit: Fit) -> np.ndarray:
        values = self._values(columns, without, fit)
        return np.column_stack([values[column] for column in columns])

    def _values(
        self, columns: tuple[str, ...], without: frozenset[int], fit: Fit
    ) -> dict[str, np.ndarray]:
        """Return (n,) values of each column as seen by a model that knows no row of `without`.

        Args:
            fit: gives the model whose log-odds a column holds.
        """
        logits = self._table.out_of_fold_logits
        values = {}
        for column in columns:
            if column in self._index:
                values[column] = self._table.radiomics[:, self._index[column]]
            elif column in NETWORK_COLUMNS:
                values[column] = logits[:, NETWORK_COLUMNS.index(column)]
            elif column in self._deep:
                values[column] = self._deep[column]
            elif column in CLINICAL_COLUMNS:
                values[column] = self._table.clinical[:, CLINICAL_COLUMNS.index(column)]
            else:
                values[column] = self._source_log_odds(without, fit)
        return values

    def _source_log_odds(self, without: frozenset[int], fit: Fit) -> np.ndarray:
        """Return (n,) log-odds of COMBINED_SOURCE, each row's fold and `without` held out."""
        log_odds = np.empty(len(self._fold_of))
        for fold in np.unique(self._fold_of):
            model = fit(COMBINED_SOURCE, without | {int(fold)})
            values = self._values(model.columns, without, fit)
            log_odds[self._fold_of == fold] = model.log_odds(values)[self._fold_of == fold]
        return log_odds

    def _signature(self, name: str, without: frozenset[int]) -> Selection:
        key = (name, without)
        if key not in self._signatures:
            self._signatures[key] = self._selected(name, without)
        return self._signatures[key]

    def _selected(self, name: str, without: frozenset[int]) -> Selection:
        """Return the signature of a region set, or of a fusion with its head's deep features."""
        from .selection import select

        columns, values, agreement = self._candidates(name)
        rows = ~np.isin(self._fold_of, list(without))
        signature = select(
            columns,
            values[rows],
            self._table.malignant[rows],
            self._settings.selection,
            self._settings.seed,
            agreement,
        )
        if signature is None:
            raise CohortError(
                f"No column of {name} is left after the filters.",
                "Check the reader agreement, and that the columns differ between the cases.",
            )
        return signature

    def _candidates(self, name: str) -> tuple[list[str], np.ndarray, np.ndarray | None]:
        """Return names (p,), values (n, p) and agreement (p,) of the columns to select from."""
        table = self._table
        regions = REGION_SETS[_REGIONS_OF_FUSION.get(name, name)]
        indices = [i for i, column in enumerate(table.columns) if region_of(column) in regions]
        columns = [table.columns[i] for i in indices]
        agreement = None if table.agreement is None else table.agreement[indices]
        if name in REGION_SETS:
            return columns, table.radiomics[:, indices], agreement
        vectors = table.deep_features[_HEAD_OF_FUSION[name]]
        # Readers were not compared in deep features: these agree by definition.
        if agreement is not None:
            agreement = np.concatenate([agreement, np.ones(vectors.shape[1])])
        columns += deep_columns(_HEAD_OF_FUSION[name], vectors)
        return columns, np.hstack([table.radiomics[:, indices], vectors]), agreement
