"""Masks on Core's 1 mm lattice as they lie in the scene, comparable by their content."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import slicer
from ParotidClassifierCore.base.cache import content_key
from ParotidClassifierCore.imaging.image_headers import MOST_VOXELS

from . import Images
from .SceneCase import segmentNamed


@dataclass(frozen=True)
class LatticeMask:
    """A mask, bool (z, y, x), over the box of lattice points that bounds it."""

    box: object
    mask: np.ndarray

    @cached_property
    def key(self) -> str:
        """Return a name of the content: the same for the same lattice points."""
        return content_key(repr((self.box.lower, self.box.upper)), np.packbits(self.mask))


def stateOf(segmentationNode, region: str) -> tuple | None:
    """Return what changes whenever the voxels of a segment do; None where it has none."""
    segmentId = segmentNamed(segmentationNode, region)
    if not segmentId:
        return None
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    labelmap = segment.GetRepresentation(name)
    # VTK never gives the same time twice
    return None if labelmap is None else (labelmap.GetMTime(), segment.GetLabelValue())


def readMask(segmentationNode, region: str, lattice) -> LatticeMask | None:
    """Return the segment named `region` on the lattice; None where it is missing or empty."""
    segmentId = segmentNamed(segmentationNode, region)
    image = Images.imageOfSegment(segmentationNode, segmentId) if segmentId else None
    if image is None:
        return None
    box = lattice.box_of_image(image)
    if math.prod(box.size) > MOST_VOXELS:
        return None  # no scan is as large
    return tightMask(box, lattice.sample_mask(image, box))


def tightMask(box, mask) -> LatticeMask | None:
    """Return a mask (z, y, x) over a box as one over its bounding box; None if it is empty."""
    if not mask.any():
        return None
    tight = box.box_of(mask)
    return LatticeMask(tight, box.transferred(mask, tight))


def keyOf(mask: LatticeMask | None) -> str:
    """Return the mask's key; empty for none."""
    return "" if mask is None else mask.key
