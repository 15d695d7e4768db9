"""The case: which images, and what they show about whether it may be classified."""

from functools import partial

import qt
import slicer
from ParotidClassifierCore.imaging.working_grid import WINDOW_LEVEL_HU, WINDOW_WIDTH_HU
from slicer.i18n import tr as _

from ..Scene.Outline import hideOutline
from ..Scene.SampleCases import SAMPLE_CASES, loadSampleCase
from ..Scene.SoftTissueWindow import hasAutomaticWindow, setSoftTissueWindow, showInSliceViews
from .FindingsText import findingsText, isPassed
from .NodeChoice import NodeChoice
from .Panel import Panel


class CasePanel(Panel):
    """Lets the user choose the CTs and tells what they are good for."""

    uiFile = "CasePanel.ui"

    def setup(self) -> None:
        """Connect the signals of the widgets; once."""
        self._ctBefore = None
        self._listsPassed = False
        self.ui.firstStepLabel.connect("linkActivated(QString)", self.onModuleLink)
        self._choices = (
            NodeChoice(self, self.ui.ctSelector, "ct", self.onCtChosen),
            NodeChoice(self, self.ui.plainCtSelector, "plainCt", self.onPlainCtChosen),
        )
        button = self.ui.softTissueButton
        window = {"width": f"{WINDOW_WIDTH_HU:g}", "level": f"{WINDOW_LEVEL_HU:g}"}
        button.text, button.toolTip = button.text.format(**window), button.toolTip.format(**window)
        button.connect("clicked(bool)", self.onSoftTissueButton)
        self.ui.findingsLabel.connect("linkActivated(QString)", self.onFindingsLink)
        self._setUpSampleMenu()

    def _setUpSampleMenu(self) -> None:
        self.sampleMenu = qt.QMenu(self.ui.sampleCaseButton)
        for sample in SAMPLE_CASES:
            action = self.sampleMenu.addAction(_sampleLabel(sample.malignant))
            action.connect("triggered(bool)", partial(self.onSampleCase, sample.name))
        self.ui.sampleCaseButton.setMenu(self.sampleMenu)

    def setParameterNode(self, parameterNode) -> None:
        """Show another parameter node, or with None nothing."""
        self._ctBefore = None
        self._listsPassed = False
        Panel.setParameterNode(self, parameterNode)

    def refresh(self) -> None:
        """Show the findings of the chosen images; cheap, and the same if called twice."""
        open_ = self.parameterNode is not None
        chosen = open_ and self.parameterNode.ct is not None
        for choice in self._choices if open_ else ():
            choice.show()
        self.ui.ctSelector.enabled = open_
        self.ui.plainCtSelector.enabled = open_
        self.ui.sampleCaseButton.enabled = open_
        self.ui.softTissueButton.enabled = chosen
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

    def onModuleLink(self, module) -> None:
        """Open the module whose name was clicked."""
        with slicer.util.tryWithErrorDisplay(_("The module could not be opened.")):
            slicer.util.selectModule(module)

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

    def onPlainCtChosen(self, ctNode, _before) -> None:
        """Give the plain CT the window of the enhanced one, unless someone has set it."""
        if ctNode is None or not hasAutomaticWindow(ctNode):
            return
        with slicer.util.tryWithErrorDisplay(_("The window could not be set.")):
            setSoftTissueWindow(ctNode)

    def onSoftTissueButton(self, _checked=False) -> None:
        """Show both CTs in the study's window, the enhanced one in the slice views."""
        with slicer.util.tryWithErrorDisplay(_("The window could not be set.")):
            for ctNode in (self.parameterNode.ct, self.parameterNode.plainCt):
                if ctNode is not None:
                    setSoftTissueWindow(ctNode)
            showInSliceViews(self.parameterNode.ct)

    def onSampleCase(self, name: str, _checked=False) -> None:
        """Load a simulated patient in place of the present case, once the user agrees."""
        if not self._mayReplaceCase():
            return
        with slicer.util.tryWithErrorDisplay(
            _("The sample case could not be made."), waitCursor=True
        ):
            ctNode, outlineNode = loadSampleCase(name)
            self._startCase(ctNode, outlineNode)

    def _mayReplaceCase(self) -> bool:
        if not self.parameterNode.clinical:
            return True
        return slicer.util.confirmOkCancelDisplay(
            _(
                "The clinical findings that are entered belong to the present patient and will be "
                "forgotten. Its images and outlines stay in the scene."
            ),
            _("Another patient"),
        )

    def _startCase(self, ctNode, outlineNode) -> None:
        before = self.parameterNode.segmentation
        if before is not None:
            hideOutline(before)  # it would lie over the other patient
        with slicer.util.NodeModify(self.parameterNode):
            self.parameterNode.clinical = ""
            self.parameterNode.plainCt = None
            self.parameterNode.segmentation = None
            self.parameterNode.ct = ctNode
        segmentId = outlineNode.GetSegmentation().GetNthSegmentID(0)
        self.logic.adoptOutline(self.parameterNode, outlineNode, segmentId)
        slicer.mrmlScene.RemoveNode(outlineNode)  # the case has its own copy now


def _sampleLabel(malignant: bool) -> str:
    if malignant:
        return _("Simulated patient, malignant tumour")
    return _("Simulated patient, benign tumour")
