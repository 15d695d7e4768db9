"""The drawing of where a case lies among the training cases."""

from statistics import median

from ParotidClassifierCore.models.probabilities import percent
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT
from slicer.i18n import tr as _

from .Drawing import Drawing
from .ResultContents import marksWords, rangeWords


class TrainingScores(Drawing):
    """What a model gave the training cases, malignant up and benign down, and where this case lies.

    Attributes:
        place: Core's Place of the case that is shown; None before there is one.
        model: Core's ModelResult that is placed.
    """

    _HALF = 30
    _OVERHANG = 3

    def __init__(self):
        Drawing.__init__(self, _("This case among the training cases"))
        self.place = self.model = None
        self.setFixedHeight(2 * (self._HALF + self._OVERHANG) + 3 * self.lineHeight + 4)

    def setPlace(self, place, model) -> None:
        """Show the place of a case among training cases of both outcomes, and a model's marks."""
        self.place, self.model = place, model
        self.showAnew()

    def inWords(self) -> str:
        """Return all marks, and where the training cases of both kinds lie."""
        where = (
            _("{cases}: {range}, median {median}").format(
                cases=self._countOf(outcome),
                range=rangeWords(min(scores), max(scores)),
                median=percent(median(scores)),
            )
            for outcome, scores in self._scores
        )
        return "; ".join((self._ofCase, marksWords(self.model), *where))

    @property
    def _scores(self) -> list:
        return [(outcome, self.place.scores[outcome]) for outcome in (MALIGNANT, BENIGN)]

    def _countOf(self, outcome: str) -> str:
        texts = {
            MALIGNANT: _("{count} malignant training cases"),
            BENIGN: _("{count} benign training cases"),
        }
        return texts[outcome].format(count=len(self.place.scores[outcome]))

    @property
    def _ofCase(self) -> str:
        return _("this case {probability}").format(probability=percent(self.place.score))

    @property
    def hasNumbers(self) -> bool:
        """Whether there is a place."""
        return self.place is not None

    def draw(self, painter) -> None:
        """Draw the bars of both, the marks, and what they are."""
        score, marks = self.place.score, self.model.marks
        top = self.lineHeight
        middle = top + self._OVERHANG + self._HALF
        for outcome in (MALIGNANT, BENIGN):
            self._drawBars(painter, self.place.heights[outcome], middle, outcome)
        painter.fillRect(0, middle, self.width, 1, self.textColor())
        height = 2 * (self._HALF + self._OVERHANG)
        self.drawMarks(painter, self.model, top, height, isDashed=True)
        self.drawMark(painter, score, top, height)
        self._drawOpposite(painter, 0, MALIGNANT, score)
        self.drawLabel(painter, score, 0, self._ofCase)
        below = top + height
        self._drawOpposite(painter, below, BENIGN, sum(marks) / len(marks))
        self.drawMarksLabel(painter, self.model, below)
        self.drawScale(painter, below + self.lineHeight)

    def _drawBars(self, painter, bars: list, middle: int, outcome: str) -> None:
        color = self.outcomeColor(outcome)
        for index, share in enumerate(bars):
            left = round(self.width * index / len(bars))
            width = round(self.width * (index + 1) / len(bars)) - left - 1
            height = round(share * self._HALF) or (1 if share else 0)
            top = middle - height if outcome == MALIGNANT else middle + 1
            painter.fillRect(left, top, width, height, color)

    def _drawOpposite(self, painter, top: int, outcome: str, mark: float) -> None:
        """Write what a row is, on the side where the text of the mark is not."""
        text = self._countOf(outcome)
        painter.setPen(self.outcomeColor(outcome))
        self.write(painter, 0 if mark >= 0.5 else self.width - self.textWidth(text), top, text)
