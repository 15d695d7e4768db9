"""Training learns, repeats itself to the bit, and keeps a case's outcome from its own logits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from ParotidClassifierCore.deep.augmentation import AugmentationSettings, augmented
from ParotidClassifierCore.deep.prediction import predict_logits
from ParotidClassifierCore.deep.training import (
    NetworkTrainingSettings,
    out_of_fold_logits,
    train_network,
)
from ParotidClassifierCore.deep.weights import load_network, save_network
from ParotidClassifierCore.errors import CohortError
from ParotidClassifierCore.models.names import DL_MODELS
from sklearn.metrics import roc_auc_score

SHORT = NetworkTrainingSettings(epochs=1, batch_size=4, threads=1)


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


@pytest.fixture(scope="module")
def eight_cases():
    return made_cases(8)


def weights_of(trained):
    return trained.network.state_dict()


def test_the_same_seed_gives_the_same_weights_to_the_last_bit(eight_cases):
    torch.manual_seed(1)
    first = weights_of(train_network(*eight_cases, SHORT))
    torch.manual_seed(2)
    second = weights_of(train_network(*eight_cases, SHORT))
    assert [name for name, tensor in first.items() if not torch.equal(tensor, second[name])] == []


def test_training_leaves_pytorchs_own_state_alone(eight_cases):
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    train_network(*eight_cases, SHORT)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()


def test_three_heads_learn_a_separable_problem():
    settings = NetworkTrainingSettings(epochs=12, batch_size=8, threads=1)
    inputs, outcomes = made_cases(24)
    trained = train_network(inputs, outcomes, settings)
    logits = predict_logits(trained.network, made_cases(16, seed=1)[0])
    for column, model in enumerate(DL_MODELS):
        assert roc_auc_score(outcomes[:16], logits[:, column]) > 0.95, model
    assert trained.history[-1].loss < trained.history[0].loss
    assert [record.epoch for record in trained.history] == list(range(1, 13))


def test_a_trained_network_is_as_it_will_be_stored(eight_cases, tmp_path):
    trained = train_network(*eight_cases, SHORT)
    save_network(trained.network, tmp_path / "network.safetensors")
    np.testing.assert_array_equal(
        predict_logits(load_network(tmp_path / "network.safetensors"), eight_cases[0]),
        predict_logits(trained.network, eight_cases[0]),
    )


def test_batch_norm_holds_the_statistics_of_all_training_cases(eight_cases):
    inputs, outcomes = eight_cases
    backbone = train_network(inputs, outcomes, SHORT).network.tumor
    convolution, norm, _ = backbone.features[0]
    with torch.no_grad():
        maps = convolution(torch.from_numpy(inputs[:, 0]))
    torch.testing.assert_close(norm.running_mean, maps.mean((0, 2, 3)), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(norm.running_var, maps.var((0, 2, 3)), rtol=1e-3, atol=1e-5)


def test_networks_trained_side_by_side_are_the_same(eight_cases):
    folds = np.arange(8) // 2 % 2
    one = out_of_fold_logits(*eight_cases, folds, SHORT)
    two = out_of_fold_logits(*eight_cases, folds, SHORT, jobs=2)
    assert np.array_equal(one.logits, two.logits)
    for mine, theirs in zip(
        one.final.network.parameters(), two.final.network.parameters(), strict=True
    ):
        assert torch.equal(mine, theirs)


def test_a_cases_own_outcome_does_not_reach_its_out_of_fold_logits(eight_cases):
    inputs, outcomes = eight_cases
    folds = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    flipped = outcomes.copy()
    flipped[2] = 1 - flipped[2]
    before = out_of_fold_logits(inputs, outcomes, folds, SHORT).logits
    after = out_of_fold_logits(inputs, flipped, folds, SHORT).logits
    np.testing.assert_array_equal(before[folds == 0], after[folds == 0])
    assert not np.allclose(before[folds == 1], after[folds == 1], atol=1e-6)


@pytest.mark.parametrize("epochs", [1, 2, 5, 10])
def test_any_number_of_steps_can_be_trained(epochs, eight_cases):
    settings = replace(SHORT, epochs=epochs)  # two batches an epoch: 10 epochs are 20 steps
    one_batch = replace(settings, batch_size=8)
    for chosen in (settings, one_batch):
        network = train_network(*eight_cases, chosen).network
        assert all(torch.isfinite(p).all() for p in network.parameters())


def test_progress_rises_to_one(eight_cases):
    told = []
    folds = np.arange(8) // 4
    out_of_fold_logits(*eight_cases, folds, SHORT, lambda share, step: told.append((share, step)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {round(share, 6) for share in shares} == {0.333333, 0.666667, 1.0}
    assert told[1][1] == "network 1 of 3 trained"


def test_a_single_fold_is_refused(eight_cases):
    with pytest.raises(CohortError, match="one fold"):
        out_of_fold_logits(*eight_cases, np.zeros(8, int), SHORT)


@pytest.mark.parametrize("cases", [slice(0, 3), slice(0, 8, 2)])
def test_too_few_cases_or_one_outcome_are_refused(eight_cases, cases):
    inputs, outcomes = eight_cases
    with pytest.raises(CohortError, match="cannot be trained"):
        train_network(inputs[cases], outcomes[cases], SHORT)


def test_augmentation_varies_cases_and_leaves_the_outside_empty(eight_cases):
    inputs = torch.from_numpy(eight_cases[0])
    varied = augmented(inputs, AugmentationSettings(), torch.Generator().manual_seed(0))
    again = augmented(inputs, AugmentationSettings(), torch.Generator().manual_seed(0))
    assert torch.equal(varied, again)
    assert varied[:, :, :, 0, 0].abs().max() == 0
    for case, original in zip(varied, inputs, strict=True):
        assert not torch.allclose(case, original, atol=1e-3)


def test_tumor_and_ring_move_together():
    inputs = torch.zeros(4, 2, 16, 96, 96)
    inputs[:, :, 3, 30:40, 60:70] = 0.5
    settings = AugmentationSettings(brightness=0.0, contrast=0.0, noise=0.0)
    tumor, ring = augmented(inputs, settings, torch.Generator().manual_seed(0)).unbind(1)
    assert torch.equal(tumor, ring)


def test_no_augmentation_means_the_case_itself(eight_cases):
    inputs = torch.from_numpy(eight_cases[0])
    still = AugmentationSettings(False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    varied = augmented(inputs, still, torch.Generator().manual_seed(0))
    torch.testing.assert_close(varied, inputs, rtol=0, atol=1e-5)
