"""What the content of a working grid is known by."""

from __future__ import annotations

import hashlib

import numpy as np

from .working_grid import WorkingGrid


def image_key(grid: WorkingGrid) -> str:
    """Return the SHA-256 of the CT on the grid and of where it lies."""
    return _digest(grid.ct, repr((grid.geometry, grid.ct.shape)))


def region_key(grid: WorkingGrid, region: str) -> str:
    """Return the SHA-256 of a region's mask; it says nothing without the CT's."""
    return _digest(grid.mask(region))


def _digest(array: np.ndarray, more: str = "") -> str:
    digest = hashlib.sha256(more.encode())
    digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
