"""Arrays become tensors and come back as they were, also where PyTorch does not know NumPy."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")

from fixtures.network_inputs import made_cases
from fixtures.networks import drawn_network
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.progress import silent
from ParotidClassifierCore.network.arrays import array_of, tensor_of
from ParotidClassifierCore.network.by_torch import read_by_torch
from ParotidClassifierCore.network.trainer import run
from ParotidClassifierCore.network.training import Cases, NetworkTrainingSettings

KINDS = (np.float16, np.float32, np.float64, np.int64, np.uint8)


@pytest.fixture
def without_bridge(monkeypatch):
    """PyTorch 2.2 beside NumPy 2, as on Macs with Intel's processors."""

    def refuse(*_, **__):
        raise RuntimeError("Numpy is not available")

    def refused():
        monkeypatch.setattr(torch, "from_numpy", refuse)
        for name in ("numpy", "__array__"):
            monkeypatch.setattr(torch.Tensor, name, refuse)

    return refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(2, 3, 4), (5,), (), (0, 3)])
def test_an_array_comes_back_as_it_was(kind, shape, without_bridge):
    array = (100 * np.random.default_rng(0).random(shape)).astype(kind)
    without_bridge()
    for given in (array, array.T, np.broadcast_to(array, (2, *shape))):
        back = array_of(tensor_of(given))
        assert back.dtype == kind
        assert back.shape == given.shape
        assert (back == given).all()


def test_what_may_not_be_written_to_is_copied_and_what_comes_back_is_ones_own():
    array = np.arange(4.0)
    array.flags.writeable = False
    tensor = tensor_of(array)
    tensor += 1
    assert list(array) == [0, 1, 2, 3]
    back = array_of(tensor)
    back += 1
    assert tensor.tolist() == [1, 2, 3, 4]


def test_a_reading_is_the_same_to_the_last_bit(without_bridge):
    case = made_cases(2)[0][1]

    def found():
        return read_by_torch(drawn_network(3), case, "cpu")

    usual = found()
    without_bridge()
    again = found()
    assert (again.logits == usual.logits).all()
    assert all((again.vectors[head] == of_head).all() for head, of_head in usual.vectors.items())


def test_a_training_is_the_same_to_the_last_bit_and_goes_on(tmp_path, without_bridge):
    inputs, outcomes = made_cases(8)
    settings = NetworkTrainingSettings(epochs=2, batch_size=4, threads=1)
    cases = Cases(inputs, outcomes, np.arange(8), np.arange(8))
    usual = run(cases, PROTOCOL, settings, silent, "cpu")
    without_bridge()
    for _again in range(2):  # the second one finds it done
        done = run(cases, PROTOCOL, settings, silent, "cpu", tmp_path)
        assert (done.logits[2] == usual.logits[2]).all()
        assert done.history == usual.history
