"""Neighbourhood grey tone differences, of distance 1 (IBSI: IPET).

With nᵢ the number of voxels of grey level i, p = n / Σ n, and sᵢ the sum over these voxels of the
distance between i and the mean level of their neighbours in the mask; a voxel without neighbours
has the distance 0. Each feature's own code: `radiomics.ibsi`.
"""

from functools import cached_property

import numpy as np

from .features import Features
from .levels import GreyLevels

NGTDM = Features()
COARSENESS_OF_EVEN_REGIONS = 1e6


class ToneDifferences:
    """n, p and s by the grey levels i that occur."""

    def __init__(self, levels: GreyLevels):
        neighbours = levels.geometry.neighbours
        sums = levels.geometry.sums_of_neighbours(levels.level)
        mean = sums / np.maximum(neighbours, 1)
        distance = np.where(neighbours > 0, np.abs(levels.level - mean), 0.0)
        self.i = levels.present
        self.voxels = levels.geometry.voxels
        self.p = levels.counts / self.voxels
        self.s = np.bincount(levels.rank, distance)

    @cached_property
    def weighted(self) -> float:
        """Σ p s."""
        return float((self.p * self.s).sum())


@NGTDM.named("Coarseness")
def coarseness(t: ToneDifferences) -> float:
    """1 / Σ p s; 10⁶ where that is 1 / 0."""
    return 1 / t.weighted if t.weighted else COARSENESS_OF_EVEN_REGIONS


@NGTDM.named("Contrast")
def contrast(t: ToneDifferences) -> float:
    """Σᵢ Σⱼ pᵢ pⱼ (i - j)² / (N (N - 1)) · Σ s / n, N the number of levels; 0 where N is 1."""
    spread = (np.outer(t.p, t.p) * _between(t.i) ** 2).sum() * t.s.sum() / t.voxels
    return spread / max(len(t.i) * (len(t.i) - 1), 1)


@NGTDM.named("Busyness")
def busyness(t: ToneDifferences) -> float:
    """Σ p s / Σᵢ Σⱼ |i pᵢ - j pⱼ|; 0 where the divisor is."""
    divisor = np.abs(_between(t.i * t.p)).sum()
    return t.weighted / divisor if divisor else 0.0


@NGTDM.named("Complexity")
def complexity(t: ToneDifferences) -> float:
    """Σᵢ Σⱼ |i - j| (pᵢ sᵢ + pⱼ sⱼ) / (pᵢ + pⱼ) / n."""
    both = np.add.outer(t.p * t.s, t.p * t.s) / np.add.outer(t.p, t.p)
    return (np.abs(_between(t.i)) * both).sum() / t.voxels


@NGTDM.named("Strength")
def strength(t: ToneDifferences) -> float:
    """Σᵢ Σⱼ (pᵢ + pⱼ) (i - j)² / Σ s; 0 where the divisor is."""
    divisor = t.s.sum()
    return (np.add.outer(t.p, t.p) * _between(t.i) ** 2).sum() / divisor if divisor else 0.0


def _between(values: np.ndarray) -> np.ndarray:
    return np.subtract.outer(values, values)
