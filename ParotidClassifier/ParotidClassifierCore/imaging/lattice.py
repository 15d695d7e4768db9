"""The 1 mm lattice that every case is resampled to, and sampling images on it.

Where between the voxels of the CT its points lie, the phase of the lattice, changes features, so it
is a matter of the voxels alone: a point of the lattice lies on the centre of the voxel that is
nearest to the tumour's centroid. Another origin in the headers, and more or less of the patient in
the scan, leave the lattice where it is among the voxels, and every case meets its slices alike. An
outline on voxels of 1 mm along the axes of the CT brings its own lattice: what was drawn on a
lattice keeps it when it is edited, saved and read back.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from .working_grid import Geometry

HU_RANGE = (-1024, 3071)  # what 12 bits of CT hold

# A lattice point halfway between two voxels, or a value halfway between two whole HU, must fall to
# the same side whatever the rounding noise of the header it came from; so ties are moved by more
# than that noise (float32 headers: about 1e-5 mm).
_POSITION_TIE_MM = 1e-4
_VALUE_TIE_HU = 1e-3


def bounds(mask: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the first and the last voxel, (x, y, z), of a mask (z, y, x) that is not empty."""
    slices = mask.any(axis=(1, 2))
    plane = mask[slices].any(axis=0)
    filled = [np.flatnonzero(along) for along in (plane.any(axis=0), plane.any(axis=1), slices)]
    return tuple(int(at[0]) for at in filled), tuple(int(at[-1]) for at in filled)


def occupied(mask: np.ndarray) -> tuple[slice, ...]:
    """Return what cuts the bounding box of a mask (z, y, x), not empty, out of its array."""
    first, last = bounds(mask)
    return tuple(slice(a, b + 1) for a, b in zip(first[::-1], last[::-1], strict=True))


@dataclass(frozen=True)
class Box:
    """A box of lattice points: (x, y, z) in whole mm, `lower` included, `upper` excluded."""

    lower: tuple[int, int, int]
    upper: tuple[int, int, int]

    @property
    def size(self) -> tuple[int, int, int]:
        """Number of lattice points (x, y, z)."""
        return tuple(
            max(0, stop - start) for start, stop in zip(self.lower, self.upper, strict=True)
        )

    @property
    def is_empty(self) -> bool:
        """Whether the box holds no lattice point."""
        return 0 in self.size

    def padded(self, margin: int) -> Box:
        """Return the box with `margin` mm more on every side."""
        return Box(
            tuple(value - margin for value in self.lower),
            tuple(value + margin for value in self.upper),
        )

    def intersection(self, other: Box) -> Box:
        """Return the points that lie in both boxes."""
        return Box(
            tuple(map(max, self.lower, other.lower)), tuple(map(min, self.upper, other.upper))
        )

    def hull(self, other: Box) -> Box:
        """Return the smallest box that holds both."""
        return Box(
            tuple(map(min, self.lower, other.lower)), tuple(map(max, self.upper, other.upper))
        )

    def contains(self, other: Box) -> bool:
        """Whether every point of `other` lies in this box."""
        return self.intersection(other) == other

    def slices_of(self, inner: Box) -> tuple[slice, slice, slice]:
        """Return where `inner` lies in an array (z, y, x) over this box."""
        along_xyz = zip(self.lower, inner.lower, inner.upper, strict=True)
        return tuple(
            slice(start - mine, stop - mine) for mine, start, stop in reversed(list(along_xyz))
        )

    def box_of(self, mask: np.ndarray) -> Box:
        """Return the bounding box of a mask (z, y, x) that lies over this box; it is not empty."""
        first, last = (np.add(self.lower, voxel) for voxel in bounds(mask))
        return Box(tuple(first.tolist()), tuple((last + 1).tolist()))

    def transferred(self, mask: np.ndarray, target: Box) -> np.ndarray:
        """Return a mask (z, y, x) over this box as a mask over `target`, False where unknown."""
        result = np.zeros(target.size[::-1], bool)
        common = self.intersection(target)
        if not common.is_empty:
            result[target.slices_of(common)] = mask[self.slices_of(common)]
        return result


@dataclass(frozen=True)
class Lattice:
    """Points that lie 1 mm apart along three axes.

    Attributes:
        direction: row-major 3 × 3 matrix whose columns are the axes, orthonormal.
        phase: where point (0, 0, 0) lies along them, in mm: the first at or above 0 on each.
    """

    direction: tuple[float, ...]
    phase: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @classmethod
    def through(cls, point: Sequence[float], direction: tuple[float, ...]) -> Lattice:
        """Return the lattice that has a point there, (x, y, z) in mm."""
        along = np.reshape(direction, (3, 3)).T @ np.array(point)
        phase = along - np.floor(along + _POSITION_TIE_MM / 2)
        return cls(direction, tuple(phase.tolist()))

    @property
    def _axes(self) -> np.ndarray:
        return np.array(self.direction).reshape(3, 3)

    def geometry(self, box: Box) -> Geometry:
        """Return where an array over `box` lies in the patient."""
        return Geometry(tuple(self._axes @ np.add(box.lower, self.phase)), self.direction)

    def box_of_index_range(
        self, image: sitk.Image, first: tuple[int, ...], last: tuple[int, ...]
    ) -> Box:
        """Return the lattice points inside the voxels `first` to `last` (x, y, z, inclusive)."""
        ends = np.add([first, last], [[-0.5], [0.5]])
        corners = [
            image.TransformContinuousIndexToPhysicalPoint(corner)
            for corner in itertools.product(*ends.T.tolist())
        ]
        along = np.array(corners) @ self._axes - self.phase
        lower = np.ceil(along.min(axis=0) - _POSITION_TIE_MM / 2).astype(int)
        # A point on the far face of the last voxel belongs to the next one.
        upper = np.ceil(along.max(axis=0) - _POSITION_TIE_MM / 2).astype(int)
        return Box(tuple(lower.tolist()), tuple(upper.tolist()))

    def box_of_image(self, image: sitk.Image) -> Box:
        """Return the lattice points that the image covers."""
        return self.box_of_index_range(image, (0, 0, 0), tuple(n - 1 for n in image.GetSize()))

    def holds(self, image: sitk.Image) -> bool:
        """Whether the voxels of `image` are lattice points, so that sampling changes nothing."""
        first = self._axes.T @ np.array(image.GetOrigin()) - self.phase
        on_points = np.allclose(first, np.rint(first), atol=_POSITION_TIE_MM / 2)
        return on_points and _voxels_of_1_mm(image, self.direction)

    def sample_ct(self, ct: sitk.Image, box: Box) -> np.ndarray:
        """Return the CT at the points of `box`: int16 (z, y, x), whole HU in HU_RANGE.

        Linear interpolation, then rounding to whole HU (IBSI, Reference Manual, 2.4).
        """
        geometry = self.geometry(box)
        values = sitk.GetArrayFromImage(self._resampled(ct, box, geometry.origin, sitk.sitkLinear))
        values += 0.5
        values += _VALUE_TIE_HU
        np.floor(values, out=values)
        return np.clip(values, *HU_RANGE, out=values).astype(np.int16)

    def sample_mask(self, mask: sitk.Image, box: Box) -> np.ndarray:
        """Return a binary mask at the points of `box` by nearest neighbour: bool (z, y, x)."""
        shift = self._axes @ np.full(3, _POSITION_TIE_MM)
        origin = tuple(np.add(self.geometry(box).origin, shift))
        nearest = self._resampled(mask, box, origin, sitk.sitkNearestNeighbor)
        return sitk.GetArrayFromImage(nearest) != 0

    def _resampled(
        self, image: sitk.Image, box: Box, origin: tuple[float, ...], interpolator: int
    ) -> sitk.Image:
        is_ct = interpolator == sitk.sitkLinear
        pixel = sitk.sitkFloat64 if is_ct else sitk.sitkUInt8
        # A point on the face of the scan may lie outside it by the header's rounding: the CT goes
        # on there as at its edge. A mask ends where it ends.
        return sitk.Resample(
            image, box.size, sitk.Transform(), interpolator, origin, (1.0, 1.0, 1.0),
            self.direction, 0.0, pixel, is_ct,
        )  # fmt: skip


def lattice_of(ct: sitk.Image, tumor: sitk.Image | None = None) -> Lattice:
    """Return the lattice along the axes of `ct` that goes with an outline, see above.

    Args:
        tumor: binary volume on a grid of its own; without a voxel in it, the lattice goes through
            the first voxel of the CT.
    """
    direction, anchor = ct.GetDirection(), ct.GetOrigin()
    if tumor is not None and _voxels_of_1_mm(tumor, direction):
        anchor = tumor.GetOrigin()
    elif tumor is not None:
        inside = sitk.GetArrayViewFromImage(tumor) != 0
        if inside.any():
            anchor = _voxel_at(ct, tumor.TransformContinuousIndexToPhysicalPoint(_centroid(inside)))
    return Lattice.through(anchor, direction)


def _voxels_of_1_mm(image: sitk.Image, direction: tuple[float, ...]) -> bool:
    return np.allclose(image.GetDirection(), direction, atol=1e-6) and np.allclose(
        image.GetSpacing(), 1.0, atol=1e-6
    )


def _centroid(mask: np.ndarray) -> list[float]:
    """Return the centroid (x, y, z) of a mask (z, y, x) in voxels."""
    box = occupied(mask)
    within = np.argwhere(mask[box]).mean(axis=0)
    return (within + [along.start for along in box])[::-1].tolist()


def _voxel_at(ct: sitk.Image, point: Sequence[float]) -> tuple[float, float, float]:
    """Return the centre of the voxel of `ct`, or of its grid beyond it, that is nearest."""
    index = np.array(ct.TransformPhysicalPointToContinuousIndex(point))
    # Midway between two voxels, where a symmetric outline has its centroid, the upper one.
    nearest = np.floor(index + 0.5 + _POSITION_TIE_MM / np.array(ct.GetSpacing()))
    return ct.TransformContinuousIndexToPhysicalPoint(nearest.tolist())
