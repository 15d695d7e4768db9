"""The same tumour outlined a little differently, as another reader would."""

import numpy as np
from scipy import ndimage

OUTLINES = 20  # that a case is tried with
SHIFT_MM = 1.0  # the most, along each axis
DISPLACEMENT_MM = 1.0  # the most, of the border along its normal
WIDTH_CHANGE_MM = 0.5  # the most, of a ring, to either side
# How far along the outline a reader keeps to one side of it.
_CORRELATION_MM = 4.0


def perturbed_outline(tumor: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the outline moved as a whole and, smoothly along its border, outwards or inwards.

    Args:
        tumor: bool (z, y, x) on the 1 mm grid, at least 3 voxels from every border.

    Returns:
        bool (z, y, x), the largest connected piece; `tumor` itself where nothing would be left.
    """
    signed = ndimage.distance_transform_edt(~tumor) - ndimage.distance_transform_edt(tumor)
    signed += np.where(tumor, 0.5, -0.5)  # the border runs between voxels
    moved = ndimage.shift(signed, rng.uniform(-SHIFT_MM, SHIFT_MM, 3), order=1, mode="nearest")
    wobble = ndimage.gaussian_filter(rng.standard_normal(tumor.shape), _CORRELATION_MM)
    wobble *= DISPLACEMENT_MM / np.abs(wobble).max()
    piece = largest_piece(moved <= wobble)
    return piece if piece.any() else tumor


def largest_piece(mask: np.ndarray) -> np.ndarray:
    """Return the largest connected piece of a mask (z, y, x); an empty mask as it is."""
    pieces, count = ndimage.label(mask)
    return pieces == 1 + np.bincount(pieces.ravel())[1:].argmax() if count else mask
