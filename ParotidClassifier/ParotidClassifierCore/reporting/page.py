"""Fill the templates of pages: one file each that needs nothing from elsewhere."""

import re
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..base.controls import harmless
from ..protocol.outcome import COLORS_ON_LIGHT
from ..statistics.results import Table
from .figures.canvas import svg_bytes
from .panels.look import PAPER, WARNING_GROUND
from .words import DASH

_TEMPLATES = Path(__file__).with_name("templates")
_ESTIMATE = re.compile(r"(\S+) (\(\S+, .+\))")
# A number, a P with its sign, two numbers, a share of cases, or a dash.
_NUMBER = re.compile(rf"[-<>]? ?[\d.]+( ?[,/]| of)? ?[-\d.]*|{DASH}|reference")
_REM_PER_INCH = 6
_LONGEST_UNBROKEN = 24
_INTERVAL = Markup('{}<span class="interval">{}</span>')  # format() escapes what it sets in


def rendered(template: str, **content: object) -> str:
    """Return a template of this package filled with `content`; its figures are part of the page."""
    # Names of cohorts and cases are a user's texts: everything is escaped.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_harmless,
    )  # fmt: skip
    environment.filters |= {
        "cell": _cell,
        "css_text": _css_text,
        "kind": lambda part: type(part).__name__.lower(),
        "numeric_columns": _numeric_columns,
        "short": lambda value: len(str(value)) <= _LONGEST_UNBROKEN,
        "svg": lambda figure: f"data:image/svg+xml;base64,{b64encode(svg_bytes(figure)).decode()}",
        # At this width the letters of all figures have one size.
        "width": lambda figure: f"{figure.get_figwidth() * _REM_PER_INCH:g}rem",
    }
    shared = {"look": PAPER, "warning_ground": WARNING_GROUND, "outcomes": COLORS_ON_LIGHT}
    return environment.get_template(template).render(**shared, **content)


def _harmless(value: object) -> object:
    """Write out the controls in a text: an override would turn the numbers beside it around."""
    return harmless(value) if type(value) is str else value  # what is markup was a text before


def _cell(value: str | float | None) -> str:
    """Set an interval in small print under its value."""
    text = "" if value is None else harmless(str(value))
    estimate = _ESTIMATE.fullmatch(text)
    return escape(text) if estimate is None else _INTERVAL.format(*estimate.groups())


def _numeric_columns(table: Table) -> list[bool]:
    """Whether each column but the first holds numbers alone, which then stand under each other."""
    numbers = [all(map(_is_number, of_column)) for of_column in zip(*table.rows, strict=True)]
    return [index > 0 and bool(number) for index, number in enumerate(numbers or table.columns)]


def _is_number(value: str | float | None) -> bool:
    return not isinstance(value, str) or any(p.fullmatch(value) for p in (_NUMBER, _ESTIMATE))


def _css_text(text: str) -> Markup:
    """Return a text as a string of CSS, whatever is in it."""
    plain = re.sub(r"[^A-Za-z0-9 ]", lambda sign: f"\\{ord(sign[0]):06x} ", harmless(text))
    return Markup('"{}"').format(plain)
