"""The same tumour outlined a little differently, as another reader would, and a scan's noise."""

import numpy as np
from scipy import ndimage

OUTLINES = 20  # that a case is tried with
SHIFT_MM = 1.0  # the most, along each axis
DISPLACEMENT_MM = 1.0  # the most, of the border along its normal
WIDTH_CHANGE_MM = 0.5  # the most, of a ring, to either side
# How far along the outline a reader keeps to one side of it.
_CORRELATION_MM = 4.0
_AIR_HU = -500
_MEDIAN_OF_NORMAL = 0.6745


def perturbed_outline(
    tumor: np.ndarray,
    rng: np.random.Generator,
    shift_mm: float = SHIFT_MM,
    displacement_mm: float = DISPLACEMENT_MM,
    volume_change: float | None = None,
) -> np.ndarray:
    """Return the outline moved as a whole and, smoothly along its border, outwards or inwards.

    Args:
        tumor: bool (z, y, x) on the 1 mm grid, at least 3 voxels from every border.
        shift_mm: the most, along each axis.
        displacement_mm: the most, of the border along its normal.
        volume_change: share by which the whole then grows, or shrinks where it is negative, before
            its largest piece is taken; None lets the volume come as it comes.

    Returns:
        bool (z, y, x), the largest connected piece; `tumor` itself where nothing would be left.
    """
    signed = ndimage.distance_transform_edt(~tumor) - ndimage.distance_transform_edt(tumor)
    signed += np.where(tumor, 0.5, -0.5)  # the border runs between voxels
    moved = ndimage.shift(signed, rng.uniform(-shift_mm, shift_mm, 3), order=1, mode="nearest")
    wobble = ndimage.gaussian_filter(rng.standard_normal(tumor.shape), _CORRELATION_MM)
    moved -= wobble * (displacement_mm / np.abs(wobble).max())
    level = 0.0
    if volume_change is not None:
        voxels = min(max(1, round((1 + volume_change) * tumor.sum())), tumor.size)
        level = np.partition(moved.ravel(), voxels - 1)[voxels - 1]
    piece = largest_piece(moved <= level)
    return piece if piece.any() else tumor


def image_noise_hu(ct: np.ndarray) -> float:
    """Estimate the standard deviation of the noise of a CT (z, y, x) from its finest detail.

    The median of the absolute diagonal wavelet coefficients (coiflet 1, undecimated, in plane) over
    the normal distribution's 0.6745, of the voxels that are not air.

    Source: Chang, Yu & Vetterli 2000, IEEE Trans Image Process 9:1532-1546.
    """
    from pywt import Wavelet

    detail, high = ct.astype(float), np.array(Wavelet("coif1").dec_hi)
    for axis in (1, 2):
        detail = ndimage.convolve1d(detail, high, axis=axis)
    inside = np.abs(detail[ct > _AIR_HU])
    return float(np.median(inside)) / _MEDIAN_OF_NORMAL if inside.size else 0.0


def largest_piece(mask: np.ndarray) -> np.ndarray:
    """Return the largest connected piece of a mask (z, y, x); an empty mask as it is."""
    pieces, count = ndimage.label(mask)
    return pieces == 1 + np.bincount(pieces.ravel())[1:].argmax() if count else mask
