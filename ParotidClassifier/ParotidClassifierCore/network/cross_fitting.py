"""Logits of the training cases by networks that have not seen them, and the final network."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..base import disk
from ..base.errors import CohortError
from ..base.parallel import process_pool
from ..base.progress import Progress, part, silent
from ..base.temporary import temporary_folder
from ..base.waiting import SLICE_SECONDS
from ..protocol import Protocol
from .device import CPU, CUDA, choose_device
from .records import EpochRecord
from .trainer import Run, run
from .training import Cases, NetworkTrainingSettings, TrainedNetwork, network_of


@dataclass(frozen=True)
class CrossFittedNetwork:
    """The final network, and each training case's logits by a network that has not seen it.

    Attributes:
        logits: float64 (n, heads), in the order of the heads.
        final: trained on all cases.
        epochs: of every network, chosen by the folds together.
        candidate_losses: by candidate epoch, mean loss over the cases held out.
        histories: of the folds' networks.
        settings: of every training.
    """

    logits: np.ndarray
    final: TrainedNetwork
    epochs: int
    candidate_losses: dict[int, float]
    histories: tuple[tuple[EpochRecord, ...], ...]
    settings: NetworkTrainingSettings


def out_of_fold_logits(
    inputs: np.ndarray,
    outcomes: np.ndarray,
    folds: np.ndarray,
    protocol: Protocol,
    settings: NetworkTrainingSettings = NetworkTrainingSettings(),  # noqa: B008  frozen
    progress: Progress = silent,
    device: str = CPU,
    jobs: int = 1,
    checkpoints: Path | None = None,
) -> CrossFittedNetwork:
    """Train one network per fold on the cases outside it, and the final one on all.

    Every network is judged at the candidate epochs of the settings. The epoch with the smallest
    loss on the cases held out, of all folds together, is taken for all networks: one number
    chosen on all cases, so that what it adds to the out-of-fold figures is small.

    Args:
        inputs: float32 (n, regions, 16, 96, 96); may be mapped from a .npy file.
        outcomes: 0 or 1 (n,).
        folds: (n,) int, the fold of each case, as from `stratified_folds`; negative for a case
            that is left out altogether.
        protocol: regions and heads of the networks.
        settings: of every training alike.
        progress: told the share done and the step.
        device: "cpu", "cuda" or "auto".
        jobs: networks trained at a time on the CPU, each in a process of its own; the result is
            the same. On a GPU one follows the other.
        checkpoints: folder in which each training leaves its epochs and goes on from them.

    Returns:
        The networks; logits are NaN for cases left out.

    Raises:
        CohortError: there is one fold only, or a training has too few cases or one outcome.
        OutputError: a checkpoint cannot be written.
    """
    names = np.unique(folds[folds >= 0])
    if len(names) < 2:
        raise CohortError(
            "All training cases are in one fold: no network could be trained without them.",
            "Use at least two folds.",
        )
    work = [
        Cases(inputs, outcomes, np.flatnonzero((folds >= 0) & (folds != name)), rows)
        for name in names
        for rows in [np.flatnonzero(folds == name)]
    ]
    work.append(Cases(inputs, outcomes, np.flatnonzero(folds >= 0)))
    one_by_one = jobs == 1 or choose_device(device).type == CUDA
    train = _one_by_one if one_by_one else _side_by_side
    *fold_runs, final = train(work, protocol, settings, progress, device, jobs, checkpoints)
    losses = _candidate_losses(fold_runs, work)
    epochs = min(losses, key=losses.__getitem__)
    logits = np.full((len(outcomes), len(protocol.network_heads)), np.nan)
    for cases, done in zip(work, fold_runs, strict=False):
        logits[cases.held_out] = done.logits[epochs]
    network = TrainedNetwork(network_of(final.states[epochs], protocol, settings), final.history)
    histories = tuple(done.history for done in fold_runs)
    return CrossFittedNetwork(logits, network, epochs, losses, histories, settings)


def remove_checkpoints(folder: Path) -> None:
    """Remove what trainings left in `folder`, when they are done and their result is kept."""
    for path in folder.glob("*.safetensors"):
        with contextlib.suppress(OSError):  # the result is there; a rest does no harm
            disk.remove(path)


def _candidate_losses(runs: Sequence[Run], work: Sequence[Cases]) -> dict[int, float]:
    sizes = [len(cases.held_out) for cases, _ in zip(work, runs, strict=False)]
    return {
        epoch: float(
            np.average([done.history[epoch - 1].held_out_loss for done in runs], weights=sizes)
        )
        for epoch in runs[0].logits
    }


def _one_by_one(
    work: Sequence[Cases],
    protocol: Protocol,
    settings: NetworkTrainingSettings,
    progress: Progress,
    device: str,
    _jobs: int,
    checkpoints: Path | None,
) -> Iterator[Run]:
    ends = np.linspace(0, 1, len(work) + 1)
    for number, cases in enumerate(work):
        step = part(progress, *ends[number : number + 2])
        yield run(cases, protocol, settings, _named(number, len(work), step), device, checkpoints)


def _named(number: int, count: int, progress: Progress) -> Progress:
    return lambda share, step: progress(share, f"network {number + 1} of {count}, {step}")


def _side_by_side(
    work: Sequence[Cases],
    protocol: Protocol,
    settings: NetworkTrainingSettings,
    progress: Progress,
    device: str,
    jobs: int,
    checkpoints: Path | None,
) -> list[Run]:
    """Train in processes; if one of them is lost, here, from what they left."""
    try:
        with temporary_folder() as folder, process_pool(jobs) as pool:
            told = [folder / str(number) for number in range(len(work))]
            futures = [
                pool.submit(
                    _run_apart, _sendable(cases), protocol, settings, device, checkpoints, path
                )
                for cases, path in zip(work, told, strict=True)
            ]
            return _awaited(futures, told, progress)
    except BrokenProcessPool:
        return list(_one_by_one(work, protocol, settings, progress, device, 1, checkpoints))


def _awaited(futures: list[Future], told: list[Path], progress: Progress) -> list[Run]:
    """Return the results; `told` are the files in which the trainings say how far they are."""
    waiting = set(futures)
    while waiting:
        finished, waiting = wait(waiting, SLICE_SECONDS)
        for future in finished:
            future.result()  # raises what stopped it
        share = sum(_share(path) for path in told) / len(told)
        count = len(futures) - len(waiting)
        progress(share, f"{count} of {len(futures)} networks trained")
    return [future.result() for future in futures]


def _run_apart(
    cases: Cases,
    protocol: Protocol,
    settings: NetworkTrainingSettings,
    device: str,
    checkpoints: Path | None,
    told: Path,
) -> Run:
    if isinstance(cases.inputs, Path):
        inputs = np.load(cases.inputs, mmap_mode="r")
        cases = Cases(inputs, cases.outcomes, cases.learnt, cases.held_out)

    def tell(share: float, _step: str) -> None:
        told.write_text(f"{share}", encoding="ascii")

    return run(cases, protocol, settings, tell, device, checkpoints)


def _sendable(cases: Cases) -> Cases:
    """Return the cases with the name of the file instead of the hundreds of MB mapped from it."""
    if not isinstance(cases.inputs, np.memmap):
        return cases
    path = Path(cases.inputs.filename)
    return Cases(path, cases.outcomes, cases.learnt, cases.held_out)


def _share(path: Path) -> float:
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not there yet, or being written
        return 0.0
