"""The random streams of one case."""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """Independent random streams of one case: changing one part leaves the others as they are."""

    CLASS = 0
    CLINICAL = 1
    ANATOMY = 2
    TUMOR = 3
    TEXTURE = 4
    TUMOR_TEXTURE = 5
    NOISE = 6
    ACQUISITION = 7
    OTHER_FINDINGS = 8


def stream(seed: int, part: Stream) -> np.random.Generator:
    """Return the generator of one part of the case `seed`."""
    return np.random.default_rng([seed, int(part)])
