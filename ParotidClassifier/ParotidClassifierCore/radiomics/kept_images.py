"""Filtered images of one CT, kept for other regions that are measured on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import SimpleITK as sitk

from ..imaging.lattice import bounds


def extent(mask: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return first voxel and size, (x, y, z), of the box around a mask (z, y, x), not empty."""
    first, last = bounds(mask)
    return first, tuple(b - a + 1 for a, b in zip(first, last, strict=True))


@dataclass(frozen=True)
class KeptImages:
    """Images by their name, cut to the box of voxels that any region measured on them lies in.

    A filter looks at the whole image, a region at its own voxels: of 25 mm around the lesion
    nothing need be kept.
    """

    first: tuple[int, ...]
    size: tuple[int, ...]
    _images: dict[str, sitk.Image] = field(default_factory=dict)

    @classmethod
    def around(cls, mask: np.ndarray) -> KeptImages:
        """Return nothing yet, for regions that lie in the bounding box of a mask (z, y, x)."""
        return cls(*extent(mask))

    def among(self, names: Iterable[str]) -> dict[str, sitk.Image]:
        """Return those of `names` that are kept."""
        return {name: self._images[name] for name in names if name in self._images}

    def keeping(self, images: Iterable[tuple[str, sitk.Image]]) -> Iterator[tuple[str, sitk.Image]]:
        """Yield every name and image, cut, and keep it."""
        for name, image in images:
            self._images[name] = sitk.RegionOfInterest(image, self.size, self.first)
            yield name, self._images[name]
