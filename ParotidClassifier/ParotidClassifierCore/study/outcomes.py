"""What came out for each case of a table, and the table and the page of all."""

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..base.disk import files_below
from ..base.parallel import Failure
from ..base.words import counted
from ..bundle.bundle import Bundle
from ..imaging.findings import Severity
from ..models.domain import DomainStatus
from ..models.probabilities import ModelResult, percent
from ..prediction.predict import volumes_mm3
from ..protocol import Protocol
from ..protocol.outcome import outcome_word
from ..reporting.case_view import CaseView
from .manifest import CohortCase
from .one_case import ORIGIN_FILE, THUMBNAIL_FILE

DONE, FAILED, OUTSIDE = "done", "failed", DomainStatus.OUTSIDE.value
_NOT_FOR_READERS = (ORIGIN_FILE, THUMBNAIL_FILE)


@dataclass(frozen=True)
class CaseOutcome:
    """What came out for one case.

    Attributes:
        folder: of its files, as a link from beside the table.
        written: what its prediction.json holds; None where it failed.
        failure: why it failed; None where it did not.
    """

    case: CohortCase
    folder: str
    written: Mapping[str, Any] | None
    failure: Failure | None = None

    @cached_property
    def view(self) -> CaseView:
        """What is said of a case that did not fail."""
        return CaseView(self.written)

    @property
    def warnings(self) -> list[str]:
        """What warns of relying on the result, but for what the banner says anyway."""
        found = [] if self.written is None else self.view.told_findings
        return [finding.message for finding in found if finding.severity is Severity.WARNING]

    @property
    def status(self) -> str:
        """Whether it failed, was done, or lies outside the domain, where no number is reliable."""
        if self.written is None:
            return FAILED
        return OUTSIDE if self.view.domain.status is DomainStatus.OUTSIDE else DONE


def counts_of(outcomes: Sequence[CaseOutcome]) -> str:
    """Say how many cases were classified, and how many are unlike the training cases."""
    counts = Counter(outcome.status for outcome in outcomes)
    outside = f", {counts[OUTSIDE]} unlike the training cases" if counts[OUTSIDE] else ""
    return f"{counts[DONE]} of {counted(len(outcomes), 'case')} classified{outside}"


def columns_of(outcomes: Sequence[CaseOutcome], protocol: Protocol) -> dict[str, list[object]]:
    """Return the table of all cases by column; None where a case has no such value.

    The columns: case_id, folder, status, error, bundle, note, outcome (where the table names any),
    domain and why, headline_model with its probability, low, high, threshold, call and answer,
    which are withheld of a case outside unless they were asked for, warnings, volumes, side and
    name of what was taken as the tumour, the findings that were given, what other bundles and
    readers say (where they were asked), and by model its probability under the model's name and
    `<model>:low`, …
    """
    rows = [_row(outcome, protocol) for outcome in outcomes]
    names = dict.fromkeys(name for row in rows for name in row)
    of_a_model = {name for name in names if name.partition(":")[0] in protocol.models}
    ordered = sorted(names, key=of_a_model.__contains__)
    table = {name: [row.get(name) for row in rows] for name in ordered}
    if not any(table["outcome"]):
        del table["outcome"]
    return table


def _row(outcome: CaseOutcome, protocol: Protocol) -> dict[str, object]:
    case, written = outcome.case, outcome.written
    row: dict[str, object] = {
        "case_id": case.case_id,
        "folder": outcome.folder,
        "status": outcome.status,
        "error": outcome.failure and outcome.failure.shared_reason,
        "outcome": None if case.malignant is None else outcome_word(case.malignant),
    }
    if written is None:
        return row
    view, inputs = outcome.view, written["inputs"]
    volumes = volumes_mm3(written["ring"], protocol)
    row |= {
        "bundle": written["bundle"]["name"],
        "note": written["bundle"]["banner"],
        "domain": view.domain.status.value,
        "domain_reasons": "; ".join(view.domain.reasons) or None,
        "headline_model": view.headline,
        "probability": view.first.probability,
        **_numbers(view.first),
        "warnings": len(outcome.warnings),
        **{f"{region}_mm3": volume for region, volume in volumes.items()},
        "side": written.get("side"),
        "tumor_outline": inputs.get("tumor_outline"),
    }
    findings = (variable.name for variable in protocol.predictors.values())
    row |= {name: inputs[name] for name in findings if name not in row}
    row |= {
        **_second_opinion(view.second),
        **_second_reader(view),
    }
    for name, model in view.models.items():
        row[name] = model.probability
        row |= {f"{name}:{what}": value for what, value in _numbers(model).items()}
    return row


def _numbers(model: ModelResult) -> dict[str, object]:
    low, high = model.interval or (None, None)
    of_model = {name: getattr(model, name) for name in ("threshold", "call", "answer")}
    return {"low": low, "high": high, **of_model}


def _second_opinion(second: CaseView | None) -> dict[str, object]:
    if second is None:
        return {}
    told = ("probability", "threshold", "call", "answer")
    return {
        "second_bundle": second.bundle["name"],
        "second_bundle_note": second.bundle["banner"],
        "second_bundle_domain": second.domain.status.value,
        "second_bundle_model": second.headline,
        **{f"second_bundle_{what}": getattr(second.first, what) for what in told},
    }


def _second_reader(view: CaseView) -> dict[str, object]:
    if view.reader is None:
        return {}
    reader, model = view.reader, view.second_reader[view.headline]
    return {
        "second_reader_dice": reader["dice"],
        "second_reader_mean_mm": reader["surface_distance_mm"]["mean"],
        "second_reader_maximum_mm": reader["surface_distance_mm"]["maximum"],
        "second_reader_domain": CaseView(reader).domain.status.value,
        **{f"second_reader_{w}": getattr(model, w) for w in ("probability", "call", "answer")},
    }


def cases_page(out: Path, outcomes: Sequence[CaseOutcome], bundle: Bundle, name: str) -> str:
    """Return the page as HTML: pictures are part of it, the files of the cases are linked.

    Args:
        out: where the page will lie; the cases' folders are relative to it.
    """
    from ..reporting.page import rendered

    cohort = bundle.cohort.line
    page = {
        "counts": counts_of(outcomes),
        "name": name,
        "bundle": bundle.name,
        "about": f"{cohort[:1].upper()}{cohort[1:]}. {bundle.intended_use}",
        "lines": [_line(out, outcome) for outcome in outcomes if outcome.written is not None],
        "failures": [(o.case.case_id, o.failure.shared_reason) for o in outcomes if o.failure],
    }
    words = {"percent": percent, "share": _share}
    return rendered("cases.html.j2", page=page, banner=bundle.banner, **words)


def _line(out: Path, outcome: CaseOutcome) -> dict[str, object]:
    written, case = outcome.written, outcome.case
    picture = base64.b64encode((out / outcome.folder / THUMBNAIL_FILE).read_bytes())
    return {
        "case_id": case.case_id,
        "picture": f"data:image/jpeg;base64,{picture.decode('ascii')}",
        "view": outcome.view,
        "outcome": "" if case.malignant is None else outcome_word(case.malignant),
        "tumor_ml": f"{written['ring']['tumor_volume_mm3'] / 1000:.1f}",
        "is_outside": outcome.status == OUTSIDE,
        "warnings": outcome.warnings,
        "others": _others(outcome.view),
        "files": _files(out / outcome.folder, outcome.folder),
    }


def _others(view: CaseView) -> list[str]:
    second, reader = view.second, view.reader
    # The other bundle's banner may say more than that of the page.
    told = [] if second is None else [f"{second.written['agreement']} {second.bundle['banner']}."]
    return told if reader is None else [*told, *reader["agreement"]]


def _files(folder: Path, link: str) -> list[tuple[str, str]]:
    names = [path.as_posix() for path in sorted(files_below(folder))]
    return [(name, quote(f"{link}/{name}")) for name in names if name not in _NOT_FOR_READERS]


def _share(probability: float) -> float:
    """Return where a probability is drawn, in percent of the bar."""
    return round(100 * probability, 2)
