"""Self tests of the ring: it follows the tumour, and what was done by hand is never lost."""

import tempfile
from pathlib import Path

import numpy as np
import slicer
from MadeScene import addCt, addOutline
from ParotidClassifierCore.base.errors import EmptyRingError
from ParotidClassifierCore.case.grid import draw_regions
from ParotidClassifierCore.imaging.lattice import lattice_of
from ParotidClassifierCore.protocol import RingSettings, protocol_from, shen2026
from ParotidClassifierLib.Scene import Images
from ParotidClassifierLib.Scene.LatticeMasks import LatticeMask, readMask, tightMask
from ParotidClassifierLib.Scene.RingRefinement import unpacked
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass, waitFor

from ParotidClassifier import ParotidClassifierLogic


class RingFollowerTest(ScriptedLoadableModuleTest):
    """External2 beside a tumour that is edited."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.logic = ParotidClassifierLogic()
        self.parameterNode = self.logic.getParameterNode()
        self.parameterNode.ct = addCt()
        self.logic.follow(self.parameterNode)
        outline = addOutline(self.parameterNode.ct)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        self.follower = self.logic.ringFollower

    def tearDown(self):
        self.logic.stop()
        slicer.mrmlScene.Clear(0)

    @property
    def lattice(self):
        return lattice_of(self.logic.sceneCase.ct(self.parameterNode))

    def read(self, region):
        return readMask(self.parameterNode.segmentation, region, self.lattice)

    def write(self, region, mask):
        node = self.parameterNode.segmentation
        Images.setSegment(node, region, mask.mask, self.lattice, mask.box)

    def expected(self):
        return draw_regions(self.logic.sceneCase.case(self.parameterNode), shen2026())

    def growTumor(self, millimetres=4):
        """Push the tumour's border to the left, as a stroke of the brush would."""
        tumor = self.read("Tumor")
        box = tumor.box.padded(millimetres)
        mask = tumor.box.transferred(tumor.mask, box)
        for step in range(1, millimetres + 1):
            mask |= np.roll(tumor.box.transferred(tumor.mask, box), step, axis=2)
        self.write("Tumor", LatticeMask(box, mask))

    def halveRing(self):
        """Erase the ring's upper half by hand; return the mask that is left."""
        ring = self.read("External2")
        left = ring.mask.copy()
        left[left.shape[0] // 2 :] = False
        self.write("External2", LatticeMask(ring.box, left))
        return LatticeMask(ring.box, left)

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
        self.growTumor()
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

    def test_limits_that_are_no_range_are_a_problem_until_mended(self):
        self.parameterNode.ringLowerHu = "500.0"
        self.follower.update()
        self.assertIn("not a range", str(self.follower.problem))
        self.parameterNode.ringLowerHu = "-200.0"
        self.follower.update()
        self.assertIsNone(self.follower.problem)

    def test_a_refinement_survives_an_edit_of_the_tumour(self):
        self.halveRing()
        letPass(AFTER_AN_EDIT)
        self.assertTrue(self.follower.isRefined)
        removed = {tuple(p) for p in unpacked(self.parameterNode.ringRefinement).removed}
        self.growTumor()
        letPass(AFTER_AN_EDIT)
        after = self.follower.drawn
        points = np.argwhere(after.masks["External2"]) + after.box.lower[::-1]
        self.assertFalse(removed & {tuple(p) for p in points.tolist()})
        self.assertLess(after.masks["External2"].sum(), after.automatic["External2"].mask.sum())

    def test_what_was_added_by_hand_survives_too(self):
        ring = self.read("External2")
        box = ring.box.padded(3)
        mask = ring.box.transferred(ring.mask, box)
        mask[0] = True
        self.write("External2", LatticeMask(box, mask))
        letPass(AFTER_AN_EDIT)
        added = unpacked(self.parameterNode.ringRefinement).added
        self.assertEqual(len(added), int(mask[0].sum()))
        self.growTumor()
        letPass(AFTER_AN_EDIT)
        drawn = self.follower.drawn
        points = {
            tuple(p)
            for p in (np.argwhere(drawn.masks["External2"]) + drawn.box.lower[::-1]).tolist()
        }
        self.assertTrue({tuple(p) for p in added.tolist()} <= points)

    def test_the_ring_cannot_be_painted_into_the_tumour(self):
        ring = self.read("External2")
        self.write("External2", LatticeMask(ring.box, np.ones_like(ring.mask)))
        letPass(AFTER_AN_EDIT)
        self.assertFalse(
            (self.follower.drawn.masks["External2"] & self.follower.drawn.masks["Tumor"]).any()
        )
        tumor, shown = self.read("Tumor"), self.read("External2")
        self.assertFalse((shown.box.transferred(shown.mask, tumor.box) & tumor.mask).any())

    def test_dropping_the_refinement_brings_back_the_automatic_ring(self):
        self.halveRing()
        letPass(AFTER_AN_EDIT)
        self.follower.dropRefinement()
        self.assertFalse(self.follower.isRefined)
        self.assertTrue(self.ringFollows())

    def test_undo_brings_back_ring_and_refinement_together(self):
        history = slicer.vtkSegmentationHistory()
        history.SetSegmentation(self.parameterNode.segmentation.GetSegmentation())
        self.halveRing()
        letPass(AFTER_AN_EDIT)
        refined, ringBefore = self.parameterNode.ringRefinement, self.read("External2").key
        history.SaveState()
        self.growTumor()
        letPass(AFTER_AN_EDIT)
        self.assertNotEqual(self.read("External2").key, ringBefore)
        history.RestorePreviousState()
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.read("External2").key, ringBefore)
        self.assertEqual(self.parameterNode.ringRefinement, refined)

    def test_undo_and_redo_are_noticed_and_can_be_gone_through(self):
        history = slicer.vtkSegmentationHistory()
        history.SetSegmentation(self.parameterNode.segmentation.GetSegmentation())
        states = [self.follower.keys()]
        for _stroke in range(2):
            history.SaveState()
            self.growTumor(2)
            letPass(AFTER_AN_EDIT)
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

    def test_undoing_a_refinement_forgets_it(self):
        history = slicer.vtkSegmentationHistory()
        history.SetSegmentation(self.parameterNode.segmentation.GetSegmentation())
        history.SaveState()
        self.halveRing()
        letPass(AFTER_AN_EDIT)
        self.assertTrue(self.follower.isRefined)
        history.RestorePreviousState()
        letPass(AFTER_AN_EDIT)
        self.assertFalse(self.follower.isRefined)
        history.RestoreNextState()
        letPass(AFTER_AN_EDIT)
        self.assertTrue(self.follower.isRefined)

    def test_a_ring_edited_away_is_said_and_not_classified(self):
        self.parameterNode.segmentation.GetSegmentation().ClearSegment("External2")
        letPass(AFTER_AN_EDIT)
        self.assertFalse(self.follower.drawn.masks["External2"].any())
        with self.assertRaises(EmptyRingError):
            self.logic.classification.classify(self.parameterNode, None, None, None)
        self.follower.dropRefinement()
        self.assertTrue(self.follower.drawn.masks["External2"].any())

    def test_an_emptied_tumour_empties_the_ring(self):
        self.parameterNode.segmentation.GetSegmentation().ClearSegment("Tumor")
        letPass(AFTER_AN_EDIT)
        self.assertIsNone(self.follower.drawn)
        self.assertIsNone(self.read("External2"))
        self.assertFalse(self.follower.hasTumor)

    def test_while_seeds_grow_the_ring_is_hidden_and_follows(self):
        display = self.parameterNode.segmentation.GetDisplayNode()
        self.follower.hideRings(True)
        self.growTumor()
        letPass(AFTER_AN_EDIT)
        self.assertFalse(display.GetSegmentVisibility("External2"))
        self.assertTrue(self.ringFollows())
        self.follower.hideRings(False)
        self.assertTrue(display.GetSegmentVisibility("External2"))

    def test_a_refinement_comes_back_with_the_scene(self):
        self.halveRing()
        letPass(AFTER_AN_EDIT)
        ring, refined = self.read("External2").key, self.parameterNode.ringRefinement
        with tempfile.TemporaryDirectory() as folder:
            scene = str(Path(folder) / "case.mrb")
            self.assertTrue(slicer.util.saveScene(scene))
            self.logic.follow(None)
            slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(scene)
        self.parameterNode = self.logic.getParameterNode()
        self.logic.follow(self.parameterNode)
        self.assertEqual(self.parameterNode.ringRefinement, refined)
        self.assertEqual(self.read("External2").key, ring)

    def test_a_damaged_refinement_is_a_problem_that_can_be_dropped(self):
        self.parameterNode.ringRefinement = "damaged"
        self.follower.update()
        self.assertIn("Drop the refinement", str(self.follower.problem))
        self.follower.dropRefinement()
        self.assertIsNone(self.follower.problem)

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
        left = self.halveRing()
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.read("External2").key, tightMask(left.box, left.mask).key)
        self.assertTrue(self.follower.isRefined)
        self.growTumor()
        letPass(AFTER_AN_EDIT)
        self.assertGreater(self.read("External5").mask.sum(), shown.mask.sum())

    def test_what_is_edited_about_a_second_ring_is_drawn_over(self):
        near, far = ({"ring": {"width_mm": mm, "hu_range": [-200, 400]}} for mm in (2, 5))
        self.choose(External2=near, External5=far)
        before = self.read("External5")
        self.write("External5", LatticeMask(before.box, before.mask & False))
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.read("External5").key, before.key)
        self.assertFalse(self.follower.isRefined)

    def test_rings_that_the_bundle_does_not_have_go(self):
        self.choose(Rim={"ring": {"width_mm": 3, "hu_range": [-200, 400]}})
        self.assertEqual(self.segments(), ["Tumor", "Rim"])
        self.choose()
        self.assertEqual(self.segments(), ["Tumor"])
        self.assertIsNone(self.follower.problem)
        self.assertEqual(list(self.follower.drawn.masks), ["Tumor"])
