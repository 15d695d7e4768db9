"""The pages of a report: one file each that needs nothing from elsewhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from .figures.canvas import svg_bytes
from .words import DASH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .checklist import Checklist
    from .parts import Section
    from .study import Study

_TEMPLATES = Path(__file__).with_name("templates")
_ESTIMATE = re.compile(r"(\S+) (\(\S+, .+\))")
_NUMBER = re.compile(r"[-<>]? ?[\d.,]+( ?%)?|" + DASH)


def report_page(study: Study, sections: Sequence[Section]) -> str:
    """Return the report as HTML; figures are part of it, tables/ and figures/ are only linked."""
    return _environment().get_template("report.html.j2").render(study=study, sections=sections)


def checklist_page(study: Study, checklists: Sequence[Checklist], titles: Mapping[str, str]) -> str:
    """Return the checklists as HTML.

    Args:
        study: for its names.
        checklists: as answered.
        titles: of the report's sections by anchor.
    """
    template = _environment().get_template("checklist.html.j2")
    return template.render(study=study, checklists=checklists, titles=titles)


def _environment() -> Environment:
    # Names of cohorts and cases are a user's texts: everything is escaped.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["cell"] = _cell
    environment.filters["numeric"] = _is_numeric
    environment.filters["svg"] = _data_url
    return environment


def _cell(value: str | float | None) -> Markup:
    """Set an interval in small print under its value."""
    if value is None or value == "":
        return Markup(DASH)
    estimate = _ESTIMATE.fullmatch(str(value))
    if estimate is None:
        return escape(value)
    return Markup('{}<span class="interval">{}</span>').format(*estimate.groups())


def _is_numeric(value: str | float | None) -> bool:
    """Whether a cell stands under its header's right end."""
    if value is None or isinstance(value, int | float):
        return True
    return bool(_NUMBER.fullmatch(value) or _ESTIMATE.fullmatch(value))


def _data_url(figure: Figure) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg_bytes(figure)).decode("ascii")
