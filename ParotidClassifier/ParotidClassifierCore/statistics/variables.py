"""The clinical variables of many cases as columns: levels, values, what is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..protocol import ClinicalRecord, Protocol


@dataclass(frozen=True)
class Variable:
    """One variable of n cases.

    Attributes:
        name: of the column in the cohort's table.
        levels: the reference first; empty for a number.
        values: (n,) float, NaN if unknown: the number, or the index of the level.
        step: what one step of a number is, "per year"; empty for levels.
    """

    name: str
    label: str
    levels: tuple[str, ...]
    values: np.ndarray
    step: str = ""

    @property
    def known(self) -> np.ndarray:
        """(n,) bool."""
        return ~np.isnan(self.values)


def clinical_variables(
    protocol: Protocol, records: Sequence[ClinicalRecord]
) -> tuple[Variable, ...]:
    """Return every clinical variable of the records, in the order of the protocol."""
    variables = []
    for name, variable in protocol.clinical.items():
        levels = variable.from_reference
        values = [record.get(name, np.nan) for record in records]
        if levels:
            values = [levels.index(value) if value in levels else np.nan for value in values]
        columns = np.array(values, float)
        variables.append(Variable(name, variable.short, levels, columns, variable.step))
    return tuple(variables)
