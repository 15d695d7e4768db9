"""The features of a case by both engines, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..base.words import listed
from .engines import Engine

# Relative. The engines add the same terms in another order: nearly all values are closer by far.
DIFFERENT = 1e-9
# What is smaller than this in both is 0 but for rounding.
ROUNDING = 1e-12
_MOST_NAMED = 5


@dataclass(frozen=True)
class Comparison:
    """Values by column, of the built-in engine and of PyRadiomics."""

    built_in: Mapping[str, float]
    pyradiomics: Mapping[str, float]

    @property
    def header(self) -> list[str]:
        """The columns of `rows`."""
        return ["feature", *(engine.value for engine in Engine), "relative difference"]

    @property
    def rows(self) -> Iterator[list[str]]:
        """Column, both values and their difference, of every feature."""
        for column, value in self.built_in.items():
            other = self.pyradiomics[column]
            yield [column, repr(value), repr(other), f"{_relative(value, other):.1e}"]

    @property
    def different(self) -> tuple[str, ...]:
        """The columns whose values differ by more than rounding."""
        return tuple(
            column
            for column, value in self.built_in.items()
            if relative_difference(value, self.pyradiomics[column]) > DIFFERENT
        )

    @property
    def text(self) -> str:
        """How many values differ, which, and by how much."""
        apart = [
            f"{column} by {_relative(self.built_in[column], self.pyradiomics[column]):.1e}"
            for column in self.different
        ]
        named = f": {listed(apart, _MOST_NAMED)}. The page The method says why" if apart else ""
        return (
            f"{len(apart)} of {len(self.built_in)} values differ by more than {DIFFERENT:g} "
            f"(relative){named}."
        )


def relative_difference(value: float, other: float) -> float:
    """Return the distance of two values by the larger one; 0 where both are 0 but for rounding."""
    return 0.0 if abs(value - other) <= ROUNDING else _relative(value, other)


def _relative(value: float, other: float) -> float:
    return abs(value - other) / (max(abs(value), abs(other)) or 1.0)
