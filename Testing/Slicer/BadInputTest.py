"""Self tests of bad input: each is told with what to do, nothing is lost, the module goes on."""

from unittest.mock import patch

import numpy as np
import slicer
from MadeScene import addCt, addMr, addOutline, addVolume, underPatient
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownModule import ShownModule, toldBy
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass

CROSS, WARNING = "\N{BALLOT X}", "\N{WARNING SIGN}"


class BadInputTest(ShownModule, ScriptedLoadableModuleTest):
    """What a user may choose that cannot be classified."""

    def assertRefused(self, *words):
        """The findings, the line above Classify and the dialog of a run say these words."""
        told = toldBy(self.panels["ClassifyPanel"].run)
        for word in words:
            self.assertIn(word, self.findings)
            self.assertIn(word, self.missing)
            self.assertIn(word, told)
        self.assertIn(CROSS, self.findings)
        self.assertFalse(self.canRun)
        self.assertFalse(self.logic.classification.isRunning)

    def assertUsable(self):
        self.makeCase()
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.missing, "")
        self.assertTrue(self.canRun)

    def test_no_ct(self):
        told = toldBy(self.panels["ClassifyPanel"].run)
        for said in (told, self.status):
            self.assertIn("No enhanced CT is chosen.", said)
            self.assertIn("1. CT", said)
        self.assertFalse(self.canRun)
        self.assertFalse(self.ui["TumorPanel"].startButton.enabled)
        self.assertUsable()

    def test_the_ct_is_unchosen_and_chosen_again(self):
        ctNode, _outline = self.makeCase()
        self.refineRing()
        before = self.held()
        self.choose(None)
        letPass(AFTER_AN_EDIT)
        self.assertIn("Choose the enhanced CT", self.missing)
        self.choose(ctNode)
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.held(), before)
        self.assertTrue(self.canRun)

    def test_an_empty_outline_of_before_takes_no_refinement_away(self):
        ctNode = addCt()
        self.choose(ctNode)
        self.start()
        ball = addOutline(ctNode)
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            slicer.util.arrayFromSegmentBinaryLabelmap(ball, "Tumor", ctNode),
            self.parameterNode.segmentation,
            "Tumor",
            ctNode,
        )
        letPass(AFTER_AN_EDIT)
        self.refineRing()
        before = self.held()
        self.choose(None)
        letPass(AFTER_AN_EDIT)
        self.choose(ctNode)
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.held(), before)

    def test_a_colour_image(self):
        colours = slicer.util.addVolumeFromArray(
            np.zeros((4, 5, 6, 3), np.uint8), nodeClassName="vtkMRMLVectorVolumeNode"
        )
        self.choose(colours)
        self.assertIsNone(self.parameterNode.ct)
        photo = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Photo")
        photo.SetAndObserveImageData(colours.GetImageData())
        self.choose(photo)
        self.assertRefused("Photo is a colour image", "Choose the contrast-enhanced CT")
        self.start_is_refused("Photo is a colour image")
        self.assertUsable()

    def test_an_mr(self):
        self.choose(addMr())
        self.assertRefused("T1", "HU")
        self.start_is_refused("T1")
        self.assertUsable()

    def test_a_constant_volume(self):
        self.choose(addVolume(np.full((9, 9, 9), 40, np.int16), "Nothing"))
        self.assertRefused("Nothing")
        self.assertUsable()

    def test_a_volume_without_voxels(self):
        self.choose(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Hollow"))
        self.assertRefused("Hollow holds no voxels", "Load it again")
        self.assertUsable()

    def test_a_singular_direction_matrix(self):
        flat = addCt("Flat")
        flat.SetIJKToRASDirections(1, 0, 0, 1, 0, 0, 0, 0, 1)
        self.choose(flat)
        self.assertRefused("axes of Flat are not at right angles", "Load the series again")
        self.start_is_refused("axes of Flat")
        self.assertUsable()

    def test_a_matrix_that_becomes_singular_while_it_is_shown(self):
        ctNode, _outline = self.makeCase()
        before = self.held()
        ctNode.SetIJKToRASDirections(1, 0, 0, 1, 0, 0, 0, 0, 1)
        letPass(AFTER_AN_EDIT)
        self.assertRefused("right angles")
        ctNode.SetIJKToRASDirections(-1, 0, 0, 0, -1, 0, 0, 0, 1)
        letPass(AFTER_AN_EDIT)
        self.assertTrue(self.canRun)
        self.assertEqual(self.held(), before)

    def test_a_plain_ct_that_is_none(self):
        self.makeCase()
        self.ui["AdvancedPanel"].plainCtSelector.setCurrentNode(addMr())
        letPass(AFTER_AN_EDIT)
        self.assertIn("T1", self.findings)
        self.ui["AdvancedPanel"].plainCtSelector.setCurrentNode(None)
        self.assertTrue(self.canRun)

    def test_an_outline_of_another_patient(self):
        ctNode = addCt()
        other = addOutline(ctNode, "Other outline")
        underPatient("A", ctNode)
        underPatient("B", other)
        self.choose(ctNode)
        self.ui["TumorPanel"].outlineSelector.setCurrentNode(other)
        told = toldBy(self.panels["TumorPanel"].onAdopt)
        self.assertIn("Other outline and Enhanced CT belong to different patients", told)
        self.assertIn("Choose the outline drawn on this scan", told)
        self.assertIsNone(self.parameterNode.segmentation)
        self.assertUsable()

    def test_an_outline_of_another_patient_in_place_of_the_own(self):
        ctNode, _outline = self.makeCase()
        underPatient("A", ctNode)
        underPatient("B", self.parameterNode.segmentation)
        self.mainPanel.refresh()
        told = toldBy(self.panels["ClassifyPanel"].run)
        self.assertIn("belong to different patients", told)
        self.assertRefused("belong to different patients")
        self.assertIn("belong to different patients", self.ui["TumorPanel"].tumorStatusLabel.text)

    def test_the_ct_of_another_patient_chosen_after_the_outline(self):
        ctNode, _outline = self.makeCase()
        self.refineRing()
        before = self.held()
        underPatient("A", ctNode, self.parameterNode.segmentation)
        other = addCt("Other CT")
        underPatient("B", other)
        self.choose(other)
        letPass(AFTER_AN_EDIT)
        self.assertRefused("belong to different patients")
        self.choose(ctNode)
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.held(), before)
        self.assertTrue(self.canRun)

    def test_an_outline_elsewhere(self):
        ctNode = addCt()
        away = addCt("Away")
        away.SetOrigin(900.0, 900.0, 900.0)
        outline = addOutline(away, "Outline of Away")
        self.choose(ctNode)
        self.ui["TumorPanel"].outlineSelector.setCurrentNode(outline)
        told = toldBy(self.panels["TumorPanel"].onAdopt)
        self.assertIn("The outline Outline of Away does not lie on Enhanced CT", told)
        self.assertUsable()

    def test_an_empty_tumor(self):
        self.choose(addCt())
        self.start()
        told = toldBy(self.panels["ClassifyPanel"].run)
        self.assertIn("The tumour is not outlined yet. Draw it, or take", told)
        self.assertIn("The tumour is not outlined yet", self.missing)
        self.assertUsable()

    def test_an_empty_outline_is_not_taken(self):
        ctNode, _outline = self.makeCase()
        before = self.held()
        empty = addOutline(ctNode, "Blank", radiusMm=0.0)
        self.ui["TumorPanel"].outlineSelector.setCurrentNode(empty)
        told = toldBy(self.panels["TumorPanel"].onAdopt)
        self.assertIn("The outline Blank is empty. Choose a segment", told)
        self.assertEqual(self.held(), before)
        self.assertTrue(self.canRun)

    def test_a_tumor_emptied_with_a_ring_refined(self):
        self.makeCase()
        self.refineRing()
        before = self.held()
        tumor = self.read("Tumor")
        self.clear("Tumor")
        self.assertIn("Outline the tumour", self.missing)
        self.write("Tumor", tumor.mask, tumor.box)
        self.assertEqual(self.held(), before)

    def test_a_tumor_of_one_voxel(self):
        self.makeCase()
        tumor = self.read("Tumor")
        one = np.zeros_like(tumor.mask)
        one[tuple(size // 2 for size in one.shape)] = True
        self.write("Tumor", one, tumor.box)
        self.assertTrue(CROSS in self.findings or WARNING in self.findings)
        self.assertIn("0.0 ml · 1 mm", self.ui["TumorPanel"].tumorStatusLabel.text)

    def test_a_ring_edited_away(self):
        self.makeCase()
        ring = self.read("External2")
        self.clear("External2")
        for said in (self.missing, self.findings, self.ui["RingPanel"].ringStatusLabel.text):
            self.assertIn("Drop the refinement", said)
        self.assertIn("Drop the refinement", toldBy(self.panels["ClassifyPanel"].run))
        self.assertFalse(self.canRun)
        with patch.object(slicer.util, "confirmOkCancelDisplay", return_value=True):
            self.panels["RingPanel"].onDrop()
        self.assertEqual(self.read("External2").key, ring.key)
        self.assertTrue(self.canRun)

    def test_a_ring_without_tissue(self):
        self.makeCase()
        setClinicalValue(self.parameterNode, "symptoms", "with")
        self.parameterNode.ringLowerHu, self.parameterNode.ringUpperHu = "2000.0", "3000.0"
        letPass(AFTER_AN_EDIT)
        told = toldBy(self.panels["ClassifyPanel"].run)
        self.assertIn("between 2000 and 3000 HU", told)
        self.assertIn("widen the ring or its HU limits", self.missing)
        self.parameterNode.ringLowerHu, self.parameterNode.ringUpperHu = "-200.0", "400.0"
        self.assertTrue(self.canRun)

    def start_is_refused(self, words):
        self.assertIn(words, toldBy(self.panels["TumorPanel"].onStart))
        self.assertIsNone(self.parameterNode.segmentation)
