"""The module's panel: a head and a foot that stay, and between them the steps, one of them open."""

import contextlib
from functools import partial

import slicer
import vtk
from slicer.util import VTKObservationMixin

from ..Timers import singleShot
from .AdvancedPanel import AdvancedPanel
from .CasePanel import CasePanel
from .ClassifyPanel import ClassifyPanel
from .ClinicalPanel import ClinicalPanel
from .GlandPanel import GlandPanel
from .Guide import openGuide
from .ResultPanel import ResultPanel
from .RingPanel import RingPanel
from .SampleMenu import SampleMenu
from .SegmentEditor import SegmentEditor
from .Shortcuts import addShortcuts
from .Steps import Steps
from .TabOrder import stopsIn, tabInto
from .TumorPanel import TumorPanel

CT, TUMOR, FINDINGS, RESULT = "CT", "Tumour", "Findings", "Result"
_LOADING_MS = 200
_MOST_QUESTIONS_WITH_A_KEY = 9


class MainPanel(VTKObservationMixin):
    """The module's whole panel.

    Attributes:
        widget: what the application shows.
        panels: the parts by the name of their class.
        steps: which of them is open.
        samples: the menu with the simulated patients.
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
        ring = RingPanel(logic, self._editor)
        panels = (
            CasePanel(logic),
            TumorPanel(logic, self._editor, ring.widget),
            ring,
            ClinicalPanel(logic),
            ResultPanel(logic),
            GlandPanel(logic),
            AdvancedPanel(logic),
            ClassifyPanel(logic),
        )
        self.panels = {type(panel).__name__: panel for panel in panels}
        self._placePanels()
        self._joinPanels()
        self._makeShortcuts()
        logic.onCaseChange = self.refresh
        self._isEntered = self._isTaking = False
        self._taken = singleShot(0, self._onTaken)
        self._loaded = singleShot(_LOADING_MS, self._onLoaded)
        self._watched = []
        scene = slicer.mrmlScene
        for event in (scene.NodeRemovedEvent, scene.EndBatchProcessEvent):
            self.addObserver(scene, event, self._onSceneChanged)
        self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        # before the selectors hear of it
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._onNodeGoing, priority=1.0)

    def _placePanels(self) -> None:
        place = self.ui.panelsContainer.layout()
        for name in ("CasePanel", "TumorPanel", "ClinicalPanel", "ResultPanel", "AdvancedPanel"):
            place.addWidget(self.panels[name].widget)
        place.addStretch(1)
        self.ui.footerContainer.layout().addWidget(self.panels["ClassifyPanel"].widget)
        ui = {name: panel.ui for name, panel in self.panels.items()}
        gland = self.panels["GlandPanel"].widget
        ui["ResultPanel"].glandHolder.layout().addWidget(gland)
        tabInto(ui["ResultPanel"].glandHolder, stopsIn(gland))
        self.steps = Steps(self.ui.stepsArea)
        self._ofStep = {
            CT: self.panels["CasePanel"],
            TUMOR: self.panels["TumorPanel"],
            FINDINGS: self.panels["ClinicalPanel"],
            RESULT: self.panels["ResultPanel"],
        }
        sections = (
            (CT, ui["CasePanel"].caseCollapsibleButton, self.ui.railCtButton),
            (TUMOR, ui["TumorPanel"].tumorCollapsibleButton, self.ui.railTumorButton),
            (FINDINGS, ui["ClinicalPanel"].clinicalCollapsibleButton, self.ui.railFindingsButton),
            (RESULT, ui["ResultPanel"].resultCollapsibleButton, self.ui.railResultButton),
        )
        for name, section, button in sections:
            self.steps.add(name, section, button)

    def _joinPanels(self) -> None:
        """Let what the user does in one part show in the others."""
        self.samples = SampleMenu(self._logic, self.ui.sampleCaseButton, self._taking)
        self.ui.helpButton.connect("clicked()", self.showHelp)
        self.panels["CasePanel"].onSampleLink = self.samples.open
        tumor, footer = self.panels["TumorPanel"], self.panels["ClassifyPanel"]
        tumor.onStarted = partial(self.steps.keep, TUMOR)
        tumor.taking = self._taking
        self.steps.onFold[TUMOR] = self._editor.stopEffect  # no brush that nobody sees
        footer.unanswered = self.panels["ClinicalPanel"].unanswered
        footer.onLink = self._onLink
        footer.onAnswered = self._onAnswered

    def _makeShortcuts(self) -> None:
        clinical, tumor = self.panels["ClinicalPanel"], self.panels["TumorPanel"]
        keys = {
            "F1": self.showHelp,
            "Ctrl+Return": self.panels["ClassifyPanel"].runOrCancel,
            "Alt+Up": partial(tumor.goBySlices, 1),
            "Alt+Down": partial(tumor.goBySlices, -1),
        }
        for number, name in enumerate((CT, TUMOR, FINDINGS, RESULT), start=1):
            keys[f"Alt+{number}"] = partial(self.steps.choose, name)
        for number in range(_MOST_QUESTIONS_WITH_A_KEY):
            keys[f"Alt+Shift+{number + 1}"] = partial(clinical.answerNext, number)
        addShortcuts(self.widget, keys)

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
            self.samples.setParameterNode(parameterNode)
            for panel in self.panels.values():
                panel.setParameterNode(parameterNode)
        if parameterNode is not None:
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self._onParameterModified)
        self.refresh()
        self.steps.goOn()  # what was opened was of another case

    def refresh(self) -> None:
        """Show everything again; what changes meanwhile is shown too."""
        if self._isQuiet:
            return
        with self._quiet():
            for panel in self.panels.values():
                panel.refresh()
            self.steps.show({name: panel.state() for name, panel in self._ofStep.items()})

    def showHelp(self) -> None:
        """Open the guide where it tells of the step that is open."""
        openGuide(self.steps.shown)

    def enter(self) -> None:
        """Take the views and the keyboard for the segment editor, and be ready for a question."""
        if self._parameterNode is None:
            self.setParameterNode(self._logic.getParameterNode())
        self._isEntered = True
        self._editor.enter()
        self.panels["CasePanel"].preselect()
        self._showChanges()
        self._logic.warmUp()

    def exit(self) -> None:
        """Leave the views and the keyboard to another module."""
        self._isEntered = False
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
    def _taking(self):
        """Show an outline that is taken once, and only then get the editor and the views ready."""
        self._isTaking = True
        try:
            with self._quiet():
                yield
        finally:
            self._isTaking = False
            self.refresh()
            self._taken.start()

    def _onTaken(self) -> None:
        """Go on where an outline was taken: nothing more is to be drawn."""
        node = self._parameterNode
        if node is None or node.segmentation is None:
            return
        self._editor.update()
        self._editor.edit(self._logic.bundles.protocol(node).outlined.name)
        self.panels["TumorPanel"].goToTumor()
        self.steps.goOn()

    def _onAnswered(self) -> None:
        """Open the answer, and put the brush down."""
        self._editor.stopEffect()
        self.steps.goOn()

    def _onLink(self, step: str) -> None:
        if step in self._ofStep:
            self.steps.choose(step)
        else:
            self.panels["AdvancedPanel"].ui.advancedCollapsibleButton.collapsed = False

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
    def _onNodeAdded(self, caller, event, node) -> None:
        """Show what is loaded: it may be the CT, or an outline."""
        if self._parameterNode is None or not node.IsA("vtkMRMLDisplayableNode"):
            return
        if node.IsA("vtkMRMLVolumeNode") or node.IsA("vtkMRMLSegmentationNode"):
            self._loaded.start()  # when it has its voxels

    def _onLoaded(self) -> None:
        if self._parameterNode is not None and not slicer.mrmlScene.IsBatchProcessing():
            if self._isEntered:
                self.panels["CasePanel"].preselect()
            self._showChanges()

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
        if not self._isTaking:
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
