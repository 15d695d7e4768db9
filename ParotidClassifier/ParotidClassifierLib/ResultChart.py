"""The drawings of the result: a probability on its scale, and what each input adds to it.

Colours: Okabe & Ito, Color Universal Design, 2008; told apart with any colour vision. Everything
else takes the colours of the application's theme.
"""

import qt
from slicer.i18n import tr as _

# towards malignant, towards benign: on a light and on a dark background
_ON_LIGHT = ("#D55E00", "#0072B2")
_ON_DARK = ("#E69F00", "#56B4E9")

_MALIGNANT, _BENIGN = 0, 1


class ProbabilityGauge(qt.QWidget):
    """A probability as a bar from 0 to 100 %, with a mark where the call becomes malignant."""

    _BAR = 14
    _TICK = 4

    def __init__(self, parent=None):
        qt.QWidget.__init__(self, parent)
        self.probability = 0.0
        self.threshold = None
        self.thresholdText = ""
        self.setFixedHeight(self._BAR + 2 * self._TICK + 2 * _lineHeight(self))

    def setProbability(self, probability: float, threshold: float, thresholdText: str) -> None:
        """Show a probability and the threshold, 0 to 1, and what is written at the mark."""
        self.probability = probability
        self.threshold = threshold
        self.thresholdText = thresholdText
        self.update()

    def paintEvent(self, _event) -> None:
        """Draw the bar, its mark and the ends of the scale."""
        if self.threshold is None:
            return
        painter = qt.QPainter(self)
        painter.setFont(self.font)
        self._drawBar(painter)
        self._drawThreshold(painter)
        self._drawScale(painter)
        painter.end()

    def _drawBar(self, painter) -> None:
        top = _lineHeight(self) + self._TICK
        malignant = self.probability >= self.threshold
        color = _color(self, _MALIGNANT if malignant else _BENIGN)
        painter.fillRect(0, top, self.width, self._BAR, _trackColor(self))
        painter.fillRect(0, top, self._x(self.probability), self._BAR, color)

    def _drawThreshold(self, painter) -> None:
        x = min(self._x(self.threshold), self.width - 2)
        top = _lineHeight(self)
        painter.fillRect(x, top, 2, self._BAR + 2 * self._TICK, _textColor(self))
        width = _textWidth(self, self.thresholdText)
        left = min(max(0, x - width // 2), max(0, self.width - width))
        painter.setPen(_textColor(self))
        painter.drawText(left, _ascent(self), self.thresholdText)

    def _drawScale(self, painter) -> None:
        baseline = _lineHeight(self) + self._BAR + 2 * self._TICK + _ascent(self)
        painter.setPen(_faintColor(self))
        for percent in (0, 50, 100):
            text = _("{percent} %").format(percent=percent)
            width = _textWidth(self, text)
            left = round((self.width - width) * percent / 100)
            painter.drawText(left, baseline, text)

    def _x(self, probability: float) -> int:
        return round(self.width * probability)


class ContributionChart(qt.QWidget):
    """What the inputs of a model add to the log-odds: a labelled bar each, left or right of zero.

    Attributes:
        rows: what is shown, from above; see `setRows`.
    """

    _BAR = 6
    _BELOW_TEXT = 2
    _GAP = 7

    def __init__(self, parent=None):
        qt.QWidget.__init__(self, parent)
        self.rows = []
        self.setMouseTracking(True)

    def setRows(self, rows) -> None:
        """Show rows, each with .label, .value in log-odds, .isInput and .toolTip."""
        self.rows = list(rows)
        self.setFixedHeight(self._top + len(self.rows) * self._rowHeight)
        self.toolTip = ""
        self.update()

    def rowAt(self, y: int):
        """Return the row at this height in pixels; None if there is none."""
        index = (y - self._top) // self._rowHeight
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def mouseMoveEvent(self, _event) -> None:
        """Let the tool tip be that of the row under the mouse."""
        row = self.rowAt(self.mapFromGlobal(qt.QCursor.pos()).y())
        self.toolTip = "" if row is None else row.toolTip

    def paintEvent(self, _event) -> None:
        """Draw the two directions above, and the rows."""
        if not self.rows:
            return
        painter = qt.QPainter(self)
        painter.setFont(self.font)
        self._drawDirections(painter)
        largest = max(abs(row.value) for row in self.rows) or 1.0
        for index, row in enumerate(self.rows):
            self._drawRow(painter, row, self._top + index * self._rowHeight, largest)
        painter.end()

    @property
    def _top(self) -> int:
        return _lineHeight(self) + self._GAP

    @property
    def _rowHeight(self) -> int:
        return _lineHeight(self) + self._BELOW_TEXT + self._BAR + self._GAP

    def _drawDirections(self, painter) -> None:
        painter.setPen(_color(self, _BENIGN))
        painter.drawText(0, _ascent(self), "\N{LEFTWARDS ARROW} " + _("towards benign"))
        text = _("towards malignant") + " \N{RIGHTWARDS ARROW}"
        painter.setPen(_color(self, _MALIGNANT))
        painter.drawText(self.width - _textWidth(self, text), _ascent(self), text)

    def _drawRow(self, painter, row, top: int, largest: float) -> None:
        value = signed(row.value)
        valueWidth = _textWidth(self, value)
        metrics = qt.QFontMetrics(self.font)
        room = self.width - valueWidth - 2 * self._GAP
        label = metrics.elidedText(row.label, qt.Qt.ElideRight, room)
        painter.setPen(_textColor(self) if row.isInput else _faintColor(self))
        painter.drawText(0, top + _ascent(self), label)
        painter.drawText(self.width - valueWidth, top + _ascent(self), value)
        self._drawBar(painter, row, top + _lineHeight(self) + self._BELOW_TEXT, largest)

    def _drawBar(self, painter, row, top: int, largest: float) -> None:
        middle = self.width // 2
        length = round(abs(row.value) / largest * (middle - 1))
        color = _faintColor(self)
        if row.isInput:
            color = _color(self, _MALIGNANT if row.value > 0 else _BENIGN)
        painter.fillRect(0, top, self.width, self._BAR, _trackColor(self))
        painter.fillRect(
            middle if row.value > 0 else middle - length, top, length, self._BAR, color
        )
        painter.fillRect(middle, top, 1, self._BAR, _textColor(self))


def signed(value: float) -> str:
    """Return a contribution as it is written: +0.69, or with a true minus sign."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def isDark(widget) -> bool:
    """Whether the theme writes light on dark."""
    return widget.palette.color(qt.QPalette.Window).lightness() < 128


def _color(widget, direction: int):
    if not widget.enabled:
        return _faintColor(widget)
    return qt.QColor((_ON_DARK if isDark(widget) else _ON_LIGHT)[direction])


def _textColor(widget):
    return widget.palette.color(qt.QPalette.WindowText)


def _faintColor(widget):
    return _blended(widget, 0.6)


def _trackColor(widget):
    return _blended(widget, 0.1)


def _blended(widget, share: float):
    """Return a colour between background and text, nearer to the text the larger the share."""
    text, background = _textColor(widget), widget.palette.color(qt.QPalette.Window)

    def mixed(ofText: int, ofBackground: int) -> int:
        return round(share * ofText + (1 - share) * ofBackground)

    return qt.QColor(
        mixed(text.red(), background.red()),
        mixed(text.green(), background.green()),
        mixed(text.blue(), background.blue()),
    )


def _lineHeight(widget) -> int:
    return qt.QFontMetrics(widget.font).height()


def _ascent(widget) -> int:
    return qt.QFontMetrics(widget.font).ascent()


def _textWidth(widget, text: str) -> int:
    return qt.QFontMetrics(widget.font).boundingRect(text).width() + 2
