"""Self tests of the segmentation: how it is started, and which outlines are taken."""

import numpy as np
import slicer
import vtk
from MadeScene import RADIUS_MM, addCt, addOutline
from ParotidClassifierCore.case.lattice import lattice_of
from ParotidClassifierCore.errors import UnusableMaskError, UsageError
from ParotidClassifierLib import Images
from ParotidClassifierLib.LatticeMasks import readMask
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from ParotidClassifier import ParotidClassifierLogic

BALL_MM3 = 4 / 3 * np.pi * RADIUS_MM**3


class OutlineTest(ScriptedLoadableModuleTest):
    """One segmentation, two segments, voxels of 1 mm."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.logic = ParotidClassifierLogic()
        self.parameterNode = self.logic.getParameterNode()
        self.parameterNode.ct = addCt()
        self.logic.follow(self.parameterNode)

    def tearDown(self):
        self.logic.stop()
        slicer.mrmlScene.Clear(0)

    @property
    def segmentation(self):
        return self.parameterNode.segmentation.GetSegmentation()

    def lattice(self):
        return lattice_of(self.logic.sceneCase.ct(self.parameterNode))

    def tumor(self):
        return readMask(self.parameterNode.segmentation, "Tumor", self.lattice())

    def test_starting_makes_both_segments_with_colours_and_codes(self):
        self.logic.startOutline(self.parameterNode)
        names = [
            self.segmentation.GetNthSegment(index).GetName()
            for index in range(self.segmentation.GetNumberOfSegments())
        ]
        self.assertEqual(names, ["Tumor", "External2"])
        colors = [self.segmentation.GetNthSegment(index).GetColor() for index in (0, 1)]
        self.assertNotEqual(*colors)
        code = vtk.reference("")
        tag = slicer.vtkSegment.GetTerminologyEntryTagName()
        self.assertTrue(self.segmentation.GetSegment("Tumor").GetTag(tag, code))
        self.assertIn("SCT", str(code))

    def test_in_3d_the_tumour_is_seen_through_the_ring(self):
        self.logic.startOutline(self.parameterNode)
        display = self.parameterNode.segmentation.GetDisplayNode()
        opacities = [display.GetSegmentOpacity3D(name) for name in ("Tumor", "External2")]
        self.assertEqual(opacities, [1.0, 0.3])

    def test_the_geometry_is_1_mm_on_the_lattice_and_the_ct_stays_the_source(self):
        self.logic.startOutline(self.parameterNode)
        geometry = slicer.vtkOrientedImageData()
        name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
        text = self.segmentation.GetConversionParameter(name)
        slicer.vtkSegmentationConverter.DeserializeImageGeometry(text, geometry, False)
        self.assertTrue(np.allclose(geometry.GetSpacing(), 1.0))
        self.assertTrue(np.allclose(geometry.GetOrigin(), np.rint(geometry.GetOrigin())))
        node = self.parameterNode.segmentation
        role = node.GetReferenceImageGeometryReferenceRole()
        self.assertEqual(node.GetNodeReference(role), self.parameterNode.ct)

    def test_starting_again_keeps_what_was_drawn(self):
        outline = addOutline(self.parameterNode.ct)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        before = self.tumor().key
        self.logic.startOutline(self.parameterNode)
        self.assertEqual(self.tumor().key, before)
        self.assertEqual(self.segmentation.GetNumberOfSegments(), 2)

    def test_without_a_ct_it_is_not_started(self):
        self.parameterNode.ct = None
        with self.assertRaises(UsageError):
            self.logic.startOutline(self.parameterNode)
        self.assertIsNone(self.parameterNode.segmentation)

    def test_a_segment_is_taken_as_core_samples_it(self):
        outline = addOutline(self.parameterNode.ct)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        mask = Images.imageOfSegment(outline, "Tumor")
        box = self.lattice().box_of_image(mask)
        expected = self.lattice().sample_mask(mask, box)
        tumor = self.tumor()
        self.assertTrue(np.array_equal(tumor.box.transferred(tumor.mask, box), expected))
        self.assertAlmostEqual(tumor.mask.sum() / BALL_MM3, 1.0, delta=0.05)

    def test_a_label_map_is_taken_by_its_value(self):
        outline = addOutline(self.parameterNode.ct)
        inside = slicer.util.arrayFromSegmentBinaryLabelmap(outline, "Tumor", self.parameterNode.ct)
        labels = slicer.util.addVolumeFromArray(
            (inside * 3 + (inside == 0)).astype(np.uint8),
            ijkToRAS=Images.ijkToRas(self.parameterNode.ct),
            name="ITK-SNAP",
            nodeClassName="vtkMRMLLabelMapVolumeNode",
        )
        self.logic.adoptOutline(self.parameterNode, labels, label=3)
        fromLabels = self.tumor().key
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        self.assertEqual(fromLabels, self.tumor().key)

    def test_a_surface_is_filled(self):
        surface = addOutline(self.parameterNode.ct)
        surface.CreateClosedSurfaceRepresentation()
        converter = slicer.vtkSegmentationConverter
        closed = converter.GetSegmentationClosedSurfaceRepresentationName()
        surface.GetSegmentation().SetSourceRepresentationName(closed)
        self.logic.adoptOutline(self.parameterNode, surface, "Tumor")
        self.assertAlmostEqual(self.tumor().mask.sum() / BALL_MM3, 1.0, delta=0.15)

    def test_a_ring_that_comes_with_the_outline_is_kept(self):
        self.logic.adoptOutline(self.parameterNode, addOutline(self.parameterNode.ct), "Tumor")
        drawn = self.logic.ringFollower.drawn
        ring = drawn.ring.copy()
        ring[:, :, : ring.shape[2] // 2] = False
        Images.setSegment(
            self.parameterNode.segmentation, "External2", ring, self.lattice(), drawn.box
        )
        given = self.parameterNode.segmentation
        given.SetName("Given")
        self.parameterNode.segmentation = None
        self.logic.ringFollower.update()
        self.logic.adoptOutline(self.parameterNode, given, "Tumor")
        self.assertEqual(int(self.logic.ringFollower.drawn.ring.sum()), int(ring.sum()))
        self.assertTrue(self.logic.ringFollower.isRefined)

    def test_an_outline_elsewhere_is_refused_and_nothing_changes(self):
        outline = addOutline(self.parameterNode.ct)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        before = self.tumor().key
        labels = slicer.util.addVolumeFromArray(
            np.ones((5, 5, 5), np.uint8),
            ijkToRAS=np.array([[1, 0, 0, 900], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
            name="Elsewhere",
            nodeClassName="vtkMRMLLabelMapVolumeNode",
        )
        with self.assertRaises(UnusableMaskError) as caught:
            self.logic.adoptOutline(self.parameterNode, labels, label=1)
        self.assertIn("Elsewhere does not lie on Enhanced CT", str(caught.exception))
        self.assertEqual(self.tumor().key, before)

    def test_an_empty_or_missing_segment_is_refused(self):
        outline = addOutline(self.parameterNode.ct, radiusMm=0.0)
        for segmentId in ("Tumor", "gone"):
            with self.assertRaises(UnusableMaskError):
                self.logic.adoptOutline(self.parameterNode, outline, segmentId)

    def test_the_region_to_edit_in_is_shown(self):
        self.logic.startOutline(self.parameterNode)
        region = slicer.util.getNode("Editing region")
        size = np.array(region.GetSize())
        self.assertTrue((size > 0).all() and (size <= 120).all())
        self.assertTrue(region.GetLocked())
