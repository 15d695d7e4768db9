"""How long the network takes for one case on one core; at most 0.1 s is wanted."""

import numpy as np
import pytest
from benchmark_table import ratio_in_turn
from fixtures.networks import drawn_network
from ParotidClassifierCore.base.one_core import on_one_core
from ParotidClassifierCore.network.device import reproducible
from ParotidClassifierCore.network.inference import predict_values

CASE = np.random.default_rng(0).random((2, 16, 96, 96), np.float32)


def test_one_case_on_one_core(benchmark, table):
    logits = benchmark(predict_values, drawn_network(), CASE[None]).logits
    assert np.isfinite(logits).all()
    table.at_most("The network, one core", benchmark.stats.stats.median, 0.1)


def test_numpy_against_pytorch(table):
    torch = pytest.importorskip("torch", reason="PyTorch, which is compared with, is missing")
    from fixtures.torch_modules import single_module

    network = drawn_network()
    module = single_module(network)
    inputs = torch.from_numpy(CASE)[None]
    with reproducible(threads=1), torch.inference_mode(), on_one_core():
        by_torch = ratio_in_turn(lambda: module(inputs), lambda: network.read(CASE), 30)[0]
    table.at_least("PyTorch in single precision, against this", by_torch, 1.0)
