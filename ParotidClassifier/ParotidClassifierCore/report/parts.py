"""What a report is made of: sections of paragraphs, lists, tables and drawings.

The page, the figures' files and the tables' files are all made from the same sections, so none
can hold what another lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..evaluation.results import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text; `lead` sets it large."""

    text: str
    lead: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True)
class Caution:
    """A paragraph that must not be overlooked."""

    text: str
    kind: str = "caution"


@dataclass(frozen=True)
class Points:
    """A list of lines."""

    lines: tuple[str, ...]
    title: str = ""
    kind: str = "points"


@dataclass(frozen=True)
class Listing:
    """A table, also written to tables/<name>.csv.

    Attributes:
        name: of the file.
        table: its content.
        on_page: False for a table too long to be read, which the page only links to.
    """

    name: str
    table: Table
    on_page: bool = True
    kind: str = "listing"


@dataclass(frozen=True)
class Drawing:
    """A figure, also written to figures/<name>.png and .pdf.

    Attributes:
        name: of the files.
        figure: drawn, not yet saved.
        caption: what it shows and how to read it.
        alternative: the same in one short line, for who cannot see it.
    """

    name: str
    figure: Figure
    caption: str
    alternative: str
    kind: str = "drawing"


Part = Paragraph | Caution | Points | Listing | Drawing


@dataclass(frozen=True)
class Section:
    """A chapter of the page.

    Attributes:
        anchor: what links point to.
        title: over it.
        parts: in order.
        probabilities: it shows what models say of cases, so the banner stands beside it.
    """

    anchor: str
    title: str
    parts: tuple[Part, ...]
    probabilities: bool = False
