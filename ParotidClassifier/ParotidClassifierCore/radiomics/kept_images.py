"""Filtered images of one CT, kept for other regions that are measured on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from .box import VoxelBox


@dataclass(frozen=True)
class KeptImages:
    """Images (z, y, x) by their name, on the box that any region measured on them lies in.

    A filter looks at the whole image, a region at its own voxels: of 25 mm around the lesion
    nothing need be kept.
    """

    box: VoxelBox
    _images: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def around(cls, mask: np.ndarray) -> KeptImages:
        """Return nothing yet, for regions that lie in the bounding box of a mask (z, y, x)."""
        return cls(VoxelBox.around(mask))

    def among(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Return those of `names` that are kept."""
        return {name: self._images[name] for name in names if name in self._images}

    def keeping(self, images: Iterable[tuple[str, np.ndarray]]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield every name and image, and keep it."""
        for name, image in images:
            self._images[name] = image
            yield name, image
