"""The part "Among the training cases": is this case like those that the models learnt from?"""

from slicer.i18n import tr as _

from ..Drawing.TrainingScores import TrainingScores
from .FindingsText import lineText


class TrainingSection:
    """Shows the place of a case among the training cases, and what Core says of it.

    Attributes:
        drawing: of the training cases' scores.
    """

    def __init__(self, ui):
        self._ui = ui
        self.drawing = TrainingScores()
        ui.trainingHolder.layout().addWidget(self.drawing)
        self.drawing.toolTip = _(
            "What this model gave the training cases, each by a model that had not learnt from "
            "it. The bars show which share of the malignant and of the benign ones got each "
            "probability, on one scale."
        )

    def show(self, view) -> None:
        """Show the part of another case; whether it is like them stands by the answer."""
        place = view.place
        sentences = [*filter(None, [view.domain.measured]), *place.sentences]
        sentences = [lineText(sentence) for sentence in sentences]
        self._ui.trainingHolder.visible = place.has_both_outcomes
        if place.has_both_outcomes:
            self.drawing.setPlace(place, view.models[place.model])
        elif not view.is_withheld:
            sentences.append(_("The model does not tell what its training cases scored."))
        self._ui.trainingLabel.text = "<br>".join(sentences)
        self._ui.trainingGroupBox.visible = bool(sentences)
