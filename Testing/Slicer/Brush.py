"""A brush in a self test's hand: strokes through the segment editor's own logic."""

import numpy as np
import slicer
import vtk
from ShownModule import ShownModule
from vtk.util.numpy_support import vtk_to_numpy
from Waiting import AFTER_AN_EDIT, letPass


class Brush(ShownModule):
    """Mixed into a self test that paints in a case, with the masking that the module sets."""

    def setUp(self):
        super().setUp()
        self.makeCase()
        self.editor = self.mainPanel._editor
        self.node = self.editor.widget.mrmlSegmentEditorNode()
        self.editorLogic = slicer.vtkSlicerSegmentEditorLogic()
        self.editorLogic.SetMRMLScene(slicer.mrmlScene)
        self.editorLogic.SetSegmentEditorNode(self.node)

    def tearDown(self):
        self.editorLogic.SetSegmentEditorNode(None)
        super().tearDown()

    def stroke(self, segmentName, mask, box, erase=False):
        """Do what one stroke of a brush does, on the selected segment."""
        segmentId = self.segmentation.GetSegmentIdBySegmentName(segmentName)
        self.editor.widget.setCurrentSegmentID(segmentId)
        self.editor.widget.saveStateForUndo()
        logic = self.editorLogic
        mode = logic.ModificationModeRemove if erase else logic.ModificationModeAdd
        self.assertTrue(logic.ResetModifierLabelmapToDefault())
        stroke = logic.GetModifierLabelmap()
        fill(stroke, mask, box, self.lattice)
        logic.ModifySegmentByLabelmap(
            self.parameterNode.segmentation, segmentId, stroke, mode, True, False
        )

    def paint(self, *stroke, **how):
        """Paint one stroke, and wait until the ring has followed."""
        self.stroke(*stroke, **how)
        letPass(AFTER_AN_EDIT)

    def eraseUpperHalfOfRing(self):
        ring = self.read("External2")
        upper = ring.mask.copy()
        upper[: upper.shape[0] // 2] = False
        self.paint("External2", upper, ring.box, erase=True)

    def addSegment(self, name):
        segmentId = self.segmentation.AddEmptySegment(name, name)
        letPass(AFTER_AN_EDIT)
        return segmentId

    def button(self, name):
        return slicer.util.findChild(self.editor.widget, name)

    def undo(self):
        self.editor.widget.undo()
        letPass(AFTER_AN_EDIT)

    def redo(self):
        self.editor.widget.redo()
        letPass(AFTER_AN_EDIT)

    def assertRingFits(self):
        """The ring in the scene is Core's ring of the tumour in the scene, refinement applied."""
        tumor, ring = self.read("Tumor"), self.read("External2")
        shared = ring.box.transferred(ring.mask, tumor.box) & tumor.mask
        self.assertFalse(shared.any())
        drawn = self.follower.drawn
        self.assertTrue(
            np.array_equal(tumor.box.transferred(tumor.mask, drawn.box), drawn.masks["Tumor"])
        )
        self.assertTrue(
            np.array_equal(ring.box.transferred(ring.mask, drawn.box), drawn.masks["External2"])
        )


def fill(image, mask, box, lattice):
    """Put a mask over `box` of the lattice into an image of 1 mm; what lies outside is cut off."""
    toWorld = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(toWorld)
    corner = lattice.geometry(box).origin * np.array([-1.0, -1.0, 1.0])
    start = np.linalg.solve(slicer.util.arrayFromVTKMatrix(toWorld), [*corner, 1.0])[:3]
    start = np.rint(start).astype(int) - image.GetExtent()[::2]
    values = vtk_to_numpy(image.GetPointData().GetScalars())
    values = values.reshape(image.GetDimensions()[::-1])
    points = np.argwhere(mask) + start[::-1]
    points = points[((points >= 0) & (points < values.shape)).all(axis=1)]
    values[tuple(points.T)] = 1
    image.Modified()
