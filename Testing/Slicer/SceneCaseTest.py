"""Self tests of what the module takes out of the scene, and of what it refuses."""

import numpy as np
import SimpleITK as sitk
import slicer
from MadeScene import addCt, addMr, addOutline
from ParotidClassifierCore.base.errors import (
    UnusableImageError,
    UsageError,
)
from ParotidClassifierLib.Panels.Bundles import Bundles
from ParotidClassifierLib.Scene.Images import ijkToRas
from ParotidClassifierLib.Scene.SceneCase import SceneCase
from ShownPanel import FollowedCase
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


class SceneCaseTest(FollowedCase, ScriptedLoadableModuleTest):
    """The scene's volumes and segments as Core sees them."""

    def setUp(self):
        super().setUp()
        self.sceneCase = SceneCase(Bundles())

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

    def test_a_refused_image_is_read_once(self):
        self.parameterNode.ct = addMr()
        with self.assertRaises(UnusableImageError) as first:
            self.sceneCase.ct(self.parameterNode)
        with self.assertRaises(UnusableImageError) as second:
            self.sceneCase.ct(self.parameterNode)
        self.assertIs(second.exception, first.exception)

    def test_a_missing_and_an_empty_outline_are_refused(self):
        self.parameterNode.ct = addCt()
        for outline in (None, addOutline(self.parameterNode.ct, radiusMm=0.0)):
            self.parameterNode.segmentation = outline
            with self.assertRaisesRegex(UsageError, "not outlined yet"):
                self.sceneCase.tumor(self.parameterNode)
