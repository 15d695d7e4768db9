"""Training learns, repeats itself to the bit, and goes on where it was cut off."""

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")

from fixtures.network_inputs import made_cases, train_network
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import CohortError, OutputError, UsageError
from ParotidClassifierCore.base.progress import silent
from ParotidClassifierCore.network import trainer
from ParotidClassifierCore.network.by_torch import module_of
from ParotidClassifierCore.network.device import reproducible
from ParotidClassifierCore.network.inference import predict_values
from ParotidClassifierCore.network.mobilenet import MultiInputNetwork
from ParotidClassifierCore.network.trainer import run
from ParotidClassifierCore.network.training import Cases, NetworkTrainingSettings
from ParotidClassifierCore.network.weights import load_network, stored_network
from ParotidClassifierCore.protocol import shen2026
from sklearn.metrics import roc_auc_score

SHORT = NetworkTrainingSettings(epochs=1, batch_size=4, threads=1)


@pytest.fixture(scope="module")
def eight_cases():
    return made_cases(8)


@pytest.fixture
def two_threads():
    """As many threads as no training takes here."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def trained(eight_cases):
    torch.manual_seed(1)
    return train_network(*eight_cases, SHORT)


def test_the_same_seed_gives_the_same_weights_to_the_last_bit(eight_cases, trained):
    torch.manual_seed(2)
    again = train_network(*eight_cases, SHORT)
    assert stored_network(again.network) == stored_network(trained.network)


def test_training_leaves_pytorchs_own_state_alone(eight_cases, two_threads):
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    train_network(*eight_cases, SHORT)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()


def test_reproducible_settings_end_with_the_block(two_threads):
    before = (2, torch.are_deterministic_algorithms_enabled())
    with reproducible(threads=1):
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled()
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before


def test_three_heads_learn_a_separable_problem():
    settings = NetworkTrainingSettings(epochs=6, batch_size=4, threads=1)
    inputs, outcomes = made_cases(16)
    trained = train_network(inputs, outcomes, settings)
    logits = predict_values(trained.network, made_cases(16, seed=1)[0]).logits
    for column, model in enumerate(shen2026().network_heads):
        assert roc_auc_score(outcomes, logits[:, column]) > 0.95, model
    assert trained.history[-1].loss < trained.history[0].loss
    assert [record.epoch for record in trained.history] == list(range(1, 7))


def test_a_trained_network_is_as_it_will_be_stored(eight_cases, trained):
    stored = load_network(stored_network(trained.network), PROTOCOL)
    one, other = (predict_values(n, eight_cases[0]).logits for n in (stored, trained.network))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("pieces", [1, 2])
def test_batch_norm_holds_the_statistics_of_all_training_cases(pieces, monkeypatch, eight_cases):
    monkeypatch.setattr(trainer, "_SETTLED_AT_ONCE", 8 // pieces)
    network = train_network(*eight_cases, SHORT).network
    convolution, norm, _ = module_of(network, "cpu").tumor.features[0]
    with torch.no_grad():
        maps = convolution(torch.from_numpy(eight_cases[0][:, 0]).double())
    torch.testing.assert_close(norm.running_mean, maps.mean((0, 2, 3)), rtol=1e-4, atol=1e-5)
    if pieces == 1:  # else it is the mean of the pieces' own
        torch.testing.assert_close(norm.running_var, maps.var((0, 2, 3)), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("steps", [1, 2, 10, 11])  # from 11 on the first one warms up
def test_any_number_of_steps_can_be_trained(steps, eight_cases):
    inputs, outcomes = eight_cases
    one_batch = replace(SHORT, epochs=steps, batch_size=4)
    network = train_network(inputs[:4], outcomes[:4], one_batch).network
    assert all(np.isfinite(tensor).all() for tensor in network.tensors.values())


@pytest.mark.parametrize("held_out", [0, 4])
def test_a_training_that_diverges_says_so_and_what_to_do(eight_cases, held_out):
    """Its steps are finite; what is made of them is not."""
    cases = Cases(*eight_cases, np.arange(held_out, 8), np.arange(held_out))
    with pytest.raises(CohortError, match="diverged: in epoch 1 of 1") as told:
        run(cases, PROTOCOL, replace(SHORT, learning_rate=1e30), silent, "cpu")
    assert "learning_rate below 1e+30" in told.value.remedy


def test_a_training_whose_loss_is_no_number_has_diverged(eight_cases, monkeypatch):
    monkeypatch.setattr(trainer, "_loss", lambda logits, targets: logits.sum() * torch.nan)
    with pytest.raises(CohortError, match="diverged"):
        train_network(*eight_cases, SHORT)


@pytest.mark.parametrize("cases", [slice(0, 3), slice(0, 8, 2)])
def test_too_few_cases_or_one_outcome_are_refused(eight_cases, cases):
    inputs, outcomes = eight_cases
    with pytest.raises(CohortError, match="cannot be trained"):
        train_network(inputs[cases], outcomes[cases], SHORT)


def test_a_fold_is_judged_at_its_candidate_epochs(eight_cases):
    settings = replace(SHORT, epochs=4, candidates=2)
    assert settings.candidate_epochs == (2, 4)
    done = run(
        Cases(*eight_cases, np.arange(4), np.arange(4, 8)), PROTOCOL, settings, silent, "cpu"
    )
    assert set(done.logits) == {2, 4}
    assert done.states == {}
    assert [record.held_out_loss is None for record in done.history] == [True, False, True, False]
    assert set(done.history[1].held_out_auc) == set(shen2026().network_heads)


def test_a_fold_is_judged_by_the_code_that_predicts(eight_cases, trained):
    """Which says what PyTorch's module does, that learnt, but for its rounding."""
    network = MultiInputNetwork(PROTOCOL)
    cases = Cases(*eight_cases, np.arange(8))
    state = run(cases, PROTOCOL, SHORT, silent, "cpu").states[1]
    network.load_state_dict(state)
    with torch.inference_mode():
        learnt = network.eval().double()(torch.from_numpy(eight_cases[0]).double()).numpy()
    judged = predict_values(trained.network, eight_cases[0]).logits
    np.testing.assert_allclose(judged, learnt, rtol=0, atol=1e-9)
    folds = Cases(*eight_cases, np.arange(8), np.arange(2))
    found = run(folds, PROTOCOL, SHORT, silent, "cpu").logits[1]
    np.testing.assert_array_equal(found, judged[[0, 1, *range(8)]])


def test_one_candidate_is_the_last_epoch_and_more_than_epochs_are_all_of_them():
    assert replace(SHORT, epochs=7, candidates=1).candidate_epochs == (7,)
    assert replace(SHORT, epochs=3, candidates=8).candidate_epochs == (1, 2, 3)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"candidates": 0}, {"precision": "half"}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(UsageError, match="cannot be trained"):
        replace(SHORT, **wrong)


def test_mixed_precision_learns_and_full_is_what_a_cpu_does_by_itself(eight_cases, trained):
    assert SHORT.precision == "auto"
    auto = trained.history[0].loss
    full, mixed = (
        train_network(*eight_cases, replace(SHORT, precision=name)).history[0].loss
        for name in ("full", "mixed")
    )
    assert auto == full
    assert mixed != full
    assert mixed == pytest.approx(full, rel=0.05)


def interrupted_after(epoch):
    def tell(share, step):
        if step.startswith(f"epoch {epoch} "):
            raise KeyboardInterrupt

    return tell


@pytest.fixture(scope="module")
def a_run(eight_cases):
    """Three epochs of two batches without a break, and what they are made of."""
    settings = replace(SHORT, epochs=3, candidates=2, batch_size=2)
    cases = Cases(*(of_all[:4] for of_all in eight_cases), np.arange(4))
    return cases, settings, run(cases, PROTOCOL, settings, silent, "cpu")


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_training_that_was_cut_off_goes_on_to_the_same_bits(epoch, a_run, tmp_path):
    cases, settings, whole = a_run
    with pytest.raises(KeyboardInterrupt):
        run(cases, PROTOCOL, settings, interrupted_after(epoch), "cpu", tmp_path)
    told = []
    resumed = run(cases, PROTOCOL, settings, lambda share, step: told.append(step), "cpu", tmp_path)
    assert told[0] == f"epoch {epoch + 1} of 3"
    assert resumed.history == whole.history
    for done in whole.states:
        for name, tensor in whole.states[done].items():
            assert torch.equal(tensor, resumed.states[done][name]), name


def test_a_training_that_is_done_is_not_done_again(a_run, tmp_path):
    cases, settings, whole = a_run
    run(cases, PROTOCOL, settings, silent, "cpu", tmp_path)
    told = []
    again = run(cases, PROTOCOL, settings, lambda *args: told.append(args), "cpu", tmp_path)
    assert told == []
    assert again.history == whole.history


def test_a_damaged_checkpoint_is_left_aside(a_run, tmp_path):
    cases, settings, whole = a_run
    with pytest.raises(KeyboardInterrupt):
        run(cases, PROTOCOL, settings, interrupted_after(2), "cpu", tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert run(cases, PROTOCOL, settings, silent, "cpu", tmp_path).history == whole.history


def test_another_outcome_or_setting_starts_another_training(a_run, tmp_path):
    cases, settings, _ = a_run
    settings = replace(settings, epochs=1)
    run(cases, PROTOCOL, settings, silent, "cpu", tmp_path)
    flipped = replace(cases, outcomes=1 - cases.outcomes)
    run(flipped, PROTOCOL, settings, silent, "cpu", tmp_path)
    run(cases, PROTOCOL, replace(settings, seed=settings.seed + 1), silent, "cpu", tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_training_that_goes_on_does_not_keep_its_checkpoint_mapped(a_run, tmp_path):
    """Windows would not let the next epoch's checkpoint take its place."""
    cases, settings, _ = a_run
    mapped = []

    def look(_share, _step):
        with contextlib.suppress(FileNotFoundError):
            mapped.append(str(tmp_path) in Path("/proc/self/maps").read_text("utf-8"))

    with pytest.raises(KeyboardInterrupt):
        run(cases, PROTOCOL, settings, interrupted_after(2), "cpu", tmp_path)
    done = run(cases, PROTOCOL, settings, look, "cpu", tmp_path)
    assert done.states
    look(1.0, "")
    assert not any(mapped)


def test_a_checkpoint_that_cannot_be_written_says_where(a_run, tmp_path):
    cases, settings, _ = a_run
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file"):
        run(cases, PROTOCOL, settings, silent, "cpu", tmp_path / "file")


def test_a_full_disk_is_named(a_run, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    cases, settings, _ = a_run
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        run(cases, PROTOCOL, settings, silent, "cpu", tmp_path)
    assert list(tmp_path.iterdir()) == []
