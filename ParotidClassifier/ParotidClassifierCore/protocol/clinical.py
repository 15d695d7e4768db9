"""Clinical variables, and the record of them of one patient."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..base.errors import ClinicalValueError

UNKNOWN = "unknown"
_PLURAL = re.compile(r"(?<=\w\w\w)s$")  # years, days; not ms


@dataclass(frozen=True)
class ClinicalVariable:
    """A clinical variable: some levels or a number, and the words for it.

    Attributes:
        name: in records, tables of cases and on the command line.
        label: beside the field where it is entered, such as "Enlarged lymph nodes".
        question: what is asked, in full; the label if not said otherwise.
        phrase: within a sentence, as in "… is unknown".
        definition: one sentence on what counts as what; may be empty.
        levels: label of each level by its word; none for a number. Unknown is never among them.
        phrases: what each level says of the tumour, by its word, as in "No enlarged lymph nodes";
            label and level if not said otherwise.
        malignant: the level that speaks for malignancy; empty if none is known to.
        reference: the level that others are compared with; the first that is not malignant if not
            said otherwise.
        frequency: how often the level `malignant` is found in simulated patients, by outcome.
        unit: of a number, such as "years"; empty for levels.
        maximum: largest number that is possible: what is beyond it is a slip, or in another unit.
    """

    name: str
    label: str
    question: str
    phrase: str
    column: str
    definition: str = ""
    plural: bool = False
    levels: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    malignant: str = ""
    reference: str = ""
    frequency: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""
    maximum: float | None = None
    decimals: int = 0

    @property
    def is_number(self) -> bool:
        """Whether it is a number rather than one of some levels."""
        return bool(self.unit)

    @property
    def can_predict(self) -> bool:
        """Whether a model may read it: a number, or two levels of which one is malignant."""
        return self.is_number or (len(self.levels) == 2 and bool(self.malignant))

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may be given for it, "unknown" last; none for a number."""
        return (*self.levels, UNKNOWN) if self.levels else ()

    @property
    def ends(self) -> tuple[str, ...]:
        """The words of its two levels if it can predict, the one that is coded 1 last."""
        return tuple(sorted(self.levels, key=self.coded))

    @property
    def from_reference(self) -> tuple[str, ...]:
        """The words of its levels, the reference first; a form and a comparison begin with it."""
        return tuple(sorted(self.levels, key=lambda word: word != self.reference))

    @property
    def short(self) -> str:
        """Its name as a row of a table: "enlarged lymph nodes", "age, years"."""
        return f"{self.phrase}, {self.unit}" if self.unit else self.phrase

    @property
    def step(self) -> str:
        """What one step of a number is: "per year", "per cm"; empty for levels."""
        return f"per {_PLURAL.sub('', self.unit)}" if self.unit else ""

    def in_words(self, value: str | float) -> str:
        """Return what a level or number says: "Ill-defined margin", "Age: 54 years"."""
        if self.is_number:
            return f"{self.label}: {value:.{self.decimals}f} {self.unit}"
        return self.phrases.get(value) or f"{self.label}: {self.levels[value]}"

    def value(self, word: str | float | None) -> str | float | None:
        """Return the level or number that `word` says, from a table or a command line.

        Returns:
            None where it is unknown: for None, "unknown" and an empty text.

        Raises:
            ClinicalValueError: `word` is no level, or no number from 0 to the maximum.
        """
        if word in (None, "", UNKNOWN):
            return None
        if self.is_number:
            most = math.inf if self.maximum is None else self.maximum
            number = _number(word)
            found = number if number is not None and number <= most else None
            remedy = (
                f"Give a number from 0 to {most:g} {self.unit}, with a decimal point, or leave it "
                "out."
            )
        else:
            found = next((level for level in self.levels if level == word), None)
            remedy = f"Use one of {', '.join(map(repr, self.choices))}."
        if found is None:
            raise ClinicalValueError(
                f"Clinical variable {self.name!r} has the value {word!r}.", remedy
            )
        return found

    def coded(self, word: str | float | None) -> float | None:
        """Return the input of a model: a number, or 1 for the malignant level; None if unknown."""
        value = self.value(word)
        return value if value is None or self.is_number else float(value == self.malignant)


def _number(word: object) -> float | None:
    if isinstance(word, str) and (not word.isascii() or "_" in word):  # float() reads these too
        return None
    try:
        number = float(word)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < math.inf else None


class ClinicalRecord(Mapping[str, str | float]):
    """The known clinical values of one patient, by the name of the variable; it never changes.

    `Protocol.record` makes one; `record.get(name)` is None where the variable is unknown.
    """

    def __init__(self, known: Mapping[str, str | float] = MappingProxyType({})):
        self._known = dict(known)

    def __getitem__(self, name: str) -> str | float:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __hash__(self) -> int:
        return hash(frozenset(self._known.items()))

    def __repr__(self) -> str:
        return f"ClinicalRecord({self._known})"
