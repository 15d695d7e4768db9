"""Letters of a PDF: the fonts, the styles, and text that is never markup.

What the embedded font lacks, Chinese, Japanese and Korean above all, comes from a font of this
computer, of which the letters that are used are embedded. Without one, the PDF names fonts that
its readers bring (the predefined ones of ISO 32000, 9.7.5.2). A letter that is in none of them
is written as its number, never as a box that might be any letter.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph as Text

from ..base.controls import harmless
from .panels.look import PAPER, WARNING_GROUND

FONT = "DejaVuSans"
BOLD = f"{FONT}-Bold"
INK, FAINT, LINE = HexColor(PAPER.text), HexColor(PAPER.faint), HexColor("#c3cbd1")
WARN, WARN_SOFT = HexColor(PAPER.warning), HexColor(WARNING_GROUND)
# Fonts that Windows, macOS and Linux have, with TrueType outlines: others cannot be embedded here.
_ON_THIS_COMPUTER = (
    "msyh.ttc", "malgun.ttf", "msgothic.ttc", "msjh.ttc", "simsun.ttc",
    "Arial Unicode.ttf", "STHeiti Light.ttc", "AppleGothic.ttf",
    "wqy-microhei.ttc", "wqy-zenhei.ttc", "NanumGothic.ttf", "DroidSansFallbackFull.ttf",
)  # fmt: skip
# Fonts that every reader of PDF brings or replaces, and an encoding with the letters of each.
_OF_THE_READER = {"STSong-Light": "gbk", "HYSMyeongJo-Medium": "cp949"}


def text_of(text: str, style: ParagraphStyle | str, bullet: str | None = None) -> Text:
    """Return a paragraph of what is never read as markup, in a style or that of a name."""
    style = style_of(style) if isinstance(style, str) else style
    marked = "".join(
        escape(part) if font == style.fontName else f'<font name="{font}">{escape(part)}</font>'
        for font, part in _in_fonts(text, style.fontName)
    )
    return Text(marked, style, bulletText=bullet)


def width_of(text: str, font: str, size: float) -> float:
    """Return how wide a line is, in points."""
    return sum(pdfmetrics.stringWidth(part, name, size) for name, part in _in_fonts(text, font))


def note_on_fonts(used: Iterable[str]) -> str:
    """Return what to know of the fonts of a PDF: nothing where all are embedded."""
    if not set(used) & set(_OF_THE_READER):
        return ""
    return (
        "Some letters are shown with fonts of the reader's own, as the computer that wrote this "
        "had none to embed. Where they are missing, see the page report.html beside this file."
    )


def draw_line(canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
    """Write a line that begins at a place, in points."""
    for font, part in _in_fonts(text, FONT):
        canvas.setFont(font, size)
        canvas.drawString(x, y, part)
        x += pdfmetrics.stringWidth(part, font, size)


def _in_fonts(text: str, usual: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text, each with a font that has its letters; the usual one first."""
    shown = harmless(text)
    if all(map(_letters_of(usual), shown)):
        yield usual, shown
        return
    for font, letters in groupby(shown, lambda letter: _font_of(letter, usual)):
        part = "".join(letters)
        yield (font, part) if font else (usual, "".join(f"[U+{ord(c):04X}]" for c in part))


@cache
def _font_of(letter: str, usual: str) -> str | None:
    fonts = (usual, FONT, *_ON_THIS_COMPUTER, *_OF_THE_READER)
    return next((font for font in fonts if _letters_of(font)(letter)), None)


@cache
def _letters_of(font: str) -> Callable[[str], bool]:
    """Return whether a font has a letter; it is registered. A file that cannot be used has none."""
    if font in _OF_THE_READER:
        pdfmetrics.registerFont(UnicodeCIDFont(font))
        return lambda letter: bool(letter.encode(_OF_THE_READER[font], errors="ignore"))
    if font in _ON_THIS_COMPUTER:
        try:
            pdfmetrics.registerFont(TTFont(font, _files_here()[font]))
        except (KeyError, OSError, TTFError):
            return lambda _: False
    has = pdfmetrics.getFont(font).face.charToGlyph
    return lambda letter: letter.isspace() or ord(letter) in has


@cache
def _files_here() -> dict[str, str]:
    """Return the fonts of this computer: paths by the names of their files."""
    from matplotlib.font_manager import fontManager

    return {Path(font.fname).name: font.fname for font in fontManager.ttflist}


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
    "huge": (20, 24, 0, 1, True, INK),
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
