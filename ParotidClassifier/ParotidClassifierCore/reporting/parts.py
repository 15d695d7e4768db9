"""What a report is made of: sections of paragraphs, lists, tables and drawings.

The page, the figures' files, the tables' files and the PDF are all made from the same sections, so
none can hold what another lacks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure

from ..statistics.results import Table


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text; `lead` sets it large."""

    text: str
    lead: bool = False


@dataclass(frozen=True)
class Caution:
    """A paragraph that must not be overlooked."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of lines."""

    lines: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Listing:
    """A table, also written to tables/<name>.csv; the page only links to one not `on_page`."""

    name: str
    table: Table
    on_page: bool = True


@dataclass(frozen=True)
class Drawing:
    """A figure, also written to figures/<name>.png and .pdf.

    `caption` says how to read it, `alternative` the same in one line for who cannot see it.
    """

    name: str
    figure: Figure
    caption: str
    alternative: str


@dataclass(frozen=True)
class Facts:
    """Names and what they are, one pair a line."""

    pairs: tuple[tuple[str, str], ...]
    title: str = ""

    @classmethod
    def known(cls, values: Mapping[str, object], title: str = "") -> "Facts":
        """Return those of the values that are there: neither None nor empty."""
        known = ((name, str(v)) for name, v in values.items() if v not in (None, ""))
        return cls(tuple(known), title)


@dataclass(frozen=True)
class Headline:
    """The one number, or the few words, that a page is about: what it is, it, what it means."""

    over: str
    value: str
    under: tuple[str, ...]


Part = Paragraph | Caution | Points | Listing | Drawing | Facts | Headline


@dataclass(frozen=True)
class Section:
    """A chapter of the page.

    Attributes:
        anchor: what links point to.
        probabilities: it shows what models say of cases, so the banner stands beside it.
    """

    anchor: str
    title: str
    parts: tuple[Part, ...]
    probabilities: bool = False


@dataclass(frozen=True)
class Row:
    """Columns of sections side by side on a page, each with its share of the width."""

    columns: tuple[tuple[Section, ...], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Document:
    """A first page and an appendix, for the screen and for paper.

    Attributes:
        banner, label: stand on every page: the warning, and what it belongs to; may be empty.
        about: who made what from what, under the title; columns side by side.
    """

    title: str
    banner: str
    label: str
    about: tuple[Facts, ...]
    front: tuple[Row, ...]
    appendix: tuple[Section, ...]
