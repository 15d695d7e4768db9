"""The Laplacian of Gaussian as SimpleITK's recursive filter computes it, for a box of the image.

Deriche's filters (Recursively implementing the Gaussian and its derivatives, INRIA 1893, 1993) are
linear, so a matrix does the same to a line: only what the box needs is computed. Like ITK, an image
goes on with its outermost values, and what leads from axis to axis is in single precision.
"""

from functools import lru_cache

import numpy as np

from ..box import VoxelBox
from .separable import along

# Of both terms: frequency and decay. By order of the derivative: cosine and sine of each term.
_FREQUENCIES, _DECAYS = (0.6681, 2.0787), (-1.3932, -1.3732)
_TERMS = {
    0: ((1.3530, 1.8151), (-0.3531, 0.0902)),
    2: ((-1.3563, 5.2318), (0.3446, -2.2355)),
}
# After so many widths a response has fallen below the precision of a float64.
_REACH_IN_WIDTHS = 40
_X_Y_Z = (2, 1, 0)
# ITK's recursive filters need as many voxels along each axis.
_FEWEST_VOXELS = 4


def log_image(
    image: np.ndarray, box: VoxelBox, sigma_mm: float, spacing: tuple[float, ...]
) -> np.ndarray:
    """Return the Laplacian of Gaussian, normalised across scale, on a box of an image.

    Args:
        image: (z, y, x).
        sigma_mm: width of the Gaussian.
        spacing: (z, y, x) in mm.

    Returns:
        float32, of the size of the box.
    """
    total = np.zeros(box.size, np.float32)
    for derived in _X_Y_Z:
        part = image
        for axis in (derived, *(axis for axis in _X_Y_Z if axis != derived)):
            order = 2 if axis == derived else 0
            rows = _rows(image.shape[axis], sigma_mm, spacing[axis], order)
            part = along(rows[box.slices[axis]], np.asarray(part, np.float64), axis)
            part = part.astype(np.float32)
        # The sum is of float64, what is kept of it of float32.
        total[:] = total + part.astype(np.float64) / spacing[derived] ** 2
    return total


def log_fits(size: tuple[int, ...], sigma_mm: float, spacing: tuple[float, ...]) -> bool:
    """Return whether an image of that size (z, y, x) is large enough for the filter."""
    needed = (max(_FEWEST_VOXELS, np.ceil(sigma_mm / mm) + 1) for mm in spacing)
    return all(n >= least for n, least in zip(size, needed, strict=True))


@lru_cache(maxsize=64)
def _rows(voxels: int, sigma_mm: float, spacing: float, order: int) -> np.ndarray:
    """Return the matrix (voxels, voxels) of the filter along a line; it must not be written to."""
    response = np.pad(_response(sigma_mm / spacing, order), (0, voxels))
    if order:
        response *= sigma_mm**2
    place = np.arange(voxels)
    rows = response[np.abs(place[:, None] - place)]
    beyond = np.cumsum(response[::-1])[::-1][:voxels]  # the values that the line goes on with
    rows[:, 0], rows[:, -1] = beyond, beyond[::-1]
    return rows


def _response(sigma: float, order: int) -> np.ndarray:
    """Return what a voxel gives to those at distance 0, 1, …; sigma in voxels."""
    distance = np.arange(int(_REACH_IN_WIDTHS * sigma) + 2)
    smoothing = _series(distance / sigma, 0)
    if order == 0:
        return smoothing / _sum(smoothing)
    second = _series(distance / sigma, order)
    second -= _sum(second) / _sum(smoothing) * smoothing
    return second / (distance**2 * second).sum()


def _series(distance: np.ndarray, order: int) -> np.ndarray:
    return sum(
        (cosine * np.cos(frequency * distance) + sine * np.sin(frequency * distance))
        * np.exp(decay * distance)
        for (cosine, sine), frequency, decay in zip(
            _TERMS[order], _FREQUENCIES, _DECAYS, strict=True
        )
    )


def _sum(response: np.ndarray) -> float:
    """Return the sum over both sides."""
    return 2 * response.sum() - response[0]
