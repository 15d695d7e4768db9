"""The drawing of what each input adds to a probability."""

from html import escape

import qt
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT
from slicer.i18n import tr as _

from .Drawing import Drawing


class ContributionChart(Drawing):
    """What the inputs of a model add to its weight: a labelled bar each, left or right of zero.

    The weight is the log-odds of malignancy.

    Attributes:
        bars: what is shown, from above.
    """

    _BAR = 6
    _BELOW_TEXT = 2
    _GAP = 7

    def __init__(self):
        name = _("What each input adds to the weight: plus is towards malignant")
        Drawing.__init__(self, name)
        self.bars = []
        self._features = {}
        self.setMouseTracking(True)

    def setBars(self, bars, features: dict) -> None:
        """Show bars of a CaseView; `features` has the value of each input, by column."""
        self.bars = list(bars)
        self._features = features
        self.setFixedHeight(self._top + len(self.bars) * self._rowHeight)
        self.toolTip = ""
        self.showAnew()

    def inWords(self) -> str:
        """Return the bars from above."""
        return "; ".join(
            _("{input}: {value}").format(input=bar.label, value=signed(bar.added))
            for bar in self.bars
        )

    def barAt(self, y: int):
        """Return the bar at this height in pixels; None if there is none."""
        index = (y - self._top) // self._rowHeight
        return self.bars[index] if 0 <= index < len(self.bars) else None

    def mouseMoveEvent(self, _event) -> None:
        """Let the tool tip be that of the bar under the mouse."""
        bar = self.barAt(self.mapFromGlobal(qt.QCursor.pos()).y())
        words = "" if bar is None else exactWords(bar, self._features)
        # A scene may be a stranger's: its words are shown letter by letter.
        self.toolTip = f"<pre>{escape(words)}</pre>" if "<" in words else words

    @property
    def hasNumbers(self) -> bool:
        """Whether there are bars."""
        return bool(self.bars)

    def draw(self, painter) -> None:
        """Draw the two directions above, and the bars."""
        painter.setPen(self.outcomeColor(BENIGN))
        self.write(painter, 0, 0, "\N{LEFTWARDS ARROW} " + _("towards benign"))
        text = _("towards malignant") + " \N{RIGHTWARDS ARROW}"
        painter.setPen(self.outcomeColor(MALIGNANT))
        self.write(painter, self.width - self.textWidth(text), 0, text)
        largest = max(abs(bar.added) for bar in self.bars) or 1.0
        for index, bar in enumerate(self.bars):
            self._drawRow(painter, bar, self._top + index * self._rowHeight, largest)

    @property
    def _top(self) -> int:
        return self.lineHeight + self._GAP

    @property
    def _rowHeight(self) -> int:
        return self.lineHeight + self._BELOW_TEXT + self._BAR + self._GAP

    def _drawRow(self, painter, bar, top: int, largest: float) -> None:
        value = signed(bar.added)
        valueWidth = self.textWidth(value)
        room = self.width - valueWidth - 2 * self._GAP
        label = qt.QFontMetrics(self.font).elidedText(bar.label, qt.Qt.ElideRight, room)
        painter.setPen(self.textColor() if bar.columns else self.faintColor())
        self.write(painter, 0, top, label)
        self.write(painter, self.width - valueWidth, top, value)
        self._drawBar(painter, bar, top + self.lineHeight + self._BELOW_TEXT, largest)

    def _drawBar(self, painter, bar, top: int, largest: float) -> None:
        middle = self.width // 2
        length = round(abs(bar.added) / largest * (middle - 1))
        left = middle if bar.added > 0 else middle - length
        outcome = MALIGNANT if bar.added > 0 else BENIGN
        color = self.outcomeColor(outcome) if bar.columns else self.faintColor()
        painter.fillRect(0, top, self.width, self._BAR, self.trackColor())
        painter.fillRect(left, top, length, self._BAR, color)
        painter.fillRect(middle, top, 1, self._BAR, self.textColor())


def exactWords(bar, features: dict) -> str:
    """Return the exact values behind a bar, with the names of their columns."""
    if not bar.columns:
        text = _("The weight (log-odds) before any input: {value}")
        return text.format(value=f"{bar.added:+.4f}")
    if len(bar.columns) > 1:
        return "\n".join(f"{column}: {added:+.4f}" for column, added in bar.columns.items())
    (column,) = bar.columns
    lines = [bar.label, column]
    if features.get(column) is not None:
        lines.append(_("Value: {value}").format(value=f"{features[column]:.6g}"))
    lines.append(_("Adds to the weight (log-odds): {value}").format(value=f"{bar.added:+.4f}"))
    return "\n".join(lines)


def signed(value: float) -> str:
    """Return a contribution as it is written: +0.69, or with a true minus sign."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
