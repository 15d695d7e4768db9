"""Grey-level size zones: of the connected zones of one level, over 26 neighbours (IBSI: 9SAK).

An element is a zone; its size is its number of voxels.
"""

import numpy as np

from . import emphases
from .emphases import SizeMatrix
from .features import Features
from .levels import GreyLevels

GLSZM = Features(
    SmallAreaEmphasis=emphases.small,
    LargeAreaEmphasis=emphases.large,
    LowGrayLevelZoneEmphasis=emphases.low_level,
    HighGrayLevelZoneEmphasis=emphases.high_level,
    SmallAreaLowGrayLevelEmphasis=emphases.small_low_level,
    SmallAreaHighGrayLevelEmphasis=emphases.small_high_level,
    LargeAreaLowGrayLevelEmphasis=emphases.large_low_level,
    LargeAreaHighGrayLevelEmphasis=emphases.large_high_level,
    GrayLevelNonUniformity=emphases.level_non_uniformity,
    GrayLevelNonUniformityNormalized=emphases.level_non_uniformity_normalized,
    SizeZoneNonUniformity=emphases.size_non_uniformity,
    SizeZoneNonUniformityNormalized=emphases.size_non_uniformity_normalized,
    ZonePercentage=emphases.percentage,
    GrayLevelVariance=emphases.level_variance,
    ZoneVariance=emphases.size_variance,
    ZoneEntropy=emphases.element_entropy,
)


def zones(levels: GreyLevels) -> SizeMatrix:
    """Return the number of zones by level and size.

    Runs along x are joined first: there are fewer of them than of voxels, and fewer neighbours.
    """
    run, ends = _runs_along_x(levels)
    number = int(run[-1]) + 1
    zone_of_run = _connected(number, *ends)
    size_of_run = np.bincount(run, minlength=number)
    size = np.bincount(zone_of_run, size_of_run).astype(np.int64)
    rank = np.empty(len(size), np.int64)
    rank[zone_of_run[run]] = levels.rank
    return SizeMatrix.of_elements(levels.present, rank, size)


def _runs_along_x(levels: GreyLevels) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return the run of every voxel, and the pairs of runs that touch and have one level."""
    geometry, equal = levels.geometry, levels.equal_pairs
    places = geometry.places
    begins = np.ones(geometry.voxels, bool)
    if 1 in geometry.steps:
        begins[1:] = ~(equal[geometry.steps.index(1), places[:-1]])
    run = np.cumsum(begins) - 1
    run_at = geometry.flat(run)
    pairs = []
    for row, step in zip(equal, geometry.steps, strict=True):
        if step != 1:
            at = np.flatnonzero(row)
            first, second = run_at[at], run_at[at + step]
            # Two runs side by side touch in many voxels, one after the other.
            new = np.ones(len(at), bool)
            new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
            pairs.append((first[new], second[new]))
    one, other = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    return run, (one, other)


def _connected(number: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return by node the index of the connected part of the graph it belongs to.

    Every node points to one of its part, in the end to the first. In each round the first of two
    parts that an edge joins takes the other in; there are few rounds.
    """
    first = np.arange(number)
    while one.size:
        first[np.maximum(one, other)] = np.minimum(one, other)
        further = first[first]
        while not np.array_equal(further, first):
            first, further = further, further[further]
        one, other = first[one], first[other]
        apart = one != other
        one, other = one[apart], other[apart]
    return (np.cumsum(first == np.arange(number)) - 1)[first]
