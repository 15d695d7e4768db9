"""Self tests of the simulated cases in Sample Data."""

from pathlib import Path

import numpy as np
import SampleData
import slicer
from ParotidClassifierLib.Scene.Images import ijkToRas
from ParotidClassifierLib.Scene.SampleCases import (
    CATEGORY,
    SAMPLE_CASES,
    loadSampleCase,
    registerSampleCases,
    sampleClinicalFindings,
)
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

BENIGN, MALIGNANT = (sample.name for sample in SAMPLE_CASES)


class SampleCasesTest(ScriptedLoadableModuleTest):
    """A first user gets a whole case with one click, with nothing downloaded."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)

    def test_sample_data_offers_each_case_once(self):
        registerSampleCases()
        registerSampleCases()
        sources = SampleData.SampleDataLogic.sampleDataSourcesByCategory(CATEGORY)
        self.assertEqual([source.sampleName for source in sources], [BENIGN, MALIGNANT])

    def test_every_case_in_sample_data_has_a_picture(self):
        registerSampleCases()
        for source in SampleData.SampleDataLogic.sampleDataSourcesByCategory(CATEGORY):
            self.assertTrue(Path(source.thumbnailFileName).is_file(), source.sampleName)

    def test_the_button_in_sample_data_loads_the_case(self):
        registerSampleCases()
        source = SampleData.SampleDataLogic().sourceForSampleName(MALIGNANT)
        ctNode, segmentationNode = source.customDownloader(source)
        self.assertEqual(ctNode.GetName(), "Simulated CT (malignant)")
        self.assertEqual(segmentationNode.GetName(), "Simulated outline (malignant)")
        self.assertEqual(_countOf("vtkMRMLScalarVolumeNode"), 1)

    def test_the_ct_lies_in_the_patient_where_the_simulator_put_it(self):
        import SimpleITK as sitk

        ctNode, _segmentationNode = loadSampleCase(BENIGN)
        image = _simulated(BENIGN).ct
        np.testing.assert_array_equal(
            slicer.util.arrayFromVolume(ctNode), sitk.GetArrayFromImage(image)
        )
        voxel = (17, 5, 3)
        ras = ijkToRas(ctNode) @ [*voxel, 1.0]
        lps = image.TransformIndexToPhysicalPoint(voxel)
        np.testing.assert_allclose(ras[:3] * [-1, -1, 1], lps, atol=1e-6)

    def test_the_outline_is_the_readers_on_the_cts_voxels(self):
        import SimpleITK as sitk

        ctNode, segmentationNode = loadSampleCase(BENIGN)
        segmentId = segmentationNode.GetSegmentation().GetSegmentIdBySegmentName("Tumor")
        outline = slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, ctNode)
        np.testing.assert_array_equal(outline, sitk.GetArrayFromImage(_simulated(BENIGN).tumor))

    def test_the_clinical_findings_come_with_the_ct(self):
        ctNode, _segmentationNode = loadSampleCase(MALIGNANT)
        self.assertEqual(sampleClinicalFindings(ctNode), dict(_simulated(MALIGNANT).record))

    def test_a_ct_of_the_users_own_brings_no_findings(self):
        ctNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
        self.assertEqual(sampleClinicalFindings(ctNode), {})
        self.assertEqual(sampleClinicalFindings(None), {})

    def test_a_case_loaded_twice_can_be_told_apart(self):
        first, second = loadSampleCase(BENIGN), loadSampleCase(BENIGN)
        names = {node.GetName() for node in (*first, *second)}
        self.assertEqual(len(names), 4)

    def test_an_unknown_sample_leaves_the_scene_as_it_is(self):
        with self.assertRaises(KeyError):
            loadSampleCase("MRHead")
        self.assertEqual(_countOf("vtkMRMLScalarVolumeNode"), 0)


def _simulated(name):
    from ParotidClassifierCore.simulation.case import simulate_case

    sample = next(sample for sample in SAMPLE_CASES if sample.name == name)
    return simulate_case(sample.seed, sample.malignant)


def _countOf(className) -> int:
    return slicer.mrmlScene.GetNumberOfNodesByClass(className)
