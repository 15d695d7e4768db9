"""Self tests of the ring: it follows the tumour, and what was done by hand is never lost."""

import numpy as np
import slicer
from MadeScene import addCt, addOutline
from ParotidClassifierCore.case.grid import draw_regions
from ParotidClassifierCore.protocol import RingSettings, protocol_from, shen2026
from ParotidClassifierLib.Scene.RingRefinement import unpacked
from ShownPanel import FollowedCase
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass, reopenScene, waitFor


class RingFollowerTest(FollowedCase, ScriptedLoadableModuleTest):
    """External2 beside a tumour that is edited."""

    def setUp(self):
        super().setUp()
        self.parameterNode.ct = addCt()
        self.logic.adoptOutline(self.parameterNode, addOutline(self.parameterNode.ct), "Tumor")

    def expected(self):
        return draw_regions(self.logic.sceneCase.case(self.parameterNode), shen2026())

    def ringFollows(self):
        drawn = self.expected()
        ring = self.read("External2")
        return np.array_equal(ring.box.transferred(ring.mask, drawn.box), drawn.masks["External2"])

    def test_the_ring_is_cores_ring(self):
        self.assertTrue(self.ringFollows())
        self.assertIsNone(self.follower.problem)
        self.assertFalse(self.follower.isRefined)

    def test_it_follows_the_tumour_a_moment_later(self):
        before = self.read("External2").key
        tumor = self.read("Tumor")
        self.setVoxels("Tumor", np.roll(tumor.mask, 4, axis=2), tumor.box)
        self.assertEqual(self.read("External2").key, before)
        waitFor(lambda: self.read("External2").key != before, 5, "the new ring")
        self.assertTrue(self.ringFollows())
        self.assertFalse(self.follower.isRefined)

    def test_it_follows_width_and_limits(self):
        self.parameterNode.ringWidthMm = "4.0"
        self.parameterNode.ringUpperHu = "50.0"
        self.follower.update()
        case = self.logic.sceneCase.case(self.parameterNode)
        wanted = draw_regions(case, shen2026().with_ring(RingSettings(4.0, (-200.0, 50.0))))
        self.assertTrue(
            np.array_equal(self.follower.drawn.masks["External2"], wanted.masks["External2"])
        )

    def test_a_refinement_survives_an_edit_of_the_tumour(self):
        self.refineRing()
        self.assertTrue(self.follower.isRefined)
        removed = {tuple(p) for p in unpacked(self.parameterNode.ringRefinement).removed}
        self.growTumor()
        after = self.follower.drawn
        points = np.argwhere(after.masks["External2"]) + after.box.lower[::-1]
        self.assertFalse(removed & {tuple(p) for p in points.tolist()})
        self.assertLess(after.masks["External2"].sum(), after.automatic["External2"].mask.sum())

    def test_what_was_added_by_hand_survives_too(self):
        ring = self.read("External2")
        box = ring.box.padded(3)
        mask = ring.box.transferred(ring.mask, box)
        mask[0] = True
        self.write("External2", mask, box)
        added = unpacked(self.parameterNode.ringRefinement).added
        self.assertEqual(len(added), int(mask[0].sum()))
        self.growTumor()
        drawn = self.follower.drawn
        points = {
            tuple(p)
            for p in (np.argwhere(drawn.masks["External2"]) + drawn.box.lower[::-1]).tolist()
        }
        self.assertTrue({tuple(p) for p in added.tolist()} <= points)

    def test_undo_and_redo_are_noticed_and_can_be_gone_through(self):
        history = slicer.vtkSegmentationHistory()
        history.SetSegmentation(self.parameterNode.segmentation.GetSegmentation())
        states = [self.follower.keys()]
        for _stroke in range(2):
            history.SaveState()
            self.growTumor(2)
            states.append(self.follower.keys())
        for state in (states[1], states[0]):
            history.RestorePreviousState()
            letPass(AFTER_AN_EDIT)
            self.assertEqual(self.follower.keys(), state)
            self.assertEqual(
                self.follower.drawn.masks["Tumor"].sum(), self.read("Tumor").mask.sum()
            )
        history.RestoreNextState()
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.follower.keys(), states[1])
        self.assertFalse(self.follower.isRefined)
        self.assertTrue(history.IsRestoreNextStateAvailable())

    def test_while_seeds_grow_the_ring_is_hidden_and_follows(self):
        display = self.parameterNode.segmentation.GetDisplayNode()
        self.follower.hideRings(True)
        self.growTumor()
        self.assertFalse(display.GetSegmentVisibility("External2"))
        self.assertTrue(self.ringFollows())
        self.follower.hideRings(False)
        self.assertTrue(display.GetSegmentVisibility("External2"))

    def test_a_refinement_comes_back_with_the_scene(self):
        self.refineRing()
        ring, refined = self.read("External2").key, self.parameterNode.ringRefinement
        reopenScene(lambda: self.logic.follow(None))
        self.parameterNode = self.logic.getParameterNode()
        self.logic.follow(self.parameterNode)
        self.assertEqual(self.parameterNode.ringRefinement, refined)
        self.assertEqual(self.read("External2").key, ring)

    # Other bundles

    def choose(self, **regions):
        """Let the bundle have other regions than the tumour, or none."""
        content = {**shen2026().as_json(), "headline": []}
        names = [*content["regions"]][:1]
        content["regions"] = {names[0]: content["regions"][names[0]], **regions}
        read = [*content["regions"]]
        content["models"] = {"All_RAD": {"radiomics": read}}
        protocol = protocol_from(content)
        self.logic.bundles.protocol = lambda _node: protocol
        self.follower.update()

    def segments(self):
        segmentation = self.parameterNode.segmentation.GetSegmentation()
        return [segmentation.GetSegment(one).GetName() for one in segmentation.GetSegmentIDs()]

    def test_a_second_ring_is_drawn_and_the_first_refined(self):
        near, far = ({"ring": {"width_mm": mm, "hu_range": [-200, 400]}} for mm in (2, 5))
        self.choose(External2=near, External5={**far, "around": ["External2"]})
        self.assertEqual(self.segments(), ["Tumor", "External2", "External5"])
        drawn, shown = self.follower.drawn, self.read("External5")
        self.assertEqual(shown.mask.sum(), drawn.masks["External5"].sum())
        before = self.read("External2").mask.sum()
        self.refineRing()
        self.assertLess(self.read("External2").mask.sum(), before)
        self.assertTrue(self.follower.isRefined)
        self.growTumor()
        self.assertGreater(self.read("External5").mask.sum(), shown.mask.sum())

    def test_what_is_edited_about_a_second_ring_is_drawn_over(self):
        near, far = ({"ring": {"width_mm": mm, "hu_range": [-200, 400]}} for mm in (2, 5))
        self.choose(External2=near, External5=far)
        before = self.read("External5")
        self.write("External5", before.mask & False, before.box)
        self.assertEqual(self.read("External5").key, before.key)
        self.assertFalse(self.follower.isRefined)

    def test_rings_that_the_bundle_does_not_have_go(self):
        self.choose(Rim={"ring": {"width_mm": 3, "hu_range": [-200, 400]}})
        self.assertEqual(self.segments(), ["Tumor", "Rim"])
        self.choose()
        self.assertEqual(self.segments(), ["Tumor"])
        self.assertIsNone(self.follower.problem)
        self.assertEqual(list(self.follower.drawn.masks), ["Tumor"])
