"""The step "1. CT": which image, and what it shows about whether it may be classified."""

import slicer
from slicer.i18n import tr as _

from ..Scene.SoftTissueWindow import hasAutomaticWindow, setSoftTissueWindow, showInSliceViews
from ..Scene.Views import shownVolume
from .FindingsText import WARNING_SIGN, findingsText, isPassed
from .NodeChoice import NodeChoice
from .Panel import Panel
from .Steps import SUMMARY_SEPARATOR, StepState

_CT_CLASS = "vtkMRMLScalarVolumeNode"


class CasePanel(Panel):
    """Lets the user choose the CT and tells what it is good for.

    Attributes:
        onSampleLink: called without arguments when the user wants a sample case.
    """

    uiFile = "CasePanel.ui"

    def setup(self) -> None:
        """Connect the signals of the widgets; once."""
        self._ctBefore = None
        self._listsPassed = False
        self.ui.firstStepLabel.connect("linkActivated(QString)", self.onLink)
        self._choice = NodeChoice(self, self.ui.ctSelector, "ct", self.onCtChosen)
        self.onSampleLink = None
        self.ui.findingsLabel.connect("linkActivated(QString)", self.onFindingsLink)

    def setParameterNode(self, parameterNode) -> None:
        """Show another parameter node, or with None nothing."""
        self._ctBefore = None
        self._listsPassed = False
        Panel.setParameterNode(self, parameterNode)

    def refresh(self) -> None:
        """Show the findings of the chosen images; cheap, and the same if called twice."""
        open_ = self.parameterNode is not None
        chosen = open_ and self.parameterNode.ct is not None
        if open_:
            self._choice.show()
        self.ui.ctSelector.enabled = open_
        self.ui.firstStepLabel.visible = not chosen
        self._showFindings(self.logic.findings.of(self.parameterNode) if chosen else [])

    def _showFindings(self, findings) -> None:
        self.ui.findingsLabel.text = findingsText(findings, self._passedLine(findings))
        self.ui.findingsLabel.visible = bool(findings)

    def _passedLine(self, findings) -> str:
        """Return the line that stands for what is in order, which needs no reading."""
        if self._listsPassed:
            return ""
        return _("{count} checks passed. {link}").format(
            count=sum(map(isPassed, findings)), link=f'<a href="passed">{_("Show them")}</a>'
        )

    def onFindingsLink(self, _link) -> None:
        """List what is in order, too."""
        self._listsPassed = True
        self.refresh()

    def state(self) -> StepState:
        """Return whether there is a CT that can be used."""
        node = self.parameterNode
        if node is None or node.ct is None:
            return StepState(isDone=False, isPassed=False)
        found = [finding.severity.value for finding in self.logic.findings.ofImages(node)]
        isRefused, warnings = "error" in found, found.count("warning")
        told = [node.ct.GetName(), *([f"{WARNING_SIGN} {warnings}"] if warnings else [])]
        return StepState(not isRefused, not isRefused, SUMMARY_SEPARATOR.join(told), isRefused)

    def preselect(self) -> None:
        """Take the CT that is shown, or the only one, where none is chosen yet."""
        node = self.parameterNode
        if node is None or node.ct is not None:
            return
        volumes = [
            v for v in slicer.util.getNodesByClass(_CT_CLASS) if v.GetClassName() == _CT_CLASS
        ]
        shown = shownVolume()
        found = shown if shown in volumes else volumes[0] if len(volumes) == 1 else None
        if found is not None and found.GetImageData() is not None:
            node.ct = found
            self.onCtChosen(found, None)

    def onLink(self, link) -> None:
        """Let the user load a sample case, or open the module whose name was clicked."""
        if link == "sample":
            self.onSampleLink()
            return
        with slicer.util.tryWithErrorDisplay(_("The module could not be opened.")):
            slicer.util.selectModule(link)

    def onCtChosen(self, ctNode, before) -> None:
        """Show the CT the user chose; its window is left alone where someone has set it."""
        self._ctBefore = before or self._ctBefore  # none may have been chosen in between
        if ctNode is None:
            return
        with slicer.util.tryWithErrorDisplay(_("The CT could not be shown.")):
            if hasAutomaticWindow(ctNode):
                setSoftTissueWindow(ctNode)
            showInSliceViews(ctNode)
        self._askWhoseFindings(ctNode)

    def _askWhoseFindings(self, ctNode) -> None:
        """Let the findings of one patient not stay behind unnoticed for the next."""
        before, self._ctBefore = self._ctBefore, None
        if not self.parameterNode.clinical or before in (None, ctNode):
            return
        question = _("Do the clinical findings that are entered belong to this CT's patient, too?")
        if not slicer.util.confirmYesNoDisplay(question, _("Another CT")):
            self.parameterNode.clinical = ""
