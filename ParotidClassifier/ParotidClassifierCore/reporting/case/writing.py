"""The files of a case's report."""

from __future__ import annotations

from pathlib import Path

from ...base.files import write_text, written_whole
from ..answering import Answer
from ..figures.canvas import one_style
from ..page import document_page
from ..pdf import document_pdf
from .document import document_of
from .labels import REPORT_HTML, REPORT_PDF, ReportLabels
from .subject import Subject


def write_case_report(folder: Path, answered: Answer, labels: ReportLabels) -> None:
    """Write report.html and report.pdf, one document in two forms.

    Args:
        folder: of the files; see `files.written_together` for both or none.
        answered: what was found out about the case.
        labels: date, name of the case, and who made the report.

    Raises:
        OutputError: a file cannot be written.
    """
    with one_style():
        document = document_of(Subject(answered, labels))
        write_text(folder / REPORT_HTML, document_page(document))
        with written_whole(folder / REPORT_PDF) as beside:
            beside.write_bytes(document_pdf(document))
