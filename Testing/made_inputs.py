"""Small network inputs made on the spot, whose texture tells the outcome, and a network of them."""

from __future__ import annotations

import numpy as np
from ParotidClassifierCore.deep.device import CPU
from ParotidClassifierCore.deep.trainer import Cases, run
from ParotidClassifierCore.deep.training import TrainedNetwork, network_of
from ParotidClassifierCore.progress import silent


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


def train_network(inputs, outcomes, settings):
    """One network from all cases, as it will be stored."""
    done = run(Cases(inputs, outcomes, np.arange(len(outcomes))), settings, silent, CPU)
    return TrainedNetwork(network_of(done.states[settings.epochs], settings), done.history)
