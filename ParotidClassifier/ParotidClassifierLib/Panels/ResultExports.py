"""The entries of the menu "Export" but DICOM: files, and only while the result is current."""

from slicer.i18n import tr as _

from .FileDialogs import askWhereToSave
from .FindingsText import noteText
from .Section import ExportSection


class ResultExports(ExportSection):
    """Saves the prediction, the features and the case where the user wants them.

    Attributes:
        predictionAction: entry of the menu for the prediction.
        featuresAction: entry for the features.
        caseAction: entry for the case.
    """

    def __init__(self, logic, ui, menu, refresh):
        super().__init__(logic, ui, refresh, "export", _("Nothing was saved."))
        self.predictionAction = self.addedTo(
            menu, "predictionAction", _("Prediction, JSON…"), self.onExportPrediction
        )
        self.featuresAction = self.addedTo(
            menu, "featuresAction", _("Features, CSV…"), self.onExportFeatures
        )
        self.caseAction = self.addedTo(menu, "caseAction", _("Case, a folder…"), self.onSaveCase)

    def showOffers(self, outOfDate: str) -> None:
        """Show what can be saved, and that an old result cannot."""
        case = _("Save CT, outlines and clinical findings in a folder for the command line.")
        features = _("Compute all radiomic features of all regions and save them as CSV.")
        prediction = _("Save probabilities, contributions and findings as JSON.")
        self.offer(self.caseAction, case, "")  # saves what is shown, not the result
        self.offer(self.featuresAction, features, outOfDate)
        self.offer(self.predictionAction, prediction, outOfDate)
        self._ui.notCurrentLabel.visible = bool(outOfDate)
        self._ui.notCurrentLabel.text = noteText("warning", outOfDate) if outOfDate else ""

    def onSaveCase(self) -> None:
        """Ask for a folder and save the case there."""
        self.intoFolder(_("Save the case in a new folder"), self.saveCase)

    def onExportFeatures(self) -> None:
        """Ask for a file and write the table of features."""
        path = askWhereToSave(_("Export features"), "features.csv", _("Table") + " (*.csv)")
        if path:
            self.exportFeatures(path)

    def onExportPrediction(self) -> None:
        """Ask for a file and write the prediction."""
        path = askWhereToSave(_("Export prediction"), "prediction.json", "JSON (*.json)")
        if path:
            self.exportPrediction(path)

    def saveCase(self, folder: str) -> None:
        """Save the case into a folder."""
        self._save(_atOnce(self._logic.classification.saveCase), folder)

    def exportPrediction(self, path: str) -> None:
        """Write the prediction to a file."""
        self._save(_atOnce(self._logic.results.exportPrediction), path)

    def exportFeatures(self, path: str) -> None:
        """Write the table of all features to a file; it is computed in the background."""
        self._save(self._logic.classification.exportFeatures, path)

    def _save(self, compute, path: str) -> None:
        self.start(lambda *_answer: self.task.tellSaved(path), compute, path)


def _atOnce(write):
    def compute(parameterNode, path, _onProgress, onDone, _onError):
        write(parameterNode, path)
        onDone()

    return compute
