"""Self tests of the group "Compare with the other gland"."""

import numpy as np
import slicer
from MadeScene import SPACING, addCt, addOutline, underPatient
from ParotidClassifierLib.Panels.GlandPanel import GlandPanel
from ParotidClassifierLib.Scene.OtherGland import interactionNode
from ShownPanel import ShownPanel
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass, reopenScene

_GLAND = (12, 30, 60)  # voxel (z, y, x) in the tissue, 25 mm from the middle of the tumour
_BONE = (12, 52, 25)


class GlandPanelTest(ShownPanel, ScriptedLoadableModuleTest):
    """The user compares the tumour with a segment, or with a ball around a point."""

    panelClass = GlandPanel

    def setUp(self):
        super().setUp()
        self.logic.onCaseChange = self.panel.refresh  # as the whole panel does
        self.ctNode = self.parameterNode.ct = addCt()
        outline = addOutline(self.ctNode)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        self.ui.glandGroupBox.collapsed = False

    def tearDown(self):
        interactionNode().SwitchToViewTransformMode()
        self.logic.onCaseChange = None
        super().tearDown()

    @property
    def answer(self):
        label = self.ui.comparisonLabel
        return "" if label.isHidden() else label.text

    @property
    def points(self):
        return self.parameterNode.gland

    @property
    def isPlacing(self):
        return interactionNode().GetCurrentInteractionMode() == interactionNode().Place

    @staticmethod
    def rasOf(voxel):
        z, y, x = voxel
        return [-x * SPACING[0], -y * SPACING[1], z * SPACING[2]]

    def clickInView(self, voxel=_GLAND):
        """Do what a click does while a point is placed."""
        self.points.AddControlPoint(self.rasOf(voxel))
        interactionNode().SwitchToViewTransformMode()

    def placePoint(self, voxel=_GLAND):
        self.ui.pointButton.click()
        self.clickInView(voxel)

    def addGland(self, voxel=_GLAND, radius=6, name="Parotid gland"):
        """Add a segmentation with a cube of the other gland in it."""
        node = addOutline(self.ctNode, "Glands")
        z, y, x = voxel
        values = np.zeros(slicer.util.arrayFromVolume(self.ctNode).shape, np.uint8)
        values[z - 3 : z + 4, y - radius : y + radius + 1, x - radius : x + radius + 1] = 1
        node.GetSegmentation().AddEmptySegment("Gland", name)
        slicer.util.updateSegmentBinaryLabelmapFromArray(values, node, "Gland", self.ctNode)
        return node

    def names(self):
        box = self.ui.glandPartComboBox
        return [box.itemText(index) for index in range(box.count)]

    def chooseGland(self, node):
        self.ui.glandSelector.setCurrentNode(node)
        self.ui.glandPartComboBox.currentIndex = self.names().index("Parotid gland")

    # A point

    def test_a_click_after_the_button_places_the_point_that_is_compared(self):
        self.assertEqual(self.answer, "")
        self.assertTrue(self.ui.placeLabel.isHidden())
        self.ui.pointButton.click()
        self.assertTrue(self.isPlacing)
        self.assertTrue(self.ui.pointButton.checked)
        self.assertFalse(self.ui.placeLabel.isHidden())
        self.clickInView()
        self.assertFalse(self.ui.pointButton.checked)
        self.assertTrue(self.ui.placeLabel.isHidden())
        self.assertIn("Tumour 108 HU on average (SD 10)", self.answer)
        self.assertIn("other gland 60 HU", self.answer)
        self.assertIn("the tumour is 48 HU brighter. This enters no model.", self.answer)
        self.assertIn("0.5 ml of the other gland", self.answer)

    def test_the_button_again_or_escape_gives_the_placing_up(self):
        for giveUp in (self.ui.pointButton.click, interactionNode().SwitchToViewTransformMode):
            self.ui.pointButton.click()
            giveUp()
            self.assertFalse(self.isPlacing)
            self.assertFalse(self.ui.pointButton.checked)
            self.assertEqual(self.answer, "")

    def test_another_click_takes_the_place_of_the_point(self):
        self.placePoint()
        points = self.points
        self.ui.pointButton.click()
        self.assertEqual(self.answer, "")
        self.clickInView(_BONE)
        self.assertIs(self.points, points)
        self.assertEqual(points.GetNumberOfControlPoints(), 1)
        self.assertIn("darker", self.answer)

    def test_a_point_that_is_dragged_is_measured_where_it_lies(self):
        self.placePoint()
        self.points.SetNthControlPointPosition(0, self.rasOf(_BONE))
        self.assertIn("darker", self.answer)
        self.points.RemoveNthControlPoint(0)
        self.assertEqual(self.answer, "")

    def test_a_point_that_only_follows_the_mouse_is_not_measured(self):
        self.placePoint()
        preview = self.points.PositionPreview
        self.points.SetNthControlPointPosition(0, *self.rasOf(_GLAND), preview)
        self.assertEqual(self.answer, "")

    def test_a_point_in_the_tumour_or_outside_the_ct_is_refused(self):
        self.placePoint((12, 30, 35))
        self.assertIn("overlaps the tumour by", self.answer)
        self.placePoint((12, 30, 500))
        self.assertIn("does not lie on the CT", self.answer)

    def test_the_point_is_shown_as_the_ball_that_is_measured(self):
        self.placePoint()
        display = self.points.GetDisplayNode()
        self.assertFalse(display.GetUseGlyphScale())
        self.assertEqual(display.GetGlyphSize(), 10)

    # A segment

    def test_a_segment_is_compared_once_it_is_chosen(self):
        glands = self.addGland()
        self.ui.glandSelector.setCurrentNode(glands)
        self.assertEqual(self.names(), ["Choose a segment", "Tumor", "Parotid gland"])
        self.assertEqual(self.answer, "")
        self.chooseGland(glands)
        self.assertIn("other gland 60 HU", self.answer)
        self.ui.glandPartComboBox.currentIndex = 0
        self.assertEqual(self.answer, "")

    def test_a_segment_is_compared_no_more_once_another_segmentation_is_chosen(self):
        self.chooseGland(self.addGland())
        self.ui.glandSelector.setCurrentNode(None)
        self.assertEqual(self.answer, "")
        self.placePoint()
        self.ui.glandSelector.setCurrentNode(self.parameterNode.segmentation)
        self.assertIn("other gland 60 HU", self.answer)

    def test_the_regions_of_the_case_are_not_offered_but_what_was_drawn_beside_them(self):
        own = self.parameterNode.segmentation
        self.ui.glandSelector.setCurrentNode(own)
        self.assertEqual(self.names(), ["Choose a segment"])
        self.assertFalse(self.ui.glandPartComboBox.enabled)
        own.GetSegmentation().AddEmptySegment("Gland", "Parotid gland")
        self.panel.refresh()
        self.chooseGland(own)
        self.assertIn("is empty. Choose a segment that is drawn", self.answer)

    def test_what_lies_on_the_tumour_is_refused(self):
        glands = self.addGland()
        self.ui.glandSelector.setCurrentNode(glands)
        self.ui.glandPartComboBox.currentIndex = 1
        self.assertIn("overlaps the tumour by", self.answer)

    def test_a_segment_that_changes_is_measured_anew(self):
        glands = self.addGland()
        self.chooseGland(glands)
        values = slicer.util.arrayFromSegmentBinaryLabelmap(glands, "Gland", self.ctNode)
        self.assertIn("2.4 ml of the other gland", self.answer)
        values[:, : _GLAND[1]] = 0
        slicer.util.updateSegmentBinaryLabelmapFromArray(values, glands, "Gland", self.ctNode)
        self.assertIn("1.3 ml of the other gland", self.answer)
        glands.GetSegmentation().RemoveSegment("Gland")
        self.assertIn("no such segment", self.answer)

    def test_a_segmentation_under_a_transform_is_refused(self):
        glands = self.addGland()
        self.chooseGland(glands)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Moved")
        glands.SetAndObserveTransformNodeID(transform.GetID())
        self.assertIn("Glands lies under the transform Moved", self.answer)

    def test_a_segment_of_another_patient_is_refused(self):
        glands = self.addGland()
        underPatient("A", self.ctNode, self.parameterNode.segmentation)
        underPatient("B", glands)
        self.chooseGland(glands)
        self.assertIn("Glands and Enhanced CT belong to different patients", self.answer)

    def test_a_segment_takes_the_place_of_the_point_and_the_other_way_round(self):
        self.placePoint(_BONE)
        points = self.points
        self.chooseGland(self.addGland())
        self.assertIn("other gland 60 HU", self.answer)
        self.assertFalse(slicer.mrmlScene.IsNodePresent(points))
        self.placePoint(_BONE)
        self.assertIn("darker", self.answer)
        self.assertEqual(self.ui.glandPartComboBox.currentIndex, 0)

    # What changes beside it

    def test_the_tumour_is_measured_as_it_is_now(self):
        self.placePoint()
        self.assertIn("3.0 ml of tumour", self.answer)
        self.growTumor()
        self.assertNotIn("3.0 ml of tumour", self.answer)
        self.assertIn("ml of tumour", self.answer)

    def test_a_region_counts_on_its_ct_alone(self):
        self.placePoint()
        answer = self.answer
        self.parameterNode.ct = addCt("Another CT", seed=1)
        self.logic.ringFollower.update()
        self.panel.refresh()
        self.assertEqual(self.answer, "")
        self.parameterNode.ct = self.ctNode
        self.logic.ringFollower.update()
        self.panel.refresh()
        self.assertEqual(self.answer, answer)

    def test_the_voxels_of_a_ct_that_changed_are_measured(self):
        self.placePoint()
        slicer.util.arrayFromVolume(self.ctNode)[:] += 10
        slicer.util.arrayFromVolumeModified(self.ctNode)
        self.panel.refresh()
        self.assertIn("other gland 70 HU", self.answer)

    def test_without_an_outline_nothing_is_offered_or_told(self):
        self.placePoint()
        self.clear("Tumor")
        letPass(AFTER_AN_EDIT)
        self.assertFalse(self.ui.glandGroupBox.enabled)
        self.assertEqual(self.answer, "")

    def test_a_region_that_is_deleted_is_compared_no_more(self):
        glands = self.addGland()
        self.chooseGland(glands)
        slicer.mrmlScene.RemoveNode(glands)
        self.panel.refresh()
        self.assertEqual(self.answer, "")
        self.placePoint()
        slicer.mrmlScene.RemoveNode(self.points)
        self.panel.refresh()
        self.assertEqual(self.answer, "")

    def test_what_a_strange_scene_names_is_no_region(self):
        self.parameterNode.glandCt = self.ctNode
        self.parameterNode.gland = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode")
        self.panel.refresh()
        self.assertEqual(self.answer, "")

    def test_a_scene_that_is_closed_while_a_point_is_placed_places_none(self):
        self.ui.pointButton.click()
        self.letGo()
        self.assertFalse(self.ui.pointButton.checked)
        slicer.mrmlScene.Clear(0)
        self.assertEqual(self.names(), ["Choose a segment"])

    def test_nothing_is_measured_while_the_group_is_closed(self):
        self.placePoint()
        self.ui.glandGroupBox.collapsed = True
        self.points.SetNthControlPointPosition(0, self.rasOf(_BONE))
        self.assertEqual(self.ui.comparisonLabel.text, "")
        self.ui.glandGroupBox.collapsed = False
        self.assertIn("darker", self.answer)

    def test_it_enters_no_model(self):
        before = self.logic.results._fingerprint.of(self.parameterNode)
        self.placePoint()
        self.assertEqual(self.logic.results._fingerprint.of(self.parameterNode), before)

    def test_a_reopened_scene_shows_the_comparison_again(self):
        for choose in (lambda: self.chooseGland(self.addGland()), self.placePoint):
            choose()
            answer = self.answer
            self.assertIn("other gland 60 HU", answer)
            reopenScene(self.letGo)
            self.parameterNode = self.logic.getParameterNode()
            self.ctNode = self.parameterNode.ct
            self.logic.follow(self.parameterNode)
            self.panel.setParameterNode(self.parameterNode)
            self.assertEqual(self.answer, answer)

    def letGo(self):
        self.panel.setParameterNode(None)
        self.logic.follow(None)
