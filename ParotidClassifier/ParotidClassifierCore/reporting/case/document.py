"""The one document that becomes both files of a case's report."""

from __future__ import annotations

from collections.abc import Callable

from ..parts import Document, Facts, Row, Section
from . import appendix, background, comparisons, front
from .subject import Subject

TITLE = "Parotid tumour on contrast-enhanced CT: case report"
_LINE = "_" * 28  # to be filled in by hand

MakeSection = Callable[[Subject], Section | None]

APPENDIX: tuple[MakeSection, ...] = (
    appendix.models, comparisons.second_opinion, comparisons.second_reader, appendix.nomogram,
    appendix.features, appendix.findings, appendix.measurements, appendix.acquisition,
    background.limits, background.reproducibility, background.terms,
)  # fmt: skip


def document_of(subject: Subject) -> Document:
    """Return everything that the report says, drawn and worded."""
    made = (make(subject) for make in APPENDIX)
    return Document(
        title=TITLE,
        banner=subject.bundle.banner,
        label=subject.labels.case_label,
        about=_about(subject),
        front=front_rows(subject),
        appendix=tuple(section for section in made if section is not None),
    )


def front_rows(subject: Subject) -> tuple[Row, ...]:
    """Return the rows of the first page."""
    rows = (
        _row(subject, ((front.answer,), (front.scale,)), (0.62, 0.38)),
        _row(subject, ((front.images,), (front.inputs, front.stability)), (0.69, 0.31)),
        _row(subject, ((front.drivers,), (front.training,)), (0.53, 0.47)),
        _row(subject, ((front.cautions,),), (1.0,)),
    )
    return tuple(row for row in rows if row.columns)


def _row(
    subject: Subject, columns: tuple[tuple[MakeSection, ...], ...], shares: tuple[float, ...]
) -> Row:
    """Return a row without the sections, and the columns, that this case has nothing for."""
    made = [tuple(filter(None, (make(subject) for make in column))) for column in columns]
    kept = [(column, share) for column, share in zip(made, shares, strict=True) if column]
    return Row(tuple(column for column, _ in kept), tuple(share for _, share in kept))


def _about(subject: Subject) -> tuple[Facts, ...]:
    labels, identity = subject.labels, subject.answered.identity
    patient = (
        ()
        if identity is None
        else (
            ("Patient", identity.name.replace("^", ", ")),
            ("Number", identity.patient_id),
            ("Born", identity.birth_date),
        )
    )
    whose = (
        *((name, text) for name, text in patient if text),
        ("Case", labels.case_label or _LINE),
        ("Prepared by", labels.prepared_by or _LINE),
    )
    made = (
        ("Date", labels.made_on.isoformat()),
        ("Made by", f"{background.maker(subject)}, {subject.bundle.cohort.line}"),
    )
    return Facts(whose), Facts(made)
