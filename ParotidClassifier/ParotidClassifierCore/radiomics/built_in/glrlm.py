"""Grey-level run lengths, of the runs of one level along the lines of 13 directions (IBSI: TP0I).

An element is a run: neighbours on a line, in the mask, of one level; its size is its length.
"""

import numpy as np

from . import emphases
from .emphases import SizeMatrix
from .features import Features
from .levels import GreyLevels

GLRLM = Features(
    ShortRunEmphasis=emphases.small,
    LongRunEmphasis=emphases.large,
    LowGrayLevelRunEmphasis=emphases.low_level,
    HighGrayLevelRunEmphasis=emphases.high_level,
    ShortRunLowGrayLevelEmphasis=emphases.small_low_level,
    ShortRunHighGrayLevelEmphasis=emphases.small_high_level,
    LongRunLowGrayLevelEmphasis=emphases.large_low_level,
    LongRunHighGrayLevelEmphasis=emphases.large_high_level,
    GrayLevelNonUniformity=emphases.level_non_uniformity,
    GrayLevelNonUniformityNormalized=emphases.level_non_uniformity_normalized,
    RunLengthNonUniformity=emphases.size_non_uniformity,
    RunLengthNonUniformityNormalized=emphases.size_non_uniformity_normalized,
    RunPercentage=emphases.percentage,
    GrayLevelVariance=emphases.level_variance,
    RunVariance=emphases.size_variance,
    RunEntropy=emphases.element_entropy,
)


def run_lengths(levels: GreyLevels) -> SizeMatrix:
    """Return the number of runs by direction, level and length.

    Like PyRadiomics, it leaves out a direction along which no line has two voxels.
    """
    lines, along = levels.geometry.lines, levels.along_lines
    begins = np.ones(len(along), bool)
    begins[1:] = (along[1:] != along[:-1]) | ~lines.adjacent
    starts = np.flatnonzero(begins)
    length = np.diff(starts, append=len(along))
    longest = levels.geometry.longest_run
    shape = lines.directions, levels.number, longest
    index = (lines.direction_at(starts) * shape[1] + along[starts]) * longest + length - 1
    counts = np.bincount(index, minlength=int(np.prod(shape))).reshape(shape)[lines.with_lines]
    occurring = np.flatnonzero(counts.any((0, 1)))
    return SizeMatrix(counts[:, :, occurring], levels.present, occurring + 1)
