"""Self tests of the step "1. CT"."""

from unittest.mock import patch

import slicer
from MadeScene import addCt, setWindow, windowAndLevel
from ParotidClassifierLib.Panels.CasePanel import CasePanel
from ShownPanel import ShownPanel
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

OK, WARNING, ERROR = "\N{CHECK MARK}", "\N{WARNING SIGN}", "\N{BALLOT X}"


class CasePanelTest(ShownPanel, ScriptedLoadableModuleTest):
    """The user chooses the images and is told what they are good for."""

    panelClass = CasePanel

    def findings(self):
        self.panel.onFindingsLink("passed")
        return self.ui.findingsLabel.text

    def test_what_is_in_order_is_one_line_until_it_is_asked_for(self):
        self.parameterNode.ct = addCt()
        self.panel.refresh()
        self.assertIn("6 checks passed", self.ui.findingsLabel.text)
        self.assertNotIn("70 × 60 × 24", self.ui.findingsLabel.text)
        self.assertIn("70 × 60 × 24", self.findings())

    def test_a_chosen_ct_reaches_the_parameter_node(self):
        ctNode = addCt()
        self.ui.ctSelector.setCurrentNode(ctNode)
        self.assertEqual(self.parameterNode.ct, ctNode)

    def test_the_parameter_nodes_ct_is_shown(self):
        ctNode = addCt()
        self.parameterNode.ct = ctNode
        self.assertEqual(self.ui.ctSelector.currentNode(), ctNode)

    def test_a_good_ct_has_only_ticks(self):
        self.parameterNode.ct = addCt()
        findings = self.findings()
        self.assertIn(f"{OK}\N{VARIATION SELECTOR-15}", findings)  # a letter, never a picture
        self.assertIn("70 × 60 × 24 voxels of 1.00 × 1.00 × 2.00 mm", findings)
        self.assertNotIn(WARNING, findings)
        self.assertNotIn(ERROR, findings)
        self.assertTrue(self.ui.firstStepLabel.isHidden())

    def test_the_same_image_as_plain_ct_is_warned_of(self):
        self.parameterNode.ct = addCt()
        self.parameterNode.plainCt = addCt("The same again")
        self.assertIn(WARNING, self.findings())

    def test_the_ct_the_user_chooses_is_shown_at_400_40(self):
        ctNode, composite = addCt(), self.addSliceView()
        self.choose(ctNode)
        self.assertEqual(windowAndLevel(ctNode), (400.0, 40.0))
        self.assertEqual(composite.GetBackgroundVolumeID(), ctNode.GetID())

    def test_what_code_chooses_leaves_views_window_and_findings_alone(self):
        composite = self.addSliceView()
        for name in ("CT of before", "CT of now"):
            ctNode = addCt(name)
            setWindow(ctNode, 2000.0, 500.0)
            ctNode.GetScalarVolumeDisplayNode().AutoWindowLevelOn()
            with patch.object(slicer.util, "confirmYesNoDisplay") as question:
                self.parameterNode.ct = self.parameterNode.plainCt = ctNode
            question.assert_not_called()
            self.assertEqual(self.ui.ctSelector.currentNode(), ctNode)
            self.assertNotEqual(windowAndLevel(ctNode), (400.0, 40.0))
            self.assertIsNone(composite.GetBackgroundVolumeID())
            self.parameterNode.clinical = '{"margin": "unclear"}'

    def test_a_case_that_is_shown_again_leaves_the_views_alone(self):
        self.choose(addCt())
        composite = self.addSliceView()
        for parameterNode in (None, self.parameterNode):
            self.panel.setParameterNode(parameterNode)
        self.assertEqual(self.ui.ctSelector.currentNode(), self.parameterNode.ct)
        self.assertIsNone(composite.GetBackgroundVolumeID())

    def test_of_two_cts_of_one_name_the_chosen_one_is_taken(self):
        first, second = addCt("2: Neck"), addCt("2: Neck")
        second.SetName("2: Neck")
        self.choose(first)
        self.parameterNode.clinical = '{"margin": "unclear"}'
        with patch.object(slicer.util, "confirmYesNoDisplay", return_value=True) as question:
            self.choose(second)
        question.assert_called_once()

    def test_a_ct_that_is_unset_while_it_is_being_shown_is_not_shown(self):
        ctNode = addCt()

        def unset(_node):
            self.parameterNode.ct = None

        self.ui.ctSelector.connect("nodeActivated(vtkMRMLNode*)", unset)
        self.parameterNode.ct = ctNode
        self.ui.ctSelector.disconnect("nodeActivated(vtkMRMLNode*)", unset)
        self.panel.refresh()
        self.assertIsNone(self.parameterNode.ct)
        self.assertIsNone(self.ui.ctSelector.currentNode())
        self.choose(ctNode)

    def test_a_window_the_user_has_set_is_left_alone(self):
        ctNode = addCt()
        setWindow(ctNode, 2000.0, 500.0)
        self.choose(ctNode)
        self.assertEqual(windowAndLevel(ctNode), (2000.0, 500.0))

    def test_choosing_no_ct_shows_no_error(self):
        self.choose(addCt())
        self.ui.ctSelector.setCurrentNode(None)
        self.ui.ctSelector.nodeActivated(None)
        self.assertIsNone(self.parameterNode.ct)

    def test_findings_that_do_not_belong_to_the_next_ct_are_forgotten(self):
        self.chooseAnotherCtWithFindings(belong=False)
        self.assertEqual(self.parameterNode.clinical, "")

    def test_findings_that_belong_to_the_next_ct_too_are_kept(self):
        self.chooseAnotherCtWithFindings(belong=True)
        self.assertEqual(self.parameterNode.clinical, '{"margin": "unclear"}')

    def test_the_first_ct_raises_no_question_about_findings(self):
        self.parameterNode.clinical = '{"margin": "unclear"}'
        self.choose(addCt())
        self.assertEqual(self.parameterNode.clinical, '{"margin": "unclear"}')

    def choose(self, ctNode):
        """Choose a CT in the list, as a user does."""
        self.ui.ctSelector.setCurrentNode(ctNode)
        self.assertEqual(self.parameterNode.ct, ctNode)

    def chooseAnotherCtWithFindings(self, belong):
        self.choose(addCt())
        self.parameterNode.clinical = '{"margin": "unclear"}'
        with patch.object(slicer.util, "confirmYesNoDisplay", return_value=belong) as question:
            self.choose(addCt("Another CT"))
        question.assert_called_once()

    def addSliceView(self):
        return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
