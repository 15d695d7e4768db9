"""Self tests of the segmentation: how it is started, and which outlines are taken."""

import tempfile
from pathlib import Path

import numpy as np
import slicer
import vtk
from MadeScene import RADIUS_MM, addCt, addOutline
from ParotidClassifierCore.case.grid import on_working_grid
from ParotidClassifierCore.case.loading import load_case_folder
from ParotidClassifierCore.imaging.lattice import lattice_of
from ParotidClassifierCore.imaging.origin import origin_of
from ParotidClassifierLib.Background.CaseFolder import CaseFolder
from ParotidClassifierLib.Scene import Images
from ParotidClassifierLib.Scene.Outline import showRegion
from ShownPanel import FollowedCase
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

BALL_MM3 = 4 / 3 * np.pi * RADIUS_MM**3


class OutlineTest(FollowedCase, ScriptedLoadableModuleTest):
    """One segmentation, two segments, voxels of 1 mm."""

    def setUp(self):
        super().setUp()
        self.parameterNode.ct = addCt()

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
        point = np.array(geometry.GetOrigin()) - self.parameterNode.ct.GetOrigin()
        self.assertTrue(np.allclose(point, np.rint(point)))
        node = self.parameterNode.segmentation
        role = node.GetReferenceImageGeometryReferenceRole()
        self.assertEqual(node.GetNodeReference(role), self.parameterNode.ct)

    def test_a_segment_is_taken_as_core_samples_it(self):
        outline = addOutline(self.parameterNode.ct)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        mask = Images.imageOfSegment(outline, "Tumor")
        lattice = lattice_of(self.logic.sceneCase.ct(self.parameterNode), mask)
        self.assertTrue(np.allclose(self.lattice.phase, lattice.phase))
        box = lattice.box_of_image(mask)
        expected = lattice.sample_mask(mask, box)
        tumor = self.read("Tumor")
        self.assertTrue(np.array_equal(tumor.box.transferred(tumor.mask, box), expected))
        self.assertAlmostEqual(tumor.mask.sum() / BALL_MM3, 1.0, delta=0.05)

    def test_where_the_origin_lies_changes_nothing_that_is_taken(self):
        taken = []
        for origin in (self.parameterNode.ct.GetOrigin(), (10.37, -20.81, 5.64)):
            self.parameterNode.ct.SetOrigin(origin)
            self.parameterNode.segmentation = None
            self.logic.adoptOutline(self.parameterNode, addOutline(self.parameterNode.ct), "Tumor")
            drawn = self.logic.ringFollower.drawn
            case = self.logic.sceneCase.case(self.parameterNode)
            taken.append((on_working_grid(case, drawn).grid, self.read("Tumor").mask))
        (grid, mask), (moved, ofMoved) = taken
        self.assertTrue(np.array_equal(mask, ofMoved))
        self.assertTrue(np.array_equal(grid.ct, moved.ct))
        self.assertTrue(np.array_equal(grid.mask("External2"), moved.mask("External2")))

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
        fromLabels = self.read("Tumor").key
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        self.assertEqual(fromLabels, self.read("Tumor").key)

    def test_a_ring_that_comes_with_the_outline_is_kept(self):
        self.logic.adoptOutline(self.parameterNode, addOutline(self.parameterNode.ct), "Tumor")
        drawn = self.logic.ringFollower.drawn
        ring = drawn.masks["External2"].copy()
        ring[:, :, : ring.shape[2] // 2] = False
        Images.setSegment(
            self.parameterNode.segmentation, "External2", ring, self.lattice, drawn.box
        )
        given = self.parameterNode.segmentation
        given.SetName("Given")
        self.parameterNode.segmentation = None
        self.logic.ringFollower.update()
        self.logic.adoptOutline(self.parameterNode, given, "Tumor")
        self.assertEqual(
            int(self.logic.ringFollower.drawn.masks["External2"].sum()), int(ring.sum())
        )
        self.assertTrue(self.logic.ringFollower.isRefined)

    def test_the_region_to_edit_in_is_shown(self):
        self.logic.startOutline(self.parameterNode)
        showRegion(self.parameterNode.segmentation, True)
        region = slicer.util.getNode("Editing region")
        size = np.array(region.GetSize())
        self.assertTrue((size > 0).all() and (size <= 120).all())
        self.assertTrue(region.GetLocked())
        bounds = [0.0] * 6
        region.GetRASBounds(bounds)
        ofCt = [0.0] * 6
        self.parameterNode.ct.GetRASBounds(ofCt)
        self.assertTrue(np.allclose(bounds[2:], ofCt[2:], atol=1.0))  # it ends with the CT
        showRegion(self.parameterNode.segmentation, False)
        self.assertFalse(region.GetDisplayVisibility())

    # What was taken

    def taken(self, name):
        outline = addOutline(self.parameterNode.ct)
        outline.GetSegmentation().GetSegment("Tumor").SetName(name)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")

    def named(self):
        """Return the findings that the name of the outline gives."""
        findings = self.logic.findings.of(self.parameterNode)
        return [f.message for f in findings if f.code == "outline_named_otherwise"]

    def test_a_name_that_speaks_against_a_tumour_is_told(self):
        self.taken("Tumor left")
        self.assertEqual(self.named(), [])
        self.taken("Parotid_L")
        self.assertIn("called segment 'Parotid_L', and 'Parotid' is no tumour", *self.named())

    def test_what_was_taken_goes_to_the_background_and_into_a_saved_case(self):
        self.taken("Parotid_L")
        with tempfile.TemporaryDirectory() as folder:
            self.logic.classification.saveCase(self.parameterNode, folder)
            saved = load_case_folder(Path(folder)).tumor
        self.assertEqual(origin_of(saved).words, "segment 'Parotid_L'")
        origin = self.logic.sceneCase.origin(self.parameterNode)
        caseFolder, ct = CaseFolder(), self.logic.sceneCase.ct(self.parameterNode)
        try:
            for told in (None, origin):
                path = caseFolder.write(ct, self.logic.ringFollower.drawn, False, None, told)
            self.assertEqual(origin_of(load_case_folder(path).tumor), origin)
        finally:
            caseFolder.remove()

    def test_what_is_drawn_after_all_was_removed_was_not_taken(self):
        self.taken("Parotid_L")
        self.segmentation.ClearSegment("Tumor")
        self.logic.ringFollower.flush()
        self.assertIsNone(self.logic.sceneCase.origin(self.parameterNode))
