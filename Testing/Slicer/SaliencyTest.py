"""Self tests of the section "Where did the network look?" and of its volume in the scene."""

import tempfile
from unittest.mock import patch

import numpy as np
import slicer
from MadeResults import madePrediction, writeMap
from ParotidClassifierLib.Scene import SaliencyLayer
from ParotidClassifierLib.Scene.SaliencyLayer import COLORS_ID, OPACITY
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import reopenScene

NAME = "Where the network looked"


class SaliencyTest(ShownResult, ScriptedLoadableModuleTest):
    """The user lays over the CT where the network looked, and takes it away again."""

    def setUp(self):
        ShownResult.setUp(self)
        self.asked = self.answerSections()
        self.keepOfCase()

    @property
    def nodes(self):
        nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        return [node for node in nodes if node is not self.parameterNode.ct]

    @property
    def views(self):
        return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")

    def isLaidOver(self, node):
        return {view.GetForegroundVolumeID() for view in self.views} == {node and node.GetID()}

    def show(self, value=1.0):
        """Press the button and answer; return the volume."""
        self.ui.saliencyButton.click()
        with tempfile.TemporaryDirectory() as folder:
            self.asked.onDone({"out": writeMap(folder, value)})
        return self.nodes[0]

    # Asking

    def test_before_it_is_asked_for_nothing_is_there(self):
        self.assertFalse(self.ui.saliencyButton.checked)
        self.assertTrue(self.ui.saliencyLegendWidget.isHidden())
        self.assertIn("where it looked, not why", self.ui.saliencyLabel.text)
        self.assertIn("weight (log-odds)", self.ui.saliencyLabel.text)
        self.assertIn("views go to the strongest place", self.ui.saliencyLabel.text)
        self.assertEqual(self.nodes, [])

    def test_it_is_computed_with_progress_and_can_be_cancelled(self):
        self.ui.saliencyButton.click()
        self.asked.onProgress(0.5, "where it looked")
        self.assertEqual(self.ui.saliencyProgressBar.value, 500)
        self.assertFalse(self.ui.cancelSaliencyButton.isHidden())
        self.assertFalse(self.ui.saliencyButton.enabled)
        self.ui.cancelSaliencyButton.click()
        self.assertEqual(self.asked.names, ["saliency", "cancel"])
        self.assertTrue(self.ui.saliencyProgressBar.isHidden())
        self.assertFalse(self.ui.saliencyButton.checked)
        self.assertTrue(self.ui.saliencyButton.enabled)

    def test_a_bundle_without_a_network_has_nothing_to_show_and_says_why(self):
        prediction = madePrediction()
        prediction["models"]["Tumor+External2_DL"] = {"unavailable": "this bundle has no network"}
        self.keep(prediction)
        self.assertFalse(self.ui.saliencyButton.enabled)
        self.assertIn("this bundle has no network", self.ui.saliencyLabel.text)

    # Shown

    def test_the_map_lies_over_the_ct_and_lets_it_through(self):
        node = self.show()
        self.assertEqual(node.GetName(), NAME)
        self.assertTrue(self.isLaidOver(node))
        self.assertTrue(self.ui.saliencyButton.checked)
        self.assertFalse(self.ui.saliencyLegendWidget.isHidden())
        for view in self.views:
            self.assertEqual(view.GetBackgroundVolumeID(), self.parameterNode.ct.GetID())
            self.assertEqual(view.GetForegroundOpacity(), OPACITY)

    def test_what_did_not_matter_is_transparent_and_the_rest_is_coloured_evenly(self):
        display = self.show().GetScalarVolumeDisplayNode()
        self.assertEqual(display.GetColorNodeID(), COLORS_ID)
        self.assertEqual((display.GetWindowLevelMin(), display.GetWindowLevelMax()), (0.0, 1.0))
        self.assertFalse(display.GetAutoWindowLevel())
        self.assertTrue(display.GetApplyThreshold())
        self.assertGreater(display.GetLowerThreshold(), 0.0)
        self.assertEqual(display.GetUpperThreshold(), 1.0)
        self.assertTrue(display.GetInterpolate())

    def test_the_map_lies_where_the_worker_put_it_and_the_views_go_there(self):
        node = self.show()
        values = slicer.util.arrayFromVolume(node)
        self.assertEqual(np.unravel_index(values.argmax(), values.shape), (4, 3, 2))
        bounds = [0.0] * 6
        node.GetRASBounds(bounds)
        self.assertEqual(bounds[:2], [-15.5, -9.5])
        axes = {"Sagittal": 0, "Coronal": 1, "Axial": 2}
        planes = {
            view.GetOrientation(): view.GetSliceToRAS().GetElement(axes[view.GetOrientation()], 3)
            for view in slicer.util.getNodesByClass("vtkMRMLSliceNode")
        }
        self.assertEqual(planes, {"Sagittal": -12.0, "Coronal": 17.0, "Axial": 9.0})

    def test_a_map_that_is_zero_everywhere_is_shown_without_a_jump(self):
        self.assertTrue(self.isLaidOver(self.show(value=0.0)))

    def test_it_is_switched_off_and_on_without_computing_it_again(self):
        node = self.show()
        self.ui.saliencyButton.click()
        self.assertTrue(self.isLaidOver(None))
        self.assertFalse(self.ui.saliencyButton.checked)
        self.assertTrue(self.ui.saliencyLegendWidget.isHidden())
        self.ui.saliencyButton.click()
        self.assertTrue(self.isLaidOver(node))
        self.assertEqual(self.asked.names, ["saliency"])
        self.assertEqual(len(self.nodes), 1)

    def test_what_was_laid_over_the_ct_before_comes_back(self):
        other = slicer.util.addVolumeFromArray(np.zeros((4, 4, 4)), name="PET")
        for view in self.views:
            view.SetForegroundVolumeID(other.GetID())
            view.SetForegroundOpacity(0.25)
        self.show()
        self.ui.saliencyButton.click()
        self.assertTrue(self.isLaidOver(other))
        self.assertEqual({view.GetForegroundOpacity() for view in self.views}, {0.25})

    def test_the_segments_keep_their_outlines_alone_while_it_is_shown(self):
        display = self.parameterNode.segmentation.GetDisplayNode()
        self.show()
        self.assertFalse(display.GetVisibility2DFill())
        self.assertTrue(display.GetVisibility2DOutline())
        self.ui.saliencyButton.click()
        self.assertTrue(display.GetVisibility2DFill())

    def test_segments_whose_colour_the_user_hid_stay_so(self):
        display = self.parameterNode.segmentation.GetDisplayNode()
        display.SetVisibility2DFill(False)
        self.show()
        self.ui.saliencyButton.click()
        self.assertFalse(display.GetVisibility2DFill())

    def test_a_volume_that_the_user_removed_is_computed_anew(self):
        slicer.mrmlScene.RemoveNode(self.show())
        self.panel.refresh()
        self.assertFalse(self.ui.saliencyButton.checked)
        self.assertTrue(self.parameterNode.segmentation.GetDisplayNode().GetVisibility2DFill())
        self.show()
        self.assertEqual(self.asked.names, ["saliency", "saliency"])

    def test_without_views_the_volume_is_there_all_the_same(self):
        with patch.object(SaliencyLayer, "_views", list):  # as in an application without a window
            self.show()
        self.assertEqual(len(self.nodes), 1)

    # Whether it still holds

    def test_it_is_hidden_and_marked_while_the_result_is_out_of_date(self):
        node = self.show()
        self.parameterNode.ringWidthMm = "4.0"
        self.logic.ringFollower.update()
        self.panel.refresh()
        self.assertTrue(self.isLaidOver(None))
        self.assertEqual(node.GetName(), NAME + " (out of date)")
        self.assertFalse(self.ui.numbersWidget.enabled)
        self.parameterNode.ringWidthMm = "2.0"
        self.logic.ringFollower.update()
        self.panel.refresh()
        self.assertEqual(node.GetName(), NAME)

    def test_it_goes_with_its_result(self):
        self.show()
        self.parameterNode.ringWidthMm = "4.0"
        self.logic.ringFollower.update()
        self.keep()
        self.assertEqual(self.nodes, [])
        self.assertTrue(self.isLaidOver(None))
        self.assertFalse(self.ui.saliencyButton.checked)

    def test_clinical_findings_do_not_touch_it(self):
        node = self.show()
        self.makeOutOfDate()
        self.assertTrue(self.isLaidOver(node))
        self.keep()
        self.assertTrue(self.isLaidOver(node))
        self.assertEqual(node.GetName(), NAME)

    def test_without_a_result_it_is_gone(self):
        self.show()
        self.parameterNode.result = ""
        self.panel.refresh()
        self.assertEqual(self.nodes, [])

    def test_it_comes_back_with_the_scene(self):
        self.show()
        reopenScene(lambda: (self.panel.setParameterNode(None), self.logic.follow(None)))
        self.parameterNode = self.logic.getParameterNode()
        self.logic.follow(self.parameterNode)
        self.panel.setParameterNode(self.parameterNode)
        self.assertEqual([node.GetName() for node in self.nodes], [NAME])
        self.assertTrue(self.isLaidOver(self.nodes[0]))
        self.assertTrue(self.ui.saliencyButton.checked)
        display = self.nodes[0].GetScalarVolumeDisplayNode()
        self.assertEqual(display.GetColorNode().GetName(), "Viridis")
        self.ui.saliencyButton.click()
        self.assertTrue(self.parameterNode.segmentation.GetDisplayNode().GetVisibility2DFill())
