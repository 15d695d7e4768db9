"""A document as PDF: A4, fonts embedded, the banner and a page number on every page."""

import io
from collections.abc import Callable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    Image,
    KeepInFrame,
    PageBreak,
    PageTemplate,
    Spacer,
    Table,
)

from . import parts
from .parts import Document, Drawing, Facts, Listing, Part, Row, Section
from .pdf_letters import (
    BOLD,
    FAINT,
    FONT,
    LINE,
    WARN,
    WARN_SOFT,
    draw_line,
    note_on_fonts,
    register_fonts,
    style_of,
    text_of,
    width_of,
)

_MARGIN = 12 * mm
_HEAD, _FOOT = 8 * mm, 7 * mm
_WIDTH, _HEIGHT = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN - _HEAD - _FOOT
_GAP = 6 * mm  # between columns
_DPI = 220
_MOST_ROWS_KEPT = 12  # of a table on one page
_LEAST_OF_A_TABLE = 40 * mm  # at the foot of a page


def document_pdf(document: Document) -> bytes:
    """Return a document as PDF; the same bytes for the same document.

    Figures are pictures in it. What the document says in words is text and can be searched.
    """
    register_fonts()
    target = io.BytesIO()
    frame = Frame(_MARGIN, _MARGIN + _FOOT, _WIDTH, _HEIGHT, 0, 0, 0, 0)
    template = BaseDocTemplate(
        target, pagesize=A4, title=document.title, author="ParotidClassifier", lang="en",
        displayDocTitle=True, invariant=True, pageTemplates=[PageTemplate("page", [frame])],
    )  # fmt: skip
    template.build(_story(document), canvasmaker=_numbered(document))
    return target.getvalue()


def _story(document: Document) -> list[Flowable]:
    widths = _widths([0.4, 0.6][: len(document.about)])
    about = [[_facts(facts, w)] for facts, w in zip(document.about, widths, strict=True)]
    front = [text_of(document.title, "title"), _side_by_side(about, widths)]
    for row in document.front:
        front += _row(row)
    appendix = [text_of("Appendix", "title")]
    for section in document.appendix:
        appendix += _section(section, _WIDTH, style_of("body"), 3.5 * mm)
    # One page, whatever is on it: more than has room becomes smaller.
    return [KeepInFrame(_WIDTH, _HEIGHT, front, mode="shrink"), PageBreak(), *appendix]


def _row(row: Row) -> list[Flowable]:
    """Return sections side by side, under a line."""
    widths, small = _widths(row.shares), style_of("small")
    cells = [
        [part for section in column for part in _section(section, width, small, 1.2 * mm)]
        for column, width in zip(row.columns, widths, strict=True)
    ]
    # A table's cell could not go on on the next page.
    content = cells[0] if len(cells) == 1 else [_side_by_side(cells, widths)]
    rule = HRFlowable("100%", 0.3 * mm, "butt", LINE, spaceBefore=0, spaceAfter=0)
    return [Spacer(0, 1.2 * mm), rule, *content]


def _widths(shares: Sequence[float]) -> list[float]:
    """Return the widths of columns that share the page."""
    room = _WIDTH - _GAP * (len(shares) - 1)
    return [share * room / sum(shares) for share in shares]


def _side_by_side(cells: Sequence[list[Flowable]], widths: Sequence[float]) -> Flowable:
    columns, contents = [widths[0]], [cells[0]]
    for width, cell in zip(widths[1:], cells[1:], strict=True):
        columns += [_GAP, width]
        contents += ["", cell]
    return Table([contents], columns, style=_FLUSH, hAlign="LEFT")


def _padded(**points: float) -> list[tuple]:
    """Return the style of a table whose cells start at the top, by the padding of their sides."""
    pads = [(f"{side}PADDING", (0, 0), (-1, -1), room) for side, room in points.items()]
    return [("VALIGN", (0, 0), (-1, -1), "TOP"), *pads]


_FLUSH = _padded(LEFT=0, RIGHT=0, TOP=0, BOTTOM=0)


def _section(section: Section, width: float, body: ParagraphStyle, gap: float) -> list[Flowable]:
    title = [Spacer(0, gap), text_of(section.title, "section")]
    if _is_long(section.parts[0]):
        # Kept with the title, a long table would leave the rest of the page empty.
        title = [CondPageBreak(_LEAST_OF_A_TABLE), *title]
        title[-1].keepWithNext = False
    return [*title, *(flowable for part in section.parts for flowable in _part(part, width, body))]


def _is_long(part: Part) -> bool:
    return isinstance(part, Listing) and len(part.table.rows) > _MOST_ROWS_KEPT


def _part(part: Part, width: float, body: ParagraphStyle) -> list[Flowable]:
    if isinstance(part, parts.Paragraph):
        return [text_of(part.text, body)]
    if isinstance(part, parts.Caution):
        return [_boxed(part.text, width, body)]
    if isinstance(part, parts.Points):
        lines = [text_of(line, style_of("point", body), bullet="•") for line in part.lines]
        return [*_heading(part.title), *lines]
    if isinstance(part, Facts):
        return [*_heading(part.title), _facts(part, width, body)]
    if isinstance(part, parts.Headline):
        return [
            text_of(part.over, "faint"),
            text_of(part.value, "huge"),
            *(text_of(line, "strong") for line in part.under),
        ]
    if isinstance(part, Listing):
        return _listing(part, width)
    return _drawing(part, width)


def _heading(title: str) -> list[Flowable]:
    return [text_of(title, "heading")] if title else []


def _boxed(text: str, width: float, body: ParagraphStyle) -> Flowable:
    style = [
        *_padded(TOP=2, BOTTOM=3),
        ("BACKGROUND", (0, 0), (-1, -1), WARN_SOFT),
        ("LINEBEFORE", (0, 0), (0, -1), 2, WARN),
    ]
    return Table([[text_of(text, body)]], [width], style=style, spaceBefore=1.5 * mm, hAlign="LEFT")


def _facts(facts: Facts, width: float, body: ParagraphStyle | None = None) -> Flowable:
    """Return names and what they are, the names as narrow as they can be."""
    body = body or style_of("small")
    longest = max(width_of(name, FONT, body.fontSize) for name, _ in facts.pairs)
    names = min(longest + 4 * mm, width / 2)
    faint = style_of("name", body)
    rows = [[text_of(name, faint), text_of(value, body)] for name, value in facts.pairs]
    return Table(rows, [names, width - names], style=_FLUSH, hAlign="LEFT", splitInRow=1)


def _listing(listing: Listing, width: float) -> list[Flowable]:
    table, cell = listing.table, style_of("cell")
    head = [text_of(column, "head") for column in table.columns]
    rows = [[text_of("" if v is None else str(v), cell) for v in row] for row in table.rows]
    style = [
        *_padded(LEFT=0, TOP=1.5, BOTTOM=2),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, FAINT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
    ]
    widths = _column_widths(table.columns, table.rows, width)
    drawn = Table([head, *rows], widths, repeatRows=1, style=style, hAlign="LEFT", splitInRow=1)
    notes = [text_of(note, "caption") for note in table.notes]
    title = text_of(table.title, "heading")
    title.keepWithNext = not _is_long(listing)
    return [title, drawn, *notes]


def _column_widths(
    columns: Sequence[str], rows: Sequence[Sequence[object]], width: float
) -> list[float]:
    """Share the width by the longest text of each column; the widest ones give what lacks."""
    size, room = style_of("cell").fontSize, 3 * mm
    texts = [[str(value) for value in of_column] for of_column in zip(columns, *rows, strict=True)]
    wanted = [room + max(width_of(text, BOLD, size) for text in of_column) for of_column in texts]
    if sum(wanted) <= width:
        return [w * width / sum(wanted) for w in wanted]
    most = width
    while sum(min(w, most) for w in wanted) > width:
        most *= 0.97
    return [min(w, most) for w in wanted]


def _drawing(drawing: Drawing, width: float) -> list[Flowable]:
    figure = drawing.figure
    inches, height = figure.get_size_inches()
    picture = io.BytesIO()
    shown = min(width, inches * 72)
    figure.savefig(
        picture, format="png", dpi=_DPI * shown / 72 / inches, metadata={"Software": None}
    )
    image = Image(picture, shown, shown * height / inches, hAlign="LEFT")
    image.keepWithNext = bool(drawing.caption)
    caption = [text_of(drawing.caption, "caption")] if drawing.caption else []
    gap = Spacer(0, 0.8 * mm)
    gap.keepWithNext = True  # so that a title before it stays with the picture
    return [gap, image, *caption]


def _numbered(document: Document) -> Callable[..., Canvas]:
    """Return a canvas that knows how many pages there are when it writes their numbers."""

    class NumberedCanvas(Canvas):
        """Keeps its pages until the last one is there."""

        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self._pages: list[dict] = []

        def showPage(self) -> None:  # noqa: N802  reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                note = note_on_fonts(self._doc.fontMapping)
                _frame(self, document, f"{number} of {len(self._pages)}", note)
                super().showPage()
            super().save()

    return NumberedCanvas


def _frame(canvas: Canvas, document: Document, number: str, note: str) -> None:
    """Write the banner over a page, the label, the page's number and a note under it."""
    banner = text_of(document.banner, "banner")
    _, height = banner.wrap(_WIDTH - 4 * mm, _HEAD)
    top = A4[1] - _MARGIN
    canvas.setFillColor(WARN_SOFT)
    canvas.rect(_MARGIN, top - height - 1.5 * mm, _WIDTH, height + 2 * mm, stroke=0, fill=1)
    banner.drawOn(canvas, _MARGIN + 2 * mm, top - height - 0.3 * mm)
    canvas.setFillColor(FAINT)
    draw_line(canvas, _MARGIN, _MARGIN + 3.2 * mm, note, 6)
    draw_line(canvas, _MARGIN, _MARGIN, _shortened(document.label, 0.85 * _WIDTH, 7), 7)
    canvas.setFont(FONT, 7)
    canvas.drawRightString(_MARGIN + _WIDTH, _MARGIN, number)


def _shortened(text: str, width: float, size: float) -> str:
    """Return a text that fits into one line."""
    while width_of(text, FONT, size) > width:
        text = f"{text.removesuffix('…')[:-1]}…"
    return text
