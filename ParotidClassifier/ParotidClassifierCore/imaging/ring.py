"""Rings around regions, and what a reader changed about one by hand.

Source: Shen et al. 2026: the tumour expanded by 2 mm, bone and air removed by limits of 400 and
-200 HU, then refined by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from ..base.errors import EmptyRingError
from ..protocol import RingSettings


@dataclass(frozen=True)
class Ring:
    """An automatic ring on the 1 mm grid.

    Attributes:
        removed_by_hu_fraction: share that the HU limits removed of the shell, all voxels within
            the width of what it surrounds.
    """

    mask: np.ndarray
    removed_by_hu_fraction: float


def automatic_ring(ct: np.ndarray, inside: np.ndarray, settings: RingSettings) -> Ring:
    """Return the ring {0 < distance ≤ width} ∩ {lower ≤ HU ≤ upper} around `inside`.

    Args:
        ct: HU (z, y, x) on the 1 mm grid.
        inside: bool, same shape, not empty.

    Distance is the exact Euclidean distance in mm between voxel centres.
    """
    distance = ndimage.distance_transform_edt(~inside)
    shell = (distance > 0) & (distance <= settings.width_mm)
    low, high = settings.hu_range
    mask = shell & (ct >= low) & (ct <= high)
    in_shell = int(shell.sum())
    removed = 1 - int(mask.sum()) / in_shell if in_shell else 0.0
    return Ring(mask, removed)


def _no_points() -> np.ndarray:
    return np.empty((0, 3), np.int32)


@dataclass(frozen=True)
class Refinement:
    """What a reader added to and removed from the automatic ring.

    Attributes:
        added: lattice points (n, 3) as (z, y, x) in mm.
        removed: likewise.

    Kept as points of the fixed lattice, so that they can be applied again to the ring of an edited
    tumour.
    """

    added: np.ndarray = field(default_factory=_no_points)
    removed: np.ndarray = field(default_factory=_no_points)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was changed by hand."""
        return not (len(self.added) or len(self.removed))

    def applied(
        self, automatic: np.ndarray, tumor: np.ndarray, corner: tuple[int, int, int]
    ) -> np.ndarray:
        """Return the automatic ring with the reader's changes, never overlapping the tumour.

        Args:
            corner: lattice point (z, y, x) of voxel [0, 0, 0].
        """
        ring = automatic.copy()
        ring[_voxels(self.added, corner, ring.shape)] = True
        ring[_voxels(self.removed, corner, ring.shape)] = False
        return ring & ~tumor

    def updated(
        self,
        edited: np.ndarray,
        automatic: np.ndarray,
        tumor: np.ndarray,
        corner: tuple[int, int, int],
    ) -> Refinement:
        """Return the refinement after the reader edited the ring once more.

        A change that the present tumour or ring hides stays, because the next edit of the tumour
        may bring its place back: an added voxel that lies in the tumour, and a removed one where
        there is no ring now.
        """
        before_added = self._mask(self.added, edited.shape, corner)
        before_removed = self._mask(self.removed, edited.shape, corner)
        added = (edited & ~automatic) | (before_added & tumor)
        removed = (automatic & ~edited) | (before_removed & ~automatic & ~edited)
        outside = [
            points[~_inside(points, corner, edited.shape)] for points in (self.added, self.removed)
        ]
        return Refinement(
            np.concatenate([_points(added, corner), outside[0]]),
            np.concatenate([_points(removed, corner), outside[1]]),
        )

    @staticmethod
    def _mask(points: np.ndarray, shape: tuple[int, ...], corner: tuple[int, ...]) -> np.ndarray:
        mask = np.zeros(shape, bool)
        mask[_voxels(points, corner, shape)] = True
        return mask


def require_ring(ring: np.ndarray, settings: RingSettings) -> None:
    """Raise EmptyRingError where no voxel of the ring is left."""
    if not ring.any():
        low, high = settings.hu_range
        raise EmptyRingError(
            f"No voxel of the {settings.width_mm:g} mm ring lies between {low:g} and {high:g} HU.",
            "Check that the outline lies on the lesion, or widen the ring or its HU limits.",
        )


def _points(mask: np.ndarray, corner: tuple[int, ...]) -> np.ndarray:
    return (np.argwhere(mask) + np.asarray(corner)).astype(np.int32)


def _inside(points: np.ndarray, corner: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    index = points - np.asarray(corner)
    return ((index >= 0) & (index < np.asarray(shape))).all(axis=1)


def _voxels(
    points: np.ndarray, corner: tuple[int, ...], shape: tuple[int, ...]
) -> tuple[np.ndarray, ...]:
    kept = points[_inside(points, corner, shape)] - np.asarray(corner)
    return tuple(kept.T)
