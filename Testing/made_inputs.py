"""Small network inputs made on the spot: discs with a rim, whose texture tells the outcome."""

from __future__ import annotations

import numpy as np


def made_cases(n, seed=0):
    """Discs with a rim; malignant ones are spotted inside and have a brighter rim."""
    generator = np.random.default_rng(seed)
    outcomes = np.arange(n) % 2
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    radius = np.hypot(y, x)
    inputs = np.zeros((n, 2, 16, 96, 96), np.float32)
    for case, outcome in zip(inputs, outcomes, strict=True):
        spots = generator.standard_normal((2, 12, 12)).repeat(8, 0).repeat(8, 1).repeat(8, 2)
        case[0] = (radius < 0.7) * (0.1 + (0.2 if outcome else 0.02) * spots)
        case[1] = ((radius > 0.7) & (radius < 0.8)) * (0.1 if outcome else -0.15)
        case += 0.01 * (case != 0) * generator.standard_normal(case.shape)
    return inputs.clip(-0.5, 0.5), outcomes
