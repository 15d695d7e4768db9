"""The row "Case report": page and appendix for a tumour board, as the command line writes them."""

import qt
from slicer.i18n import tr as _

from ..Drawing.ResultContents import outOfDateWords
from .Section import Section


class CaseReport(Section):
    """Has the report of the current result written, and offers to open it."""

    def __init__(self, logic, ui, refresh):
        super().__init__(logic, ui, refresh, "report", _("The case report was not written."))
        self._parameterNode = None
        self._written = ""
        ui.caseReportButton.connect("clicked()", self.onWrite)
        ui.openReportButton.connect("clicked()", self.onOpen)

    def show(self, parameterNode, isCurrent: bool) -> None:
        """Show whether a report can be made of the result of this parameter node now."""
        self._parameterNode = parameterNode
        for widget in (self._ui.caseReportButton, self._ui.caseLabelLineEdit):
            widget.enabled = isCurrent and not self._logic.classification.isRunning
        purpose = _(
            "Save one page and its appendix, as HTML and PDF, for a tumour board. How stable "
            "the result is and where the network looked are computed for it."
        )
        self._ui.caseReportButton.toolTip = purpose if isCurrent else outOfDateWords()
        isTold = bool(self._ui.reportStatusLabel.text)
        self._ui.openReportButton.visible = isTold and bool(self._written)
        self.task.show()

    def forget(self) -> None:
        """Say no more of what was written, and no longer call the case what another was called."""
        super().forget()
        self._written = ""
        self._ui.caseLabelLineEdit.text = ""

    def onWrite(self) -> None:
        """Ask for a folder and write the report there."""
        folder = self.askForFolder(_("Save the case report in a folder"))
        if folder:
            self.write(folder)

    def write(self, folder: str) -> None:
        """Write the report to a folder; it is made in the background."""
        self._written = ""
        label = self._ui.caseLabelLineEdit.text.strip()
        write = self._logic.classification.writeReport

        def keep(answer: dict) -> None:
            self._written = answer["files"][-1]
            self.task.tellSaved(folder)

        self.task.start(lambda *told: write(self._parameterNode, folder, label, *told), keep)

    def onOpen(self) -> None:
        """Open the PDF with the program that the computer has for it."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self._written))
