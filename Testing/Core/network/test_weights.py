"""Weights in files: what is read unchanged and what is refused."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import BundleError, UnreadableFileError, UsageError
from ParotidClassifierCore.network.inference import predict_values
from ParotidClassifierCore.network.mobilenet import MultiInputNetwork, initialise
from ParotidClassifierCore.network.weights import (
    load_imagenet_weights,
    load_network,
    round_to_storage,
    stem_for_slices,
    stored_network,
)
from safetensors.torch import load_file, save_file

LAYOUTS = json.loads((Path(__file__).parent / "torchvision_layout.json").read_text("utf-8"))
FACTS = {"version": 1, "variant": "small", "slices": 16}


@pytest.fixture(scope="module")
def a_network():
    network = MultiInputNetwork(PROTOCOL).eval()
    initialise(network, torch.Generator().manual_seed(3))
    round_to_storage(network)
    return network


@pytest.fixture
def a_weights_file(a_network, tmp_path):
    path = tmp_path / "network.safetensors"
    path.write_bytes(stored_network(a_network))
    return path


def torchvision_checkpoint(variant="small"):
    """A state dict in torchvision's layout with made values."""
    generator = torch.Generator().manual_seed(5)
    return {
        name: torch.rand(shape, generator=generator) + 0.1 if shape else torch.tensor(7)
        for name, shape in LAYOUTS[f"mobilenet_v3_{variant}"].items()
    }


def test_a_stored_small_network_leaves_room_in_an_8_mb_bundle(a_weights_file):
    assert a_weights_file.stat().st_size < 6e6


@pytest.mark.parametrize("file_name", ["imagenet.pth", "imagenet.safetensors"])
def test_a_torchvision_checkpoint_loads_unchanged(tmp_path, file_name):
    checkpoint = torchvision_checkpoint()
    save = save_file if file_name.endswith("safetensors") else torch.save
    save(checkpoint, tmp_path / file_name)
    network = MultiInputNetwork(PROTOCOL)
    load_imagenet_weights(network, tmp_path / file_name)
    for backbone in network.backbones:
        ours = backbone.state_dict()
        for name, tensor in checkpoint.items():
            if name.startswith("features.") and not name.endswith("num_batches_tracked"):
                expected = (
                    tensor.mean(1, keepdim=True).expand(-1, 16, -1, -1) * 3 / 16
                    if name == "features.0.0.weight"
                    else tensor
                )
                torch.testing.assert_close(ours[name], expected, rtol=1e-6, atol=1e-7)


def test_the_adapted_stem_answers_a_grey_picture_like_the_original():
    kernel = torch.randn(16, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    grey = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    original = torch.nn.functional.conv2d(grey.expand(-1, 3, -1, -1), kernel)
    adapted = torch.nn.functional.conv2d(grey.expand(-1, 16, -1, -1), stem_for_slices(kernel, 16))
    torch.testing.assert_close(adapted, original, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_of_the_other_variant_is_refused(tmp_path):
    torch.save(torchvision_checkpoint("large"), tmp_path / "large.pth")
    with pytest.raises(UsageError, match="MobileNetV3-small"):
        load_imagenet_weights(MultiInputNetwork(PROTOCOL), tmp_path / "large.pth")


class Intruder:
    def __reduce__(self):
        return (Path.touch, (Path(__file__).parent / "intruded",))


def test_a_checkpoint_that_runs_code_is_refused_and_not_run(tmp_path):
    torch.save({"features.0.0.weight": Intruder()}, tmp_path / "evil.pth")
    with pytest.raises(UnreadableFileError, match=r"evil\.pth"):
        load_imagenet_weights(MultiInputNetwork(PROTOCOL), tmp_path / "evil.pth")
    assert not (Path(__file__).parent / "intruded").exists()


@pytest.mark.parametrize(
    "content", [b"", b"not a tensor in sight", b"PK\x03\x04", pickle.dumps([1, 2], protocol=2)]
)
def test_a_checkpoint_that_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "file.pth").write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"file\.pth"):
        load_imagenet_weights(MultiInputNetwork(PROTOCOL), tmp_path / "file.pth")


def test_the_same_network_is_stored_as_the_same_bytes(a_network, a_weights_file):
    assert stored_network(a_network) == a_weights_file.read_bytes()


@pytest.mark.parametrize("metadata", [None, {"facts": "[]"}, {"facts": "{"}, {"other": "1"}])
def test_weights_that_say_nothing_of_their_network_are_refused(a_weights_file, metadata):
    save_file(load_file(a_weights_file), a_weights_file, metadata=metadata)
    with pytest.raises(BundleError, match="version None"):
        load_network(a_weights_file.read_bytes(), PROTOCOL)


def without(tensors, name):
    return {key: tensor for key, tensor in tensors.items() if key != name}


@pytest.mark.parametrize(
    ("change", "facts", "message"),
    [
        (lambda t: without(t, "heads.0.2.bias"), FACTS, "lack the tensor heads.0.2.bias"),
        (lambda t: t | {"intruder": torch.zeros(2)}, FACTS, "unknown tensor intruder"),
        (lambda t: t | {"heads.0.2.bias": torch.zeros(2)}, FACTS, r"\(2,\)"),
        (lambda t: t | {"heads.0.2.bias": torch.zeros(1).double()}, FACTS, "F64"),
        (lambda t: t | {"heads.0.2.bias": torch.tensor([torch.nan])}, FACTS, "not finite"),
        (lambda t: t, FACTS | {"version": 99}, "version 99"),
        (lambda t: t, FACTS | {"slices": 10**8}, "100000000"),
        (lambda t: t, FACTS | {"variant": "enormous"}, "enormous"),
        (lambda t: t, FACTS | {"variant": "large"}, "lack the tensor"),
        (lambda t: t, FACTS | {"variant": ["small"]}, "of a variant"),
        (lambda t: t, {}, "version None"),
    ],
)
def test_weights_that_are_not_exactly_the_networks_are_refused(
    a_weights_file, change, facts, message
):
    header = {"facts": json.dumps(facts)}
    save_file(change(load_file(a_weights_file)), a_weights_file, metadata=header)
    with pytest.raises(BundleError, match=message) as refusal:
        load_network(a_weights_file.read_bytes(), PROTOCOL)
    assert refusal.value.remedy


def changed(network, ending, change):
    """The weights of a network whose tensors of this ending are changed."""
    other = MultiInputNetwork(PROTOCOL)
    other.load_state_dict(
        {n: change(t) if n.endswith(ending) else t for n, t in network.state_dict().items()}
    )
    return stored_network(other)


@pytest.mark.parametrize(
    ("ending", "change", "reason"),
    [
        ("fusion.0.0.1.running_var", lambda t: -t, "negative variance"),
        (".0.weight", lambda t: torch.full_like(t, 65504.0), "not finite"),
        ("running_mean", lambda t: torch.full_like(t, -3e38), "not finite"),
    ],
    ids=["variance", "halves", "means"],
)
def test_weights_whose_network_would_overflow_are_refused(a_network, ending, change, reason):
    with pytest.raises(BundleError, match=reason):
        load_network(changed(a_network, ending, change), PROTOCOL)


def test_a_case_on_which_the_network_overflows_has_no_prediction(a_network):
    with pytest.raises(BundleError, match="not finite"):
        predict_values(a_network, np.full((1, 2, 16, 96, 96), 3e38, np.float32))
