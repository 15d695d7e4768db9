"""What reporting guidelines ask, item by item, and where a report answers it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_FOLDER = Path(__file__).with_name("checklists")
_FILES = ("tripod_ai.json", "clear.json")


class Status(str, Enum):
    """How far an item is answered."""

    ANSWERED = "answered"
    PARTLY = "partly"
    AUTHORS = "authors"
    UNANSWERABLE = "unanswerable"
    ABSENT = "absent"

    @property
    def words(self) -> str:
        """Return it as it is shown."""
        return _WORDS[self]


_WORDS = {
    Status.ANSWERED: "answered here",
    Status.PARTLY: "partly",
    Status.AUTHORS: "the authors must add",
    Status.UNANSWERABLE: "cannot be answered",
    Status.ABSENT: "not in this report",
}


@dataclass(frozen=True)
class ChecklistItem:
    """One item.

    Attributes:
        number: as in the guideline, e.g. "12a".
        topic: the guideline's heading over it.
        asks: what it asks, paraphrased.
        status: how far this report answers it.
        answer: how, or why not.
        sections: anchors of the report's sections that answer it.
    """

    number: str
    topic: str
    asks: str
    status: Status
    answer: str
    sections: tuple[str, ...]


@dataclass(frozen=True)
class Checklist:
    """A guideline and where it is from."""

    title: str
    source: str
    items: tuple[ChecklistItem, ...]

    @property
    def counts(self) -> dict[Status, int]:
        """How many items have each status, those that occur alone."""
        counted = Counter(item.status for item in self.items)
        return {status: counted[status] for status in Status if counted[status]}


def checklists(simulated: bool, anchors: frozenset[str]) -> tuple[Checklist, ...]:
    """Return TRIPOD+AI and CLEAR as a report answers them.

    Args:
        simulated: the cases are, which answers some items and takes the sense from others.
        anchors: of the sections that the report has; an item that needs others is absent from it.
    """
    return tuple(_read(_FOLDER / name, simulated, anchors) for name in _FILES)


def _read(path: Path, simulated: bool, anchors: frozenset[str]) -> Checklist:
    content = json.loads(path.read_text(encoding="utf-8"))
    items = tuple(_item(item, simulated, anchors) for item in content["items"])
    return Checklist(content["title"], content["source"], items)


def _item(content: Mapping, simulated: bool, anchors: frozenset[str]) -> ChecklistItem:
    said = content.get("simulated", content) if simulated else content
    named, status = content["sections"], Status(said["status"])
    present = tuple(anchor for anchor in named if anchor in anchors)
    answer = said["answer"]
    if named and not present and status in (Status.ANSWERED, Status.PARTLY):
        status = Status.ABSENT
        answer = "The section that answers it is missing: this report had nothing to put there."
    return ChecklistItem(
        content["number"], content["topic"], content["asks"], status, answer, present
    )
