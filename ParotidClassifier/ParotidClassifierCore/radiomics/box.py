"""A box of voxels on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.lattice import bounds


@dataclass(frozen=True)
class VoxelBox:
    """A box of voxels.

    Attributes:
        first: its first voxel, (z, y, x).
        size: in voxels, (z, y, x).
    """

    first: tuple[int, ...]
    size: tuple[int, ...]

    @classmethod
    def around(cls, mask: np.ndarray) -> VoxelBox:
        """Return the bounding box of a mask (z, y, x) that is not empty."""
        first, last = (corner[::-1] for corner in bounds(mask))
        return cls(first, tuple(b - a + 1 for a, b in zip(first, last, strict=True)))

    @property
    def slices(self) -> tuple[slice, ...]:
        """What cuts the box out of an array (z, y, x) of the grid."""
        return tuple(slice(a, a + n) for a, n in zip(self.first, self.size, strict=True))

    def within(self, outer: VoxelBox) -> tuple[slice, ...]:
        """Return what cuts the box out of an array of a box that it lies in."""
        first = tuple(a - b for a, b in zip(self.first, outer.first, strict=True))
        return VoxelBox(first, self.size).slices
