"""The row "Export to DICOM": the result for the hospital's archive, tied to the CT's own files."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from . import DicomSource
from .FindingsText import noteText
from .SectionTask import SectionTask


class DicomExport:
    """Writes outlines and numbers as DICOM, and brings them into Slicer's database.

    Args:
        logic: the module's logic.
        ui: the widgets of the panel of the result.
        refresh: shows that panel again.
    """

    def __init__(self, logic, ui, refresh):
        self._logic = logic
        self._ui = ui
        self._parameterNode = None
        self._folder = ""
        self._task = SectionTask(
            logic,
            ui.dicomProgressBar,
            ui.dicomStatusLabel,
            refresh,
            _("The result was not exported to DICOM."),
        )
        ui.exportDicomButton.connect("clicked()", self.onExport)

    def show(self, parameterNode, isCurrent: bool) -> None:
        """Show whether the result of this parameter node can be exported now, and why not."""
        self._parameterNode = parameterNode
        reason = self._reason(isCurrent)
        for widget in (self._ui.exportDicomButton, self._ui.keepIdentityCheckBox):
            widget.enabled = not reason and not self._logic.isRunning
        self._ui.exportDicomButton.toolTip = reason or _(
            "Save the outlines (DICOM SEG) and the numbers (DICOM Structured Report) to a folder "
            "and into Slicer's DICOM database. They refer to the slices of the CT."
        )
        self._task.show()

    def forget(self) -> None:
        """Say no more of what was exported, and name no patient unless it is asked again."""
        self._task.forget()
        self._ui.keepIdentityCheckBox.checked = False

    def onExport(self) -> None:
        """Ask for a folder and write the DICOM objects there."""
        folder = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Save the DICOM objects in a folder")
        )
        if folder:
            self.export(folder)

    def export(self, folder: str) -> None:
        """Write the DICOM objects to a folder, and bring them into the database if it is open."""
        self._folder = folder
        self._task.start(self._write, self._onWritten)

    def _reason(self, isCurrent: bool) -> str:
        if not isCurrent:
            return _("This result is out of date and cannot be exported as current.")
        return DicomSource.whyNoFiles(self._parameterNode.ct)

    def _write(self, onProgress, onDone, onError) -> None:
        identity = bool(self._ui.keepIdentityCheckBox.checked)
        callbacks = onProgress, onDone, onError
        self._logic.exportDicom(self._parameterNode, self._folder, identity, *callbacks)

    def _onWritten(self, answer: dict) -> None:
        isInDatabase = DicomSource.importFiles(answer["files"], answer["instances"])
        template = (
            _("Saved to {path}, and in Slicer's DICOM database, with the study of the CT.")
            if isInDatabase
            else _("Saved to {path}; they could not be brought into Slicer's DICOM database.")
        )
        severity = "ok" if isInDatabase else "warning"
        text = template.format(path=str(Path(self._folder)))
        self._task.tell(noteText(severity, text))
