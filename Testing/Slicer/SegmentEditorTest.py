"""Self tests of the segment editor in the panel: what a brush can do, and what it cannot spoil."""

from unittest.mock import patch

import numpy as np
import slicer
from Brush import Brush
from MadeScene import addCt
from ParotidClassifierCore.case.grid import draw_regions
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierLib.Panels.SegmentEditor import BRUSHES, EFFECTS
from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass


class SegmentEditorTest(Brush, ScriptedLoadableModuleTest):
    """The editor's own logic paints, with the masking that the module sets."""

    def automaticRing(self):
        case = self.logic.sceneCase.case(self.parameterNode)
        return draw_regions(case, shen2026()).masks["External2"].sum()

    # What the editor offers

    def test_brush_and_eraser_are_offered_until_all_tools_are_asked_for(self):
        table = slicer.util.findChild(self.editor.widget, "SegmentsTableResizableFrame")
        button = self.ui["TumorPanel"].allToolsButton
        for effects, isAll in ((BRUSHES, False), (EFFECTS, True), (BRUSHES, False)):
            button.checked = isAll
            self.assertEqual(tuple(self.editor.widget.effectNameOrder()), effects)
            self.assertEqual(table.isHidden(), not isAll)
            offered = set(self.editor.widget.availableEffectNames())
            self.assertLessEqual(set(effects), offered)
            for name in offered:
                buttons = slicer.util.findChildren(
                    self.editor.widget, name=name, className="QToolButton"
                )
                self.assertEqual([one.isHidden() for one in buttons], [name not in effects])

    def test_who_draws_has_a_brush_that_paints_a_ball(self):
        self.editor.stopEffect()
        self.start()
        self.assertEqual(self.node.GetActiveEffectName(), "Paint")
        self.assertEqual(self.node.GetAttribute("BrushSphere"), "1")

    def test_the_box_is_seen_while_there_is_a_brush(self):
        self.editor.stopEffect()
        self.start()
        region = slicer.util.getNode("Editing region")
        self.assertTrue(region.GetDisplayVisibility())
        self.editor.stopEffect()
        letPass(0.05)
        self.assertFalse(region.GetDisplayVisibility())

    def test_the_tumour_is_in_the_editor_after_the_start_and_after_an_outline_is_taken(self):
        self.assertEqual(self.editor.editedRegion, "Tumor")
        self.editor.edit("External2")
        self.start()
        self.assertEqual(self.editor.editedRegion, "Tumor")

    def test_a_sample_case_can_be_painted_at_once(self):
        slicer.mrmlScene.Clear(0)
        self.mainPanel.samples.load(SAMPLE_CASES[0].name)
        letPass(0.05)
        self.assertEqual(self.editor.editedRegion, "Tumor")
        self.editor.widget.setActiveEffectByName("Paint")
        self.assertIsNotNone(self.editor.widget.activeEffect())

    def test_the_ct_is_the_source_volume(self):
        self.assertEqual(self.editor.widget.sourceVolumeNode(), self.parameterNode.ct)
        self.assertEqual(self.editor.widget.segmentationNode(), self.parameterNode.segmentation)

    def test_another_ct_is_the_source_volume_as_soon_as_it_is_chosen(self):
        other = addCt("Other CT")
        self.choose(other)
        self.assertEqual(self.editor.widget.sourceVolumeNode(), other)

    def test_the_node_of_the_segment_editor_module_is_another_one(self):
        other = slicer.mrmlScene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode")
        self.assertIsNot(self.node, other)
        self.assertEqual(self.node.GetSingletonTag(), "ParotidClassifier")

    # What a brush can spoil

    def test_the_ring_cannot_be_painted_into_the_tumour(self):
        self.ui["RingPanel"].refineButton.click()
        tumor = self.read("Tumor")
        box = tumor.box.padded(5)
        self.stroke("External2", np.ones(box.size[::-1], bool), box)
        ring = self.read("External2")
        self.assertEqual(ring.mask.sum(), np.prod(box.size) - tumor.mask.sum())
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.read("Tumor").key, tumor.key)
        self.assertEqual(self.read("External2").key, ring.key)
        self.assertRingFits()
        self.assertTrue(self.follower.isRefined)

    def test_a_tumour_painted_over_the_ring_gets_a_new_ring(self):
        before = self.read("Tumor")
        box = before.box.padded(3)
        grown = before.box.transferred(before.mask, box)
        grown[:, :, : box.size[0] // 2] |= True
        self.paint("Tumor", grown, box)
        self.assertGreater(self.read("Tumor").mask.sum(), before.mask.sum())
        self.assertRingFits()
        self.assertFalse(self.follower.isRefined)
        self.assertEqual(self.follower.drawn.masks["External2"].sum(), self.automaticRing())

    def test_a_tumour_erased_gives_room_to_the_ring(self):
        tumor = self.read("Tumor")
        left = tumor.mask.copy()
        left[:, :, : left.shape[2] // 2] = False
        self.paint("Tumor", left, tumor.box, erase=True)
        self.assertRingFits()
        self.assertEqual(self.follower.drawn.masks["External2"].sum(), self.automaticRing())

    def test_a_tumour_erased_to_nothing_empties_the_ring_and_undo_brings_all_back(self):
        self.eraseUpperHalfOfRing()
        before = self.held()
        tumor = self.read("Tumor")
        self.paint("Tumor", tumor.mask, tumor.box, erase=True)
        self.assertIsNone(self.read("Tumor"))
        self.assertIsNone(self.read("External2"))
        self.assertIn("Paint the tumour", self.ui["TumorPanel"].tumorStatusLabel.text)
        self.undo()
        self.assertEqual(self.held(), before)
        self.assertRingFits()

    def test_a_ring_erased_to_nothing_is_told_and_undo_brings_it_back(self):
        before = self.held()
        ring = self.read("External2")
        self.paint("External2", ring.mask, ring.box, erase=True)
        self.assertIn("Drop the refinement", self.missing)
        self.undo()
        self.assertEqual(self.held(), before)
        self.assertTrue(self.canRun)

    def test_a_stroke_beyond_the_editing_region_does_no_harm(self):
        tumor = self.read("Tumor")
        box = tumor.box.padded(60)
        mask = np.zeros(box.size[::-1], bool)
        mask[:2], mask[30] = True, True
        self.paint("Tumor", mask, box)
        self.assertTrue(self.follower.drawn is not None or self.follower.problem is not None)
        self.undo()
        self.assertEqual(self.read("Tumor").key, tumor.key)
        self.assertRingFits()

    # Undo and redo

    def test_undo_and_redo_keep_ring_and_refinement_right(self):
        states = [self.held()]
        self.eraseUpperHalfOfRing()
        states.append(self.held())
        tumor = self.read("Tumor")
        box = tumor.box.padded(2)
        self.paint("Tumor", np.roll(tumor.box.transferred(tumor.mask, box), 2, axis=1), box)
        states.append(self.held())
        self.assertEqual(len({tuple(state) for state in states}), 3)
        for step, expected in (
            (self.undo, states[1]),
            (self.undo, states[0]),
            (self.redo, states[1]),
            (self.redo, states[2]),
            (self.undo, states[1]),
        ):
            step()
            self.assertEqual(self.held(), expected)
            self.assertRingFits()

    def test_a_new_ring_width_after_an_undo_keeps_the_refinement(self):
        self.eraseUpperHalfOfRing()
        refined = self.parameterNode.ringRefinement
        tumor = self.read("Tumor")
        self.paint("Tumor", np.roll(tumor.mask, 2, axis=1), tumor.box)
        self.undo()
        self.parameterNode.ringWidthMm = "4.0"
        letPass(AFTER_AN_EDIT)
        self.assertTrue(self.follower.isRefined)
        self.parameterNode.ringWidthMm = "2.0"
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.parameterNode.ringRefinement, refined)
        self.assertRingFits()

    # Seeds

    def test_effects_that_grow_from_all_segments_do_not_see_the_ring(self):
        display = self.parameterNode.segmentation.GetDisplayNode()
        ringId = self.segmentation.GetSegmentIdBySegmentName("External2")
        for name in ("Grow from seeds", "Fill between slices"):
            self.editor.widget.setActiveEffectByName(name)
            self.assertFalse(display.GetSegmentVisibility(ringId), name)
            self.editor.widget.setActiveEffectByName("Paint")
            self.assertTrue(display.GetSegmentVisibility(ringId), name)

    def test_going_to_another_module_shows_the_ring_again(self):
        display = self.parameterNode.segmentation.GetDisplayNode()
        ringId = self.segmentation.GetSegmentIdBySegmentName("External2")
        self.editor.widget.setActiveEffectByName("Grow from seeds")
        self.widget.exit()
        self.assertTrue(display.GetSegmentVisibility(ringId))
        self.assertIsNone(self.editor.widget.activeEffect())
        self.widget.enter()
        self.assertEqual(self.editor.widget.segmentationNode(), self.parameterNode.segmentation)

    def test_what_grew_from_seeds_is_the_tumour_and_its_ring(self):
        self.editor.widget.setActiveEffectByName("Grow from seeds")
        self.growTumor()
        self.assertRingFits()

    # Other segments

    def test_segments_of_the_users_own_are_left_alone(self):
        self.addSegment("Background")
        ring = self.read("External2")
        box = ring.box.padded(4)
        background = np.zeros(box.size[::-1], bool)
        background[:3] = True
        background[:, :6] = True
        self.paint("Background", background, box)
        before = self.read("Background").key
        self.assertRingFits()
        self.growTumor(2)
        self.eraseUpperHalfOfRing()
        self.parameterNode.ringWidthMm = "4.0"
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.read("Background").key, before)
        self.assertRingFits()
        self.assertEqual(self.segmentation.GetNumberOfSegments(), 3)

    def test_a_region_that_was_moved_lets_no_segment_be_overwritten(self):
        before = self.held()
        with patch(
            "ParotidClassifierLib.Scene.Outline.viewsCentreRas", return_value=(20.0, -10.0, 5.0)
        ):
            self.start()
        self.addSegment("Background")
        ring = self.read("External2")
        self.paint("Background", np.ones_like(ring.mask), ring.box)
        self.assertEqual(self.held(), before)

    def test_painting_another_segment_refines_nothing(self):
        before = self.held()
        self.addSegment("Background")
        ring = self.read("External2")
        self.paint("Background", np.ones_like(ring.mask), ring.box)
        self.assertEqual(self.held(), before)
        self.assertEqual(self.editor.editedRegion, "")
