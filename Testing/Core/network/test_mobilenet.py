"""The network's layout, maps and features."""

import json
from math import prod
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")

from fixtures.regions import HEAD, PROTOCOL
from ParotidClassifierCore.network.architecture import FEATURE_STRIDES, network_tensors
from ParotidClassifierCore.network.mobilenet import (
    MobileNetV3,
    MultiInputNetwork,
    initialise,
)

# torchvision's state_dicts, transcribed from published listings of the official checkpoints;
# the totals are torchvision's own documented parameter counts.
LAYOUTS = json.loads((Path(__file__).parent / "torchvision_layout.json").read_text("utf-8"))
PUBLISHED_PARAMETERS = {"small": 2_542_856, "large": 5_483_032}
BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


@pytest.mark.parametrize("variant", ["small", "large"])
def test_the_listed_layout_has_the_published_number_of_parameters(variant):
    layout = LAYOUTS[f"mobilenet_v3_{variant}"]
    counted = sum(prod(shape) for name, shape in layout.items() if not name.endswith(BUFFERS))
    assert counted == PUBLISHED_PARAMETERS[variant]


@pytest.mark.parametrize("variant", ["small", "large"])
def test_names_and_shapes_are_torchvisions(variant):
    layout = LAYOUTS[f"mobilenet_v3_{variant}"]
    features = {name: shape for name, shape in layout.items() if name.startswith("features.")}
    ours = MobileNetV3(variant, slices=3).state_dict()
    assert {name: list(tensor.shape) for name, tensor in ours.items()} == features


@pytest.mark.parametrize("variant", ["small", "large"])
def test_the_listed_tensors_are_those_of_the_module(variant):
    state = MultiInputNetwork(PROTOCOL, variant).state_dict()
    stored = {n: tuple(t.shape) for n, t in state.items() if not n.endswith("batches_tracked")}
    assert network_tensors(PROTOCOL, variant) == stored


def test_batch_norm_is_torchvisions():
    norm = MobileNetV3().features[0][1]
    assert (norm.eps, norm.momentum) == (0.001, 0.01)


@pytest.mark.parametrize("variant", ["small", "large"])
def test_maps_are_read_at_strides_4_to_32(variant):
    backbone = MobileNetV3(variant).eval()
    with torch.no_grad():
        maps = backbone(torch.rand(1, 16, 96, 96))
    assert [96 // scale.shape[-1] for scale in maps] == list(FEATURE_STRIDES)
    assert tuple(scale.shape[1] for scale in maps) == backbone.tap_channels


def test_each_model_reads_only_its_own_region():
    network = MultiInputNetwork(PROTOCOL).eval()
    initialise(network, torch.Generator().manual_seed(1))
    inputs = torch.rand(2, 2, 16, 96, 96)
    other_ring = inputs.clone()
    other_ring[:, 1] = torch.rand(2, 16, 96, 96)
    with torch.no_grad():
        difference = (network(inputs) - network(other_ring)).abs().amax(dim=0)
    tumor, external2, both = difference
    assert tumor == 0
    assert external2 > 0
    assert both > 0


def test_deep_features_have_length_one_per_scale():
    network = MultiInputNetwork(PROTOCOL).eval()
    with torch.no_grad():
        reading = network.read(torch.rand(2, 2, 16, 96, 96))
    assert reading.logits.shape == (2, 3)
    assert list(reading.vectors) == list(PROTOCOL.network_heads)
    for vector in reading.vectors.values():
        scales = vector.split(list(network.tumor.tap_channels), dim=1)
        for scale in scales:
            torch.testing.assert_close(scale.norm(dim=1), torch.ones(2))
    assert [96 // maps.shape[-1] for maps in reading.maps[HEAD]] == list(FEATURE_STRIDES)


def test_every_weight_takes_part_in_training():
    network = MultiInputNetwork(PROTOCOL)
    network(torch.rand(4, 2, 16, 96, 96)).sum().backward()
    assert [name for name, weight in network.named_parameters() if weight.grad is None] == []


def test_a_network_from_scratch_starts_alike_on_every_slice():
    network = MultiInputNetwork(PROTOCOL)
    initialise(network, torch.Generator().manual_seed(1))
    for backbone in network.backbones:
        stem = backbone.features[0][0].weight
        assert torch.equal(stem, stem[:, :1].expand_as(stem))
    assert not torch.equal(network.tumor.features[0][0].weight, stem)
