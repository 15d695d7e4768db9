"""The buttons below the result: what is saved to disk, and only while the result is current."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from .FindingsText import noteText

_PROGRESS_STEPS = 1000


class ResultExports:
    """Saves the case, the features and the prediction where the user wants them.

    Args:
        logic: the module's logic.
        ui: the widgets of the panel of the result.
        refresh: shows that panel again.
    """

    def __init__(self, logic, ui, refresh):
        self._logic = logic
        self._ui = ui
        self._refresh = refresh
        self._parameterNode = None
        self._isExporting = False
        ui.exportStatusLabel.text = ""
        ui.saveCaseButton.connect("clicked()", self.onSaveCase)
        ui.exportFeaturesButton.connect("clicked()", self.onExportFeatures)
        ui.exportPredictionButton.connect("clicked()", self.onExportPrediction)

    def show(self, parameterNode, isCurrent: bool) -> None:
        """Show what can be done with the result of this parameter node now."""
        self._parameterNode = parameterNode
        isRunning = self._logic.isRunning
        self._isExporting = self._isExporting and isRunning
        for button, purpose in self._purposes():
            mayBeUsed = isCurrent or button is self._ui.saveCaseButton  # that saves what is shown
            button.enabled = mayBeUsed and not isRunning
            button.toolTip = (
                purpose
                if mayBeUsed
                else _("This result is out of date and cannot be exported as current.")
            )
        self._ui.exportProgressBar.visible = self._isExporting

    def forget(self) -> None:
        """Say no more of what was exported."""
        self._isExporting = False
        self._ui.exportStatusLabel.text = ""

    def onSaveCase(self) -> None:
        """Ask for a folder and save the case there."""
        folder = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Save the case in a new folder")
        )
        if folder:
            self.saveCase(folder)

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
        with slicer.util.tryWithErrorDisplay(_("The case was not saved."), waitCursor=True):
            self._logic.saveCase(self._parameterNode, folder)
            self._tellSaved(folder)

    def exportPrediction(self, path: str) -> None:
        """Write the prediction to a file."""
        with slicer.util.tryWithErrorDisplay(_("The prediction was not exported.")):
            self._logic.exportPrediction(self._parameterNode, path)
            self._tellSaved(path)

    def exportFeatures(self, path: str) -> None:
        """Write the table of all features to a file; it is computed in the background."""
        self._ui.exportStatusLabel.text = ""
        self._onProgress(0.0, "")
        with slicer.util.tryWithErrorDisplay(_("The features were not exported.")):
            self._logic.exportFeatures(
                self._parameterNode,
                path,
                self._onProgress,
                lambda: self._onDone(path),
                self._onError,
            )
            self._isExporting = True
            self._refresh()

    def _onProgress(self, fraction: float, _step: str) -> None:
        self._ui.exportProgressBar.value = round(fraction * _PROGRESS_STEPS)

    def _onDone(self, path: str) -> None:
        self._tellSaved(path)
        self._refresh()

    def _onError(self, _kind: str, message: str, remedy: str) -> None:
        self._ui.exportStatusLabel.text = noteText("error", f"{message} {remedy}")
        self._refresh()
        slicer.util.errorDisplay(_("The features were not exported.") + f"\n\n{message} {remedy}")

    def _tellSaved(self, path: str) -> None:
        message = _("Saved to {path}").format(path=str(Path(path)))
        self._ui.exportStatusLabel.text = noteText("ok", message)

    def _purposes(self) -> list:
        return [
            (
                self._ui.saveCaseButton,
                _("Save CT, outlines and clinical findings in a folder for the command line."),
            ),
            (
                self._ui.exportFeaturesButton,
                _("Compute all radiomic features of Tumor and External2 and save them as CSV."),
            ),
            (
                self._ui.exportPredictionButton,
                _("Save probabilities, contributions and findings as JSON."),
            ),
        ]


def _askForFile(title: str, name: str, kinds: str) -> str:
    return qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), title, name, kinds)
