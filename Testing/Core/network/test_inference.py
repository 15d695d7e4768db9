"""Logits of new cases, on the CPU and on a GPU."""

import numpy as np
import pytest
import torch
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import DeviceUnavailableError, UsageError
from ParotidClassifierCore.network.device import choose_device, reproducible
from ParotidClassifierCore.network.inference import predict_values
from ParotidClassifierCore.network.mobilenet import MultiInputNetwork, initialise

has_gpu = torch.cuda.is_available()


@pytest.fixture
def a_network():
    network = MultiInputNetwork(PROTOCOL)
    initialise(network, torch.Generator().manual_seed(3))
    return network


@pytest.fixture
def five_cases():
    return np.random.default_rng(0).random((5, 2, 16, 96, 96), np.float32)


def test_a_cases_logits_do_not_depend_on_its_company(a_network, five_cases):
    together = predict_values(a_network, five_cases).logits
    alone = np.concatenate([predict_values(a_network, case[None]).logits for case in five_cases])
    assert together.shape == (5, 3)
    assert together.dtype == np.float64
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_dropout_and_batch_statistics_play_no_part(a_network, five_cases):
    a_network.train()
    first = predict_values(a_network, five_cases).logits
    a_network.train()
    np.testing.assert_array_equal(predict_values(a_network, five_cases[::-1]).logits[::-1], first)


def test_the_cpu_is_the_default():
    assert choose_device().type == "cpu"
    assert choose_device("auto").type == ("cuda" if has_gpu else "cpu")


@pytest.mark.skipif(has_gpu, reason="this machine has a GPU")
def test_asking_for_a_missing_gpu_is_an_error_with_a_remedy():
    with pytest.raises(DeviceUnavailableError, match="finds no GPU") as refusal:
        choose_device("cuda")
    assert "auto" in refusal.value.remedy


def test_an_unknown_device_is_an_error():
    with pytest.raises(UsageError, match="'tpu'"):
        choose_device("tpu")


def test_reproducible_settings_end_with_the_block():
    usual = torch.get_num_threads()
    torch.set_num_threads(2)
    before = (2, torch.are_deterministic_algorithms_enabled())
    with reproducible(threads=1):
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled()
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before
    torch.set_num_threads(usual)


@pytest.mark.skipif(not has_gpu, reason="no CUDA GPU on this machine")
def test_cpu_and_gpu_agree(a_network, five_cases):
    cpu, gpu = (predict_values(a_network, five_cases, d).logits for d in ("cpu", "cuda"))
    np.testing.assert_allclose(cpu, gpu, atol=1e-4)
