"""Self tests of the steps: which of them is open, what the folded ones say, and the keys."""

from unittest.mock import patch

import qt
import slicer
from MadeResults import RESULT
from MadeScene import addCt, addOutline
from ParotidClassifierLib.Panels import Guide
from ParotidClassifierLib.Scene.Outline import viewsCentreRas
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownModule import ShownModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass

SECTIONS = {
    "CT": ("CasePanel", "caseCollapsibleButton"),
    "Tumour": ("TumorPanel", "tumorCollapsibleButton"),
    "Findings": ("ClinicalPanel", "clinicalCollapsibleButton"),
    "Result": ("ResultPanel", "resultCollapsibleButton"),
}
LONG_ENOUGH = 0.5  # s, for what was loaded to be looked at


class StepsTest(ShownModule, ScriptedLoadableModuleTest):
    """One step is open; it is the next one, or the one the user wants."""

    def section(self, name):
        panel, section = SECTIONS[name]
        return getattr(self.ui[panel], section)

    @property
    def opened(self):
        return [name for name in SECTIONS if not self.section(name).collapsed]

    def rail(self, name):
        names = {"CT": "Ct", "Tumour": "Tumor"}
        return getattr(self.mainPanel.ui, f"rail{names.get(name, name)}Button")

    # The way through

    def test_the_way_opens_one_step_after_the_other(self):
        self.assertEqual(self.opened, ["CT"])
        ctNode = addCt()
        self.choose(ctNode)
        self.assertEqual(self.opened, ["Tumour"])
        self.take(addOutline(ctNode))
        self.assertEqual(self.opened, ["Findings"])
        for name, word in (("symptoms", "with"), ("margin", "clear"), ("lymph_nodes", "without")):
            setClinicalValue(self.parameterNode, name, word)
        self.assertEqual(self.opened, ["Findings"])  # an answer can be corrected
        self.answerBy(RESULT)
        self.run_()
        self.wait()
        self.assertEqual(self.opened, ["Result"])

    def test_a_folded_step_is_told_in_a_line(self):
        self.makeCase()
        self.assertIn("1. CT   Enhanced CT", self.section("CT").text)
        self.assertIn("2. Tumour   3.0 ml · 19 mm", self.section("Tumour").text)
        self.assertEqual(self.section("Findings").text, "3. Findings")  # it is open
        for name, sign in (("CT", "✓"), ("Tumour", "✓"), ("Findings", "●"), ("Result", "○")):
            self.assertTrue(self.rail(name).text.startswith(sign), self.rail(name).text)
        self.assertEqual(self.rail("CT").accessibleName, "CT: done")

    def test_who_draws_keeps_the_tools_and_sees_the_questions_at_once(self):
        self.choose(addCt())
        self.start()
        self.assertEqual(self.opened, ["Tumour"])
        self.paintTumor()
        self.assertEqual(self.opened, ["Tumour", "Findings"])
        self.assertEqual(self.mainPanel._editor._node.GetActiveEffectName(), "Paint")

    def test_the_brush_is_put_down_with_the_step(self):
        self.choose(addCt())
        self.start()
        self.paintTumor()
        self.section("Tumour").collapsed = True
        self.assertFalse(self.mainPanel._editor._node.GetActiveEffectName())

    def test_an_answer_takes_the_place_of_the_tools(self):
        self.choose(addCt())
        self.start()
        self.paintTumor()
        self.answerBy(RESULT)
        self.run_()
        self.wait()
        self.assertEqual(self.opened, ["Result"])
        self.assertFalse(self.mainPanel._editor._node.GetActiveEffectName())

    def test_a_step_the_user_opens_takes_the_others_place(self):
        self.makeCase()
        self.rail("CT").click()
        self.assertEqual(self.opened, ["CT"])
        self.section("Tumour").collapsed = False
        self.assertEqual(self.opened, ["Tumour"])
        self.growTumor()
        self.assertEqual(self.opened, ["Tumour"])

    def test_a_step_the_user_folds_stays_folded(self):
        self.makeCase()
        self.section("Findings").collapsed = True
        self.mainPanel.refresh()
        self.assertEqual(self.opened, [])
        self.rail("Findings").click()
        self.assertEqual(self.opened, ["Findings"])

    def test_the_next_patient_begins_where_something_is_missing(self):
        self.classified()
        self.choose(addCt("Next patient", enhancementHu=-40))
        self.assertNotEqual(self.opened, ["Result"])
        for name in ("Result", "Tumour"):
            self.rail(name).click()
            slicer.mrmlScene.Clear(0)
            self.assertEqual(self.opened, ["CT"])

    def test_what_is_missing_leads_to_its_step(self):
        self.makeCase()
        self.rail("CT").click()
        self.ui["ClassifyPanel"].missingLabel.linkActivated("Findings")
        self.assertEqual(self.opened, ["Findings"])

    # What is there already

    def test_the_only_ct_is_chosen_on_entering(self):
        self.widget.exit()
        ctNode = addCt()
        self.widget.enter()
        self.assertEqual(self.parameterNode.ct, ctNode)

    def test_a_ct_that_is_loaded_meanwhile_is_chosen_the_first_alone(self):
        ctNode = addCt()
        letPass(LONG_ENOUGH)
        self.assertEqual(self.parameterNode.ct, ctNode)
        addCt("Another one")
        letPass(LONG_ENOUGH)
        self.assertEqual(self.parameterNode.ct, ctNode)

    def test_of_two_cts_the_shown_one_is_chosen_and_without_it_none(self):
        self.widget.exit()
        addCt("Plain")
        shown = addCt("Arterial")
        slicer.util.setSliceViewerLayers(background=None)
        self.widget.enter()
        self.assertIsNone(self.parameterNode.ct)
        self.widget.exit()
        slicer.util.setSliceViewerLayers(background=shown)
        self.widget.enter()
        self.assertEqual(self.parameterNode.ct, shown)

    def test_an_outline_in_the_scene_is_offered_in_a_line_and_taken_by_one_click(self):
        ctNode = addCt()
        outline = addOutline(ctNode)
        outline.GetSegmentation().AddEmptySegment("Gland", "Parotid gland")
        self.choose(ctNode)
        shown = self.ui["TumorPanel"]
        self.assertEqual(shown.foundLabel.text, "Found: Tumor of Outline")
        shown.useFoundButton.click()
        self.assertTrue(self.canRun)
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.opened, ["Findings"])
        self.assertTrue(shown.foundWidget.isHidden())
        centre = outline.GetSegmentCenterRAS("Tumor")
        for seen, meant in zip(viewsCentreRas(), centre, strict=True):
            self.assertAlmostEqual(seen, meant, delta=1.0)

    def test_outlines_of_which_none_is_a_tumours_are_not_offered(self):
        ctNode = addCt()
        outline = addOutline(ctNode)
        outline.GetSegmentation().GetSegment("Tumor").SetName("Gland")
        outline.GetSegmentation().AddEmptySegment("Mandible", "Mandible")
        self.choose(ctNode)
        self.assertTrue(self.ui["TumorPanel"].foundWidget.isHidden())

    # The views

    def test_the_slices_of_the_tumour_are_gone_through_and_no_further(self):
        self.makeCase()
        view = slicer.app.layoutManager().sliceWidget("Red").sliceLogic()
        self.panels["TumorPanel"].goToTumor()
        before = view.GetSliceOffset()
        self.panels["TumorPanel"].goBySlices(1)
        self.assertAlmostEqual(view.GetSliceOffset(), before + 2.0, delta=0.01)  # a slice is 2 mm
        for _press in range(30):
            self.panels["TumorPanel"].goBySlices(-1)
        lowest = view.GetSliceOffset()
        self.assertAlmostEqual(before - lowest, 9.0, delta=2.0)

    def test_tumour_and_ring_are_shown_in_3d_and_no_more(self):
        self.makeCase()
        camera = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCameraNode")
        if camera is None:
            camera = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLCameraNode")
        button = self.ui["TumorPanel"].show3DButton
        segmentation = self.parameterNode.segmentation.GetSegmentation()
        surface = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
        for isShown in (True, False):
            button.click()
            self.assertEqual(button.checked, isShown)
            self.assertEqual(segmentation.ContainsRepresentation(surface), isShown)
        display = self.parameterNode.segmentation.GetDisplayNode()
        centre = self.parameterNode.segmentation.GetSegmentCenterRAS("Tumor")
        for seen, meant in zip(camera.GetFocalPoint(), centre, strict=True):
            self.assertAlmostEqual(seen, meant, delta=2.0)
        ringId = segmentation.GetSegmentIdBySegmentName("External2")
        self.assertLess(display.GetSegmentOpacity3D(ringId), 0.5)

    # Help and keys

    def test_help_opens_the_page_of_the_open_step(self):
        with patch.object(qt.QDesktopServices, "openUrl") as opened:
            self.mainPanel.ui.helpButton.click()
            self.rail("Findings").click()
            self.mainPanel.showHelp()
        pages = [call.args[0].toString() for call in opened.call_args_list]
        self.assertTrue(pages[0].endswith(f"radiologist.md#{Guide.SECTIONS['CT']}"), pages)
        self.assertTrue(pages[1].endswith(f"#{Guide.SECTIONS['Findings']}"), pages)

    def test_the_keys_open_steps_answer_and_classify(self):
        keys = {one.key.toString(): one for one in self.mainPanel.widget.findChildren("QShortcut")}
        self.makeCase()
        keys["Alt+2"].activated()
        self.assertEqual(self.opened, ["Tumour"])
        keys["Alt+Shift+3"].activated()
        self.assertIn("lymph_nodes", self.parameterNode.clinical)
        self.answerBy(RESULT)
        keys["Ctrl+Return"].activated()
        self.wait()
        self.assertEqual(self.opened, ["Result"])
        own = {"Ctrl+Z", "Ctrl+Y", *"0123456789"}  # the segment editor's
        self.assertFalse(own & keys.keys())

    def paintTumor(self):
        """Put an outline where the brush would."""
        ball = slicer.util.arrayFromSegmentBinaryLabelmap(
            addOutline(self.parameterNode.ct, "Painted"), "Tumor", self.parameterNode.ct
        )
        node = self.parameterNode.segmentation
        tumorId = node.GetSegmentation().GetSegmentIdBySegmentName("Tumor")
        slicer.util.updateSegmentBinaryLabelmapFromArray(ball, node, tumorId, self.parameterNode.ct)
        letPass(AFTER_AN_EDIT)
