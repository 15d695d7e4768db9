"""ParotidClassifier: how probable is it that a parotid tumour is malignant?

What Slicer loads at start-up: names and texts only. Everything else is imported when the module is
first shown.
"""

import sys

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class ParotidClassifier(ScriptedLoadableModule):
    """The module as it appears in Slicer's menus."""

    def __init__(self, parent):
        super().__init__(parent)
        self.parent.title = _("Parotid Classifier")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["Markups", "Segmentations", "SubjectHierarchy"]
        self.parent.contributors = ["ParotidClassifier contributors"]
        self.parent.helpText = _(
            "Estimates from a contrast-enhanced CT, an outline of the tumour and clinical "
            "findings how probable it is that a parotid tumour is malignant, and shows why. "
            "Research software, not a medical device."
        )
        self.parent.acknowledgementText = _(
            "Implements the method of Shen et al. 2026, Deep-learning-based radiomics of "
            "intratumoral and peritumoral CT images to differentiate benign from malignant "
            "parotid tumors. Radiomic features are defined by PyRadiomics."
        )
        slicer.app.connect("startupCompleted()", registerSampleCases)


def registerSampleCases() -> None:
    """Add the simulated cases to the Sample Data module."""
    from ParotidClassifierLib.Scene.SampleCases import registerSampleCases as register

    register()


class ParotidClassifierLogic(ScriptedLoadableModuleLogic):
    """Everything the module can do, with or without its panel; mistakes are raised.

    Each attribute does one part of it and is called directly.

    Attributes:
        onCaseChange: called without arguments when an outline changed, what ran was given up, or
            more is known of the result; for the panel.
    """

    def __init__(self):
        super().__init__()
        from ParotidClassifierLib.Background.Additions import Additions
        from ParotidClassifierLib.Background.Classification import Classification
        from ParotidClassifierLib.Background.Dependencies import Dependencies
        from ParotidClassifierLib.Background.Worker import Worker
        from ParotidClassifierLib.Panels.Bundles import Bundles
        from ParotidClassifierLib.Scene.CaseFindings import CaseFindings
        from ParotidClassifierLib.Scene.Fingerprint import Fingerprint
        from ParotidClassifierLib.Scene.OtherGland import OtherGland
        from ParotidClassifierLib.Scene.Outline import Outline
        from ParotidClassifierLib.Scene.ResultFollower import ResultFollower
        from ParotidClassifierLib.Scene.ResultStore import ResultStore
        from ParotidClassifierLib.Scene.RingChoice import RingChoice
        from ParotidClassifierLib.Scene.RingFollower import RingFollower
        from ParotidClassifierLib.Scene.SceneCase import SceneCase
        from ParotidClassifierLib.Scene.StabilityFollower import StabilityFollower
        from ParotidClassifierLib.Scene.TumorSize import TumorSize

        self.onCaseChange = None
        self.dependencies = Dependencies()
        self.additions = Additions(self.dependencies)
        self.bundles = Bundles()
        self.sceneCase = SceneCase(self.bundles)
        self.outline = Outline(self.sceneCase, self.bundles)
        self.otherGland = OtherGland(self.sceneCase)
        self.ringChoice = RingChoice(self.bundles)
        self.ringFollower = RingFollower(
            self.sceneCase, self.bundles, self.ringChoice, self._onCaseChange
        )
        self.findings = CaseFindings(self.sceneCase, self.ringFollower)
        self.tumorSize = TumorSize(self.ringFollower)
        inputs = self.sceneCase, self.ringChoice, self.ringFollower, self.bundles
        fingerprint = Fingerprint(*inputs)
        self.results = ResultStore(fingerprint)
        self.classification = Classification(*inputs, fingerprint, self.results, Worker())
        self.resultFollower = ResultFollower(self.classification, self.results)
        self.stability = StabilityFollower(self.classification, self.results, self._onCaseChange)

    def getParameterNode(self):
        """Return the parameter node of the open scene."""
        from ParotidClassifierLib.Scene.Parameters import parametersOf

        return parametersOf(super().getParameterNode())

    def follow(self, parameterNode) -> None:
        """Keep ring and result of this parameter node in step with the case; with None, of none."""
        if parameterNode is None:
            self.classification.forgetCase()
            self.sceneCase.forget()
        self.ringFollower.follow(parameterNode)
        self.resultFollower.follow(parameterNode)
        self.stability.follow(parameterNode)

    def warmUp(self) -> None:
        """Start the background process before it is needed, where what it needs is installed."""
        if not self.dependencies.missing():
            self.classification.warmUp(self.getParameterNode())

    def startOutline(self, parameterNode) -> None:
        """Make the segmentation, or its editing region anew around where the views cross."""
        self.outline.start(parameterNode)
        self.ringFollower.update()

    def adoptOutline(self, parameterNode, node, segmentId: str = "", label: int = 0) -> None:
        """Take an outline of the tumour that lies in the scene, and its ring if it has one."""
        with slicer.util.NodeModify(parameterNode):  # it is told once, when the ring is there
            with self.ringFollower.held():
                self.outline.adopt(parameterNode, node, segmentId, label)
            parameterNode.ringRefinement = ""
            self.ringFollower.takeRing()

    def measurements(self, parameterNode):
        """Return what the CTs show of the clinical variables, as Core's measurements."""
        from ParotidClassifierCore.case.measurements import measurements

        case = self.sceneCase.case(parameterNode)
        protocol = self.bundles.protocol(parameterNode)
        return measurements(case, self.sceneCase.plainCt(parameterNode), protocol)

    def cancel(self) -> None:
        """Give up what is running, in the background too."""
        self.classification.cancel()
        self._onCaseChange()  # whatever was asked for is over

    def stop(self) -> None:
        """Let go of the scene and of the background process, and return when it is gone."""
        self.follow(None)
        self.classification.stop()

    def _onCaseChange(self) -> None:
        if self.onCaseChange is not None:
            self.onCaseChange()


class ParotidClassifierWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: four steps, of which one is open, between a head and a foot that stay."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.mainPanel = None

    def setup(self) -> None:
        """Build the panel; called when the module is first shown."""
        super().setup()
        from ParotidClassifierLib.Panels.MainPanel import MainPanel

        self.logic = ParotidClassifierLogic()
        self.mainPanel = MainPanel(self.logic, self.resourcePath("UI/ParotidClassifier.ui"))
        self.layout.addWidget(self.mainPanel.widget)
        scene = slicer.mrmlScene
        for event in (scene.StartCloseEvent, scene.StartImportEvent):
            self.addObserver(scene, event, self.onSceneGoing)
        for event in (scene.EndCloseEvent, scene.EndImportEvent):
            self.addObserver(scene, event, self.onSceneOpened)
        slicer.app.connect("aboutToQuit()", self.logic.stop)
        self.mainPanel.setParameterNode(self.logic.getParameterNode())

    def cleanup(self) -> None:
        """Let go of everything; called when the application ends and before a reload."""
        self.removeObservers()
        if self.logic is not None:
            slicer.app.disconnect("aboutToQuit()", self.logic.stop)
            if self.mainPanel is not None:
                self.mainPanel.cleanup()
            self.logic.stop()

    def enter(self) -> None:
        """Show what changed while another module was shown."""
        self.mainPanel.enter()

    def exit(self) -> None:
        """Leave the views and the keyboard to the other module."""
        self.mainPanel.exit()

    def onSceneGoing(self, caller, event) -> None:
        """Let go of the scene before its nodes go, and look at none that is half loaded."""
        self.mainPanel.setParameterNode(None)

    def onSceneOpened(self, caller, event) -> None:
        """Show the scene that is open now."""
        if not (slicer.mrmlScene.IsImporting() or slicer.mrmlScene.IsClosing()):
            self.mainPanel.setParameterNode(self.logic.getParameterNode())

    def onReload(self) -> None:
        """Reload the panel's own files too; for developers."""
        for name in [name for name in sys.modules if name.startswith("ParotidClassifierLib")]:
            del sys.modules[name]
        super().onReload()


class ParotidClassifierTest(ScriptedLoadableModuleTest):
    """The shortest way through: a sample case is loaded, outlined, ringed and measured."""

    def setUp(self):
        """Begin with an empty scene."""
        slicer.mrmlScene.Clear(0)

    def test_aSampleCaseGetsARing(self):
        """A simulated case is loaded, its outline taken, and the ring drawn around it."""
        from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES, loadSampleCase

        logic = ParotidClassifierLogic()
        parameterNode = logic.getParameterNode()
        parameterNode.ct, outline = loadSampleCase(SAMPLE_CASES[0].name)
        logic.follow(parameterNode)
        segmentId = outline.GetSegmentation().GetNthSegmentID(0)
        logic.adoptOutline(parameterNode, outline, segmentId)
        self.assertIsNone(logic.ringFollower.problem)
        self.assertTrue(logic.ringFollower.drawn.masks["External2"].any())
        logic.stop()
