"""The button "Case report": page and appendix for a tumour board, as the program writes them."""

import qt
from slicer.i18n import tr as _

from ..Background.Dependencies import Need
from .Section import ExportSection


class CaseReport(ExportSection):
    """Has the report of the current result written, and offers to open it."""

    def __init__(self, logic, ui, refresh):
        super().__init__(logic, ui, refresh, "report", _("The case report was not written."))
        self._written = ""
        ui.caseReportButton.connect("clicked()", self.onWrite)
        ui.openReportButton.connect("clicked()", self.onOpen)

    def showOffers(self, outOfDate: str) -> None:
        """Show whether a report can be made, and opened."""
        purpose = _(
            "Save one page and its appendix, as HTML and PDF, for a tumour board. How stable "
            "the result is and where the network looked are computed for it."
        )
        self.offer(self._ui.caseReportButton, purpose, outOfDate, self._ui.caseLabelLineEdit)
        isTold = bool(self._ui.reportStatusLabel.text)
        self._ui.openReportButton.visible = isTold and bool(self._written)

    def forget(self) -> None:
        """Say no more of what was written, and no longer call the case what another was called."""
        super().forget()
        self._written = ""
        self._ui.caseLabelLineEdit.text = ""

    def onWrite(self) -> None:
        """Ask for a folder and write the report there."""
        if self.hasInstalled(Need.REPORT):
            self.intoFolder(_("Save the case report in a folder"), self.write)

    def write(self, folder: str) -> None:
        """Write the report to a folder; it is made in the background."""
        self._written = ""
        label = self._ui.caseLabelLineEdit.text.strip()

        def keep(answer: dict) -> None:
            self._written = answer["files"][-1]
            self.task.tellSaved(folder)

        write = self._logic.classification.writeReport
        self.start(keep, write, folder, label, self._showsOutside)

    def onOpen(self) -> None:
        """Open the PDF with the program that the computer has for it."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self._written))
