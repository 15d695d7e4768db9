"""The entry "DICOM" of the menu: the result for the archive, tied to the files of the CT."""

from pathlib import Path

from slicer.i18n import tr as _

from ..Background.Dependencies import Need
from ..Scene import DicomSource
from .FindingsText import noteText
from .Section import ExportSection


class DicomExport(ExportSection):
    """Writes outlines and numbers as DICOM, and brings them into Slicer's database.

    The objects in the folder name the patient only if the user wants that. Those in the database
    always do: otherwise it would give the whole study to a patient without a name.

    Attributes:
        action: entry of the menu.
    """

    def __init__(self, logic, ui, menu, refresh):
        super().__init__(logic, ui, refresh, "dicom", _("The result was not exported to DICOM."))
        self.action = self.addedTo(menu, "dicomAction", _("DICOM…"), self.onExport)

    def showOffers(self, outOfDate: str) -> None:
        """Show whether the result can be exported, and why not."""
        cause = DicomSource.whyNoFiles(self._parameterNode.ct)
        purpose = _(
            "Save the outlines (DICOM SEG) and the numbers (DICOM Structured Report) to a folder "
            "and into Slicer's DICOM database. They refer to the slices of the CT."
        )
        checkBox = self._ui.keepIdentityCheckBox
        self.offer(self.action, purpose, outOfDate or cause, checkBox)
        checkBox.visible = not cause

    def forget(self) -> None:
        """Say no more of what was exported, and name no patient unless it is asked again."""
        super().forget()
        self._ui.keepIdentityCheckBox.checked = False

    def onExport(self) -> None:
        """Ask for a folder and write the DICOM objects there."""
        if self.hasInstalled(Need.DICOM):
            self.intoFolder(_("Save the DICOM objects in a folder"), self.export)

    def export(self, folder: str) -> None:
        """Write the DICOM objects to a folder, and bring them into the database if it is open."""
        keepsIdentity = bool(self._ui.keepIdentityCheckBox.checked)
        self.start(
            lambda answer: self._onWritten(answer, folder, keepsIdentity),
            self._logic.classification.exportDicom,
            folder,
            keepsIdentity,
            self._showsOutside,
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
