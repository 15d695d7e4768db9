"""The drawing of where a case lies among the training cases."""

from statistics import median

import qt
from slicer.i18n import tr as _

from .Drawing import (
    BENIGN,
    MALIGNANT,
    Drawing,
    ascent,
    directionColor,
    drawLabel,
    drawMark,
    drawScale,
    lineHeight,
    textColor,
    textWidth,
)
from .ResultContents import percent, rangeWords


class TrainingScores(Drawing):
    """What a model gave the training cases, malignant up and benign down, and where this case lies.

    Attributes:
        malignant: scores of the malignant training cases, 0 to 1.
        benign: the same of the benign ones.
    """

    _BINS = 25
    _HALF = 30
    _OVERHANG = 3

    def __init__(self, parent=None):
        Drawing.__init__(self, _("This case among the training cases"), parent)
        self.malignant, self.benign = [], []
        self._texts = None
        self._case, self._threshold = 0.0, 0.0
        self.setFixedHeight(2 * (self._HALF + self._OVERHANG) + 3 * lineHeight(self) + 4)

    def setScores(self, malignant, benign, case, threshold, texts) -> None:
        """Show the scores.

        Args:
            malignant: of the malignant training cases.
            benign: of the benign training cases.
            case: the score of this case.
            threshold: of the model.
            texts: what stands at the malignant and the benign cases, this case, the threshold.
        """
        self.malignant, self.benign = list(malignant), list(benign)
        self._case, self._threshold, self._texts = case, threshold, texts
        self.showAnew()

    def inWords(self) -> str:
        """Return both marks, and where the training cases of both kinds lie."""
        ofMalignant, ofBenign, ofCase, ofThreshold = self._texts
        kinds = ((ofMalignant, self.malignant), (ofBenign, self.benign))
        return "; ".join((ofCase, ofThreshold, *(_whereabouts(*kind) for kind in kinds)))

    def heights(self, scores) -> list:
        """Return the height of each bar, from the left: the fullest one is 1."""
        counts = [0] * self._BINS
        for score in scores:
            counts[min(int(score * self._BINS), self._BINS - 1)] += 1
        fullest = max(counts) or 1
        return [count / fullest for count in counts]

    def paintEvent(self, _event) -> None:
        """Draw the bars of both, the two marks, and what they are."""
        if self._texts is None:
            return
        painter = qt.QPainter(self)
        painter.setFont(self.font)
        ofMalignant, ofBenign, ofCase, ofThreshold = self._texts
        top = lineHeight(self)
        middle = top + self._OVERHANG + self._HALF
        self._drawBars(painter, self.malignant, middle, MALIGNANT)
        self._drawBars(painter, self.benign, middle, BENIGN)
        painter.fillRect(0, middle, self.width, 1, textColor(self))
        height = 2 * (self._HALF + self._OVERHANG)
        drawMark(painter, self, self._threshold, top, height, isDashed=True)
        drawMark(painter, self, self._case, top, height)
        self._drawOpposite(painter, 0, ofMalignant, MALIGNANT, self._case)
        drawLabel(painter, self, self._case, 0, ofCase)
        below = top + height
        self._drawOpposite(painter, below, ofBenign, BENIGN, self._threshold)
        drawLabel(painter, self, self._threshold, below, ofThreshold)
        drawScale(painter, self, below + lineHeight(self))
        painter.end()

    def _drawBars(self, painter, scores, middle: int, direction: int) -> None:
        color = directionColor(self, direction)
        for index, share in enumerate(self.heights(scores)):
            left = round(self.width * index / self._BINS)
            width = round(self.width * (index + 1) / self._BINS) - left - 1
            height = round(share * self._HALF) or (1 if share else 0)
            top = middle - height if direction == MALIGNANT else middle + 1
            painter.fillRect(left, top, width, height, color)

    def _drawOpposite(self, painter, top: int, text: str, direction: int, mark: float) -> None:
        """Write what a row is, on the side where the text of the mark is not."""
        left = 0 if mark >= 0.5 else self.width - textWidth(self, text)
        painter.setPen(directionColor(self, direction))
        painter.drawText(left, top + ascent(self), text)


def _whereabouts(text: str, scores) -> str:
    return _("{cases}: {range}, median {median}").format(
        cases=text, range=rangeWords(min(scores), max(scores)), median=percent(median(scores))
    )
