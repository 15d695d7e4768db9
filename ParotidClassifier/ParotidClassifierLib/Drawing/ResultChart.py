"""The drawing of what each input adds to a probability."""

import qt
from slicer.i18n import tr as _

from .Drawing import (
    BENIGN,
    MALIGNANT,
    Drawing,
    ascent,
    directionColor,
    faintColor,
    lineHeight,
    textColor,
    textWidth,
    trackColor,
)


class ContributionChart(Drawing):
    """What the inputs of a model add to the log-odds: a labelled bar each, left or right of zero.

    Attributes:
        rows: what is shown, from above; see `setRows`.
    """

    _BAR = 6
    _BELOW_TEXT = 2
    _GAP = 7

    def __init__(self, parent=None):
        name = _("What each input adds to the log-odds: plus is towards malignant")
        Drawing.__init__(self, name, parent)
        self.rows = []
        self.setMouseTracking(True)

    def setRows(self, rows) -> None:
        """Show rows, each with .label, .value in log-odds, .isInput and .toolTip."""
        self.rows = list(rows)
        self.setFixedHeight(self._top + len(self.rows) * self._rowHeight)
        self.toolTip = ""
        self.showAnew()

    def inWords(self) -> str:
        """Return the rows from above."""
        return "; ".join(
            _("{input}: {value}").format(input=row.label, value=signed(row.value))
            for row in self.rows
        )

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
        return lineHeight(self) + self._GAP

    @property
    def _rowHeight(self) -> int:
        return lineHeight(self) + self._BELOW_TEXT + self._BAR + self._GAP

    def _drawDirections(self, painter) -> None:
        painter.setPen(directionColor(self, BENIGN))
        painter.drawText(0, ascent(self), "\N{LEFTWARDS ARROW} " + _("towards benign"))
        text = _("towards malignant") + " \N{RIGHTWARDS ARROW}"
        painter.setPen(directionColor(self, MALIGNANT))
        painter.drawText(self.width - textWidth(self, text), ascent(self), text)

    def _drawRow(self, painter, row, top: int, largest: float) -> None:
        value = signed(row.value)
        valueWidth = textWidth(self, value)
        metrics = qt.QFontMetrics(self.font)
        room = self.width - valueWidth - 2 * self._GAP
        label = metrics.elidedText(row.label, qt.Qt.ElideRight, room)
        painter.setPen(textColor(self) if row.isInput else faintColor(self))
        painter.drawText(0, top + ascent(self), label)
        painter.drawText(self.width - valueWidth, top + ascent(self), value)
        self._drawBar(painter, row, top + lineHeight(self) + self._BELOW_TEXT, largest)

    def _drawBar(self, painter, row, top: int, largest: float) -> None:
        middle = self.width // 2
        length = round(abs(row.value) / largest * (middle - 1))
        color = faintColor(self)
        if row.isInput:
            color = directionColor(self, MALIGNANT if row.value > 0 else BENIGN)
        painter.fillRect(0, top, self.width, self._BAR, trackColor(self))
        painter.fillRect(
            middle if row.value > 0 else middle - length, top, length, self._BAR, color
        )
        painter.fillRect(middle, top, 1, self._BAR, textColor(self))


def signed(value: float) -> str:
    """Return a contribution as it is written: +0.69, or with a true minus sign."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
