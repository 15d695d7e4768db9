"""What the drawings of the result share: their words, colours of the theme, measures, a scale.

Colours: Okabe & Ito, Color Universal Design, 2008; told apart with any colour vision. Everything
else takes the colours of the application's theme.
"""

import qt
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT
from slicer.i18n import tr as _

# on a light and on a dark background
_ON_LIGHT = {MALIGNANT: "#D55E00", BENIGN: "#0072B2"}
_ON_DARK = {MALIGNANT: "#E69F00", BENIGN: "#56B4E9"}

_BETWEEN_LABELS = 6


class Drawing(qt.QWidget):
    """Numbers as a drawing, which a screen reader reads out in words."""

    def __init__(self, name: str, parent=None):
        qt.QWidget.__init__(self, parent)
        self.accessibleName = name

    def showAnew(self) -> None:
        """Draw and describe other numbers."""
        self.accessibleDescription = self.inWords()
        self.update()

    def inWords(self) -> str:
        """Return what is drawn, with its numbers."""
        raise NotImplementedError


def isDark(widget) -> bool:
    """Whether the theme writes light on dark."""
    return widget.palette.color(qt.QPalette.Window).lightness() < 128


def outcomeColor(widget, outcome: str):
    """Return the colour of what speaks for an outcome; a faint one in a disabled widget."""
    if not widget.enabled:
        return faintColor(widget)
    return qt.QColor((_ON_DARK if isDark(widget) else _ON_LIGHT)[outcome])


def textColor(widget):
    """Return the colour that the theme writes with."""
    return widget.palette.color(qt.QPalette.WindowText)


def backgroundColor(widget):
    """Return the colour that the theme writes on."""
    return widget.palette.color(qt.QPalette.Window)


def faintColor(widget):
    """Return the colour of what is less important."""
    return _blended(widget, 0.6)


def trackColor(widget):
    """Return the colour of an empty bar."""
    return _blended(widget, 0.1)


def _blended(widget, share: float):
    """Return a colour between background and text, nearer to the text the larger the share."""
    text, background = textColor(widget), backgroundColor(widget)

    def mixed(ofText: int, ofBackground: int) -> int:
        return round(share * ofText + (1 - share) * ofBackground)

    return qt.QColor(
        mixed(text.red(), background.red()),
        mixed(text.green(), background.green()),
        mixed(text.blue(), background.blue()),
    )


def lineHeight(widget) -> int:
    """Return the height of a line of text in pixels."""
    return qt.QFontMetrics(widget.font).height()


def ascent(widget) -> int:
    """Return how far the baseline lies below the top of a line."""
    return qt.QFontMetrics(widget.font).ascent()


def textWidth(widget, text: str) -> int:
    """Return the width of a text in pixels."""
    return qt.QFontMetrics(widget.font).boundingRect(text).width() + 2


def placeOf(widget, probability: float) -> int:
    """Return where a probability lies on the scale from 0 to 100 %, which is as wide as it."""
    return round(widget.width * probability)


def drawMark(painter, widget, probability: float, top: int, height: int, isDashed=False) -> None:
    """Draw an upright line at a probability."""
    left = min(max(placeOf(widget, probability) - 1, 0), widget.width - 2)
    dash = 3 if isDashed else height
    for start in range(0, height, 2 * dash):
        length = min(dash, height - start)
        painter.fillRect(left, top + start, 2, length, textColor(widget))


def drawLabel(painter, widget, probability: float, top: int, text: str) -> tuple:
    """Write a text around the place of a probability; return its left and right end."""
    width = textWidth(widget, text)
    middle = placeOf(widget, probability)
    left = min(max(0, middle - width // 2), max(0, widget.width - width))
    painter.setPen(textColor(widget))
    painter.drawText(left, top + ascent(widget), text)
    return left, left + width


def drawScale(painter, widget, top: int, taken=(0, 0)) -> None:
    """Write 0 %, 50 % and 100 % where they belong, but nothing over the place that is taken."""
    painter.setPen(faintColor(widget))
    for percent in (0, 50, 100):
        text = _("{percent} %").format(percent=percent)
        width = textWidth(widget, text)
        left = round((widget.width - width) * percent / 100)
        isFree = left > taken[1] + _BETWEEN_LABELS or left + width < taken[0] - _BETWEEN_LABELS
        if isFree or taken[0] == taken[1]:
            painter.drawText(left, top + ascent(widget), text)
