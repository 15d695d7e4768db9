"""The clinical variables of many cases as columns: levels, references, values, what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import Enum

import numpy as np

from ..protocol.record import ClinicalRecord

_UNKNOWN = "unknown"
# What is not there is what other levels are compared with; elsewhere the first level named is.
_ABSENCE = ("without", "no")
_PRESENCE_FIRST = ("enhanced_uniformity",)  # "yes" is uniform, the level that speaks for benign
_UNITS = {"age_years": "per year", "max_diameter_cm": "per cm"}
_LABELS = {"age_years": "age, years", "max_diameter_cm": "maximum diameter, cm"}


@dataclass(frozen=True)
class Variable:
    """One clinical variable of n cases.

    Attributes:
        name: of the column in the cohort's table.
        levels: in the order of the study, the reference first; empty for a number.
        values: (n,) float, NaN if unknown: the number, or the index of the level.
    """

    name: str
    levels: tuple[str, ...]
    values: np.ndarray

    @property
    def label(self) -> str:
        """Name in words."""
        return label_of(self.name)

    @property
    def unit(self) -> str:
        """What one step of a number is, "per year"; empty for levels."""
        return _UNITS.get(self.name, "")

    @property
    def known(self) -> np.ndarray:
        """(n,) bool."""
        return ~np.isnan(self.values)


def label_of(name: str) -> str:
    """Return a variable's name in words."""
    return _LABELS.get(name, name.replace("_", " "))


def clinical_variables(records: Sequence[ClinicalRecord]) -> tuple[Variable, ...]:
    """Return every variable of the records, the three predictors first."""
    return tuple(
        _variable(field.name, field.default, [getattr(record, field.name) for record in records])
        for field in fields(ClinicalRecord)
    )


def _variable(name: str, default: object, values: list) -> Variable:
    if not isinstance(default, Enum):
        return Variable(name, (), np.array([np.nan if v is None else v for v in values], float))
    levels = [member.value for member in type(default) if member.value != _UNKNOWN]
    if name not in _PRESENCE_FIRST:
        levels.sort(key=lambda word: word not in _ABSENCE)
    index = {word: float(i) for i, word in enumerate(levels)}
    return Variable(
        name, tuple(levels), np.array([index.get(v.value, np.nan) for v in values], float)
    )
