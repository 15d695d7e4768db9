"""Clinical variables against the outcome: odds ratios alone and together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..base.words import counted
from .firth import penalised_likelihood
from .likelihood import Coefficients, is_full_rank, maximum_likelihood
from .results import ClinicalAssociations, Estimate, OddsRatio
from .variables import Variable

ENTRY_P = 0.05


@dataclass(frozen=True)
class _Coded:
    """One variable as columns (n, k) of a design, each of one of its (k,) levels.

    `reference` is the level without a column; empty for a number.
    """

    variable: Variable
    levels: tuple[str, ...]
    reference: str
    columns: np.ndarray


def clinical_associations(
    clinical: Sequence[Variable], malignant: np.ndarray, entry_p: float = ENTRY_P
) -> ClinicalAssociations | None:
    """Return odds ratios of every variable on its own, and of those that tell, together.

    A variable enters the multivariable regression when the penalised P of one of its levels is
    below `entry_p`; that regression is on the cases in which all of them are known. None where no
    variable differs between cases or all cases have one outcome.
    """
    variables = [v for v in clinical if v.known.any()]
    notes: list[str] = []
    notes_together: list[str] = []
    univariate = {v.name: _ratios([v], malignant, notes) for v in variables}
    if not any(univariate.values()):
        return None
    entering = [v for v in variables if _lowest_p(univariate[v.name]) < entry_p]
    together = _ratios(entering, malignant, notes_together) if entering else ()
    return ClinicalAssociations(
        univariate=tuple(ratio for ratios in univariate.values() for ratio in ratios),
        multivariable=together,
        entry_p=entry_p,
        notes=tuple(dict.fromkeys(notes)),
        notes_together=tuple(note for note in notes_together if note not in notes),
    )


def _lowest_p(ratios: Sequence[OddsRatio]) -> float:
    return min((r.penalised_p for r in ratios if r.penalised_p is not None), default=1.0)


def _ratios(
    variables: Sequence[Variable], malignant: np.ndarray, notes: list[str]
) -> tuple[OddsRatio, ...]:
    """Return the odds ratios of one regression on all of `variables`; add to `notes`."""
    known = np.logical_and.reduce([v.known for v in variables])
    if not known.all():
        names = " or ".join(v.label for v in variables if not v.known.all())
        left_out = counted(int((~known).sum()), "case")
        notes.append(f"{left_out} left out: {names} unknown.")
    outcome = malignant[known]
    if not outcome.any() or outcome.all():
        names = ", ".join(v.label for v in variables)
        notes.append(f"{names} left out: the cases in which it is known have one outcome.")
        return ()
    coded = _independent([_coded(v, known, notes) for v in variables], notes)
    return _fitted(coded, outcome, notes) if coded else ()


def _coded(variable: Variable, known: np.ndarray, notes: list[str]) -> _Coded:
    values = variable.values[known]
    if not variable.levels:
        return _Coded(variable, (variable.step,), "", values[:, None])
    held = [i for i in range(len(variable.levels)) if (values == i).any()]
    absent = [word for i, word in enumerate(variable.levels) if i not in held]
    if absent:
        notes.append(f"no case is of {variable.label}: {' or '.join(absent)}.")
    reference, *others = held
    levels = tuple(variable.levels[i] for i in others)
    columns = (values[:, None] == others).astype(float)
    return _Coded(variable, levels, variable.levels[reference], columns)


def _independent(coded: list[_Coded], notes: list[str]) -> list[_Coded]:
    """Return those that are not settled by the ones before them, as one level alone is."""
    kept: list[_Coded] = []
    for variable in coded:
        columns = [*(other.columns for other in kept), variable.columns]
        if variable.levels and is_full_rank(np.hstack(columns)):
            kept.append(variable)
        else:
            why = "it does not vary" if len(columns) == 1 else "it follows from the others"
            notes.append(f"{variable.variable.label} left out: {why}.")
    return kept


def _fitted(coded: list[_Coded], malignant: np.ndarray, notes: list[str]) -> tuple[OddsRatio, ...]:
    design = np.hstack([variable.columns for variable in coded])
    likelihood = maximum_likelihood(design, malignant)
    penalised = penalised_likelihood(design, malignant)
    ratios = []
    for column, (variable, level) in enumerate((v, level) for v in coded for level in v.levels):
        separated = bool(np.isnan(likelihood.values[column]))
        if separated:
            told = "separates the outcomes: only the penalised figures hold."
            notes.append(f"{variable.variable.label} {told}")
        named = (variable.variable.name, level, variable.reference)
        usual, firth = _tested(likelihood, column), _tested(penalised, column)
        ratios.append(OddsRatio(*named, *usual, *firth, separated, len(malignant)))
    return tuple(ratios)


def _tested(fit: Coefficients, column: int) -> tuple[Estimate, float | None]:
    """Return an odds ratio and its P."""
    with np.errstate(over="ignore"):
        parts = (np.exp(part[column]) for part in (fit.values, fit.low, fit.high))
        return Estimate(*map(_number, parts)), _number(fit.p[column])


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
