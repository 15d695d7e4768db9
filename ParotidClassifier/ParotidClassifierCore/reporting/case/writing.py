"""The report of a case: the one document that becomes both of its files."""

from collections.abc import Callable
from pathlib import Path

from ...base.files import write_text, written_whole
from ...models.domain import DomainStatus
from ..answering import Answer
from ..case_view import WITHHELD
from ..figures.canvas import one_style
from ..page import rendered
from ..parts import Document, Facts, Row, Section
from ..pdf import document_pdf
from . import appendix, background, front
from .labels import REPORT_HTML, REPORT_PDF

TITLE = "Parotid tumour on contrast-enhanced CT: case report"
_LINE = "_" * 28  # to be filled in by hand

MakeSection = Callable[[Answer], Section | None]

APPENDIX: tuple[MakeSection, ...] = (
    appendix.models, appendix.second_opinion, appendix.second_reader, appendix.nomogram,
    appendix.features, appendix.findings, appendix.measurements, appendix.acquisition,
    background.limits, background.reproducibility, background.terms,
)  # fmt: skip


def write_case_report(folder: Path, answered: Answer) -> None:
    """Write report.html and report.pdf, one document in two forms.

    Raises:
        OutputError: a file cannot be written.
    """
    with one_style():
        document = document_of(answered)
        write_text(
            folder / REPORT_HTML,
            rendered("case.html.j2", document=document, banner=document.banner),
        )
        with written_whole(folder / REPORT_PDF) as beside:
            beside.write_bytes(document_pdf(document))


def document_of(answered: Answer) -> Document:
    """Return everything that the report of an answer says, drawn and worded."""
    return Document(
        title=TITLE,
        banner=_banner(answered),
        label=answered.report.case_label,
        about=_about(answered),
        front=front_rows(answered),
        appendix=tuple(filter(None, (make(answered) for make in APPENDIX))),
    )


def _banner(answered: Answer) -> str:
    """Return what stands by every number: numbers of a case outside are there only if asked for."""
    banner = answered.bundle.banner
    is_outside = answered.view.domain.status is DomainStatus.OUTSIDE
    shows = is_outside and not answered.view.is_withheld
    return f"{banner}; not reliable here, {WITHHELD}" if shows else banner


def front_rows(answered: Answer) -> tuple[Row, ...]:
    """Return the rows of the first page."""
    rows = (
        _row(answered, ((front.answer,), (front.scale,)), (0.62, 0.38)),
        _row(answered, ((front.images,), (front.inputs, front.stability)), (0.69, 0.31)),
        _row(answered, ((front.drivers,), (front.training,)), (0.53, 0.47)),
        _row(answered, ((front.cautions,),), (1.0,)),
    )
    return tuple(row for row in rows if row.columns)


def _row(
    answered: Answer, columns: tuple[tuple[MakeSection, ...], ...], shares: tuple[float, ...]
) -> Row:
    """Return a row without the sections, and the columns, that this case has nothing for."""
    made = [tuple(filter(None, (make(answered) for make in column))) for column in columns]
    kept = [(column, share) for column, share in zip(made, shares, strict=True) if column]
    return Row(tuple(column for column, _ in kept), tuple(share for _, share in kept))


def _about(answered: Answer) -> tuple[Facts, ...]:
    labels, identity, bundle = answered.report, answered.identity, answered.bundle
    whose = {"Case": labels.case_label or _LINE, "Prepared by": labels.prepared_by or _LINE}
    if identity is not None:
        name = identity.name.replace("^", ", ")
        patient = {"Patient": name, "Number": identity.patient_id, "Born": identity.birth_date}
        whose = patient | whose
    made_by = f"{background.maker(bundle)}, {bundle.cohort.line}"
    made = {"Date": labels.made_on.isoformat(), "Made by": made_by}
    return Facts.known(whose), Facts.known(made)
