"""Recognise by the tissue itself whether values are Hounsfield units.

Air lies at -1000 HU, fat near -100, soft tissue near 50: two peaks close together and a wide gap
below them. Where a rescale intercept was lost or applied twice, all of them lie elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

# What was added to stored values, or subtracted once too often: rescale intercepts as they occur.
_SHIFTS = (1000, 1024, 2048, 8192, 32768, -1000, -1024, -8192)
_TISSUE_HU = (-150, 150)  # fat to enhanced muscle
_AIR_HU = (-1150, -850)
_BETWEEN_HU = (-800, -250)  # lung and borders alone; bone, which is spread out, fills it
_LEAST_TISSUE = 0.03  # of the voxels; a neck in a field of 50 cm is 5 %
_BELOW_AIR_HU = (-2000, -1060)  # where fat lies that was taken for air, and nothing else
_NOISE = 0.02  # of the voxels
_LEAST_BETTER = 0.03  # of the voxels, that lie where tissue or air does

# A pile at an end of a display window holds all that lies beyond it.
_LEAST_PILE = 1e-3  # of the voxels
_PILE_TO_NEIGHBOURS = 10.0
_NEIGHBOURS_HU = 10
# What scanners and programs cut off: air below and metal or enamel above.
_USUAL_RANGE_HU = (-900, 1000)
_PADDING_GAP_HU = 100
_MOST_PLANES = 32
_ENOUGH_VOXELS = 2**21
_FARTHEST_HU = 70_000  # of 16 bits and an intercept


@dataclass(frozen=True)
class HuHistogram:
    """How many voxels have each whole value, without padding.

    Attributes:
        counts: from the value `lowest` on; the first and the last are not 0.
    """

    counts: np.ndarray
    lowest: int

    @classmethod
    def of(cls, values: np.ndarray) -> HuHistogram:
        """Return the histogram of an image (z, y, x); of a large one, of a part of its voxels."""
        planes = values[:: -(-len(values) // _MOST_PLANES)]
        step = math.isqrt(planes.size // _ENOUGH_VOXELS) + 1
        some = planes[:, ::step, ::step].clip(-_FARTHEST_HU, _FARTHEST_HU)
        whole = (some if some.dtype.kind in "iu" else np.rint(some)).astype(np.int32)
        lowest = int(whole.min())
        counts = np.bincount((whole - lowest).ravel())
        padding = _padding(counts)
        return cls(counts[padding:], lowest + padding)

    @property
    def highest(self) -> int:
        """Value of the last."""
        return self.lowest + len(self.counts) - 1

    def share(self, limits: tuple[int, int], shift: int = 0) -> float:
        """Return the share of voxels from one value to another, both moved by `shift`."""
        return float(self._between(limits, shift).sum() / self.counts.sum())

    def is_spread(self, limits: tuple[int, int], shift: int) -> bool:
        """Return whether no single value makes up most of them, as no tissue has."""
        counts = self._between(limits, shift)
        return bool(2 * counts.max(initial=0) < counts.sum())

    def _between(self, limits: tuple[int, int], shift: int) -> np.ndarray:
        low, high = (limit + shift - self.lowest for limit in limits)
        return self.counts[max(0, low) : max(0, high + 1)]


def intercept_shift(histogram: HuHistogram) -> int:
    """Return by how many HU tissue lies too high, or too low (negative); 0 if it lies right.

    It is one of the usual intercepts, which may be some ten HU from the true one.
    """

    def explained(shift: int) -> float:
        return histogram.share(_TISSUE_HU, shift) + histogram.share(_AIR_HU, shift)

    shifts = [shift for shift in _SHIFTS if _shows_tissue(histogram, shift)]
    if not shifts:
        return 0
    best = max(shifts, key=lambda shift: explained(shift) + histogram.share(_TISSUE_HU, shift))
    better = explained(best) >= explained(0) + _LEAST_BETTER
    below_air = histogram.share(_BELOW_AIR_HU) > _NOISE > histogram.share(_TISSUE_HU)
    return best if better or below_air else 0


def _shows_tissue(histogram: HuHistogram, shift: int) -> bool:
    """Return whether there is something like tissue, were all values moved by `shift`."""
    tissue, between = (histogram.share(limits, shift) for limits in (_TISSUE_HU, _BETWEEN_HU))
    spread = histogram.is_spread(_TISSUE_HU, shift)
    return spread and tissue >= _LEAST_TISSUE and tissue > between


def display_window(histogram: HuHistogram) -> tuple[int, int] | None:
    """Return the display window that values were cut to; None where they were not."""
    low, high = histogram.lowest, histogram.highest
    with_air, with_bone = low <= _USUAL_RANGE_HU[0], high >= _USUAL_RANGE_HU[1]
    below, above = (_is_pile(counts) for counts in (histogram.counts, histogram.counts[::-1]))
    cut = above and (below or with_air) and not (with_air and with_bone)
    return (low, high) if cut else None


def _is_pile(counts: np.ndarray) -> bool:
    """Return whether values are piled up at the beginning, and go on behind it."""
    beside = float(counts[1 : 1 + _NEIGHBOURS_HU].mean()) if len(counts) > _NEIGHBOURS_HU else 0.0
    piled = counts[0] >= max(_LEAST_PILE * counts.sum(), _PILE_TO_NEIGHBOURS * beside)
    return bool(piled) and beside > 1


def _padding(counts: np.ndarray) -> int:
    """Return where the values begin that are not padding: single values far below all others."""
    filled = np.flatnonzero(counts)
    gaps = np.flatnonzero(np.diff(filled) < _PADDING_GAP_HU)
    return int(filled[gaps[0]]) if len(gaps) else 0
