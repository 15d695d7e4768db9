"""The row "Case report": page and appendix for a tumour board, as the command line writes them."""

import qt
import slicer
from slicer.i18n import tr as _

from ..Drawing.ResultContents import outOfDateWords
from .SectionTask import SectionTask


class CaseReport:
    """Has the report of the current result written, and offers to open it.

    Attributes:
        task: writes it, and tells where it lies.

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
        self._folder = ""
        self._written = ""
        self.task = SectionTask(
            logic,
            ui.reportProgressBar,
            ui.reportStatusLabel,
            refresh,
            _("The case report was not written."),
        )
        ui.caseReportButton.connect("clicked()", self.onWrite)
        ui.openReportButton.connect("clicked()", self.onOpen)

    def show(self, parameterNode, isCurrent: bool) -> None:
        """Show whether a report can be made of the result of this parameter node now."""
        self._parameterNode = parameterNode
        for widget in (self._ui.caseReportButton, self._ui.caseLabelLineEdit):
            widget.enabled = isCurrent and not self._logic.classification.isRunning
        self._ui.caseReportButton.toolTip = (
            _(
                "Save one page and its appendix, as HTML and PDF, for a tumour board. How stable "
                "the result is and where the network looked are computed for it."
            )
            if isCurrent
            else outOfDateWords()
        )
        isTold = bool(self._ui.reportStatusLabel.text)
        self._ui.openReportButton.visible = isTold and bool(self._written)
        self.task.show()

    def forget(self) -> None:
        """Say no more of what was written, and no longer call the case what another was called."""
        self.task.forget()
        self._written = ""
        self._ui.caseLabelLineEdit.text = ""

    def onWrite(self) -> None:
        """Ask for a folder and write the report there."""
        folder = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Save the case report in a folder")
        )
        if folder:
            self.write(folder)

    def write(self, folder: str) -> None:
        """Write the report to a folder; it is made in the background."""
        self._folder = folder
        self._written = ""
        self.task.start(self._compute, self._onWritten)

    def onOpen(self) -> None:
        """Open the PDF with the program that the computer has for it."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self._written))

    def _compute(self, *callbacks) -> None:
        label = self._ui.caseLabelLineEdit.text.strip()
        self._logic.classification.writeReport(self._parameterNode, self._folder, label, *callbacks)

    def _onWritten(self, answer: dict) -> None:
        self._written = answer["files"][-1]
        self.task.tellSaved(self._folder)
