"""Self tests of the ring in the step "2. Tumour"."""

from unittest.mock import patch

import slicer
from MadeScene import addCt, addOutline
from ShownModule import ShownModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass


class RingPanelTest(ShownModule, ScriptedLoadableModuleTest):
    """The user looks at the ring, sets its width and limits, and refines it."""

    @property
    def shown(self):
        return self.ui["RingPanel"]

    @property
    def statusText(self):
        return self.shown.ringStatusLabel.text

    def drop(self, answer):
        with patch.object(slicer.util, "confirmOkCancelDisplay", return_value=answer) as question:
            self.shown.dropButton.click()
        question.assert_called_once()
        self.assertIn("by hand will be forgotten", question.call_args.args[0])

    def assertEditorIn(self, container):
        parent = self.mainPanel._editor.widget.parentWidget()
        self.assertEqual(parent.objectName, container)

    # What is told

    def test_without_an_outline_there_is_no_ring_to_refine(self):
        self.choose(addCt())
        self.start()
        self.assertIn("as soon as there is an outline", self.statusText)
        self.assertFalse(self.shown.refineButton.enabled)
        self.assertFalse(self.shown.dropButton.enabled)
        self.assertTrue(self.shown.refinementLabel.isHidden())

    def test_volume_and_share_are_told_in_words(self):
        self.makeCase()
        drawn = self.follower.drawn
        self.assertIn(
            f"Ring (2 mm): {drawn.masks['External2'].sum() / 1000:.1f} ml.", self.statusText
        )
        self.assertIn("left out 0 % (bone and air)", self.statusText)
        self.parameterNode.ringUpperHu = "60.0"
        letPass(AFTER_AN_EDIT)
        share = 100 * self.follower.drawn.automatic["External2"].removed_by_hu_fraction
        self.assertTrue(30 < share < 70)
        self.assertIn(f"left out {share:.0f} % (bone and air)", self.statusText)

    def test_limits_that_are_no_range_are_told_and_the_ring_is_back_with_them(self):
        self.makeCase()
        before = self.read("External2").key
        self.shown.lowerSpinBox.value = 500.0
        letPass(AFTER_AN_EDIT)
        self.assertIn("not a range", self.statusText)
        self.assertIn("not a range", self.missing)
        self.assertFalse(self.canRun)
        self.shown.lowerSpinBox.value = -200.0
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.read("External2").key, before)
        self.assertTrue(self.canRun)

    # Settings

    def test_width_and_limits_are_stored_and_shown(self):
        self.makeCase()
        self.shown.widthSlider.value = 3.0
        self.shown.lowerSpinBox.value = -100.0
        self.shown.upperSpinBox.value = 300.0
        node = self.parameterNode
        stored = node.ringWidthMm, node.ringLowerHu, node.ringUpperHu
        self.assertEqual(stored, ("3.0", "-100.0", "300.0"))
        node.ringWidthMm = "5.0"
        self.assertEqual(self.shown.widthSlider.value, 5.0)
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.follower.drawn.protocol.rings[0].ring.width_mm, 5.0)

    def test_the_slider_offers_what_can_be_drawn(self):
        slider = self.shown.widthSlider
        self.assertEqual((slider.minimum, slider.maximum, slider.value), (1.0, 20.0, 2.0))

    def test_a_wider_ring_keeps_the_refinement(self):
        self.makeCase()
        self.refineRing()
        before = self.held()
        for width in (6.0, 2.0):
            self.shown.widthSlider.value = width
            letPass(AFTER_AN_EDIT)
            self.assertTrue(self.follower.isRefined)
        self.assertEqual(self.held(), before)

    # Refining

    def test_refining_brings_the_editor_here_and_back(self):
        self.makeCase()
        self.assertEditorIn("editorContainer")
        self.assertTrue(self.shown.ringEditorContainer.isHidden())
        self.shown.refineButton.click()
        self.assertEditorIn("ringEditorContainer")
        self.assertFalse(self.shown.ringEditorContainer.isHidden())
        self.assertEqual(self.mainPanel._editor.editedRegion, "External2")
        self.shown.refineButton.click()
        self.assertEditorIn("editorContainer")
        self.assertTrue(self.shown.ringEditorContainer.isHidden())
        self.assertEqual(self.mainPanel._editor.editedRegion, "Tumor")
        self.assertIsNone(self.mainPanel._editor.widget.activeEffect())

    def test_the_editor_goes_back_when_the_tumour_is_gone(self):
        self.makeCase()
        self.shown.refineButton.click()
        self.clear("Tumor")
        self.assertFalse(self.shown.refineButton.checked)
        self.assertEditorIn("editorContainer")

    def test_the_editor_goes_back_when_the_scene_is_closed(self):
        self.makeCase()
        self.shown.refineButton.click()
        slicer.mrmlScene.Clear(0)
        self.assertFalse(self.shown.refineButton.checked)
        self.assertEditorIn("editorContainer")
        self.makeCase()
        self.shown.refineButton.click()
        self.assertEqual(self.mainPanel._editor.editedRegion, "External2")

    def test_moving_the_region_while_refining_ends_it(self):
        self.makeCase()
        self.shown.refineButton.click()
        self.start()
        region = self.mainPanel._editor.editedRegion
        refining = self.shown.refineButton.checked
        self.assertEqual((region, refining), ("Tumor", False))
        self.assertEditorIn("editorContainer")

    def test_the_drop_is_asked_for_and_a_no_keeps_everything(self):
        self.makeCase()
        automatic = self.read("External2").key
        self.refineRing()
        before = self.held()
        self.drop(answer=False)
        self.assertEqual(self.held(), before)
        self.drop(answer=True)
        self.assertEqual(self.read("External2").key, automatic)
        self.assertFalse(self.shown.dropButton.enabled)
        self.assertTrue(self.shown.refinementLabel.isHidden())

    def test_a_damaged_refinement_can_be_dropped(self):
        self.makeCase()
        self.parameterNode.ringRefinement = "damaged"
        letPass(AFTER_AN_EDIT)
        self.assertIn("Drop the refinement under 2. Tumour, Ring", self.statusText)
        self.assertTrue(self.shown.dropButton.enabled)
        self.drop(answer=True)
        self.assertTrue(self.canRun)

    def test_another_outline_ends_refining_and_forgets_the_refinement(self):
        ctNode, _outline = self.makeCase()
        self.refineRing()
        self.shown.refineButton.click()
        self.take(addOutline(ctNode, "Next", radiusMm=7.0))
        self.assertFalse(self.follower.isRefined)
        self.assertEqual(self.mainPanel._editor.editedRegion, "Tumor")
        self.assertFalse(self.shown.refineButton.checked)
        self.assertEditorIn("editorContainer")
