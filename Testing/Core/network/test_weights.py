"""Weights in files: what is read unchanged and what is refused."""

import json

import numpy as np
import pytest
from fixtures.networks import drawn_network
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import BundleError
from ParotidClassifierCore.bundle.files import NETWORK
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.network.forward import Network
from ParotidClassifierCore.network.weights import load_network, stored_network
from safetensors.numpy import load_file, save_file

FACTS = {"version": 1, "variant": "small", "slices": 16}


@pytest.fixture(scope="module")
def a_network():
    return drawn_network(3)


@pytest.fixture
def a_weights_file(a_network, tmp_path):
    path = tmp_path / "network.safetensors"
    path.write_bytes(stored_network(a_network))
    return path


def test_a_stored_small_network_leaves_room_in_an_8_mb_bundle(a_weights_file):
    assert a_weights_file.stat().st_size < 6e6


def test_what_is_read_again_is_what_was_stored(a_network, a_weights_file):
    again = load_network(a_weights_file.read_bytes(), PROTOCOL)
    assert again.variant == "small"
    assert again.tensors.keys() == a_network.tensors.keys()
    for name, tensor in a_network.tensors.items():
        assert again.tensors[name].dtype == tensor.dtype
        np.testing.assert_array_equal(again.tensors[name], tensor)


def test_the_shipped_network_is_stored_as_its_own_bytes():
    content = (default_bundle() / NETWORK).read_bytes()
    assert stored_network(load_network(content, PROTOCOL)) == content


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
        (lambda t: t | {"intruder": np.zeros(2, np.float32)}, FACTS, "unknown tensor intruder"),
        (lambda t: t | {"heads.0.2.bias": np.zeros(2, np.float32)}, FACTS, r"\(2,\)"),
        (lambda t: t | {"heads.0.2.bias": np.zeros(1)}, FACTS, "F64"),
        (lambda t: t | {"heads.0.2.bias": np.array([np.nan], np.float32)}, FACTS, "not finite"),
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


def retold(content, change):
    """The weights with another header: `change` is given its fields."""
    length = int.from_bytes(content[:8], "little")
    fields = json.loads(content[8 : 8 + length])
    change(fields)
    header = json.dumps(fields).encode()
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


def moved(by):
    def move(fields):
        of_one = fields["heads.0.2.bias"]
        of_one["data_offsets"] = [place + by for place in of_one["data_offsets"]]

    return move


def first_twice(fields):
    """Two tensors of one shape on the same bytes, and nothing on those of the other."""
    fields["heads.0.2.bias"]["data_offsets"] = fields["heads.1.2.bias"]["data_offsets"]


@pytest.mark.parametrize(
    "change", [moved(4), moved(-2), moved(10**9), moved(-(10**9)), first_twice]
)
def test_offsets_that_do_not_fit_are_refused(a_weights_file, change):
    with pytest.raises(BundleError, match="no complete safetensors"):
        load_network(retold(a_weights_file.read_bytes(), change), PROTOCOL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: without(t, "heads.0.2.bias"), "lack the tensor heads.0.2.bias"),
        (lambda t: t | {"tumor.features.99.0.weight": np.zeros(2)}, "unknown tensor tumor.feat"),
    ],
)
def test_no_network_is_made_of_other_layers(a_network, change, message):
    with pytest.raises(BundleError, match=message):
        Network(PROTOCOL, "small", change(a_network.tensors))


@pytest.mark.parametrize("kept", [0, 4, 8, 100, -1])
def test_a_file_that_was_cut_off_is_refused(a_weights_file, kept):
    with pytest.raises(BundleError, match="no complete safetensors"):
        load_network(a_weights_file.read_bytes()[:kept], PROTOCOL)


@pytest.mark.parametrize(
    ("ending", "change", "reason"),
    [
        ("fusion.0.0.1.running_var", lambda t: -t, "negative variance"),
        (".0.weight", lambda t: np.full_like(t, 65504.0), "not finite"),
        ("running_mean", lambda t: np.full_like(t, -3e38), "not finite"),
        (".1.weight", lambda t: np.full_like(t, 3e38), "not finite"),
    ],
    ids=["variance", "halves", "means", "beyond double precision"],
)
def test_weights_whose_network_would_overflow_are_refused(a_network, ending, change, reason):
    tensors = a_network.tensors.items()
    other = {n: change(t) if n.endswith(ending) else t for n, t in tensors}
    with np.errstate(invalid="ignore"):
        content = stored_network(Network(PROTOCOL, "small", other))
    with pytest.raises(BundleError, match=reason):
        load_network(content, PROTOCOL)
