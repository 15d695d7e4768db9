"""Grey levels: the values of a region in bins, as PyRadiomics cuts them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ..settings import RadiomicsSettings
from .region import MaskGeometry


def bin_edges(values: np.ndarray, settings: RadiomicsSettings) -> np.ndarray:
    """Return the edges of the bins: multiples of the width, the first at or below the smallest.

    With a fixed number of bins: equal bins from the smallest value to just above the largest.
    The steps and number types are PyRadiomics': a value on an edge falls on the same side of it.
    """
    if settings.bin_count is not None:
        edges = np.histogram_bin_edges(values, settings.bin_count)
        edges[-1] += 1
        return edges
    width = settings.bin_width
    smallest, largest = np.nanmin(values), np.nanmax(values)
    return np.arange(smallest - smallest % width, largest + 2 * width, width)


class GreyLevels:
    """The grey level of every voxel of a region in one image.

    Attributes:
        level: (n,) by voxel; 1 is the lowest bin.
        present: the levels that occur, ascending, float64.
        counts: how many voxels have each of them.
        rank: (n,) index into `present` by voxel.
        geometry: of the region.
    """

    def __init__(self, values: np.ndarray, geometry: MaskGeometry, settings: RadiomicsSettings):
        levels = np.digitize(values, bin_edges(values, settings))
        counts = np.bincount(levels)
        occurring = np.flatnonzero(counts)
        self.counts = counts[occurring]
        self.present = occurring.astype(np.float64)
        self.geometry = geometry
        self.level = levels
        self.rank = (np.cumsum(counts > 0) - 1)[levels]

    @property
    def number(self) -> int:
        """How many levels occur."""
        return len(self.present)

    @property
    def highest(self) -> int:
        """The highest level: PyRadiomics' number of grey levels."""
        return int(self.present[-1])

    @cached_property
    def along_lines(self) -> np.ndarray:
        """Ranks along the lines of every direction."""
        return self.rank[self.geometry.lines.order]

    @cached_property
    def equal_pairs(self) -> np.ndarray:
        """Bool (directions, places): whether a place and its neighbour have the same level.

        Of places in the background it is False.
        """
        geometry = self.geometry
        kind = np.uint8 if self.number < np.iinfo(np.uint8).max else np.uint16
        flat = geometry.flat((self.rank + 1).astype(kind))
        here = flat[: geometry.reach]
        inside = here > 0
        equal = np.empty((len(geometry.steps), geometry.reach), bool)
        for row, step in zip(equal, geometry.steps, strict=True):
            np.equal(here, flat[step : step + geometry.reach], out=row)
            row &= inside
        return equal
