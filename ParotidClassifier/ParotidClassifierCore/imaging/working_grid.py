"""The 1 mm grid on which every image feature of a case is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import SimpleITK as sitk

from ..base.cache import content_key

# The display window of Shen et al. 2026.
WINDOW_WIDTH_HU = 400.0
WINDOW_LEVEL_HU = 40.0
WINDOW = f"{WINDOW_WIDTH_HU:g}/{WINDOW_LEVEL_HU:g} HU"


def window_hu() -> tuple[float, float]:
    """Return the HU shown black and white in the display window."""
    return WINDOW_LEVEL_HU - WINDOW_WIDTH_HU / 2, WINDOW_LEVEL_HU + WINDOW_WIDTH_HU / 2


@dataclass(frozen=True)
class Geometry:
    """Where the voxels of an array lie in the patient (LPS, mm).

    Attributes:
        origin: centre of voxel [0, 0, 0], (x, y, z) in mm.
        direction: row-major 3 × 3 matrix whose columns are the image axes.
        spacing: voxel size (x, y, z) in mm.
    """

    origin: tuple[float, float, float]
    direction: tuple[float, ...]
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @classmethod
    def of(cls, image: sitk.Image) -> Geometry:
        """Return the geometry of `image`."""
        return cls(image.GetOrigin(), image.GetDirection(), image.GetSpacing())

    @classmethod
    def of_affine(cls, affine: np.ndarray) -> Geometry:
        """Return the geometry that a 4 × 4 matrix from voxels (x, y, z, 1) to LPS mm gives."""
        spacing = np.linalg.norm(affine[:3, :3], axis=0)
        direction = (affine[:3, :3] / spacing).ravel()
        return cls(*(tuple(part.tolist()) for part in (affine[:3, 3], direction, spacing)))

    def corners(self, size: tuple[int, int, int]) -> np.ndarray:
        """Return where the centres of the eight corner voxels lie, (8, 3) as (x, y, z) in mm."""
        ends = np.array(np.meshgrid(*[(0, n - 1) for n in size])).reshape(3, -1)
        axes = np.reshape(self.direction, (3, 3)) * self.spacing
        return (axes @ ends).T + self.origin

    def image(self, array: np.ndarray) -> sitk.Image:
        """Return `array` (z, y, x) as an image with this geometry; booleans become uint8.

        A fourth axis holds the components of each voxel.
        """
        values = array.astype(np.uint8) if array.dtype == bool else array
        image = sitk.GetImageFromArray(values, isVector=array.ndim == 4)
        image.SetOrigin(self.origin)
        image.SetDirection(self.direction)
        image.SetSpacing(self.spacing)
        return image


@dataclass(frozen=True)
class WorkingGrid:
    """CT and regions on one 1 × 1 × 1 mm grid around the lesion.

    Attributes:
        ct: int16 (z, y, x), whole HU clipped to lattice.HU_RANGE.
        masks: bool (z, y, x) by region, in the order of the protocol: the one that is outlined by
            hand first. Rings overlap none of the regions that they surround.
        geometry: where the grid lies in the patient.
    """

    ct: np.ndarray
    masks: Mapping[str, np.ndarray]
    geometry: Geometry

    def mask(self, region: str) -> np.ndarray:
        """Return the mask (z, y, x) of a region by its name."""
        return self.masks[region]

    @property
    def image_key(self) -> str:
        """The SHA-256 of the CT on the grid and of where it lies."""
        return content_key(repr((self.geometry, self.ct.shape)), self.ct)

    def region_key(self, region: str) -> str:
        """Return the SHA-256 of a region's mask; it says nothing without the CT's."""
        return content_key(self.masks[region])

    @property
    def tumor(self) -> np.ndarray:
        """The mask (z, y, x) that was outlined by hand."""
        return next(iter(self.masks.values()))

    @cached_property
    def lesion(self) -> np.ndarray:
        """The mask (z, y, x) of all regions together."""
        return np.logical_or.reduce(list(self.masks.values()))
