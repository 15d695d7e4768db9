"""What stands on a report beside what was computed, and the names of its files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from ...base.errors import UsageError

REPORT_HTML = "report.html"
REPORT_PDF = "report.pdf"
_LONGEST = 80


@dataclass(frozen=True)
class ReportLabels:
    """Who made a report, when, and what it calls the case.

    An empty text becomes a line to write on.

    Attributes:
        case_label: a pseudonym.
        prepared_by: a person or a department.

    Raises:
        UsageError: a text is too long or holds control characters.
    """

    made_on: date
    case_label: str = ""
    prepared_by: str = ""

    def __post_init__(self):
        for what, text in (("case label", self.case_label), ("name", self.prepared_by)):
            if len(text) > _LONGEST or not text.isprintable():
                raise UsageError(
                    f"The {what} {text[:_LONGEST]!r} does not fit into the report.",
                    f"Give at most {_LONGEST} letters in one line.",
                )

    @classmethod
    def of_today(cls, case_label: str = "", prepared_by: str = "") -> ReportLabels:
        """Return labels with the day that the clock of this computer shows."""
        return cls(datetime.now().astimezone().date(), case_label, prepared_by)

    def of_case(self, case_id: str) -> ReportLabels:
        """Return these labels for one case of a table, which its id names."""
        return replace(self, case_label=case_id[:_LONGEST])
