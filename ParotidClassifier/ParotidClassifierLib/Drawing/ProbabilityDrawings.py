"""Drawings on a scale from 0 to 100 %: a probability with its interval, and many side by side."""

import qt
from slicer.i18n import tr as _

from .Drawing import (
    BENIGN,
    MALIGNANT,
    Drawing,
    backgroundColor,
    directionColor,
    drawLabel,
    drawMark,
    drawScale,
    lineHeight,
    placeOf,
    textColor,
    trackColor,
)
from .ResultContents import intervalWords, percent, rangeWords


class ProbabilityGauge(Drawing):
    """A probability as a bar from 0 to 100 %, with a mark where the call becomes malignant.

    Attributes:
        interval: its ends are drawn as whiskers; None if there is none.
    """

    _BAR = 14
    _TICK = 4
    _CAP = 8

    def __init__(self, parent=None):
        Drawing.__init__(self, _("Probability of malignancy"), parent)
        self.probability = 0.0
        self.threshold = None
        self.thresholdText = ""
        self.interval = None
        self.setFixedHeight(self._BAR + 2 * self._TICK + 2 * lineHeight(self))

    def setProbability(self, probability, threshold, thresholdText: str, interval=None) -> None:
        """Show a probability and the threshold, 0 to 1, and what is written at the mark."""
        self.probability = probability
        self.threshold = threshold
        self.thresholdText = thresholdText
        self.interval = interval
        self.showAnew()

    def inWords(self) -> str:
        """Return the probability, its interval and the threshold."""
        interval = intervalWords({"interval": self.interval})
        return ", ".join(filter(None, (percent(self.probability), interval, self.thresholdText)))

    def paintEvent(self, _event) -> None:
        """Draw the bar, its mark, the whiskers and the ends of the scale."""
        if self.threshold is None:
            return
        painter = qt.QPainter(self)
        painter.setFont(self.font)
        self._drawBar(painter)
        drawLabel(painter, self, self.threshold, 0, self.thresholdText)
        height = self._BAR + 2 * self._TICK
        drawMark(painter, self, self.threshold, lineHeight(self), height)
        if self.interval is not None:
            self._drawWhiskers(painter)
        drawScale(painter, self, lineHeight(self) + height)
        painter.end()

    def _drawBar(self, painter) -> None:
        top = lineHeight(self) + self._TICK
        color = directionColor(self, MALIGNANT if self.probability >= self.threshold else BENIGN)
        painter.fillRect(0, top, self.width, self._BAR, trackColor(self))
        painter.fillRect(0, top, placeOf(self, self.probability), self._BAR, color)

    def _drawWhiskers(self, painter) -> None:
        """Draw the interval with a rim of the background, to stand out from the bar."""
        middle = lineHeight(self) + self._TICK + self._BAR // 2
        left, right = (placeOf(self, end) for end in self.interval)
        right = max(right, left + 2)
        for rim, color in ((1, backgroundColor(self)), (0, textColor(self))):
            for x, y, width, height in (
                (left, middle - 1, right - left, 2),
                (left, middle - self._CAP // 2, 2, self._CAP),
                (right - 2, middle - self._CAP // 2, 2, self._CAP),
            ):
                painter.fillRect(x - rim, y - rim, width + 2 * rim, height + 2 * rim, color)


class ProbabilityDots(Drawing):
    """Probabilities as dots on the scale of the gauge, heaped up where they lie close together."""

    _DOT = 7
    _LANE = 36
    _AXIS = 2

    def __init__(self, parent=None):
        Drawing.__init__(self, _("Probabilities with other outlines"), parent)
        self.probabilities = []
        self.own = 0.0
        self.ownText = ""
        self.threshold = 0.5
        self.thresholdText = ""
        self.setFixedHeight(self._LANE + self._AXIS + 2 * lineHeight(self) + 2)

    def setProbabilities(self, probabilities, own, ownText, threshold, thresholdText) -> None:
        """Show probabilities, beside one's own and the threshold with what is written at both."""
        self.probabilities = sorted(probabilities)
        self.own, self.ownText = own, ownText
        self.threshold, self.thresholdText = threshold, thresholdText
        self.showAnew()

    def inWords(self) -> str:
        """Return how many there are, from where to where, and what is marked among them."""
        if not self.probabilities:
            return ""
        count, ends = len(self.probabilities), (self.probabilities[0], self.probabilities[-1])
        dots = _("{count} dots, {range}").format(count=count, range=rangeWords(*ends))
        return f"{dots}, {self.ownText}, {self.thresholdText}"

    def heaps(self) -> list:
        """Return the probabilities of each column of dots, from the left."""
        heaps = []
        for probability in self.probabilities:
            column = self._left(probability) // self._DOT
            if heaps and self._left(heaps[-1][0]) // self._DOT == column:
                heaps[-1].append(probability)
            else:
                heaps.append([probability])
        return heaps

    def paintEvent(self, _event) -> None:
        """Draw both marks with their texts, the dots and the scale."""
        if not self.probabilities:
            return
        painter = qt.QPainter(self)
        painter.setFont(self.font)
        painter.setRenderHint(qt.QPainter.Antialiasing)
        top = lineHeight(self)
        drawLabel(painter, self, self.own, 0, self.ownText)
        painter.fillRect(0, top + self._LANE, self.width, self._AXIS, trackColor(self))
        drawMark(painter, self, self.own, top, self._LANE + self._AXIS)
        drawMark(painter, self, self.threshold, top, self._LANE + self._AXIS, isDashed=True)
        self._drawDots(painter, top + self._LANE)
        below = top + self._LANE + self._AXIS
        taken = drawLabel(painter, self, self.threshold, below, self.thresholdText)
        drawScale(painter, self, below, taken)
        painter.end()

    def _drawDots(self, painter, bottom: int) -> None:
        heaps = self.heaps()
        highest = max(len(heap) for heap in heaps)
        room = self._LANE - self._DOT
        step = self._DOT if highest == 1 else min(self._DOT, room / (highest - 1))
        painter.setPen(qt.QPen(backgroundColor(self)))
        for heap in heaps:
            left = self._left(heap[0]) // self._DOT * self._DOT
            for index, probability in enumerate(heap):
                isMalignant = probability >= self.threshold
                painter.setBrush(
                    qt.QBrush(directionColor(self, MALIGNANT if isMalignant else BENIGN))
                )
                y = bottom - self._DOT - round(index * step)
                painter.drawEllipse(left, y, self._DOT, self._DOT)

    def _left(self, probability: float) -> int:
        return round((self.width - self._DOT) * probability)
