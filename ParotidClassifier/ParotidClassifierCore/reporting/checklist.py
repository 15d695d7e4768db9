"""What reporting guidelines ask, item by item, and where a report answers it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_FOLDER = Path(__file__).with_name("checklists")
_FILES = ("tripod_ai.json", "clear.json")


class Status(Enum):
    """How far an item is answered: the checklists' names, and how they are shown."""

    ANSWERED = "answered here"
    PARTLY = "partly"
    AUTHORS = "the authors must add"
    UNANSWERABLE = "cannot be answered"
    ABSENT = "not in this report"


@dataclass(frozen=True)
class ChecklistItem:
    """One item.

    Attributes:
        number: as in the guideline, e.g. "12a".
        topic: the guideline's heading over it.
        asks: what it asks, paraphrased.
        answer: how this report answers it, or why not.
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
    lists = [json.loads((_FOLDER / name).read_text(encoding="utf-8")) for name in _FILES]
    return tuple(
        Checklist(
            asked["title"],
            asked["source"],
            tuple(_item(item, simulated, anchors) for item in asked["items"]),
        )
        for asked in lists
    )


def _item(content: Mapping, simulated: bool, anchors: frozenset[str]) -> ChecklistItem:
    said = content.get("simulated", content) if simulated else content
    named, status, answer = content["sections"], Status[said["status"].upper()], said["answer"]
    present = tuple(anchor for anchor in named if anchor in anchors)
    if named and not present and status in (Status.ANSWERED, Status.PARTLY):
        status = Status.ABSENT
        answer = "The section that answers it is missing: this report had nothing to put there."
    asked = (content[key] for key in ("number", "topic", "asks"))
    return ChecklistItem(*asked, status, answer, present)
