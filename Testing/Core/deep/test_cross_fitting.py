"""Every training case is judged by a network that has not seen it."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import psutil
import pytest
import torch
from made_inputs import made_cases, train_network
from ParotidClassifierCore.deep.cross_fitting import out_of_fold_logits, remove_checkpoints
from ParotidClassifierCore.deep.prediction import predict_logits
from ParotidClassifierCore.deep.training import NetworkTrainingSettings
from ParotidClassifierCore.errors import CohortError

SHORT = NetworkTrainingSettings(epochs=1, batch_size=4, threads=1)


@pytest.fixture(scope="module")
def eight_cases():
    return made_cases(8)


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


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_rises_to_one(jobs, eight_cases):
    told = []
    folds = np.arange(8) // 4
    out_of_fold_logits(
        *eight_cases, folds, SHORT, lambda share, step: told.append((share, step)), jobs=jobs
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert "3" in told[-1][1]


def test_a_single_fold_is_refused(eight_cases):
    with pytest.raises(CohortError, match="one fold"):
        out_of_fold_logits(*eight_cases, np.zeros(8, int), SHORT)


def test_the_epoch_is_the_one_with_the_smallest_loss_of_all_folds_together():
    inputs, outcomes = made_cases(12)
    settings = replace(SHORT, epochs=4, candidates=4)
    folds = np.arange(12) // 4
    fitted = out_of_fold_logits(inputs, outcomes, folds, settings)
    losses = {
        epoch: np.mean([history[epoch - 1].held_out_loss for history in fitted.histories])
        for epoch in (1, 2, 3, 4)
    }
    assert fitted.candidate_losses == pytest.approx(losses)
    assert fitted.epochs == min(losses, key=losses.get)
    assert len(fitted.histories) == 3
    assert [record.held_out_loss for record in fitted.final.history] == [None] * 4


def test_the_final_network_is_trained_on_all_cases_for_the_chosen_epochs(eight_cases):
    folds = np.arange(8) // 2 % 2
    fitted = out_of_fold_logits(*eight_cases, folds, SHORT)
    alone = train_network(*eight_cases, SHORT).network
    for mine, theirs in zip(fitted.final.network.parameters(), alone.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_case_outside_every_fold_teaches_nothing(eight_cases):
    inputs, outcomes = eight_cases
    more = np.concatenate([inputs, inputs[:2]]), np.concatenate([outcomes, 1 - outcomes[:2]])
    folds = np.arange(8) // 2 % 2
    without = out_of_fold_logits(inputs, outcomes, folds, SHORT)
    fitted = out_of_fold_logits(*more, np.concatenate([folds, [-1, -1]]), SHORT)
    assert np.array_equal(fitted.logits[:8], without.logits)
    assert np.isnan(fitted.logits[8:]).all()


def test_inputs_mapped_from_a_file_give_the_same(eight_cases, tmp_path):
    inputs, outcomes = eight_cases
    np.save(tmp_path / "inputs.npy", inputs)
    mapped = np.load(tmp_path / "inputs.npy", mmap_mode="r")
    folds = np.arange(8) // 2 % 2
    one = out_of_fold_logits(inputs, outcomes, folds, SHORT)
    two = out_of_fold_logits(mapped, outcomes, folds, SHORT, jobs=2)
    assert np.array_equal(one.logits, two.logits)
    assert np.array_equal(
        predict_logits(one.final.network, inputs), predict_logits(two.final.network, mapped)
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_networks_that_were_cut_off_go_on_to_the_same_logits(jobs, eight_cases, tmp_path):
    folds = np.arange(8) // 2 % 2
    settings = replace(SHORT, epochs=2)
    whole = out_of_fold_logits(*eight_cases, folds, settings)

    def stop(share, _step):
        if share > 0.4:
            raise KeyboardInterrupt

    arguments = (*eight_cases, folds, settings)
    with pytest.raises(KeyboardInterrupt):
        out_of_fold_logits(*arguments, stop, jobs=jobs, checkpoints=tmp_path)
    assert list(tmp_path.glob("*.safetensors"))
    resumed = out_of_fold_logits(*arguments, jobs=jobs, checkpoints=tmp_path)
    assert np.array_equal(whole.logits, resumed.logits)
    remove_checkpoints(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_process_that_is_lost_costs_nothing(eight_cases, tmp_path):
    inputs, outcomes = eight_cases
    folds = np.arange(8) // 4
    whole = out_of_fold_logits(inputs, outcomes, folds, SHORT)
    killed = []

    def kill_one(_share, _step):
        children = [] if killed else psutil.Process().children()
        workers = [c for c in children if any("popen_loky" in part for part in c.cmdline())]
        for worker in workers[:1]:
            killed.append(worker.pid)
            worker.kill()

    again = out_of_fold_logits(
        inputs, outcomes, folds, SHORT, kill_one, jobs=2, checkpoints=tmp_path
    )
    assert killed
    np.testing.assert_array_equal(again.logits, whole.logits)
