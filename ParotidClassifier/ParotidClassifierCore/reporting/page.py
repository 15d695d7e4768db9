"""The pages of a report: one file each that needs nothing from elsewhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from ..base.controls import harmless
from ..statistics.results import Table
from .checklist import Checklist
from .figures.canvas import svg_bytes
from .parts import Document, Section
from .study import Study
from .words import DASH

_TEMPLATES = Path(__file__).with_name("templates")
_ESTIMATE = re.compile(r"(\S+) (\(\S+, .+\))")
# A number, a P with its sign, two numbers, a share of cases, or a dash.
_NUMBER = re.compile(rf"[-<>]? ?[\d.]+( ?[,/]| of)? ?[-\d.]*|{DASH}|reference")
_REM_PER_INCH = 6
_LONGEST_UNBROKEN = 24
_INTERVAL = Markup('{}<span class="interval">{}</span>')  # format() escapes what it sets in


def report_page(study: Study, sections: Sequence[Section]) -> str:
    """Return the report as HTML; figures are part of it, tables/ and figures/ are only linked."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(study=study, sections=sections, banner=study.banner)
    )


def checklist_page(study: Study, checklists: Sequence[Checklist], titles: Mapping[str, str]) -> str:
    """Return the checklists as HTML.

    Args:
        study: for its names.
        checklists: as answered.
        titles: of the report's sections by anchor.
    """
    template = _environment().get_template("checklist.html.j2")
    return template.render(study=study, checklists=checklists, titles=titles, banner=study.banner)


def document_page(document: Document) -> str:
    """Return a first page and its appendix as HTML; figures are part of it."""
    template = _environment().get_template("case.html.j2")
    return template.render(document=document, banner=document.banner)


def rendered(template: str, **content: object) -> str:
    """Return a template of this package filled with `content`, every text of it escaped."""
    return _environment().get_template(template).render(**content)


def _environment() -> Environment:
    # Names of cohorts and cases are a user's texts: everything is escaped.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_harmless,
    )  # fmt: skip
    environment.filters["cell"] = _cell
    environment.filters["numeric_columns"] = _numeric_columns
    environment.filters["width"] = _rem_width
    environment.filters["short"] = _is_short
    environment.filters["svg"] = _data_url
    environment.filters["css_text"] = _css_text
    return environment


def _harmless(value: object) -> object:
    """Write out the controls in a text: an override would turn the numbers beside it around."""
    return harmless(value) if type(value) is str else value  # what is markup was a text before


def _cell(value: str | float | None) -> str:
    """Set an interval in small print under its value."""
    text = "" if value is None else harmless(str(value))
    estimate = _ESTIMATE.fullmatch(text)
    if estimate is None:
        return escape(text)
    return _INTERVAL.format(*estimate.groups())


def _numeric_columns(table: Table) -> list[bool]:
    """Whether each column but the first holds numbers alone, which then stand under each other."""
    numbers = [all(map(_is_number, of_column)) for of_column in zip(*table.rows, strict=True)]
    return [index > 0 and bool(number) for index, number in enumerate(numbers or table.columns)]


def _is_number(value: str | float | None) -> bool:
    return not isinstance(value, str) or any(p.fullmatch(value) for p in (_NUMBER, _ESTIMATE))


def _is_short(value: str | float | None) -> bool:
    """Whether a cell is better not broken."""
    return len(str(value)) <= _LONGEST_UNBROKEN


def _rem_width(figure: Figure) -> str:
    """Return the width at which the letters of all figures have one size."""
    return f"{figure.get_figwidth() * _REM_PER_INCH:g}rem"


def _css_text(text: str) -> Markup:
    """Return a text as a string of CSS, whatever is in it."""
    plain = re.sub(r"[^A-Za-z0-9 ]", lambda sign: f"\\{ord(sign[0]):06x} ", harmless(text))
    return Markup('"{}"').format(plain)


def _data_url(figure: Figure) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg_bytes(figure)).decode("ascii")
