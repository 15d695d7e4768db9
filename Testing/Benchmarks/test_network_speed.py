"""How long the network takes for one case on one core; at most 0.1 s is wanted."""

import numpy as np
import torch
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.network.device import reproducible
from ParotidClassifierCore.network.inference import predict_values
from ParotidClassifierCore.network.mobilenet import MultiInputNetwork, initialise


def test_one_case_on_one_core(benchmark, table):
    network = MultiInputNetwork(PROTOCOL)
    initialise(network, torch.Generator().manual_seed(0))
    case = np.random.default_rng(0).random((1, 2, 16, 96, 96), np.float32)
    with reproducible(threads=1):
        logits = benchmark(predict_values, network, case).logits
    assert np.isfinite(logits).all()
    table.at_most("The network, one core", benchmark.stats.stats.median, 0.1)
