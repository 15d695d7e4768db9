"""Linear filters along an axis as matrices: what a box needs of the whole image, and no more."""

import numpy as np


def along(rows: np.ndarray, image: np.ndarray, axis: int) -> np.ndarray:
    """Apply rows (m, n) to the lines of an image (z, y, x) along an axis of n voxels.

    Returns:
        The image with m voxels along the axis.
    """
    if axis == 0:
        return (rows @ image.reshape(len(image), -1)).reshape(len(rows), *image.shape[1:])
    return rows @ image if axis == 1 else image @ rows.T
