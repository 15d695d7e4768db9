"""Self tests of what the module takes out of the scene, and of what it refuses."""

import numpy as np
import SimpleITK as sitk
import slicer
from MadeScene import addCt, addMr, addOutline
from ParotidClassifierCore.base.errors import (
    ParotidClassifierError,
    UnusableImageError,
    UnusableMaskError,
    UsageError,
)
from ParotidClassifierLib.Panels.Bundles import Bundles
from ParotidClassifierLib.Scene.Images import ijkToRas
from ParotidClassifierLib.Scene.SceneCase import SceneCase
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from ParotidClassifier import ParotidClassifierLogic


class SceneCaseTest(ScriptedLoadableModuleTest):
    """The scene's volumes and segments as Core sees them."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.logic = ParotidClassifierLogic()
        self.parameterNode = self.logic.getParameterNode()
        self.sceneCase = SceneCase(Bundles())

    def tearDown(self):
        self.logic.stop()
        slicer.mrmlScene.Clear(0)

    def refusal(self, kind, read=None):
        with self.assertRaises(kind) as caught:
            (read or self.sceneCase.ct)(self.parameterNode)
        self.assertTrue(caught.exception.remedy)
        return str(caught.exception)

    def test_a_ct_lies_where_the_scene_shows_it(self):
        node = addCt()
        self.parameterNode.ct = node
        image = self.sceneCase.ct(self.parameterNode)
        self.assertEqual(image.GetSize(), (70, 60, 24))
        for index in ((3, 5, 7), (60, 2, 20)):
            lps = np.array(image.TransformIndexToPhysicalPoint(index))
            ijk = np.linalg.solve(ijkToRas(node), [*(lps * (-1, -1, 1)), 1.0])[:3]
            value = slicer.util.arrayFromVolume(node)[tuple(np.rint(ijk[::-1]).astype(int))]
            self.assertEqual(image[index], value)

    def test_a_ct_stored_in_another_order_gives_the_same_image(self):
        node = addCt()
        values, matrix = slicer.util.arrayFromVolume(node), ijkToRas(node)
        flipped = matrix @ np.diag([1, 1, -1, 1])
        flipped[:, 3] = matrix @ [0, 0, values.shape[0] - 1, 1]
        other = slicer.util.addVolumeFromArray(values[::-1], ijkToRAS=flipped, name="Other order")
        images = [self.sceneCase.volume(node), self.sceneCase.volume(other)]
        self.assertEqual(*(image.GetOrigin() for image in images))
        self.assertTrue(np.array_equal(*(sitk.GetArrayFromImage(image) for image in images)))

    def test_a_ct_is_converted_once_until_it_changes(self):
        node = addCt()
        self.parameterNode.ct = node
        first = self.sceneCase.ct(self.parameterNode)
        self.assertIs(first, self.sceneCase.ct(self.parameterNode))
        slicer.util.arrayFromVolume(node)[0, 0, 0] = 77
        slicer.util.arrayFromVolumeModified(node)
        self.assertEqual(sitk.GetArrayFromImage(self.sceneCase.ct(self.parameterNode))[0, 0, 0], 77)

    def test_no_ct_is_refused(self):
        self.assertIn("No enhanced CT is chosen", self.refusal(UsageError))

    def test_a_volume_without_voxels_is_refused(self):
        self.parameterNode.ct = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLScalarVolumeNode", "Empty"
        )
        self.assertIn("Empty holds no voxels", self.refusal(UnusableImageError))

    def test_a_colour_image_is_refused(self):
        self.parameterNode.ct = slicer.util.addVolumeFromArray(
            np.zeros((4, 5, 6, 3), np.uint8), name="Photo", nodeClassName="vtkMRMLVectorVolumeNode"
        )
        self.assertIn("Photo is a colour image", self.refusal(UnusableImageError))

    def test_an_mr_is_refused(self):
        self.parameterNode.ct = addMr()
        self.assertIn("T1", self.refusal(UnusableImageError))

    def test_a_refused_image_is_read_once(self):
        self.parameterNode.ct = addMr()
        with self.assertRaises(UnusableImageError) as first:
            self.sceneCase.ct(self.parameterNode)
        with self.assertRaises(UnusableImageError) as second:
            self.sceneCase.ct(self.parameterNode)
        self.assertIs(second.exception, first.exception)

    def test_a_volume_under_a_transform_is_refused_by_both_names(self):
        node = addCt()
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Shift")
        node.SetAndObserveTransformNodeID(transform.GetID())
        self.parameterNode.ct = node
        message = self.refusal(UnusableImageError)
        self.assertIn("Enhanced CT lies under the transform Shift", message)
        self.assertIn("harden", message)

    def test_an_outline_under_a_transform_is_refused(self):
        self.parameterNode.ct = addCt()
        outline = addOutline(self.parameterNode.ct)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Shift")
        outline.SetAndObserveTransformNodeID(transform.GetID())
        self.parameterNode.segmentation = outline
        self.assertIn("Outline lies under", self.refusal(UnusableImageError, self.sceneCase.tumor))

    def test_a_singular_direction_matrix_is_refused(self):
        node = addCt()
        node.SetIJKToRASDirections(1, 0, 0, 1, 0, 0, 0, 0, 1)
        self.parameterNode.ct = node
        self.assertIn("right angles", self.refusal(UnusableImageError))

    def test_an_outline_of_another_patient_is_refused(self):
        self.parameterNode.ct = addCt()
        self.parameterNode.segmentation = addOutline(self.parameterNode.ct)
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        for name, node in (("A", self.parameterNode.ct), ("B", self.parameterNode.segmentation)):
            patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), name)
            study = hierarchy.CreateStudyItem(patient, "Study")
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), study)
        message = self.refusal(UnusableMaskError, self.sceneCase.tumor)
        self.assertIn("belong to different patients", message)

    def test_a_missing_and_an_empty_outline_are_refused(self):
        self.parameterNode.ct = addCt()
        self.assertIn("not outlined yet", self.refusal(UsageError, self.sceneCase.tumor))
        self.parameterNode.segmentation = addOutline(self.parameterNode.ct, radiusMm=0.0)
        self.assertIn("not outlined yet", self.refusal(UsageError, self.sceneCase.tumor))

    def test_every_refusal_is_a_finding_in_the_panel(self):
        self.parameterNode.ct = addMr()
        self.logic.follow(self.parameterNode)
        findings = self.logic.findings.of(self.parameterNode)
        self.assertEqual([finding.severity.value for finding in findings], ["error"])
        with self.assertRaises(ParotidClassifierError):
            self.logic.classification.classify(self.parameterNode, None, None, None)
