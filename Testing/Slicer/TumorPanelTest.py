"""Self tests of the panel "2. Tumour"."""

import numpy as np
import slicer
from MadeScene import addCt, addOutline
from ShownModule import ShownModule, toldBy
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass


class TumorPanelTest(ShownModule, ScriptedLoadableModuleTest):
    """The user starts an outline, or takes one that is loaded."""

    def setUp(self):
        super().setUp()
        self.panel = self.panels["TumorPanel"]
        self.ctNode = addCt()

    @property
    def shown(self):
        return self.ui["TumorPanel"]

    @property
    def statusText(self):
        return self.shown.tumorStatusLabel.text

    def chooseOutline(self, node):
        self.shown.outlineSelector.setCurrentNode(node)
        box = self.shown.outlinePartComboBox
        return [box.itemText(index) for index in range(box.count)]

    def addLabelMap(self, values):
        node = slicer.modules.volumes.logic().CreateAndAddLabelVolume(
            slicer.mrmlScene, self.ctNode, "ITK-SNAP labels"
        )
        slicer.util.updateVolumeFromArray(node, values)
        return node

    def ballValues(self):
        ball = addOutline(self.ctNode, "Ball")
        return slicer.util.arrayFromSegmentBinaryLabelmap(ball, "Tumor", self.ctNode)

    def test_of_two_outlines_of_one_name_the_parts_of_the_chosen_one_are_shown(self):
        self.choose(self.ctNode)
        first, second = (addOutline(self.ctNode, "RTSTRUCT") for _ in range(2))
        second.SetName("RTSTRUCT")
        second.GetSegmentation().GetSegment("Tumor").SetName("Parotid gland")
        self.assertEqual(self.chooseOutline(first), ["Tumor"])
        self.assertEqual(self.chooseOutline(second), ["Parotid gland"])

    # Starting

    def test_the_start_shows_the_editor_with_the_tumour_in_it(self):
        self.choose(self.ctNode)
        self.start()
        self.assertFalse(self.shown.editorContainer.isHidden())
        self.assertEqual(self.mainPanel._editor.editedRegion, "Tumor")
        self.assertEqual(self.shown.startButton.text, "Move the box here")
        self.assertIn("Paint the tumour in the slice views", self.statusText)

    def test_moving_the_region_keeps_the_outline(self):
        self.makeCase()
        self.refineRing()
        before = self.held()
        node = self.parameterNode.segmentation
        self.start()
        self.assertEqual(self.held(), before)
        self.assertEqual(self.parameterNode.segmentation, node)
        self.assertTrue(self.canRun)

    def test_the_size_of_the_tumour_is_told_and_follows_it(self):
        self.makeCase()
        self.assertIn("3.0 ml · 19 mm", self.statusText)
        self.growTumor(6)
        self.assertNotIn("3.0 ml", self.statusText)
        self.assertIn("25 mm", self.statusText)

    # Taking an outline

    def test_an_outline_is_only_taken_once_one_is_chosen(self):
        self.choose(self.ctNode)
        self.assertFalse(self.shown.adoptButton.enabled)
        outline = addOutline(self.ctNode)
        self.assertEqual(self.chooseOutline(outline), ["Tumor"])
        self.assertTrue(self.shown.adoptButton.enabled)
        self.chooseOutline(None)
        self.assertFalse(self.shown.adoptButton.enabled)

    def test_the_segment_that_is_named_is_taken(self):
        outline = addOutline(self.ctNode)
        outline.GetSegmentation().AddEmptySegment("Node", "Lymph node")
        values = np.roll(self.ballValues(), 20, axis=2)
        slicer.util.updateSegmentBinaryLabelmapFromArray(values, outline, "Node", self.ctNode)
        self.choose(self.ctNode)
        self.assertEqual(self.chooseOutline(outline), ["Tumor", "Lymph node"])
        self.shown.outlinePartComboBox.currentIndex = 1
        self.shown.adoptButton.click()
        taken = slicer.util.arrayFromSegmentBinaryLabelmap(
            self.parameterNode.segmentation, "Tumor", self.ctNode
        )
        self.assertTrue((taken.astype(bool) & values.astype(bool)).sum() > 0.9 * values.sum())
        self.assertFalse(outline.GetDisplayVisibility())
        self.assertEqual(self.mainPanel._editor.editedRegion, "Tumor")

    def test_the_label_that_is_named_is_taken(self):
        values = self.ballValues().astype(np.int16)
        values[:, :, :20] = 7
        self.choose(self.ctNode)
        self.assertEqual(self.chooseOutline(self.addLabelMap(values)), ["Label 1", "Label 7"])
        self.shown.adoptButton.click()
        self.assertIn("3.", self.statusText)
        self.assertTrue(self.canRun)

    def test_a_surface_is_filled(self):
        outline = addOutline(self.ctNode, "Surface")
        segmentation = outline.GetSegmentation()
        surface = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
        self.assertTrue(segmentation.CreateRepresentation(surface))
        segmentation.SetSourceRepresentationName(surface)
        segmentation.RemoveRepresentation(
            slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
        )
        self.choose(self.ctNode)
        self.take(outline)
        self.assertTrue(self.canRun)
        self.assertEqual(segmentation.GetSourceRepresentationName(), surface)

    def test_the_own_segmentation_cannot_be_taken_into_itself(self):
        self.makeCase()
        self.assertEqual(self.chooseOutline(self.parameterNode.segmentation), [])
        self.assertFalse(self.shown.adoptButton.enabled)

    def test_an_outline_that_was_drawn_on_anew_after_it_was_chosen_is_taken_as_it_is(self):
        self.choose(self.ctNode)
        outline = addOutline(self.ctNode)
        self.chooseOutline(outline)
        smaller = addOutline(self.ctNode, "Smaller", radiusMm=6.0)
        values = slicer.util.arrayFromSegmentBinaryLabelmap(smaller, "Tumor", self.ctNode)
        slicer.util.updateSegmentBinaryLabelmapFromArray(values, outline, "Tumor", self.ctNode)
        self.shown.adoptButton.click()
        self.assertIn("12 mm", self.statusText)

    def test_an_outline_deleted_while_it_is_chosen_is_offered_no_more(self):
        self.choose(self.ctNode)
        outline = addOutline(self.ctNode)
        self.chooseOutline(outline)
        slicer.mrmlScene.RemoveNode(outline)
        letPass(AFTER_AN_EDIT)
        self.assertFalse(self.shown.adoptButton.enabled)

    def test_a_segment_deleted_after_it_was_listed_is_refused_with_words(self):
        self.choose(self.ctNode)
        outline = addOutline(self.ctNode)
        self.chooseOutline(outline)
        outline.GetSegmentation().RemoveSegment("Tumor")
        told = toldBy(self.panel.onAdopt)
        self.assertIn("Outline has no such segment. Choose one of its segments", told)

    def test_a_label_map_without_voxels_lists_nothing(self):
        self.choose(self.ctNode)
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Empty")
        self.assertEqual(self.chooseOutline(empty), [])
        self.assertFalse(self.shown.adoptButton.enabled)
