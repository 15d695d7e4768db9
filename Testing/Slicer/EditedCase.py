"""The segments of a case as a self test reads them, and edits them as a user does."""

import numpy as np
from ParotidClassifierLib.Scene import Images
from ParotidClassifierLib.Scene.LatticeMasks import readMask
from Waiting import AFTER_AN_EDIT, letPass


class EditedCase:
    """Mixed into a ScriptedLoadableModuleTest that has a logic and a parameter node."""

    @property
    def segmentation(self):
        return self.parameterNode.segmentation.GetSegmentation()

    @property
    def follower(self):
        return self.logic.ringFollower

    @property
    def lattice(self):
        return self.logic.sceneCase.lattice(self.parameterNode)

    def read(self, region):
        return readMask(self.parameterNode.segmentation, region, self.lattice)

    def setVoxels(self, region, mask, box):
        """Put voxels into a segment, as a stroke of the brush does."""
        segmentId = self.segmentation.GetSegmentIdBySegmentName(region)
        Images.setSegment(self.parameterNode.segmentation, segmentId, mask, self.lattice, box)

    def write(self, region, mask, box):
        """Put voxels into a segment, and wait until the ring has followed."""
        self.setVoxels(region, mask, box)
        letPass(AFTER_AN_EDIT)

    def clear(self, region):
        self.segmentation.ClearSegment(self.segmentation.GetSegmentIdBySegmentName(region))
        letPass(AFTER_AN_EDIT)

    def growTumor(self, millimetres=4):
        tumor = self.read("Tumor")
        box = tumor.box.padded(millimetres)
        mask = tumor.box.transferred(tumor.mask, box)
        for _step in range(millimetres):
            mask = mask | np.roll(mask, 1, axis=2)
        self.write("Tumor", mask, box)

    def refineRing(self):
        """Erase the upper half of the ring, as a user does by hand."""
        ring = self.read("External2")
        left = ring.mask.copy()
        left[left.shape[0] // 2 :] = False
        self.write("External2", left, ring.box)
