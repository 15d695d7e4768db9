"""Self tests of segments that are removed and renamed behind the module's back."""

import slicer
from Brush import Brush
from MadeScene import addOutline
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass


class SegmentsTest(Brush, ScriptedLoadableModuleTest):
    """The module needs segments named Tumor and External2; whatever becomes of them is told."""

    def remove(self, name):
        segmentId = self.segmentation.GetSegmentIdBySegmentName(name)
        self.editor.widget.setCurrentSegmentID(segmentId)
        self.button("RemoveSegmentButton").click()
        letPass(AFTER_AN_EDIT)

    def test_a_tumor_removed_is_told_and_can_be_started_again(self):
        self.eraseUpperHalfOfRing()
        self.remove("Tumor")
        self.assertIn("No segment is named Tumor", self.ui["TumorPanel"].tumorStatusLabel.text)
        self.assertIn("Outline the tumour", self.missing)
        self.start()
        self.assertEqual(self.editor.editedRegion, "Tumor")
        self.assertIn("Paint the tumour", self.ui["TumorPanel"].tumorStatusLabel.text)
        self.take(addOutline(self.parameterNode.ct, "Next outline"))
        self.assertRingFits()
        self.assertTrue(self.canRun)

    def test_a_tumor_removed_comes_back_by_undo(self):
        self.eraseUpperHalfOfRing()
        before = self.held()
        self.remove("Tumor")
        self.undo()
        self.assertEqual(self.held(), before)
        self.assertTrue(self.canRun)

    def test_a_ring_removed_comes_back_with_its_refinement(self):
        self.eraseUpperHalfOfRing()
        before = self.held()
        self.remove("External2")
        self.assertEqual(self.held(), before)
        self.assertRingFits()
        self.assertTrue(self.canRun)

    def test_both_removed(self):
        self.remove("External2")
        self.remove("Tumor")
        self.remove("External2")
        self.assertIn("No segment is named Tumor", self.ui["TumorPanel"].tumorStatusLabel.text)
        self.start()
        self.take(addOutline(self.parameterNode.ct, "Next outline"))
        self.assertTrue(self.canRun)

    def test_a_tumor_renamed_is_told_and_is_back_with_its_name(self):
        self.eraseUpperHalfOfRing()
        before = self.held()
        segment = self.segmentation.GetSegment(self.segmentation.GetSegmentIdBySegmentName("Tumor"))
        segment.SetName("Mass")
        letPass(AFTER_AN_EDIT)
        self.assertIn("No segment is named Tumor", self.ui["TumorPanel"].tumorStatusLabel.text)
        self.assertFalse(self.canRun)
        segment.SetName("Tumor")
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.held(), before)
        self.assertTrue(self.canRun)

    def test_a_ring_renamed_is_kept_and_another_drawn(self):
        before = self.held()
        ring = self.read("External2")
        segment = self.segmentation.GetSegment(
            self.segmentation.GetSegmentIdBySegmentName("External2")
        )
        segment.SetName("My ring")
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.read("My ring").key, ring.key)
        self.assertEqual(self.held(), before)
        self.assertFalse(self.follower.isRefined)

    def test_the_segmentation_deleted_is_told_and_can_be_started_again(self):
        slicer.mrmlScene.RemoveNode(self.parameterNode.segmentation)
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.mainPanel.steps.shown, "Tumour")
        self.assertFalse(self.canRun)
        self.start()
        self.take(addOutline(self.parameterNode.ct, "Next outline"))
        self.assertTrue(self.canRun)
