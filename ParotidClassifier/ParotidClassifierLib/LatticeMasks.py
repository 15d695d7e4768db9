"""Masks on Core's 1 mm lattice as they lie in the scene, comparable by their content."""

import hashlib
from dataclasses import dataclass

import numpy as np

from . import Images
from .SceneCase import segmentNamed


@dataclass(frozen=True)
class LatticeMask:
    """A mask over the box of lattice points that bounds it.

    Attributes:
        box: Core's Box.
        mask: bool (z, y, x) over `box`.
    """

    box: object
    mask: np.ndarray

    @property
    def key(self) -> str:
        """Return a name of the content: the same for the same lattice points."""
        digest = hashlib.sha1(repr((self.box.lower, self.box.upper)).encode())  # noqa: S324
        digest.update(np.packbits(self.mask).tobytes())
        return digest.hexdigest()


def readMask(segmentationNode, region: str, lattice) -> LatticeMask | None:
    """Return the segment named `region` on the lattice; None where it is missing or empty."""
    segmentId = segmentNamed(segmentationNode, region)
    image = Images.imageOfSegment(segmentationNode, segmentId) if segmentId else None
    if image is None:
        return None
    box = lattice.box_of_image(image)
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
