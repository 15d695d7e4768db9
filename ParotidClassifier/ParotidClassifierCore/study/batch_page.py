"""The page of many cases: every case with its picture, its probability and its files."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..base.disk import files_below
from ..bundle.bundle import Bundle
from ..models.probabilities import percent
from ..models.words import interval_words
from ..protocol.outcome import outcome_word
from ..reporting.case_view import CaseView
from ..reporting.page import rendered
from .one_case import ORIGIN_FILE, THUMBNAIL_FILE
from .outcomes import CaseOutcome

_NOT_FOR_READERS = (ORIGIN_FILE, THUMBNAIL_FILE)


@dataclass(frozen=True)
class CaseLine:
    """One case as the page shows it.

    Attributes:
        case_id: as in the table.
        picture: the thumbnail as a data URL.
        view: what is said of the case.
        outcome: from histology, where the table names it.
        tumor_ml: volume of the tumour.
        warnings: what speaks against relying on it.
        others: what another bundle and another reader say.
        files: name and link of each.
    """

    case_id: str
    picture: str
    view: CaseView
    outcome: str
    tumor_ml: str
    warnings: tuple[str, ...]
    others: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CasesPage:
    """What the page shows.

    Attributes:
        name: of the table.
        bundle: that answered.
        banner: beside every probability.
        about: training cohort and intended use of the bundle.
        lines: the cases that were classified.
        failures: the names of the others, with the reason.
    """

    name: str
    bundle: str
    banner: str
    about: str
    lines: tuple[CaseLine, ...]
    failures: tuple[tuple[str, str], ...]


def cases_page(out: Path, outcomes: Sequence[CaseOutcome], bundle: Bundle, name: str) -> str:
    """Return the page as HTML: pictures are part of it, the files of the cases are linked.

    Args:
        out: where the page will lie; the cases' folders are relative to it.
        outcomes: of all cases, in the order of the table.
        bundle: that answered.
        name: of the table.
    """
    page = CasesPage(
        name,
        bundle.name,
        bundle.banner,
        f"{bundle.cohort.line[:1].upper()}{bundle.cohort.line[1:]}. {bundle.intended_use}",
        tuple(_line(out, outcome) for outcome in outcomes if outcome.written is not None),
        tuple((o.case.case_id, o.failure.shared_reason) for o in outcomes if o.failure),
    )
    words = {"percent": percent, "interval_words": interval_words, "share": _share}
    return rendered("cases.html.j2", page=page, banner=page.banner, **words)


def _line(out: Path, outcome: CaseOutcome) -> CaseLine:
    written, case = outcome.written, outcome.case
    folder = out / outcome.folder
    return CaseLine(
        case_id=case.case_id,
        picture=_data_url(folder / THUMBNAIL_FILE),
        view=outcome.view,
        outcome="" if case.malignant is None else outcome_word(case.malignant),
        tumor_ml=f"{written['ring']['tumor_volume_mm3'] / 1000:.1f}",
        warnings=tuple(outcome.warnings),
        others=tuple(_others(written)),
        files=tuple(_files(folder, outcome.folder)),
    )


def _others(written: Mapping[str, Any]) -> list[str]:
    opinion, reader = written.get("second_opinion"), written.get("second_reader")
    # The other bundle's banner may say more than that of the page.
    told = [] if opinion is None else [f"{opinion['agreement']} {opinion['bundle']['banner']}."]
    return told if reader is None else [*told, *reader["agreement"]]


def _files(folder: Path, link: str) -> list[tuple[str, str]]:
    names = [path.as_posix() for path in sorted(files_below(folder))]
    return [(name, quote(f"{link}/{name}")) for name in names if name not in _NOT_FOR_READERS]


def _data_url(picture: Path) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode("ascii")


def _share(probability: float) -> float:
    """Return where a probability is drawn, in percent of the bar."""
    return round(100 * probability, 2)
