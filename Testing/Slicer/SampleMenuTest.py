"""Self tests of the menu with the simulated patients."""

from unittest.mock import patch

import slicer
from MadeScene import addCt, addOutline, windowAndLevel
from ShownModule import ShownModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


class SampleMenuTest(ShownModule, ScriptedLoadableModuleTest):
    """A simulated patient takes the place of the present one, once the user agrees."""

    def test_a_sample_case_is_loaded_and_chosen_with_its_outline(self):
        self.sampleAction("malignant").trigger()
        self.assertEqual(self.parameterNode.ct.GetName(), "Simulated CT (malignant)")
        segmentation = self.parameterNode.segmentation.GetSegmentation()
        tumor = segmentation.GetSegmentIdBySegmentName("Tumor")
        outline = slicer.util.arrayFromSegmentBinaryLabelmap(
            self.parameterNode.segmentation, tumor, self.parameterNode.ct
        )
        self.assertGreater(int(outline.sum()), 0)
        self.assertEqual(windowAndLevel(self.parameterNode.ct), (400.0, 40.0))
        self.assertEqual(self.parameterNode.clinical, "")
        self.assertEqual(self.mainPanel.steps.shown, "Findings")

    def test_a_sample_case_does_not_inherit_from_the_patient_before(self):
        ctNode = addCt()
        outline = addOutline(ctNode)
        self.parameterNode.ct = self.parameterNode.plainCt = ctNode
        self.parameterNode.segmentation = outline
        self.parameterNode.clinical = '{"margin": "unclear"}'
        with patch.object(slicer.util, "confirmOkCancelDisplay", return_value=True):
            self.sampleAction("benign").trigger()
        self.assertEqual(self.parameterNode.clinical, "")
        self.assertIsNone(self.parameterNode.plainCt)
        self.assertNotEqual(self.parameterNode.segmentation, outline)
        self.assertIsNotNone(slicer.mrmlScene.GetNodeByID(outline.GetID()))
        self.assertFalse(outline.GetDisplayVisibility())

    def test_a_case_is_kept_where_the_user_does_not_want_another(self):
        self.parameterNode.ct = ctNode = addCt()
        self.parameterNode.clinical = '{"margin": "unclear"}'
        with patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False):
            self.sampleAction("benign").trigger()
        self.assertEqual(self.parameterNode.ct, ctNode)
        self.assertEqual(self.parameterNode.clinical, '{"margin": "unclear"}')

    def sampleAction(self, kind):
        return next(
            action for action in self.mainPanel.samples.menu.actions() if kind in action.text
        )
