"""Letters of a PDF: the fonts that are embedded, the styles, and text that is never markup."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph as Text

FONT = "DejaVuSans"
BOLD = f"{FONT}-Bold"
INK, FAINT, LINE = HexColor("#1f2933"), HexColor("#5b6670"), HexColor("#c3cbd1")
WARN, WARN_SOFT = HexColor("#8a3b00"), HexColor("#fdf1e7")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def text_of(text: str, style: ParagraphStyle, bullet: str | None = None) -> Text:
    """Return a paragraph of what is never read as markup."""
    return Text(escape(_NOT_TEXT.sub("", text)), style, bulletText=bullet)


@cache
def register_fonts() -> None:
    """Embed the fonts that matplotlib ships, which have ≥, × and Greek."""
    import matplotlib as mpl

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name in (FONT, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


# Size and leading in points, space before and after, bold, colour.
_STYLES = {
    "title": (13, 16, 0, 4, True, INK),
    "section": (9.2, 11.5, 0, 1.5, True, INK),
    "heading": (7.6, 10, 3, 1, True, INK),
    "body": (7.8, 10.6, 0, 2, False, INK),
    "small": (7.2, 9.3, 0, 1, False, INK),
    "caption": (6.6, 8.4, 1, 1, False, FAINT),
    "faint": (7.6, 9.5, 0, 0, False, FAINT),
    "strong": (7.6, 10, 0, 0.5, True, INK),
    "huge": (30, 34, 0, 1, True, INK),
    "cell": (7, 9, 0, 0, False, INK),
    "head": (7, 9, 0, 0, True, INK),
    "banner": (7.6, 9.4, 0, 0, True, WARN),
}


_VARIANTS = {"name": {"textColor": FAINT}, "point": {"leftIndent": 3.1 * mm}}


def style_of(name: str, like: ParagraphStyle | None = None) -> ParagraphStyle:
    """Return a style by its name: one of its own, or one that differs in one thing from `like`."""
    if like is not None:
        return ParagraphStyle(name, parent=like, **_VARIANTS[name])
    size, leading, before, after, is_bold, color = _STYLES[name]
    return ParagraphStyle(
        name, fontName=BOLD if is_bold else FONT, fontSize=size, leading=leading,
        spaceBefore=before, spaceAfter=after, textColor=color,
        keepWithNext=name in ("section", "heading"),  # a title never ends a page
    )  # fmt: skip
