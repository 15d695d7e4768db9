"""Self tests of a second scene that is added to the one that is open."""

from pathlib import Path

import slicer
from MadeResults import RESULT
from MadeScene import addCt
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownModule import ShownModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, folderFor, letPass


class SceneImportedTest(ShownModule, ScriptedLoadableModuleTest):
    """What was there stays; what comes along is shown."""

    def setUp(self):
        super().setUp()
        self.path = str(Path(folderFor(self)) / "other.mrb")

    def saveAndClose(self):
        self.assertTrue(slicer.util.saveScene(self.path))
        slicer.mrmlScene.Clear(0)

    def saveForeignScene(self):
        """Save a scene of someone who does not have the module."""
        addCt("Other CT")
        slicer.mrmlScene.RemoveNode(self.parameterNode.parameterNode)
        self.saveAndClose()

    def add(self):
        slicer.util.loadNodeFromFile(self.path, "SceneFile", {"clear": False})
        letPass(AFTER_AN_EDIT)

    def test_a_case_and_its_result_stay(self):
        self.saveForeignScene()
        ctNode, _outline = self.classified()
        self.refineRing()
        before = self.held()
        self.add()
        self.assertEqual(self.parameterNode.ct, ctNode)
        self.assertEqual(self.held(), before)
        self.assertIsNotNone(slicer.mrmlScene.GetFirstNodeByName("Other CT"))
        self.assertTrue(self.canRun)
        self.assertFalse(self.ui["ResultPanel"].resultWidget.isHidden())

    def test_a_run_that_goes_on_is_ended_and_said_to_be(self):
        self.saveForeignScene()
        self.makeCase()
        before = self.held()
        self.runHalfWay()
        self.add()
        self.assertFalse(self.logic.classification.isRunning)
        self.assertIn("Classify again", self.status)
        self.assertEqual(self.held(), before)
        self.answerBy(RESULT)
        self.run_()
        self.wait()
        self.assertTrue(self.isAnswered)

    def test_a_ring_that_is_refined_by_hand_goes_on_being_refined(self):
        self.saveForeignScene()
        self.makeCase()
        self.ui["RingPanel"].refineButton.click()
        self.add()
        self.refineRing()
        self.assertTrue(self.follower.isRefined)
        self.assertEqual(
            self.mainPanel._editor.widget.segmentationNode(), self.parameterNode.segmentation
        )

    def test_the_case_of_the_other_scene_is_shown_as_a_whole(self):
        self.classified()
        self.refineRing()
        setClinicalValue(self.parameterNode, "margin", "unclear")
        saved = self.held()
        self.saveAndClose()
        self.makeCase()
        own = self.parameterNode.segmentation
        self.add()
        self.assertIsNot(self.parameterNode.segmentation, own)
        self.assertEqual(self.held(), saved)
        self.assertIsNotNone(slicer.mrmlScene.GetNodeByID(own.GetID()))
        self.assertEqual(
            self.mainPanel._editor.widget.segmentationNode(), self.parameterNode.segmentation
        )
        self.assertTrue(self.canRun)
