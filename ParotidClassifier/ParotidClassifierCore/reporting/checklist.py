"""What reporting guidelines ask, item by item, and where a report answers it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..protocol import ColumnKind
from .study import Study

_FOLDER = Path(__file__).with_name("checklists")
_FILES = ("tripod_ai.json", "clear.json")
# Why an item cannot be answered of models that lack what it asks about.
_NOT_READ = {
    "image": "No model of this bundle reads an image.",
    "radiomics": "No model of this bundle reads radiomic features.",
}


# Which cases are simulated where not all of them are, by what then holds of the study.
_SIMULATED = {
    "tested on simulated": "The cases judged here are simulated",
    "learnt from simulated": "The cases that the models learnt from are simulated",
}


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


def checklists(study: Study, anchors: frozenset[str]) -> tuple[Checklist, ...]:
    """Return TRIPOD+AI and CLEAR as the report of a study answers them.

    In the files, an item may hold other answers under names that `_holds` gives: the first of them
    that holds counts. One that `needs` what no model reads cannot be answered.

    Args:
        anchors: of the sections that the report has; an item that needs others is absent from it.
    """
    lists = [json.loads((_FOLDER / name).read_text(encoding="utf-8")) for name in _FILES]
    holds, learnt = _holds(study), study.bundle.cohort
    words = {
        "inputs": ", ".join(study.bundle.inputs),
        "card": "in the bundle's model card, as far as its makers tell",
        "learnt": f"{learnt.line} ({learnt.description.removesuffix('.') or 'not described'})",
    }
    return tuple(
        Checklist(
            asked["title"],
            asked["source"],
            tuple(_item(item, holds, words, anchors) for item in asked["items"]),
        )
        for asked in lists
    )


def _holds(study: Study) -> frozenset[str]:
    """Return what holds of a study that answers some items and takes the sense from others."""
    bundle = study.bundle
    scaled = any({*model.means} - {0} or {*model.sds} - {1} for model in bundle.models.values())
    told = {
        "no image": not bundle.reads_image,
        "no radiomics": ColumnKind.RADIOMIC not in bundle.kinds,
        "no reference": not study.reference,
        "no network": ColumnKind.NETWORK not in bundle.kinds,
        "not scaled": not scaled,
        "simulated": study.simulated and bundle.cohort.simulated,
        "tested on simulated": study.simulated and not bundle.cohort.simulated,
        "learnt from simulated": bundle.cohort.simulated and not study.simulated,
        "not trained here": study.training is None,
    }
    return frozenset(name for name, holds in told.items() if holds)


def _item(
    content: Mapping, holds: frozenset[str], words: Mapping[str, str], anchors: frozenset[str]
) -> ChecklistItem:
    said = next((other for name, other in content.items() if name in holds), content)
    needed = content.get("needs")
    if f"no {needed}" in holds:
        said = {"status": Status.UNANSWERABLE.name, "answer": _NOT_READ[needed]}
    named, status = content["sections"], Status[said["status"].upper()]
    more = "" if status is Status.UNANSWERABLE else _of_simulated(content, holds)
    answer = f"{said['answer']}{more}".format(**words)
    present = () if status is Status.UNANSWERABLE else tuple(a for a in named if a in anchors)
    if named and not present and status in (Status.ANSWERED, Status.PARTLY):
        status = Status.ABSENT
        answer = "The section that answers it is missing: this report had nothing to put there."
    asked = (content[key] for key in ("number", "topic", "asks"))
    return ChecklistItem(*asked, status, answer, present)


def _of_simulated(content: Mapping, holds: frozenset[str]) -> str:
    """Return what holds of the simulated cases alone where the others are patients."""
    for name, which in _SIMULATED.items():
        if name in holds and name not in content and "simulated" in content:
            answer = content["simulated"]["answer"]
            return f" {which}: {answer[:1].lower()}{answer[1:]}"
    return ""
