"""The clinical variables: their levels, the record of one patient and the three that predict.

Levels and definitions: Shen et al. 2026, Methods and Supplementary Table 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import TypeVar

from ..base.errors import ClinicalValueError


class Finding(str, Enum):
    """A finding that is there, is not there, or was not assessed."""

    WITH = "with"
    WITHOUT = "without"
    UNKNOWN = "unknown"


class Margin(str, Enum):
    """Border of the tumour on CT."""

    CLEAR = "clear"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


class Sex(str, Enum):
    """Sex as recorded by the hospital."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Habit(str, Enum):
    """Smoking or drinking."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Shape(str, Enum):
    """Shape of the tumour."""

    ROUND = "round"
    NON_ROUND = "non-round"
    UNKNOWN = "unknown"


class Number(str, Enum):
    """Number of lesions."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    UNKNOWN = "unknown"


class Location(str, Enum):
    """Lobe, divided by the retromandibular vein."""

    SUPERFICIAL = "superficial"
    DEEP = "deep"
    BOTH = "both"
    UNKNOWN = "unknown"


class Density(str, Enum):
    """Density on plain CT."""

    HOMOGENEOUS = "homogeneous"
    HETEROGENEOUS = "heterogeneous"
    UNKNOWN = "unknown"


class Enhancement(str, Enum):
    """Enhancement over plain CT: slight < 20 HU, obvious > 40 HU, moderate between."""

    SLIGHT = "slight"
    MODERATE = "moderate"
    OBVIOUS = "obvious"
    UNKNOWN = "unknown"


class Uniformity(str, Enum):
    """Whether the tumour enhances uniformly."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ClinicalPredictors:
    """The three clinical inputs of the Clinical and Combined models; unknown is a value.

    Attributes:
        symptoms: pain, tenderness or facial palsy.
        margin: clear or unclear on CT.
        lymph_nodes: enlarged; short of a local rule, largest axial diameter > 15 mm at levels
            I-II, > 8 mm retropharyngeal, > 10 mm elsewhere.
    """

    symptoms: Finding = Finding.UNKNOWN
    margin: Margin = Margin.UNKNOWN
    lymph_nodes: Finding = Finding.UNKNOWN

    def coded(self) -> dict[str, float | None]:
        """Return the model inputs: 1 for the level that speaks for malignancy, None if unknown."""
        return {
            "symptoms": _CODES[self.symptoms],
            "margin_unclear": _CODES[self.margin],
            "enlarged_lymph_nodes": _CODES[self.lymph_nodes],
        }


CLINICAL_COLUMNS = ("symptoms", "margin_unclear", "enlarged_lymph_nodes")

_CODES: dict[Enum, float | None] = {
    Finding.WITH: 1.0,
    Finding.WITHOUT: 0.0,
    Finding.UNKNOWN: None,
    Margin.UNCLEAR: 1.0,
    Margin.CLEAR: 0.0,
    Margin.UNKNOWN: None,
}


@dataclass(frozen=True)
class ClinicalRecord(ClinicalPredictors):
    """Everything the study recorded of one patient; only the three predictors enter a model.

    Attributes:
        age_years: None if unknown.
        max_diameter_cm: in the largest cross-section; None if unknown.
        calcification: > 100 HU inside the tumour.
        cystic_areas: ≤ 20 HU inside the tumour.
    """

    age_years: float | None = None
    max_diameter_cm: float | None = None
    sex: Sex = Sex.UNKNOWN
    smoking: Habit = Habit.UNKNOWN
    drinking: Habit = Habit.UNKNOWN
    shape: Shape = Shape.UNKNOWN
    number: Number = Number.UNKNOWN
    location: Location = Location.UNKNOWN
    density: Density = Density.UNKNOWN
    calcification: Finding = Finding.UNKNOWN
    cystic_areas: Finding = Finding.UNKNOWN
    enhancement_degree: Enhancement = Enhancement.UNKNOWN
    enhanced_uniformity: Uniformity = Uniformity.UNKNOWN

    @classmethod
    def from_words(cls, words: Mapping[str, str | float | None]) -> ClinicalRecord:
        """Read a record from the words of a command line, a table or clinical.json.

        Raises:
            ClinicalValueError: a name is not a variable, or a value is outside its levels.
        """
        variables = {field.name: field.default for field in fields(cls)}
        unknown = sorted(set(words) - set(variables))
        if unknown:
            raise ClinicalValueError(
                f"{unknown[0]!r} is not a clinical variable.",
                f"The variables are {', '.join(variables)}.",
            )
        return cls(
            **{
                name: level(name, type(variables[name]), word)
                if isinstance(variables[name], Enum)
                else _quantity(name, word)
                for name, word in words.items()
            }
        )

    def words(self) -> dict[str, str | float | None]:
        """Return the record as plain words and numbers, the inverse of `from_words`."""
        return {
            field.name: value.value if isinstance(value, Enum) else value
            for field in fields(self)
            for value in [getattr(self, field.name)]
        }


_Level = TypeVar("_Level", bound=Enum)


def level(name: str, levels: type[_Level], word: str | float | None) -> _Level:
    """Return the member of `levels` that `word` names.

    Raises:
        ClinicalValueError: `word` is not a level of the variable `name`.
    """
    try:
        return levels(word)
    except ValueError:
        known = ", ".join(repr(member.value) for member in levels)
        raise ClinicalValueError(
            f"Clinical variable {name!r} has the value {word!r}.", f"Use one of {known}."
        ) from None


def _quantity(name: str, word: str | float | None) -> float | None:
    if word in (None, "", "unknown"):
        return None
    try:
        number = float(word)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise ClinicalValueError(
            f"Clinical variable {name!r} has the value {word!r}.",
            "Give a number that is not negative, or leave it out.",
        )
    return number
