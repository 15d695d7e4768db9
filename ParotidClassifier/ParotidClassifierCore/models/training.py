"""Fitting the models without letting a case judge itself.

Everything that learns (selection, penalty, coefficients) is one pipeline of the training rows it
is given. That pipeline is run once on all rows, for the models that are kept, and once per fold
on the rows outside it, for the out-of-fold probabilities behind the operating thresholds.

A model such as Combined reads the log-odds of another fitted model. Those of the kept model would
look too good on the rows it was fitted on, so it is fitted on out-of-fold log-odds: those of each
fold come from the whole pipeline run without that fold. Its own out-of-fold probabilities leave out
a second fold in the same way, so that no row has touched a selection or a logistic model that
judges it. (As in stacking everywhere, it may have touched it through the network: the out-of-fold
logits of the other rows come from networks that learnt from it.)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..base.errors import CohortError
from ..base.progress import Progress, part, silent
from ..base.words import counted, first_of, listed
from ..protocol import ModelSpec, column_of
from .fits import WHOLE, Fits, refit_all
from .folds import smaller_class
from .logistic import LogisticModel
from .refits import Refits
from .settings import MIN_FOLDS, PAPER, ModelTrainingSettings
from .signature import Selection
from .table import TrainingTable
from .words import all_findings

_STACKED_AS_IN_THE_PAPER = (
    "Stacking paper: the fusions were fitted on deep features of cases the network had seen."
)
_MOST_NAMED = 5
_SHARE_OF_FITS = 0.95  # of the time; the rest are refits


@dataclass(frozen=True)
class FittedModels:
    """What the training cases taught.

    Attributes:
        models: by name, in the order of the protocol; a subset where the table lacks inputs.
        thresholds: Youden's on the out-of-fold probabilities, by model name.
        out_of_fold: (n,) probabilities by model name; NaN for cases left out of that model.
        signatures: by their names, see `signature.signature_name`.
        penalties: C, the inverse L2 penalty that was chosen, by model name.
        cases: number of training cases each model was fitted on.
        notes: what a reader must know: models and cases left out, forced fits, fallbacks.
    """

    models: Mapping[str, LogisticModel]
    thresholds: Mapping[str, float]
    out_of_fold: Mapping[str, np.ndarray]
    signatures: Mapping[str, Selection]
    penalties: Mapping[str, float]
    cases: Mapping[str, int]
    notes: tuple[str, ...]
    settings: ModelTrainingSettings
    refits: Refits = field(default_factory=Refits)


def fit_models(
    table: TrainingTable, settings: ModelTrainingSettings | None = None, progress: Progress = silent
) -> FittedModels:
    """Fit every model of the protocol that the table has the inputs for.

    Raises:
        CohortError: a class has too few cases, no model can be fitted, or no radiomic column
            survives the filters.
    """
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    settings = settings or ModelTrainingSettings()
    notes = checked_size(table.malignant, settings)
    if settings.stacking == PAPER and table.out_of_fold_logits is not None:
        notes.append(_STACKED_AS_IN_THE_PAPER)
    names, left_out = _fittable(table, settings)
    fits = Fits(table, settings)
    models, out_of_fold = {}, {}
    # Many small products: more threads only wait for each other, and change the last digits.
    with threadpool_limits(1):
        for done, name in enumerate(names):
            progress(_SHARE_OF_FITS * done / len(names), name)
            models[name] = fits.model(name, WHOLE)
            out_of_fold[name] = fits.out_of_fold_probabilities(name)
        again = part(progress, _SHARE_OF_FITS, 1.0)
        refits = refit_all(fits, names, table, settings.refits, settings.seed, again)
    progress(1.0, "done")
    return FittedModels(
        models=models,
        thresholds={n: youden_threshold(out_of_fold[n], table.malignant) for n in names},
        out_of_fold=out_of_fold,
        signatures=fits.final_signatures(),
        penalties={name: fits.penalty(name) for name in names},
        cases={name: int(table.usable_for(name).sum()) for name in names},
        notes=(*notes, *left_out, *fits.notes()),
        settings=settings,
        refits=refits,
    )


def checked_size(malignant: np.ndarray, settings: ModelTrainingSettings) -> list[str]:
    """Return what must be noted of the outcomes (n,) bool of the training cases.

    Raises:
        CohortError: a class has too few cases.
    """
    smallest, count = smaller_class(malignant), int(malignant.sum())
    counts = f"{count} malignant and {len(malignant) - count} benign cases"
    if smallest >= settings.min_cases_per_class and smallest >= MIN_FOLDS:
        return []
    if settings.force and smallest >= MIN_FOLDS:
        return [f"Fitted by force on {counts}: fewer than {settings.min_cases_per_class} of one."]
    raise CohortError(
        f"The training cohort has {counts}.",
        f"At least {settings.min_cases_per_class} of each are needed; --force lowers that to "
        f"{MIN_FOLDS}.",
    )


def _fittable(table: TrainingTable, settings: ModelTrainingSettings) -> tuple[list[str], list[str]]:
    """Return the names of the models the table has the inputs for, and why others are missing."""
    names: list[str] = []
    notes = []
    for name, spec in table.protocol.models.items():
        outcomes = table.malignant[table.usable_for(name)]
        if lacking := _lacking(spec, table, names, settings):
            notes.append(f"{name} was not fitted: it lacks {listed(lacking)}.")
        elif smaller_class(outcomes) < _fewest(settings):
            notes.append(f"{name} was not fitted: {_too_few(name, outcomes, table, settings)}.")
        else:
            names.append(name)
    if not names:
        raise CohortError(
            "No model can be fitted:\n  " + "\n  ".join(first_of(notes, _MOST_NAMED)),
            "Give the training cases what the models lack.",
        )
    return names, [*notes, *_left_out(table, settings)]


def _lacking(
    spec: ModelSpec, table: TrainingTable, fitted: list[str], settings: ModelTrainingSettings
) -> list[str]:
    """Return what a model reads that no training case has."""
    read = settings.stacked_on(spec.name, table.protocol)
    lacks_a_part = spec.is_fusion and settings.stacking != PAPER and len(read) < 2
    never = np.isnan(table.clinical).all(axis=0)
    unknown = {v.name for v, u in zip(table.protocol.predictors.values(), never, strict=True) if u}
    present = {column_of(column).of for column in table.columns}
    return [
        *(f"radiomic features of {region}" for region in spec.radiomics if region not in present),
        *(["logits of the network"] if spec.network and table.out_of_fold_logits is None else []),
        *(f"any known value of {name}" for name in spec.clinical if name in unknown),
        *(["a model of each of its two parts"] if lacks_a_part else []),
        *(f"the log-odds of {m}" for m in read if m not in fitted),
    ]


def _too_few(
    name: str, outcomes: np.ndarray, table: TrainingTable, settings: ModelTrainingSettings
) -> str:
    findings = all_findings(len(table.protocol.models[name].clinical))
    return (
        f"only {int((~outcomes).sum())} benign and {int(outcomes.sum())} malignant training cases "
        f"have {findings}, at least {_fewest(settings)} of each are needed"
    )


def _left_out(table: TrainingTable, settings: ModelTrainingSettings) -> list[str]:
    """Say which models some cases could not be used for, models that lack the same together."""
    lacking: dict[bytes, list[str]] = {}
    for name in table.protocol.models:
        usable = table.usable_for(name)
        if not usable.all() and smaller_class(table.malignant[usable]) >= _fewest(settings):
            lacking.setdefault(usable.tobytes(), []).append(name)
    return [
        f"Left out of {' and '.join(names)}: "
        f"{counted(usable.count(0), 'training case')} with an unknown clinical predictor."
        for usable, names in lacking.items()
    ]


def _fewest(settings: ModelTrainingSettings) -> int:
    return MIN_FOLDS if settings.force else max(settings.min_cases_per_class, MIN_FOLDS)


def youden_threshold(probabilities: np.ndarray, malignant: np.ndarray) -> float:
    """Return the threshold with the largest sensitivity + specificity - 1.

    A case is called malignant when its probability is at or above the threshold. The threshold
    lies half-way between two observed probabilities, so that rounding cannot turn a call. Of
    thresholds that are equally good the lowest is taken: a missed malignancy costs more than a
    false alarm.

    Args:
        probabilities: (n,); NaN for cases without one.
        malignant: (n,) bool; both classes present.

    Source: Youden 1950, Cancer 3:32-35.
    """
    judged = ~np.isnan(probabilities)
    probabilities, malignant = probabilities[judged], malignant[judged]
    levels, level_of = np.unique(probabilities, return_inverse=True)
    positives = np.bincount(level_of[malignant], minlength=len(levels))
    negatives = np.bincount(level_of[~malignant], minlength=len(levels))
    sensitivity = positives[::-1].cumsum()[::-1] / positives.sum()
    false_alarms = negatives[::-1].cumsum()[::-1] / negatives.sum()
    # Rounding removes the last-digit differences between indices that are equal as fractions.
    best = int(np.argmax(np.round(sensitivity - false_alarms, 12)))
    return float(levels[best] if best == 0 else (levels[best - 1] + levels[best]) / 2)
