"""The six sections one under the other, kept in step with the scene."""

import contextlib

import slicer
import vtk
from ParotidClassifierCore.base.errors import ClinicalValueError
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..Scene.Parameters import clinicalRecord
from .CasePanel import CasePanel
from .ClassifyPanel import ClassifyPanel
from .ClinicalPanel import ClinicalPanel
from .ResultPanel import ResultPanel
from .RingPanel import RingPanel
from .SegmentEditor import SegmentEditor
from .TumorPanel import TumorPanel


class MainPanel(VTKObservationMixin):
    """The module's whole panel.

    Attributes:
        widget: what the application shows.
        panels: the sections by the name of their class.
    """

    def __init__(self, logic, uiFile: str):
        super().__init__()
        self._logic = logic
        self._parameterNode = None
        self._isQuiet = False
        self.widget = slicer.util.loadUI(uiFile)
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        self._editor = SegmentEditor(logic.ringFollower, logic.bundles)
        panels = (
            CasePanel(logic),
            TumorPanel(logic, self._editor),
            RingPanel(logic, self._editor),
            ClinicalPanel(logic),
            ClassifyPanel(logic),
            ResultPanel(logic),
        )
        self.panels = {type(panel).__name__: panel for panel in panels}
        for panel in panels:
            self.ui.panelsContainer.layout().addWidget(panel.widget)
        logic.onCaseChange = self.refresh
        self._watched = []
        scene = slicer.mrmlScene
        for event in (scene.NodeRemovedEvent, scene.EndBatchProcessEvent):
            self.addObserver(scene, event, self._onSceneChanged)
        # before the selectors hear of it
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._onNodeGoing, priority=1.0)

    def setParameterNode(self, parameterNode) -> None:
        """Show another scene's parameter node, or with None nothing."""
        if self._parameterNode is not None:
            self.removeObserver(
                self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._onParameterModified
            )
        self._parameterNode = parameterNode
        self._watchInputs(parameterNode)
        with self._quiet():  # until every panel has it
            self._logic.follow(parameterNode)
            self._editor.setParameterNode(parameterNode)
            for panel in self.panels.values():
                panel.setParameterNode(parameterNode)
        if parameterNode is not None:
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self._onParameterModified)
        self.refresh()

    def refresh(self) -> None:
        """Show everything again; what changes meanwhile is shown too."""
        if self._isQuiet:
            return
        with self._quiet():
            for panel in self.panels.values():
                panel.refresh()
            self.ui.nextStepLabel.text = nextStep(self._logic, self._parameterNode)

    def enter(self) -> None:
        """Take the views and the keyboard for the segment editor, and be ready for a question."""
        if self._parameterNode is None:
            self.setParameterNode(self._logic.getParameterNode())
        self._editor.enter()
        self._showChanges()
        self._logic.warmUp()

    def exit(self) -> None:
        """Leave the views and the keyboard to another module."""
        self._editor.exit()

    def cleanup(self) -> None:
        """Let go of the scene for good."""
        self.setParameterNode(None)
        self._logic.onCaseChange = None
        for panel in self.panels.values():
            panel.cleanup()
        self._editor.cleanup()
        self.removeObservers()

    @contextlib.contextmanager
    def _quiet(self):
        before, self._isQuiet = self._isQuiet, True
        try:
            yield
        finally:
            self._isQuiet = before

    def _onParameterModified(self, caller, event) -> None:
        if not slicer.mrmlScene.IsBatchProcessing():  # its end is told, too
            self._showChanges()

    def _onSceneChanged(self, caller, event) -> None:
        if self._parameterNode is not None:
            self._onParameterModified(caller, event)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeGoing(self, caller, event, node) -> None:
        """Choose nothing in place of what goes; a selector would choose the image before it."""
        if self._parameterNode is None:
            return
        for name in ("ct", "plainCt", "segmentation"):
            if self._parameterNode.getValue(name) is node:
                self._parameterNode.setValue(name, None)

    def _showChanges(self) -> None:
        self._watchInputs(self._parameterNode)
        self._logic.ringFollower.update()
        self._editor.update()
        self.refresh()

    def _watchInputs(self, parameterNode) -> None:
        """Watch the images and the segmentation that a parameter node names; with None, nothing."""
        node = parameterNode
        inputs = () if node is None else (node.ct, node.plainCt, node.segmentation)
        inputs = list(dict.fromkeys(one for one in inputs if one is not None))
        if inputs == self._watched:
            return
        self.removeObservers(self._onInputModified)
        self._watched = inputs
        for one in inputs:
            for event in _eventsOf(one):
                self.addObserver(one, event, self._onInputModified)

    def _onInputModified(self, caller, event) -> None:
        if not slicer.mrmlScene.IsBatchProcessing():
            self._logic.ringFollower.flushSoon()
            self.refresh()


def _eventsOf(node) -> tuple:
    if node.IsA("vtkMRMLVolumeNode"):
        modified = (vtk.vtkCommand.ModifiedEvent, node.ImageDataModifiedEvent)
        return (*modified, node.TransformModifiedEvent)
    return (node.TransformModifiedEvent,)  # what is drawn is the follower's


def nextStep(logic, parameterNode) -> str:
    """Return one sentence for someone who opens the module for the first time."""
    if parameterNode is None:
        return ""
    if parameterNode.ct is None:
        return _("Choose the enhanced CT under 1. Case, or try a sample case.")
    if any(finding.severity.value == "error" for finding in logic.findings.of(parameterNode)):
        return _("The case cannot be classified as it is: see what is crossed under 1. Case.")
    if logic.ringFollower.drawn is None:
        return _("Outline the tumour under 2. Tumour: draw it, or take an outline that is loaded.")
    if logic.classification.isRunning:
        return _("The case is being classified. You can go on looking at the images.")
    if logic.results.read(parameterNode) is None:
        return _beforeTheFirstResult(logic, parameterNode)
    if logic.results.outOfDate(parameterNode):
        return _("The case changed. Classify it again under 5. Classify.")
    return _("The result stands under 6. Result.")


def _beforeTheFirstResult(logic, parameterNode) -> str:
    if _isAnswered(parameterNode, logic.bundles.protocol(parameterNode)):
        return _("Everything is there: classify the case under 5. Classify.")
    return _(
        "Look at the ring under 3. Ring, answer the questions under 4. Clinical findings, then "
        "classify."
    )


def _isAnswered(parameterNode, protocol) -> bool:
    try:
        predictors = protocol.coded(clinicalRecord(parameterNode, protocol))
    except ClinicalValueError:  # told by the panel of the clinical findings
        return False
    return None not in predictors.values()
