"""Clinical variables against the outcome: odds ratios alone and together."""

from __future__ import annotations

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
    """One variable as columns of a design.

    Attributes:
        variable: it.
        levels: (k,) what each column is of.
        reference: the level without a column; empty for a number.
        columns: (n, k).
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
    below `entry_p`; that regression is on the cases in which all of them are known.

    Args:
        clinical: variables of n cases.
        malignant: (n,) bool.
        entry_p: largest univariate P that enters.

    Returns:
        None where no variable differs between cases or all cases have one outcome.
    """
    variables = [v for v in clinical if v.known.any()]
    notes: list[str] = []
    univariate = {v.name: _ratios([v], malignant, notes) for v in variables}
    if not any(univariate.values()):
        return None
    entering = [v for v in variables if _lowest_p(univariate[v.name]) < entry_p]
    together = _ratios(entering, malignant, notes) if entering else ()
    return ClinicalAssociations(
        univariate=tuple(ratio for ratios in univariate.values() for ratio in ratios),
        multivariable=together,
        entry_p=entry_p,
        notes=tuple(dict.fromkeys(notes)),
    )


def _lowest_p(ratios: Sequence[OddsRatio]) -> float:
    return min((r.penalised_p for r in ratios if r.penalised_p is not None), default=1.0)


def _ratios(
    variables: Sequence[Variable], malignant: np.ndarray, notes: list[str]
) -> tuple[OddsRatio, ...]:
    """Return the odds ratios of one regression on all of `variables`; add to `notes`."""
    where = "Together: " if len(variables) > 1 else ""
    known = np.logical_and.reduce([v.known for v in variables])
    if not known.all():
        names = " or ".join(v.label for v in variables if not v.known.all())
        left_out = counted(int((~known).sum()), "case")
        notes.append(f"{where}{left_out} left out: {names} unknown.")
    outcome = malignant[known]
    if not outcome.any() or outcome.all():
        names = ", ".join(v.label for v in variables)
        notes.append(f"{where}{names} left out: the cases in which it is known have one outcome.")
        return ()
    coded = _independent([_coded(v, known, where, notes) for v in variables], where, notes)
    return _fitted(coded, outcome, where, notes) if coded else ()


def _coded(variable: Variable, known: np.ndarray, where: str, notes: list[str]) -> _Coded:
    values = variable.values[known]
    if not variable.levels:
        return _Coded(variable, (variable.step,), "", values[:, None])
    held = [i for i in range(len(variable.levels)) if (values == i).any()]
    absent = [word for i, word in enumerate(variable.levels) if i not in held]
    if absent:
        notes.append(f"{where}no case is of {variable.label}: {' or '.join(absent)}.")
    reference, *others = held
    return _Coded(
        variable,
        tuple(variable.levels[i] for i in others),
        variable.levels[reference],
        np.column_stack([values == i for i in others]).astype(float)
        if others
        else np.empty((len(values), 0)),
    )


def _independent(coded: list[_Coded], where: str, notes: list[str]) -> list[_Coded]:
    """Return those that are not settled by the ones before them, as one level alone is."""
    kept: list[_Coded] = []
    for variable in coded:
        columns = [*(other.columns for other in kept), variable.columns]
        if variable.levels and is_full_rank(np.hstack(columns)):
            kept.append(variable)
        else:
            why = "it does not vary" if len(columns) == 1 else "it follows from the others"
            notes.append(f"{where}{variable.variable.label} left out: {why}.")
    return kept


def _fitted(
    coded: list[_Coded], malignant: np.ndarray, where: str, notes: list[str]
) -> tuple[OddsRatio, ...]:
    design = np.hstack([variable.columns for variable in coded])
    likelihood = maximum_likelihood(design, malignant)
    penalised = penalised_likelihood(design, malignant)
    described = [(v.variable.name, level, v.reference) for v in coded for level in v.levels]
    labels = [v.variable.label for v in coded for _ in v.levels]
    separated = np.isnan(likelihood.values)
    notes.extend(
        f"{where}{labels[column]} separates the outcomes: only the penalised figures hold."
        for column in np.flatnonzero(separated)
    )
    return tuple(
        OddsRatio(
            *names,
            odds_ratio=_odds_ratio(likelihood, column),
            p=_number(likelihood.p[column]),
            penalised=_odds_ratio(penalised, column),
            penalised_p=_number(penalised.p[column]),
            separated=bool(separated[column]),
            cases=len(malignant),
        )
        for column, names in enumerate(described)
    )


def _odds_ratio(fit: Coefficients, column: int) -> Estimate:
    parts = (fit.values[column], fit.low[column], fit.high[column])
    return Estimate(*(_number(_exp(part)) for part in parts))


def _exp(log_odds: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.exp(log_odds))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
