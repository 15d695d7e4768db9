"""Logits of new cases, on the CPU and on a GPU."""

import sys

import numpy as np
import pytest
from fixtures.networks import drawn_network
from ParotidClassifierCore.base.errors import (
    BundleError,
    DeviceUnavailableError,
    UsageError,
)
from ParotidClassifierCore.network.device import choose_device
from ParotidClassifierCore.network.inference import predict_values


def has_gpu():
    try:
        import torch
    except ImportError:
        return False
    return torch.cuda.is_available()


@pytest.fixture(scope="module")
def a_network():
    return drawn_network(3)


@pytest.fixture(scope="module")
def five_cases():
    return np.random.default_rng(0).random((5, 2, 16, 96, 96), np.float32)


@pytest.fixture
def without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)


def test_a_cases_values_do_not_depend_on_its_company(a_network, five_cases):
    together = predict_values(a_network, five_cases)
    alone = [predict_values(a_network, case[None]) for case in five_cases]
    assert together.logits.shape == (5, 3)
    assert together.logits.dtype == np.float64
    np.testing.assert_array_equal(together.logits, np.concatenate([v.logits for v in alone]))
    for head, vectors in together.vectors.items():
        np.testing.assert_array_equal(vectors, np.concatenate([v.vectors[head] for v in alone]))


def test_the_cpu_is_the_default():
    assert choose_device() == "cpu"
    assert choose_device("auto") == ("cuda" if has_gpu() else "cpu")


def test_the_cpu_needs_no_torch(a_network, five_cases, without_torch):
    assert choose_device("cpu") == choose_device("auto") == "cpu"
    assert np.isfinite(predict_values(a_network, five_cases[:1]).logits).all()


def test_without_torch_there_is_no_gpu(without_torch):
    with pytest.raises(DeviceUnavailableError, match="PyTorch cannot be imported") as refusal:
        choose_device("cuda")
    assert "auto" in refusal.value.remedy


def test_asking_for_a_missing_gpu_is_an_error_with_a_remedy():
    if has_gpu():
        pytest.skip("this machine has a GPU")
    pytest.importorskip("torch")
    with pytest.raises(DeviceUnavailableError, match="finds no GPU") as refusal:
        choose_device("cuda")
    assert "auto" in refusal.value.remedy


def test_an_unknown_device_is_an_error():
    with pytest.raises(UsageError, match="'tpu'"):
        choose_device("tpu")


def test_a_case_on_which_the_network_overflows_has_no_prediction(a_network):
    with pytest.raises(BundleError, match="not finite"):
        predict_values(a_network, np.full((1, 2, 16, 96, 96), 3e38, np.float32))


@pytest.mark.skipif(not has_gpu(), reason="no CUDA GPU on this machine")
def test_cpu_and_gpu_agree(a_network, five_cases):
    cpu, gpu = (predict_values(a_network, five_cases, d).logits for d in ("cpu", "cuda"))
    np.testing.assert_allclose(cpu, gpu, rtol=0, atol=1e-9)
