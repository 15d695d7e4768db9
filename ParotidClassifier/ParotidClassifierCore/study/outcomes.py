"""What came out for each case of a table, read back from the folders, and the table of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..base.files import read_json
from ..base.parallel import Failure
from ..imaging.findings import Severity
from ..prediction.predict import volumes_mm3
from ..protocol import Protocol
from ..protocol.outcome import outcome_word
from ..reporting.answering import PREDICTION_FILE
from ..reporting.case_view import CaseView
from .manifest import CohortCase

DONE, FAILED = "done", "failed"
_OF_A_MODEL = ("low", "high", "threshold", "call")


@dataclass(frozen=True)
class CaseOutcome:
    """What came out for one case.

    Attributes:
        protocol: of the bundle that was asked.
        case: its row of the table.
        folder: of its files, as a link from beside the table.
        written: what its prediction.json holds; None where it failed.
        failure: why it failed; None where it did not.
    """

    protocol: Protocol
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
    def call(self) -> str | None:
        """What the model that stands first calls it; None without a probability."""
        return None if self.written is None else self.model(self.view.headline).get("call")

    def model(self, name: str) -> Mapping[str, Any]:
        """Return what a model says of the case, as it stands in prediction.json."""
        return {} if self.written is None else self.written["models"][name]


def read_outcome(protocol: Protocol, case: CohortCase, out: Path, folder: str) -> CaseOutcome:
    """Return what the folder of a case holds.

    Args:
        protocol: of the bundle that was asked.
        case: its row of the table.
        out: where the table will lie.
        folder: of the case, relative to `out`.
    """
    written = read_json(out / folder / PREDICTION_FILE)
    return CaseOutcome(protocol, case, folder, written)


def columns_of(outcomes: Sequence[CaseOutcome]) -> dict[str, list[object]]:
    """Return the table of all cases by column; None where a case has no such value.

    The columns: case_id, folder, status, error, bundle, note, outcome (where the table names any),
    headline_model with its probability, low, high, threshold and call, warnings, volumes, side and
    name of what was taken as the tumour, the findings that were given, what other bundles and
    readers say (where they were asked), and by model its probability under the model's name and
    `<model>:low`, …
    """
    rows = [_row(outcome) for outcome in outcomes]
    names = dict.fromkeys(name for row in rows for name in row)
    of_a_model = {name for name in names if name.partition(":")[0] in outcomes[0].protocol.models}
    ordered = sorted(names, key=of_a_model.__contains__)
    table = {name: [row.get(name) for row in rows] for name in ordered}
    if not any(table["outcome"]):
        del table["outcome"]
    return table


def _row(outcome: CaseOutcome) -> dict[str, object]:
    case, written = outcome.case, outcome.written
    row: dict[str, object] = {
        "case_id": case.case_id,
        "folder": outcome.folder,
        "status": DONE if written is not None else FAILED,
        "error": outcome.failure and outcome.failure.shared_reason,
        "outcome": None if case.malignant is None else outcome_word(case.malignant),
    }
    if written is None:
        return row
    headline, inputs = outcome.view.headline, written["inputs"]
    volumes = volumes_mm3(written["ring"], outcome.protocol)
    first = outcome.model(headline)
    row |= {
        "bundle": written["bundle"]["name"],
        "note": written["bundle"]["banner"],
        "headline_model": headline,
        "probability": first.get("probability"),
        **_numbers(first),
        "warnings": len(outcome.warnings),
        **{f"{region}_mm3": volume for region, volume in volumes.items()},
        "side": written.get("side"),
        "tumor_outline": inputs.get("tumor_outline"),
    }
    findings = (variable.name for variable in outcome.protocol.predictors.values())
    row |= {name: inputs[name] for name in findings if name not in row}
    row |= {
        **_second_opinion(written.get("second_opinion")),
        **_second_reader(written.get("second_reader"), headline),
    }
    for name in outcome.protocol.models:
        model = outcome.model(name)
        row[name] = model.get("probability")
        row |= {f"{name}:{what}": value for what, value in _numbers(model).items()}
    return row


def _numbers(model: Mapping[str, Any]) -> dict[str, object]:
    low, high = model.get("interval", (None, None))
    values = (low, high, model.get("threshold"), model.get("call"))
    return dict(zip(_OF_A_MODEL, values, strict=True))


def _second_opinion(opinion: Mapping[str, Any] | None) -> dict[str, object]:
    if opinion is None:
        return {}
    name = opinion["headline"][1]
    model = opinion["models"][name]
    return {
        "second_bundle": opinion["bundle"]["name"],
        "second_bundle_note": opinion["bundle"]["banner"],
        "second_bundle_model": name,
        "second_bundle_probability": model.get("probability"),
        "second_bundle_threshold": model.get("threshold"),
        "second_bundle_call": model.get("call"),
    }


def _second_reader(reader: Mapping[str, Any] | None, headline: str) -> dict[str, object]:
    if reader is None:
        return {}
    model = reader["models"][headline]
    return {
        "second_reader_dice": reader["dice"],
        "second_reader_mean_mm": reader["surface_distance_mm"]["mean"],
        "second_reader_maximum_mm": reader["surface_distance_mm"]["maximum"],
        "second_reader_probability": model.get("probability"),
        "second_reader_call": model.get("call"),
    }
