"""The buttons below the result: what is saved to disk, and only while the result is current."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from .FindingsText import noteText
from .Section import ExportSection


class ResultExports(ExportSection):
    """Saves the case, the features and the prediction where the user wants them."""

    def __init__(self, logic, ui, refresh):
        super().__init__(logic, ui, refresh, "export", _("Nothing was saved."))
        ui.saveCaseButton.connect("clicked()", self.onSaveCase)
        ui.exportFeaturesButton.connect("clicked()", self.onExportFeatures)
        ui.exportPredictionButton.connect("clicked()", self.onExportPrediction)

    def showOffers(self, outOfDate: str) -> None:
        """Show what can be saved, and that an old result cannot."""
        case = _("Save CT, outlines and clinical findings in a folder for the command line.")
        features = _("Compute all radiomic features of all regions and save them as CSV.")
        prediction = _("Save probabilities, contributions and findings as JSON.")
        self.offer(self._ui.saveCaseButton, case, "")  # saves what is shown, not the result
        self.offer(self._ui.exportFeaturesButton, features, outOfDate)
        self.offer(self._ui.exportPredictionButton, prediction, outOfDate)
        self._ui.notCurrentLabel.visible = bool(outOfDate)
        self._ui.notCurrentLabel.text = noteText("warning", outOfDate) if outOfDate else ""

    def onSaveCase(self) -> None:
        """Ask for a folder and save the case there."""
        self.intoFolder(_("Save the case in a new folder"), self.saveCase)

    def onExportFeatures(self) -> None:
        """Ask for a file and write the table of features."""
        path = _askForFile(_("Export features"), "features.csv", _("Table") + " (*.csv)")
        if path:
            self.exportFeatures(path)

    def onExportPrediction(self) -> None:
        """Ask for a file and write the prediction."""
        path = _askForFile(_("Export prediction"), "prediction.json", "JSON (*.json)")
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


def _askForFile(title: str, name: str, kinds: str) -> str:
    chosen = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), title, name, kinds)
    if not chosen or Path(chosen).suffix:
        return chosen
    path = Path(chosen + Path(name).suffix)
    if path.exists() and not slicer.util.confirmOkCancelDisplay(
        _("{path} is there already. Replace it?").format(path=path), title
    ):
        return ""
    return str(path)
