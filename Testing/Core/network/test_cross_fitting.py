"""Every training case is judged by a network that has not seen it."""

import os
from dataclasses import replace

import numpy as np
import psutil
import pytest

pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")

from fixtures.network_inputs import made_cases, train_network
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import CohortError
from ParotidClassifierCore.network.cross_fitting import out_of_fold_logits, remove_checkpoints
from ParotidClassifierCore.network.training import NetworkTrainingSettings
from ParotidClassifierCore.network.weights import stored_network

SHORT = NetworkTrainingSettings(epochs=1, batch_size=4, threads=1)
FOLDS = np.arange(8) // 2 % 2


@pytest.fixture(scope="module")
def eight_cases():
    return made_cases(8)


@pytest.fixture(scope="module")
def told():
    """What the trainings of the fixtures below told of their progress, by their names."""
    return {"one_by_one": [], "side_by_side": []}


@pytest.fixture(scope="module")
def one_by_one(eight_cases, told):
    """Two folds' networks and the final one, trained in this process."""
    return out_of_fold_logits(
        *eight_cases, FOLDS, PROTOCOL, SHORT, lambda *step: told["one_by_one"].append(step)
    )


@pytest.fixture(scope="module")
def side_by_side(eight_cases, told, tmp_path_factory):
    """The same in two processes, from inputs that are mapped from a file."""
    inputs, outcomes = eight_cases
    path = tmp_path_factory.mktemp("mapped") / "inputs.npy"
    np.save(path, inputs)
    mapped = np.load(path, mmap_mode="r")
    steps = told["side_by_side"]
    return out_of_fold_logits(
        mapped, outcomes, FOLDS, PROTOCOL, SHORT, lambda *step: steps.append(step), jobs=2
    )


def test_networks_trained_side_by_side_on_a_mapped_file_are_the_same(one_by_one, side_by_side):
    assert np.array_equal(one_by_one.logits, side_by_side.logits)
    assert stored_network(one_by_one.final.network) == stored_network(side_by_side.final.network)


@pytest.mark.parametrize("way", ["one_by_one", "side_by_side"])
def test_progress_rises_to_one(way, told, request):
    request.getfixturevalue(way)
    shares = [share for share, _ in told[way]]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert "3" in told[way][-1][1]


def test_a_cases_own_outcome_does_not_reach_its_out_of_fold_logits(eight_cases, one_by_one):
    inputs, outcomes = eight_cases
    flipped = outcomes.copy()
    flipped[4] = 1 - flipped[4]  # of fold 0
    before, after = (
        one_by_one.logits,
        out_of_fold_logits(inputs, flipped, FOLDS, PROTOCOL, SHORT).logits,
    )
    np.testing.assert_array_equal(before[FOLDS == 0], after[FOLDS == 0])
    assert not np.allclose(before[FOLDS == 1], after[FOLDS == 1], atol=1e-6)


def test_a_single_fold_is_refused(eight_cases):
    with pytest.raises(CohortError, match="one fold"):
        out_of_fold_logits(*eight_cases, np.zeros(8, int), PROTOCOL, SHORT)


def test_the_epoch_is_the_one_with_the_smallest_loss_of_all_folds_together():
    inputs, outcomes = made_cases(12)
    settings = replace(SHORT, epochs=3, candidates=3)
    folds = np.repeat([0, 1], (4, 8))  # of unlike sizes
    fitted = out_of_fold_logits(inputs, outcomes, folds, PROTOCOL, settings)
    losses = {
        epoch: np.average(
            [history[epoch - 1].held_out_loss for history in fitted.histories], weights=(4, 8)
        )
        for epoch in (1, 2, 3)
    }
    assert fitted.candidate_losses == pytest.approx(losses)
    assert fitted.epochs == min(losses, key=losses.get)
    assert len(fitted.histories) == 2
    assert [record.held_out_loss for record in fitted.final.history] == [None] * 3


def test_the_final_network_is_trained_on_all_cases_for_the_chosen_epochs(eight_cases, one_by_one):
    alone = train_network(*eight_cases, SHORT).network
    assert stored_network(one_by_one.final.network) == stored_network(alone)


def test_a_case_outside_every_fold_teaches_nothing(eight_cases, one_by_one):
    inputs, outcomes = eight_cases
    more = np.concatenate([inputs, inputs[:2]]), np.concatenate([outcomes, 1 - outcomes[:2]])
    fitted = out_of_fold_logits(*more, np.concatenate([FOLDS, [-1, -1]]), PROTOCOL, SHORT)
    assert np.array_equal(fitted.logits[:8], one_by_one.logits)
    assert np.isnan(fitted.logits[8:]).all()


@pytest.mark.parametrize("jobs", [1, 2])
def test_networks_that_were_cut_off_go_on_to_the_same_logits(
    jobs, eight_cases, one_by_one, tmp_path
):
    def stop(share, _step):
        if share > 0.4:
            raise KeyboardInterrupt

    arguments = (*eight_cases, FOLDS, PROTOCOL, SHORT)
    with pytest.raises(KeyboardInterrupt):
        out_of_fold_logits(*arguments, stop, jobs=jobs, checkpoints=tmp_path)
    assert list(tmp_path.glob("*.safetensors"))
    resumed = out_of_fold_logits(*arguments, jobs=1, checkpoints=tmp_path)
    assert np.array_equal(one_by_one.logits, resumed.logits)
    remove_checkpoints(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_process_that_is_lost_costs_nothing(eight_cases, one_by_one, tmp_path):
    killed = []

    def kill_one(_share, _step):
        children = [] if killed else psutil.Process().children()
        workers = [c for c in children if any("popen_loky" in part for part in c.cmdline())]
        for worker in workers[:1]:
            killed.append(worker.pid)
            worker.kill()

    again = out_of_fold_logits(
        *eight_cases, FOLDS, PROTOCOL, SHORT, kill_one, jobs=2, checkpoints=tmp_path
    )
    assert killed
    np.testing.assert_array_equal(again.logits, one_by_one.logits)
