"""Grey-level dependences (IBSI: neighbouring grey level dependence, REK0, of distance 1, α = 0).

An element is a voxel; its size is 1 plus the number of its neighbours of the same level.
"""

import numpy as np

from . import emphases
from .emphases import SizeMatrix
from .features import Features
from .levels import GreyLevels

GLDM = Features(
    SmallDependenceEmphasis=emphases.small,
    LargeDependenceEmphasis=emphases.large,
    LowGrayLevelEmphasis=emphases.low_level,
    HighGrayLevelEmphasis=emphases.high_level,
    SmallDependenceLowGrayLevelEmphasis=emphases.small_low_level,
    SmallDependenceHighGrayLevelEmphasis=emphases.small_high_level,
    LargeDependenceLowGrayLevelEmphasis=emphases.large_low_level,
    LargeDependenceHighGrayLevelEmphasis=emphases.large_high_level,
    GrayLevelNonUniformity=emphases.level_non_uniformity,
    DependenceNonUniformity=emphases.size_non_uniformity,
    DependenceNonUniformityNormalized=emphases.size_non_uniformity_normalized,
    GrayLevelVariance=emphases.level_variance,
    DependenceVariance=emphases.size_variance,
    DependenceEntropy=emphases.element_entropy,
)


def dependences(levels: GreyLevels) -> SizeMatrix:
    """Return the number of voxels by level and number of dependent neighbours."""
    geometry = levels.geometry
    dependent = np.ones(geometry.reach + max(geometry.steps), np.uint8)
    for equal, step in zip(levels.equal_pairs, geometry.steps, strict=True):
        dependent[: geometry.reach] += equal
        dependent[step : step + geometry.reach] += equal
    return SizeMatrix.of_elements(levels.present, levels.rank, dependent[geometry.places])
