"""Drawings on a scale from 0 to 100 %: a probability with its interval, and many side by side."""

import qt
from ParotidClassifierCore.models.answers import verdict_of
from ParotidClassifierCore.models.probabilities import percent
from slicer.i18n import tr as _

from .Drawing import Drawing
from .ResultContents import marksWords, rangeWords


class ProbabilityGauge(Drawing):
    """A probability as a dot from 0 to 100 %, its interval as a band around it.

    A mark stands where the answer or the call changes.

    Args:
        isCompact: whether it is 14 pixels high and has no texts.

    Attributes:
        model: Core's ModelResult that is shown; None before there is one.
    """

    _HEIGHT = 14
    _TRACK, _BAND, _DOT, _RIM = 2, 8, 12, 2

    def __init__(self, isCompact=False):
        Drawing.__init__(self, _("Probability of malignancy"))
        self.model = None
        self._isCompact = isCompact
        self.setFixedHeight(self._HEIGHT + (0 if isCompact else 2 * self.lineHeight))

    def setModel(self, model) -> None:
        """Show what a model says that gave a probability."""
        self.model = model
        self.showAnew()

    def inWords(self) -> str:
        """Return the probability, its interval and its marks."""
        words = [percent(self.model.probability), marksWords(self.model)]
        if self.model.interval:
            text = _("95 % interval {range}").format(range=rangeWords(*self.model.interval))
            words.insert(1, text)
        return ", ".join(words)

    @property
    def hasNumbers(self) -> bool:
        """Whether there is a model."""
        return self.model is not None

    def draw(self, painter) -> None:
        """Draw the scale, the band, the marks and the dot."""
        top = 0 if self._isCompact else self.lineHeight
        middle = top + self._HEIGHT // 2
        painter.setRenderHint(qt.QPainter.Antialiasing)
        track = middle - self._TRACK // 2
        painter.fillRect(0, track, self.width, self._TRACK, self.trackColor())
        if self.model.interval:
            left, right = map(self.placeOf, self.model.interval)
            band = self.bandColor(self.model.verdict)
            height = self._BAND
            painter.fillRect(left, middle - height // 2, max(right - left, 2), height, band)
        self.drawMarks(painter, self.model, top, self._HEIGHT)
        self._drawDot(painter, middle)
        if not self._isCompact:
            self.drawMarksLabel(painter, self.model, 0)
            self.drawScale(painter, top + self._HEIGHT)

    def _drawDot(self, painter, middle: int) -> None:
        """Draw the probability with a rim of the background, to stand out from the band."""
        half = self._DOT // 2
        place = min(max(self.placeOf(self.model.probability), half), self.width - half)
        rim = qt.QPen(self.backgroundColor())
        rim.setWidth(self._RIM)
        painter.setPen(rim)
        painter.setBrush(qt.QBrush(self.outcomeColor(self.model.verdict)))
        painter.drawEllipse(place - half, middle - half, self._DOT, self._DOT)


class ProbabilityDots(Drawing):
    """Probabilities as dots on the scale of the gauge, heaped up where they lie close together."""

    _DOT = 7
    _LANE = 36
    _AXIS = 2

    def __init__(self):
        Drawing.__init__(self, _("Probabilities with other outlines"))
        self.probabilities = []
        self.model = None
        self.setFixedHeight(self._LANE + self._AXIS + 2 * self.lineHeight + 2)

    def setProbabilities(self, probabilities, model) -> None:
        """Show probabilities, beside that of the outline itself and the marks of its model."""
        self.probabilities = sorted(probabilities)
        self.model = model
        self.showAnew()

    def inWords(self) -> str:
        """Return how many there are, from where to where, and what is marked among them."""
        if not self.probabilities:
            return ""
        count, ends = len(self.probabilities), (self.probabilities[0], self.probabilities[-1])
        dots = _("{count} dots, {range}").format(count=count, range=rangeWords(*ends))
        return f"{dots}, {self.ownWords()}, {marksWords(self.model)}"

    def ownWords(self) -> str:
        """Return what stands at the probability of the outline itself."""
        return _("your outline {probability}").format(probability=percent(self.model.probability))

    def heaps(self) -> list:
        """Return the probabilities of each column of dots, from the left."""
        columns = {}
        for probability in self.probabilities:
            columns.setdefault(self._columnOf(probability), []).append(probability)
        return list(columns.values())

    @property
    def hasNumbers(self) -> bool:
        """Whether there is any dot."""
        return bool(self.probabilities)

    def draw(self, painter) -> None:
        """Draw the marks with their texts, the dots and the scale."""
        painter.setRenderHint(qt.QPainter.Antialiasing)
        top, own = self.lineHeight, self.model.probability
        self.drawLabel(painter, own, 0, self.ownWords())
        painter.fillRect(0, top + self._LANE, self.width, self._AXIS, self.trackColor())
        self.drawMark(painter, own, top, self._LANE + self._AXIS)
        self.drawMarks(painter, self.model, top, self._LANE + self._AXIS, isDashed=True)
        self._drawDots(painter, top + self._LANE)
        below = top + self._LANE + self._AXIS
        taken = self.drawMarksLabel(painter, self.model, below)
        self.drawScale(painter, below, taken)

    def _drawDots(self, painter, bottom: int) -> None:
        heaps = self.heaps()
        highest = max(len(heap) for heap in heaps)
        room = self._LANE - self._DOT
        step = self._DOT if highest == 1 else min(self._DOT, room / (highest - 1))
        painter.setPen(qt.QPen(self.backgroundColor()))
        for heap in heaps:
            left = self._columnOf(heap[0]) * self._DOT
            for index, probability in enumerate(heap):
                color = self.outcomeColor(verdict_of(self.model, probability))
                painter.setBrush(qt.QBrush(color))
                y = bottom - self._DOT - round(index * step)
                painter.drawEllipse(left, y, self._DOT, self._DOT)

    def _columnOf(self, probability: float) -> int:
        return round((self.width - self._DOT) * probability) // self._DOT
