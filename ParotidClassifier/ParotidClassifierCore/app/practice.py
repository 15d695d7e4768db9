"""A made lesion, on which a new process goes through the stages before anybody waits for it.

What is slow the first time is then done: importing libraries, loading the network.
"""

from __future__ import annotations

import numpy as np

from ..base.progress import Progress
from ..bundle.bundle import Bundle
from ..case.loading import Case
from ..imaging.working_grid import Geometry
from ..prediction.session import Session
from ..prediction.stages import Stages
from ..protocol import Protocol

_SIDE_MM = 24
_RADIUS_MM = 6


def practise(bundle: Bundle, stages: Stages, progress: Progress) -> None:
    """Classify a small ball in noise; `stages` keep the bundle's network.

    Raises:
        ParotidClassifierError: the bundle cannot be used, or a library is missing.
    """
    Session(_made_case(bundle.protocol), bundle, stages=stages).predict(progress)


def _made_case(protocol: Protocol) -> Case:
    # Within the limits of the rings, or nothing would be left of them.
    tissue = np.mean([ring.ring.hu_range for ring in protocol.rings]) if protocol.rings else 50
    centre = (_SIDE_MM - 1) / 2
    z, y, x = np.indices((_SIDE_MM,) * 3) - centre
    noise = np.random.default_rng(0).normal(tissue, 20, (_SIDE_MM,) * 3)
    geometry = Geometry((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    ct = geometry.image(noise.astype(np.int16))
    return Case(ct, geometry.image(z**2 + y**2 + x**2 <= _RADIUS_MM**2))
