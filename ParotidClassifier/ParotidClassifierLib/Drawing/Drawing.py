"""What the drawings of the result share: their words, colours of the theme, measures, a scale."""

import qt
from ParotidClassifierCore.protocol.outcome import COLORS_ON_DARK, COLORS_ON_LIGHT
from slicer.i18n import tr as _

from .ResultContents import marksWords

_BETWEEN_LABELS = 6


class Drawing(qt.QWidget):
    """Numbers as a drawing, which a screen reader reads out in words.

    Where they lie on a scale from 0 to 100 %, that is as wide as the drawing.

    Attributes:
        isNeutral: whether nothing is drawn in the colour of an outcome.
    """

    def __init__(self, name: str):
        qt.QWidget.__init__(self)
        self.accessibleName = name
        self.isNeutral = False

    def showAnew(self) -> None:
        """Draw and describe other numbers."""
        self.accessibleDescription = self.inWords()
        self.update()

    def paintEvent(self, _event) -> None:
        """Draw the numbers, if there are any."""
        if self.hasNumbers:
            painter = qt.QPainter(self)
            painter.setFont(self.font)
            self.draw(painter)
            painter.end()

    def inWords(self) -> str:
        """Return what is drawn, with its numbers."""
        raise NotImplementedError

    @property
    def hasNumbers(self) -> bool:
        """Whether there is anything to draw."""
        raise NotImplementedError

    def draw(self, painter) -> None:
        """Draw the numbers."""
        raise NotImplementedError

    # Colours

    def outcomeColor(self, verdict: str):
        """Return the colour of what speaks for an outcome.

        It is faint where nothing speaks for either, and where the drawing is neutral or disabled.
        """
        isDark = self.backgroundColor().lightness() < 128
        colors = COLORS_ON_DARK if isDark else COLORS_ON_LIGHT
        if self.isNeutral or not self.enabled or verdict not in colors:
            return self.faintColor()
        return qt.QColor(colors[verdict])

    def bandColor(self, verdict: str):
        """Return the colour of an interval around what speaks for an outcome: the same, paler."""
        return _mixed(self.outcomeColor(verdict), self.backgroundColor(), 0.45)

    def textColor(self):
        """Return the colour that the theme writes with."""
        return self.palette.color(qt.QPalette.WindowText)

    def backgroundColor(self):
        """Return the colour that the theme writes on."""
        return self.palette.color(qt.QPalette.Window)

    def faintColor(self):
        """Return the colour of what is less important."""
        return self._blended(0.6)

    def trackColor(self):
        """Return the colour of an empty bar."""
        return self._blended(0.1)

    def _blended(self, share: float):
        """Return a colour between background and text, nearer to the text the larger the share."""
        return _mixed(self.textColor(), self.backgroundColor(), share)

    # Measures in pixels

    @property
    def lineHeight(self) -> int:
        """Height of a line of text."""
        return qt.QFontMetrics(self.font).height()

    def textWidth(self, text: str) -> int:
        """Return the width of a text."""
        return qt.QFontMetrics(self.font).boundingRect(text).width() + 2

    def placeOf(self, probability: float) -> int:
        """Return where a probability lies on the scale."""
        return round(self.width * probability)

    # Parts

    def write(self, painter, left: int, top: int, text: str) -> None:
        """Write a line of text below `top`."""
        painter.drawText(left, top + qt.QFontMetrics(self.font).ascent(), text)

    def drawMark(self, painter, probability: float, top: int, height: int, isDashed=False) -> None:
        """Draw an upright line at a probability."""
        left = min(max(self.placeOf(probability) - 1, 0), self.width - 2)
        dash = 3 if isDashed else height
        for start in range(0, height, 2 * dash):
            length = min(dash, height - start)
            painter.fillRect(left, top + start, 2, length, self.textColor())

    def drawMarks(self, painter, model, top: int, height: int, isDashed=False) -> None:
        """Draw the marks of a ModelResult, joined above where there are two."""
        for mark in model.marks:
            self.drawMark(painter, mark, top, height, isDashed)
        left, right = map(self.placeOf, (model.marks[0], model.marks[-1]))
        painter.fillRect(left, top, right - left, 1, self.textColor())

    def drawMarksLabel(self, painter, model, top: int) -> tuple:
        """Write what the marks of a ModelResult are; return the text's left and right end."""
        middle = sum(model.marks) / len(model.marks)
        return self.drawLabel(painter, middle, top, marksWords(model))

    def drawLabel(self, painter, probability: float, top: int, text: str) -> tuple:
        """Write a text around the place of a probability; return its left and right end."""
        width = self.textWidth(text)
        middle = self.placeOf(probability)
        left = min(max(0, middle - width // 2), max(0, self.width - width))
        painter.setPen(self.textColor())
        self.write(painter, left, top, text)
        return left, left + width

    def drawScale(self, painter, top: int, taken=(0, 0)) -> None:
        """Write 0 %, 50 % and 100 % where they belong, but nothing over the place that is taken."""
        painter.setPen(self.faintColor())
        for percent in (0, 50, 100):
            text = _("{percent} %").format(percent=percent)
            width = self.textWidth(text)
            left = round((self.width - width) * percent / 100)
            right = left + width
            isFree = left > taken[1] + _BETWEEN_LABELS or right < taken[0] - _BETWEEN_LABELS
            if isFree or taken[0] == taken[1]:
                self.write(painter, left, top, text)


def _mixed(one, other, share: float):
    """Return a colour between two, nearer to the first the larger the share."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return qt.QColor(*(round(share * first + (1 - share) * second) for first, second in pairs))


def _parts(color) -> tuple:
    return color.red(), color.green(), color.blue()
