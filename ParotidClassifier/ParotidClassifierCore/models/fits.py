"""Every model on every set of folds: the pipeline that out-of-fold results are made of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..base.errors import CohortError
from ..base.progress import Progress, silent
from ..protocol import ColumnKind, ModelSpec, column_of, log_odds_column, network_column
from .folds import smaller_class, stratified_folds
from .logistic import LogisticModel
from .logistic_fit import calibration, fit_logistic, refit_logistic
from .refits import Refits, scale_of, variances_by_refits
from .settings import PAPER, ModelTrainingSettings
from .signature import Selection, signature_name
from .table import TrainingTable, deep_columns

WHOLE: frozenset[int] = frozenset()

# Significant digits of a refit that are kept: enough for any interval, in half of the room.
_DIGITS = 6

# With fewer folds left, penalties are judged in folds of their own.
_ENOUGH_FOLDS = 3
# Without one of three cases of a class, two are left to choose features by.
_FEWEST_TO_JUDGE = 3

Key = tuple[str, frozenset[int]]  # a name, and the folds that are left out
Fit = Callable[[str, frozenset[int]], LogisticModel]


@dataclass(frozen=True)
class Choice:
    """How a model was fitted.

    Attributes:
        fitted: as the penalty leaves it.
        penalty: C, the inverse of the L2 penalty.
        intercept, slope: of the line that its log-odds are put on, see `calibration`.
    """

    fitted: LogisticModel
    penalty: float
    intercept: float = 0.0
    slope: float = 1.0

    @property
    def model(self) -> LogisticModel:
        """The model that is kept."""
        return self.on_its_line(self.fitted)

    def on_its_line(self, model: LogisticModel) -> LogisticModel:
        """Return a model, fitted in this way, that answers intercept + slope · its log-odds."""
        return replace(
            model,
            intercept=self.intercept + self.slope * model.intercept,
            coefficients=tuple(self.slope * c for c in model.coefficients),
        )


class Fits:
    """Fits models on all folds but some, each selection and each model only once."""

    def __init__(self, table: TrainingTable, settings: ModelTrainingSettings):
        self._table = table
        self._settings = settings
        self._fold_of = table.folds(settings.folds, settings.seed)
        self._folds = [frozenset({int(fold)}) for fold in np.unique(self._fold_of)]
        self._signatures: dict[Key, Selection] = {}
        self._models: dict[Key, LogisticModel] = {}
        self._choices: dict[Key, Choice] = {}
        self._paths: dict[Key, Sequence[LogisticModel]] = {}
        self._inputs = dict(table.of_images)
        self._inputs |= zip(table.protocol.predictors, table.clinical.T, strict=True)

    def model(self, name: str, without: frozenset[int]) -> LogisticModel:
        """Return the model fitted on the rows of every fold but those in `without`."""
        key = (name, without)
        if key not in self._models:
            selects = self._selects(self._table.protocol.models[name])
            choose = self._selected_inputs if selects else self._few_inputs
            self._choices[key] = choose(name, without)
            self._models[key] = self._choices[key].model
        return self._models[key]

    def _few_inputs(self, name: str, without: frozenset[int]) -> Choice:
        columns = self._columns(self._table.protocol.models[name], without)
        rows, penalty = self._learnt_from(name, without), self._settings.few_inputs_penalty
        matrix, y = self._matrix(columns, without, self.model), self._table.malignant
        bounded = self._at_least_zero(name)
        return Choice(fit_logistic(name, columns, matrix[rows], y[rows], penalty, bounded), penalty)

    def _selected_inputs(self, name: str, without: frozenset[int]) -> Choice:
        """Choose penalty and line by cross-validation of all that depends on rows.

        Selection and z-scores are repeated in each fold: on features that were selected with the
        rows of the fold, a far too weak penalty looks best. The C with the smallest log-loss is
        taken, and the log-odds that it gave the rows left out tell how far it is too sure or too
        careful.
        """
        settings, rows = self._settings, self._learnt_from(name, without)
        if smaller_class(self._table.malignant[rows]) < _FEWEST_TO_JUDGE:
            careful = int(np.argmin(settings.penalties))  # too few to judge any
            return Choice(self._by_penalty(name, without)[careful], settings.penalties[careful])
        left_out = np.full((len(settings.penalties), len(rows)), np.nan)
        for judged, models in self._judgements(name, without, rows):
            for i, model in enumerate(models):
                left_out[i, judged] = model.log_odds(self._inputs)[judged]
        y = self._table.malignant[rows]
        # log(1 + exp(-m)) of the margin m, without overflow.
        losses = np.logaddexp(0.0, np.where(y, -1, 1) * left_out[:, rows]).sum(axis=1)
        best = int(losses.argmin())
        line = calibration(left_out[best, rows], y, settings.few_inputs_penalty)
        return Choice(self._by_penalty(name, without)[best], settings.penalties[best], *line)

    def _judgements(
        self, name: str, without: frozenset[int], rows: np.ndarray
    ) -> Iterator[tuple[np.ndarray, Sequence[LogisticModel]]]:
        """Yield rows (n,) bool of each fold, and the models by penalty that have not seen them."""
        left = [fold for fold in self._folds if not fold & without]
        learnt = [rows & ~self._is_in(fold) for fold in left]
        fewest = min(smaller_class(self._table.malignant[r]) for r in learnt)
        if len(left) >= _ENOUGH_FOLDS and fewest > 1:  # what these fits need is needed anyway
            for fold in left:
                yield rows & self._is_in(fold), self._by_penalty(name, without | fold)
            return
        table, settings = self._table, self._settings
        fold_of = np.full(len(rows), -1)
        images = None if table.images is None else table.images[rows]
        fold_of[rows] = stratified_folds(
            table.malignant[rows], settings.folds, settings.seed, images=images
        )
        for fold in np.unique(fold_of[rows]):
            spec, learnt = table.protocol.models[name], rows & (fold_of != fold)
            columns = (*self._selected(spec, learnt).columns, *self._unselected(spec))
            yield fold_of == fold, self._fitted(name, columns, learnt)

    def _by_penalty(self, name: str, without: frozenset[int]) -> Sequence[LogisticModel]:
        """Return the models of all penalties on the rows of every fold but those in `without`."""
        key = (name, without)
        if key not in self._paths:
            columns = self._columns(self._table.protocol.models[name], without)
            self._paths[key] = self._fitted(name, columns, self._learnt_from(name, without))
        return self._paths[key]

    def _fitted(self, name: str, columns: tuple[str, ...], rows: np.ndarray) -> list[LogisticModel]:
        """Return the models of all penalties on rows (n,) bool; they read no other model."""
        matrix = np.column_stack([self._inputs[column][rows] for column in columns])
        y = self._table.malignant[rows]
        return [fit_logistic(name, columns, matrix, y, c) for c in self._settings.penalties]

    def _selects(self, spec: ModelSpec) -> bool:
        """Whether a model selects from many columns, rather than read the few that it names."""
        return bool(spec.radiomics) and not self._stacked_on(spec.name)

    def _at_least_zero(self, name: str) -> tuple[str, ...]:
        return tuple(map(log_odds_column, self._stacked_on(name)))

    def refitted(self, name: str, without: frozenset[int], counts: np.ndarray) -> LogisticModel:
        """Return `model(name, without)` with the coefficients of a resample of the rows.

        Columns and penalty stay. A model built on another one reads that of the same resample.

        Args:
            counts: (n,) how often the resample holds each row.
        """
        kept = self.model(name, without)
        choice = self._choices[name, without]
        matrix = self._matrix(kept.columns, without, lambda *key: self.refitted(*key, counts))
        return choice.on_its_line(refit_logistic(
            choice.fitted, matrix, self._table.malignant, counts * self._learnt_from(name, without),
            choice.penalty, self._at_least_zero(name),
        ))  # fmt: skip

    def can_refit(self, names: Iterable[str], counts: np.ndarray) -> bool:
        """Whether both classes are in all the resampled rows that refits of `names` learn from."""
        needed = {key for name in names for key in self._chain(name, WHOLE)}
        malignant = self._table.malignant
        taken = (malignant[self._learnt_from(*key) & (counts > 0)] for key in needed)
        return all(outcomes.any() and not outcomes.all() for outcomes in taken)

    def _chain(self, name: str, without: frozenset[int]) -> Iterator[Key]:
        """Yield the key of a model, and those of all fits whose log-odds it is fitted on."""
        yield name, without
        for source in self._stacked_on(name):
            for fold in self._folds:
                yield from self._chain(source, without | fold)

    def jackknife_variances(self, name: str) -> np.ndarray:
        """Return (n,) variances of the log-odds of each case, as it were a new one.

        By the pipelines without one fold each: delete-a-group jackknife, Shao & Wu 1989. NaN for
        cases without the inputs.
        """
        of_folds = [self._as_new_cases(name, fold) for fold in self._folds]
        return (len(of_folds) - 1) * np.var(of_folds, axis=0)

    def _as_new_cases(self, name: str, fold: frozenset[int]) -> np.ndarray:
        model, values = self.model(name, fold), dict(self._inputs)
        if self._table.fold_logits is not None:
            logits = self._table.fold_logits[self._folds.index(fold)]
            values |= zip(self._table.logit_columns, logits.T, strict=True)
        for column in model.columns:
            kind, of, _ = column_of(column)
            if kind is ColumnKind.LOG_ODDS:
                values[column] = self._as_new_cases(of, fold)
        return model.log_odds(values)

    def scales(
        self, models: Mapping[str, LogisticModel], coefficients: Mapping[str, Sequence[Sequence]]
    ) -> dict[str, tuple[float, float]]:
        """Return constant and factor of each model's variance, see `refits`."""
        by_refits = variances_by_refits(models, coefficients, self._inputs)
        scales = {}
        for name, variances in by_refits.items():
            known = self._table.usable_for(name)
            scales[name] = scale_of(self.jackknife_variances(name)[known], variances[known])
        return scales

    def out_of_fold_probabilities(self, name: str) -> np.ndarray:
        """Return (n,) probabilities, each from the pipeline that has not seen the row's fold."""
        probabilities = np.full(len(self._fold_of), np.nan)
        for fold in self._folds:
            model = self.model(name, fold)
            values = self._values(model.columns, fold, self.model)
            rows = self._table.usable_for(name) & self._is_in(fold)
            probabilities[rows] = model.probability(values)[rows]
        return probabilities

    def final_signatures(self) -> dict[str, Selection]:
        """Return the signatures of the models that are kept, by their names."""
        return {
            name: signature
            for (name, without), signature in self._signatures.items()
            if not without
        }

    def penalty(self, name: str) -> float:
        """Return the C of the model that is kept."""
        return self._choices[name, WHOLE].penalty

    def notes(self) -> list[str]:
        """Say where LASSO left no column."""
        return [
            f"{regions}: LASSO left no column; the one with the largest ANOVA F was taken, "
            f"{signature.columns[0]}."
            for regions, signature in self.final_signatures().items()
            if signature.fell_back
        ]

    def _columns(self, spec: ModelSpec, without: frozenset[int]) -> tuple[str, ...]:
        return (
            *(self._signature(spec, without).columns if self._selects(spec) else ()),
            *map(log_odds_column, self._stacked_on(spec.name)),
            *self._unselected(spec),
        )

    def _unselected(self, spec: ModelSpec) -> tuple[str, ...]:
        """Return the columns of a model that are neither selected nor log-odds."""
        clinical = self._table.protocol.clinical
        return (
            *((network_column(spec.head),) if spec.network and not spec.radiomics else ()),
            *(clinical[name].column for name in spec.clinical),
        )

    def _stacked_on(self, name: str) -> tuple[str, ...]:
        return self._settings.stacked_on(name, self._table.protocol)

    def _is_in(self, folds: frozenset[int]) -> np.ndarray:
        return np.isin(self._fold_of, list(folds))

    def _learnt_from(self, name: str, without: frozenset[int]) -> np.ndarray:
        return self._table.usable_for(name) & ~self._is_in(without)

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
        values = {}
        for column in columns:
            kind, of, _ = column_of(column)
            is_of_a_model = kind is ColumnKind.LOG_ODDS
            values[column] = (
                self._log_odds(of, without, fit) if is_of_a_model else self._inputs[column]
            )
        return values

    def _log_odds(self, name: str, without: frozenset[int], fit: Fit) -> np.ndarray:
        """Return (n,) log-odds of a model, each row's fold and `without` held out."""
        log_odds = np.empty(len(self._fold_of))
        for fold in self._folds:
            model = fit(name, without | fold)
            rows = self._is_in(fold)
            log_odds[rows] = model.log_odds(self._values(model.columns, without | fold, fit))[rows]
        return log_odds

    def _signature(self, spec: ModelSpec, without: frozenset[int]) -> Selection:
        key = (signature_name(spec, self._settings.stacking), without)
        if key not in self._signatures:
            self._signatures[key] = self._selected(spec, ~self._is_in(without))
        return self._signatures[key]

    def _selected(self, spec: ModelSpec, rows: np.ndarray) -> Selection:
        """Return the signature that the rows (n,) bool give."""
        from .selection import select

        columns, values, agreement = self._candidates(spec)
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
                f"No column of {signature_name(spec, self._settings.stacking)} is left after the "
                "filters.",
                "Check the reader agreement, and that the columns differ between the cases.",
            )
        return signature

    def _candidates(self, spec: ModelSpec) -> tuple[list[str], np.ndarray, np.ndarray | None]:
        """Return names (p,), values (n, p) and agreement (p,) of the columns to select from."""
        table = self._table
        indices = [i for i, c in enumerate(table.columns) if column_of(c).of in spec.radiomics]
        columns = [table.columns[i] for i in indices]
        agreement = None if table.agreement is None else table.agreement[indices]
        if not spec.network or self._settings.stacking != PAPER:
            return columns, table.radiomics[:, indices], agreement
        vectors = table.deep_features[spec.head]
        # Readers were not compared in deep features: these agree by definition.
        if agreement is not None:
            agreement = np.concatenate([agreement, np.ones(vectors.shape[1])])
        columns += deep_columns(spec.head, vectors)
        return columns, np.hstack([table.radiomics[:, indices], vectors]), agreement


def refit_all(
    fits: Fits,
    names: Sequence[str],
    table: TrainingTable,
    count: int,
    seed: int,
    progress: Progress = silent,
) -> Refits:
    """Return the models `names` refitted on `count` resamples of the rows of `table`.

    Args:
        names: of models that were fitted; the same resample serves all of them.
    """
    refits: dict[str, list[tuple[float, ...]]] = {name: [] for name in names}
    drawn = resamples(table, seed)
    for done in range(count):
        progress(done / count, f"refit {done + 1} of {count}")
        counts = next(counts for counts in drawn if fits.can_refit(names, counts))
        for name, coefficients in refits.items():
            model = fits.refitted(name, WHOLE, counts)
            numbers = (model.intercept, *model.coefficients)
            coefficients.append(tuple(float(f"{number:.{_DIGITS}g}") for number in numbers))
    kept = {name: tuple(rows) for name, rows in refits.items()}
    scales = fits.scales({name: fits.model(name, WHOLE) for name in names}, kept)
    return Refits(kept, scales, absent="")


def resamples(table: TrainingTable, seed: int) -> Iterator[np.ndarray]:
    """Yield (n,) counts: how often each row is in a bootstrap resample.

    Drawn within each outcome, and there among the cases with and without known findings, so that
    every resample has as many of each. Cases on one image are drawn together.
    """
    rng = np.random.default_rng(seed)
    images = np.arange(len(table.malignant)) if table.images is None else table.images
    _, first, image_of = np.unique(images, return_index=True, return_inverse=True)
    strata = (2 * table.malignant + table.clinically_complete)[first]
    members = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    while True:
        chosen = np.concatenate([rng.choice(group, len(group)) for group in members])
        yield np.bincount(chosen, minlength=len(first))[image_of]
