"""Self tests of transforms: an image or an outline under one is refused until it is hardened."""

import slicer
import vtk
from MadeScene import addCt, addOutline
from ShownModule import ShownModule, toldBy
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass

SHIFT_MM = 15.0


class TransformTest(ShownModule, ScriptedLoadableModuleTest):
    """What is seen must be what is classified."""

    def setUp(self):
        super().setUp()
        self.ctNode, self.outline = self.makeCase()
        self.refineRing()
        self.before = self.held()

    def put(self, node):
        """Put a node under a new transform that shifts it; return the transform."""
        matrix = vtk.vtkMatrix4x4()
        matrix.SetElement(0, 3, SHIFT_MM)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Shift")
        transform.SetMatrixTransformToParent(matrix)
        node.SetAndObserveTransformNodeID(transform.GetID())
        letPass(AFTER_AN_EDIT)
        return transform

    def takeAway(self, node):
        node.SetAndObserveTransformNodeID(None)
        letPass(AFTER_AN_EDIT)

    def assertRefused(self, words):
        for said in (self.findings, self.missing, toldBy(self.panels["ClassifyPanel"].run)):
            self.assertIn(words, said)
            self.assertIn("right-click it and harden the transform, or remove it", said)
        self.assertFalse(self.canRun)

    def assertNothingLost(self):
        self.assertEqual(self.held(), self.before)
        self.assertTrue(self.canRun)
        self.assertEqual(self.missing, "")

    def test_a_transform_comes_onto_the_ct_and_goes(self):
        self.put(self.ctNode)
        self.assertRefused("Enhanced CT lies under the transform Shift")
        self.takeAway(self.ctNode)
        self.assertNothingLost()

    def test_a_transform_comes_onto_the_segmentation_and_goes(self):
        name = self.parameterNode.segmentation.GetName()
        self.put(self.parameterNode.segmentation)
        self.assertRefused(f"{name} lies under the transform Shift")
        status = self.ui["TumorPanel"].tumorStatusLabel.text
        self.assertIn("lies under the transform Shift", status)
        self.takeAway(self.parameterNode.segmentation)
        self.assertNothingLost()

    def test_a_transform_that_is_deleted_is_gone(self):
        slicer.mrmlScene.RemoveNode(self.put(self.ctNode))
        letPass(AFTER_AN_EDIT)
        self.assertNothingLost()

    def test_a_transform_on_the_plain_ct(self):
        plain = addCt("Plain CT", enhancementHu=-40)
        self.ui["AdvancedPanel"].plainCtSelector.setCurrentNode(plain)
        self.put(plain)
        self.assertIn("Plain CT lies under the transform Shift", self.findings)
        self.takeAway(plain)
        self.assertNotIn("Shift", self.findings)
        self.assertNothingLost()

    def test_ct_and_segmentation_hardened_together_stay_together(self):
        transform = self.put(self.ctNode)
        self.parameterNode.segmentation.SetAndObserveTransformNodeID(transform.GetID())
        for node in (self.ctNode, self.parameterNode.segmentation):
            node.HardenTransform()
        letPass(AFTER_AN_EDIT)
        self.assertTrue(self.canRun)
        self.assertTrue(self.follower.drawn.masks["External2"].any())

    def test_edits_under_a_transform_are_kept(self):
        segmentation = self.parameterNode.segmentation
        self.put(segmentation)
        self.growTumor()
        grown = self.read("Tumor").key
        self.takeAway(segmentation)
        self.assertEqual(self.read("Tumor").key, grown)
        self.assertTrue(self.follower.isRefined)
        self.assertTrue(self.canRun)

    def test_a_result_goes_out_of_date_under_a_transform_and_comes_back(self):
        self.classified()
        before = self.parameterNode.result
        shown = self.ui["ResultPanel"]
        self.assertTrue(shown.outOfDateLabel.isHidden())
        self.put(self.parameterNode.ct)
        self.assertFalse(shown.outOfDateLabel.isHidden())
        self.takeAway(self.parameterNode.ct)
        self.assertTrue(shown.outOfDateLabel.isHidden())
        self.assertEqual(self.parameterNode.result, before)

    def test_voxels_that_change_make_a_result_out_of_date_at_once(self):
        self.classified()
        slicer.util.arrayFromVolume(self.parameterNode.ct)[:] += 1
        slicer.util.arrayFromVolumeModified(self.parameterNode.ct)
        letPass(AFTER_AN_EDIT)
        self.assertIn("voxels changed", self.ui["ResultPanel"].outOfDateLabel.text)

    def test_an_outline_under_a_transform_is_not_taken(self):
        other = addOutline(self.ctNode, "Moved outline")
        self.put(other)
        self.ui["TumorPanel"].outlineSelector.setCurrentNode(other)
        told = toldBy(self.panels["TumorPanel"].onAdopt)
        self.assertIn("Moved outline lies under the transform Shift", told)
        self.assertNothingLost()

    def test_the_segmentation_is_not_started_on_a_ct_under_a_transform(self):
        moved = addCt("Moved CT")
        self.put(moved)
        self.parameterNode.segmentation = None
        self.choose(moved)
        self.assertIn("Moved CT lies under", toldBy(self.panels["TumorPanel"].onStart))
        self.assertIsNone(self.parameterNode.segmentation)
