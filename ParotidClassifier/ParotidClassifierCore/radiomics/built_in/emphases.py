"""What run lengths, zones and dependences have in common: sums over a matrix of level by size.

With P(i, j) the number of elements (runs, zones or voxels) of grey level i and size j, N their
number, p = P / N, and mᵢ, mⱼ the means of i and j under p. Where there is a matrix for each
direction, the value is the mean of those of the directions. Each feature's code in IBSI's manual:
`radiomics.ibsi`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .features import entropy, mean_of


class SizeMatrix:
    """Counts by direction, grey level and size, of the levels and sizes that occur.

    Args:
        counts: (directions, levels, sizes), elements in every direction.
        levels: i.
        sizes: j.
    """

    def __init__(self, counts: np.ndarray, levels: np.ndarray, sizes: np.ndarray):
        self.counts = counts.astype(np.float64)
        self.i = levels.astype(np.float64)
        self.j = sizes.astype(np.float64)

    @classmethod
    def of_elements(cls, levels: np.ndarray, rank: np.ndarray, size: np.ndarray) -> SizeMatrix:
        """Count elements by their `rank` among `levels` and their size, in one matrix."""
        sizes, column = np.unique(size, return_inverse=True)
        shape = 1, len(levels), len(sizes)
        counts = np.bincount(rank * len(sizes) + column, minlength=shape[1] * shape[2])
        return cls(counts.reshape(shape), levels, sizes)

    @cached_property
    def number(self) -> np.ndarray:
        """N by direction."""
        return self.counts.sum((1, 2))

    @cached_property
    def by_level(self) -> np.ndarray:
        """Σⱼ P(i, j) by direction and level."""
        return self.counts.sum(2)

    @cached_property
    def by_size(self) -> np.ndarray:
        """Σᵢ P(i, j) by direction and size."""
        return self.counts.sum(1)

    def mean(self, level_power: int, size_power: int) -> float:
        """Return Σ P(i, j) i^a j^b / N."""
        sums = self.counts @ self.j**size_power @ self.i**level_power
        return mean_of(sums / self.number)


def small(m: SizeMatrix) -> float:
    """Σ P(i, j) / j² / N."""
    return m.mean(0, -2)


def large(m: SizeMatrix) -> float:
    """Σ P(i, j) j² / N."""
    return m.mean(0, 2)


def low_level(m: SizeMatrix) -> float:
    """Σ P(i, j) / i² / N."""
    return m.mean(-2, 0)


def high_level(m: SizeMatrix) -> float:
    """Σ P(i, j) i² / N."""
    return m.mean(2, 0)


def small_low_level(m: SizeMatrix) -> float:
    """Σ P(i, j) / (i² j²) / N."""
    return m.mean(-2, -2)


def small_high_level(m: SizeMatrix) -> float:
    """Σ P(i, j) i² / j² / N."""
    return m.mean(2, -2)


def large_low_level(m: SizeMatrix) -> float:
    """Σ P(i, j) j² / i² / N."""
    return m.mean(-2, 2)


def large_high_level(m: SizeMatrix) -> float:
    """Σ P(i, j) i² j² / N."""
    return m.mean(2, 2)


def level_non_uniformity(m: SizeMatrix) -> float:
    """Σᵢ (Σⱼ P(i, j))² / N."""
    return mean_of((m.by_level**2).sum(1) / m.number)


def level_non_uniformity_normalized(m: SizeMatrix) -> float:
    """Σᵢ (Σⱼ P(i, j))² / N²."""
    return mean_of((m.by_level**2).sum(1) / m.number**2)


def size_non_uniformity(m: SizeMatrix) -> float:
    """Σⱼ (Σᵢ P(i, j))² / N."""
    return mean_of((m.by_size**2).sum(1) / m.number)


def size_non_uniformity_normalized(m: SizeMatrix) -> float:
    """Σⱼ (Σᵢ P(i, j))² / N²."""
    return mean_of((m.by_size**2).sum(1) / m.number**2)


def percentage(m: SizeMatrix) -> float:
    """N / Σ P(i, j) j: elements by voxel."""
    return mean_of(m.number / (m.by_size @ m.j))


def level_variance(m: SizeMatrix) -> float:
    """Σ p(i, j) (i - mᵢ)²."""
    return _variance(m.by_level / m.number[:, None], m.i)


def size_variance(m: SizeMatrix) -> float:
    """Σ p(i, j) (j - mⱼ)²."""
    return _variance(m.by_size / m.number[:, None], m.j)


def element_entropy(m: SizeMatrix) -> float:
    """-Σ p(i, j) log2(p(i, j) + ε)."""
    return mean_of(entropy(m.counts / m.number[:, None, None], (1, 2)))


def _variance(p: np.ndarray, values: np.ndarray) -> float:
    from_mean = values - (p @ values)[:, None]
    return mean_of((p * from_mean**2).sum(1))
