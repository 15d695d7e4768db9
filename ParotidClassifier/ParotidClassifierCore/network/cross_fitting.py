"""Logits of the training cases by networks that have not seen them, and the final network."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
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

_Train = Callable[..., Run]  # of cases, and a progress


@dataclass(frozen=True)
class CrossFittedNetwork:
    """The final network, and each training case's logits by a network that has not seen it.

    Attributes:
        logits: float64 (n, heads), in the order of the heads.
        fold_logits: float64 (folds, n, heads): what each fold's network says of every case, those
            it has learnt from too.
        epochs: of every network, chosen by the folds together.
        candidate_losses: by candidate epoch, mean loss over the cases held out.
    """

    logits: np.ndarray
    fold_logits: np.ndarray
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
        folds: (n,) int, the fold of each case, as from `stratified_folds`; negative for a case
            that is left out altogether.
        jobs: networks trained at a time on the CPU, each in a process of its own; the result is
            the same. On a GPU one follows the other.
        checkpoints: folder in which each training leaves its epochs and goes on from them.

    Returns:
        The networks; all logits are NaN for cases left out.

    Raises:
        CohortError: there is one fold only, or a training has too few cases or one outcome.
        OutputError: a checkpoint cannot be written.
    """
    among, rows = folds >= 0, np.flatnonzero
    names = np.unique(folds[among])
    if len(names) < 2:
        raise CohortError(
            "All training cases are in one fold: no network could be trained without them.",
            "Use at least two folds.",
        )
    work = [
        Cases(inputs, outcomes, rows(among & (folds != name)), rows(folds == name))
        for name in names
    ]
    work.append(Cases(inputs, outcomes, rows(among)))
    train = functools.partial(
        run, protocol=protocol, settings=settings, device=device, checkpoints=checkpoints
    )
    if jobs == 1 or choose_device(device) == CUDA:
        *fold_runs, final = _one_by_one(train, work, progress)
    else:
        *fold_runs, final = _side_by_side(train, work, progress, jobs)
    losses = _candidate_losses(fold_runs, work)
    epochs = min(losses, key=losses.__getitem__)
    logits = np.full((len(outcomes), len(protocol.network_heads)), np.nan)
    fold_logits = np.full((len(names), *logits.shape), np.nan)
    for cases, done, of_fold in zip(work, fold_runs, fold_logits, strict=False):
        of_fold[np.concatenate([cases.held_out, cases.learnt])] = done.logits[epochs]
        logits[cases.held_out] = of_fold[cases.held_out]
    chosen = network_of(final.states[epochs], protocol, settings.variant)
    network = TrainedNetwork(chosen, final.history)
    histories = tuple(done.history for done in fold_runs)
    return CrossFittedNetwork(logits, fold_logits, network, epochs, losses, histories, settings)


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


def _one_by_one(train: _Train, work: Sequence[Cases], progress: Progress) -> Iterator[Run]:
    ends = np.linspace(0, 1, len(work) + 1)
    for number, cases in enumerate(work):
        step = part(progress, *ends[number : number + 2])
        yield train(cases, progress=_named(number, len(work), step))


def _named(number: int, count: int, progress: Progress) -> Progress:
    return lambda share, step: progress(share, f"network {number + 1} of {count}, {step}")


def _side_by_side(train: _Train, work: Sequence[Cases], progress: Progress, jobs: int) -> list[Run]:
    """Train in processes; if one of them is lost, here, from what they left."""
    try:
        with temporary_folder() as folder, process_pool(jobs) as pool:
            told = [folder / str(number) for number in range(len(work))]
            futures = [
                pool.submit(_run_apart, train, _sendable(cases), path)
                for cases, path in zip(work, told, strict=True)
            ]
            return _awaited(futures, told, progress)
    except BrokenProcessPool:
        return list(_one_by_one(train, work, progress))


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


def _run_apart(train: _Train, cases: Cases, told: Path) -> Run:
    if isinstance(cases.inputs, Path):
        cases = replace(cases, inputs=np.load(cases.inputs, mmap_mode="r"))

    def tell(share: float, _step: str) -> None:
        told.write_text(f"{share}", encoding="ascii")

    return train(cases, progress=tell)


def _sendable(cases: Cases) -> Cases:
    """Return the cases with the name of the file instead of the hundreds of MB mapped from it."""
    if not isinstance(cases.inputs, np.memmap):
        return cases
    return replace(cases, inputs=Path(cases.inputs.filename))


def _share(path: Path) -> float:
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not there yet, or being written
        return 0.0
