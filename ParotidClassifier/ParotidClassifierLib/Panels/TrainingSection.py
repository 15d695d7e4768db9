"""The section "Among the training cases": is this case like those that the models learnt from?"""

from html import escape

from slicer.i18n import tr as _

from ..Drawing.ResultContents import percent
from ..Drawing.TrainingScores import TrainingScores
from .FindingsText import findingsTable

# What Core finds when it compares a case with the training cases.
APPLICABILITY_CODES = ("outside_training_range", "unlike_training_cases", "voxels_unlike_training")


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
            "probability; the fullest bar of both is equally long."
        )

    def show(self, prediction: dict) -> None:
        """Show the section of another result."""
        place = prediction.get("applicability") or {}
        scores = place.get("training_scores") or {}
        isDrawn = bool(scores.get("malignant") and scores.get("benign"))
        self._ui.trainingHolder.visible = isDrawn
        if isDrawn:
            self._draw(place, prediction["models"][place["model"]]["threshold"])
        sentences = [escape(sentence) for sentence in place.get("sentences", ())]
        if not isDrawn:
            sentences.append(_("The bundle does not tell what its training cases scored."))
        self._ui.trainingLabel.text = "<br>".join(sentences)
        findings = [f for f in prediction["findings"] if f["code"] in APPLICABILITY_CODES]
        self._ui.trainingFindingsLabel.text = findingsTable(findings)
        self._ui.trainingFindingsLabel.visible = bool(findings)
        if findings:  # not to be overlooked
            self._ui.trainingGroupBox.collapsed = False

    def _draw(self, place: dict, threshold: float) -> None:
        malignant, benign = (place["training_scores"][k] for k in ("malignant", "benign"))
        texts = (
            _("{count} malignant training cases").format(count=len(malignant)),
            _("{count} benign training cases").format(count=len(benign)),
            _("this case {probability}").format(probability=percent(place["score"])),
            _("threshold {threshold}").format(threshold=percent(threshold)),
        )
        self.drawing.setScores(malignant, benign, place["score"], threshold, texts)
