"""The forward pass in NumPy and its slopes are PyTorch's, to the last digits."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch, which is compared with, is not installed")

from fixtures.cases import ball_grid
from fixtures.networks import drawn_network
from fixtures.protocols import changed_protocol
from fixtures.regions import PROTOCOL, REGIONS
from fixtures.torch_modules import single_module
from ParotidClassifierCore.bundle.files import NETWORK
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.network.by_torch import module_of, read_by_torch
from ParotidClassifierCore.network.inputs import network_input
from ParotidClassifierCore.network.weights import load_network

# PyTorch's slope of a hard sigmoid is a sixth in single precision, whatever the tensors are.
SLOPES = {"rtol": 1e-6, "atol": 1e-7}


@pytest.fixture(scope="module", params=["shipped", "small", "large", "three regions"])
def a_network(request):
    if request.param == "shipped":
        return load_network((default_bundle() / NETWORK).read_bytes(), PROTOCOL)
    if request.param == "three regions":
        return drawn_network(2, changed_protocol("third-region"))
    return drawn_network(1, variant=request.param)


def noise(network):
    shape = (len(network.regions), 16, 96, 96)
    return np.random.default_rng(0).random(shape, np.float32) - np.float32(0.5)


def edge(network):
    """Half nothing, half bright: many places of a map are its highest."""
    case = np.zeros((len(network.regions), 16, 96, 96), np.float32)
    case[..., 48:] = 0.5
    return case


@pytest.mark.parametrize("case", [noise, edge])
def test_a_reading_is_pytorchs_in_double_precision(a_network, case):
    inputs = case(a_network)
    here, there = a_network.read(inputs), read_by_torch(a_network, inputs, "cpu")
    np.testing.assert_allclose(here.logits, there.logits, rtol=0, atol=1e-12)
    for head, vector in here.vectors.items():
        np.testing.assert_allclose(vector, there.vectors[head], rtol=0, atol=1e-12)
        for maps, theirs in zip(here.maps[head], there.maps[head], strict=True):
            np.testing.assert_allclose(maps, theirs, rtol=1e-9, atol=1e-12)


def test_pytorch_in_single_precision_gives_the_same_logits(a_network):
    inputs = noise(a_network)
    with torch.inference_mode():
        single = single_module(a_network)(torch.from_numpy(inputs)[None])[0].double().numpy()
    np.testing.assert_allclose(a_network.read(inputs).logits, single, rtol=0, atol=1e-6)


@pytest.mark.parametrize("case", [noise, edge])
def test_slopes_are_those_of_pytorch(a_network, case):
    inputs = case(a_network)
    shown = torch.from_numpy(inputs)[None].double().requires_grad_()
    reading = module_of(a_network, "cpu").read(shown)
    for place, head in enumerate(a_network.head_regions):
        found = a_network.slopes(inputs, head)
        asked = [shown, *reading.maps[head]]
        logit = reading.logits[0, place]
        at_inputs, *at_maps = torch.autograd.grad(logit, asked, retain_graph=True)
        top = float(at_inputs.abs().max())
        np.testing.assert_allclose(found.at_inputs / top, at_inputs[0].numpy() / top, **SLOPES)
        for mine, theirs in zip(found.at_maps, at_maps, strict=True):
            theirs = theirs[0].permute(1, 2, 0).numpy()
            top = np.abs(theirs).max()
            np.testing.assert_allclose(mine / top, theirs / top, **SLOPES)
        for mine, theirs in zip(found.maps, reading.maps[head], strict=True):
            theirs = theirs[0].detach().permute(1, 2, 0)
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


def test_an_empty_scale_gives_a_slope_and_no_division_by_nothing():
    """A fusion whose maps are all 0 has deep features of length 0."""
    network = drawn_network(1)
    tensors = dict(network.tensors)
    for name in ("weight", "bias"):
        tensors[f"fusion.0.1.1.{name}"] = np.zeros_like(tensors[f"fusion.0.1.1.{name}"])
    dead = type(network)(PROTOCOL, "small", tensors)
    inputs = network_input(ball_grid(), REGIONS)
    reading = dead.read(inputs)
    there = read_by_torch(dead, inputs, "cpu")
    np.testing.assert_allclose(reading.logits, there.logits, rtol=0, atol=1e-12)
    head = list(dead.head_regions)[-1]
    assert not reading.maps[head][0].any()
    assert np.isfinite(dead.slopes(inputs, head).at_inputs).all()
