"""The six sections one under the other, kept in step with the scene."""

import contextlib

import slicer
import vtk
from slicer.util import VTKObservationMixin

from ..Scene.InputWatch import InputWatch
from .CasePanel import CasePanel
from .ClassifyPanel import ClassifyPanel
from .ClinicalPanel import ClinicalPanel
from .Guidance import nextStep
from .ResultPanel import ResultPanel
from .RingPanel import RingPanel
from .SegmentEditor import SegmentEditor
from .TumorPanel import TumorPanel


class Shell(VTKObservationMixin):
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
        self._editor = SegmentEditor(logic.ringFollower)
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
        self._inputs = InputWatch(self._onInputModified)
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
        self._inputs.watch(parameterNode)
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
        self._inputs.watch(self._parameterNode)
        self._logic.ringFollower.update()
        self._editor.update()
        self.refresh()

    def _onInputModified(self) -> None:
        self._logic.ringFollower.flushSoon()
        self.refresh()
