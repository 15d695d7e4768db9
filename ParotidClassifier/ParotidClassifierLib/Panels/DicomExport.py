"""The row "Export to DICOM": the result for the hospital's archive, tied to the CT's own files."""

from pathlib import Path

from slicer.i18n import tr as _

from ..Drawing.ResultContents import outOfDateWords
from ..Scene import DicomSource
from .FindingsText import noteText
from .Section import Section


class DicomExport(Section):
    """Writes outlines and numbers as DICOM, and brings them into Slicer's database.

    The objects in the folder name the patient only if the user wants that. Those in the database
    always do: otherwise it would give the whole study to a patient without a name.
    """

    def __init__(self, logic, ui, refresh):
        super().__init__(logic, ui, refresh, "dicom", _("The result was not exported to DICOM."))
        self._parameterNode = None
        ui.exportDicomButton.connect("clicked()", self.onExport)

    def show(self, parameterNode, isCurrent: bool) -> None:
        """Show whether the result of this parameter node can be exported now, and why not."""
        self._parameterNode = parameterNode
        cause = DicomSource.whyNoFiles(parameterNode.ct)
        reason = cause if isCurrent else outOfDateWords()
        for widget in (self._ui.exportDicomButton, self._ui.keepIdentityCheckBox):
            widget.enabled = not reason and not self._logic.classification.isRunning
        self._ui.exportDicomButton.toolTip = reason or _(
            "Save the outlines (DICOM SEG) and the numbers (DICOM Structured Report) to a folder "
            "and into Slicer's DICOM database. They refer to the slices of the CT."
        )
        # That a result is out of date is said once for all rows.
        self._ui.noDicomLabel.visible = isCurrent and bool(cause)
        self._ui.noDicomLabel.text = noteText(
            "info", _("Nothing can be exported to DICOM. {reason}").format(reason=cause)
        )
        self.task.show()

    def forget(self) -> None:
        """Say no more of what was exported, and name no patient unless it is asked again."""
        super().forget()
        self._ui.keepIdentityCheckBox.checked = False

    def onExport(self) -> None:
        """Ask for a folder and write the DICOM objects there."""
        folder = self.askForFolder(_("Save the DICOM objects in a folder"))
        if folder:
            self.export(folder)

    def export(self, folder: str) -> None:
        """Write the DICOM objects to a folder, and bring them into the database if it is open."""
        keepsIdentity = bool(self._ui.keepIdentityCheckBox.checked)
        export = self._logic.classification.exportDicom
        self.task.start(
            lambda *told: export(self._parameterNode, folder, keepsIdentity, *told),
            lambda answer: self._onWritten(answer, folder, keepsIdentity),
        )

    def _onWritten(self, answer: dict, folder: str, keepsIdentity: bool) -> None:
        isInDatabase = DicomSource.importFiles(answer["archived"])
        if not isInDatabase:
            template = _("Saved to {path}; they could not be brought into Slicer's DICOM database.")
        elif keepsIdentity:
            template = _(
                "Saved to {path}, and in Slicer's DICOM database, with the study of the CT."
            )
        else:
            template = _(
                "Saved to {path} without the patient's name, as a study of its own. In Slicer's "
                "DICOM database, which knows the name, they lie with the study of the CT."
            )
        severity = "ok" if isInDatabase else "warning"
        self.task.tell(noteText(severity, template.format(path=str(Path(folder)))))
