"""Do independent pieces of work on all cores of this machine, or on a Dask cluster."""

import asyncio
import contextlib
import dataclasses
import functools
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ClusterError, MissingPackageError, OutputError, ParotidClassifierError
from .extras import extras_named
from .lifeline import end_with
from .progress import Progress, silent
from .waiting import do_and_wait, wait_until
from .words import without_folders

_CONNECT_SECONDS = 15
# Without a result for so long, twice: time to look whether anybody is left to give one.
_LOOK_FOR_WORKERS_SECONDS = 10.0
_MOST_LOOKS = 360  # an hour without a result: whoever is left hangs
_LONGEST_END_SECONDS = 60.0


@dataclass(frozen=True)
class Machines:
    """Where pieces of work are done.

    Attributes:
        jobs: processes of this machine at a time; 1 works in this very process unless `apart`.
        dask: address of a Dask scheduler whose workers see the same files and have this program
            installed; None for this machine.
        device: of the network, one of device.DEVICES.
        apart: one job, too, works in a process of its own, so that a piece that takes its process
            down leaves this one.
    """

    jobs: int = 1
    dask: str | None = None
    device: str = "cpu"
    apart: bool = False


@dataclass(frozen=True)
class Failure:
    """Why a piece of work has no result.

    Attributes:
        reason: for whoever started the work.
        is_refused: whether it cannot be done with what it was given, however often it is tried.
    """

    reason: str
    paths: tuple[Path, ...] = ()
    is_refused: bool = False

    @property
    def shared_reason(self) -> str:
        """The reason for whoever reads the results: without the folders of files."""
        return without_folders(self.reason, self.paths)


def run_each(
    function: Callable[..., Any],
    work: Sequence[tuple],
    names: Sequence[str],
    machines: Machines,
    progress: Progress = silent,
    what: str = "case",
) -> list[Any]:
    """Return function(*item) of each item, or its Failure, in the order of the items.

    A piece that fails, or that takes its process down with it, does not stop the others; those
    whose process was lost through no fault of theirs are done again.

    Args:
        function: of a module, so that it can be sent to another process.
        what: an item is, in what is told of the progress.

    Raises:
        OutputError: a result cannot be written: the others could not be either.
        MissingPackageError: a package is not installed; likewise.
        ClusterError: there is no Dask scheduler at the address, or it was lost.
    """
    results: dict[int, Any] = {}

    def tell(step: str) -> None:
        progress(len(results) / len(work), step)

    for index, result in _results(function, work, machines, tell):
        results[index] = result
        done = f"{what} {len(results)} of {len(work)} ({names[index]})"
        progress(len(results) / len(work), done)
    return [results[index] for index in range(len(work))]


def _results(
    function: Callable[..., Any],
    work: Sequence[tuple],
    machines: Machines,
    tell: Callable[[str], object],
) -> Iterator[tuple[int, Any]]:
    if machines.jobs == 1 and machines.dask is None and not machines.apart:
        for index, item in enumerate(work):
            yield index, _attempt(function, item)
        return
    left = list(range(len(work)))
    while left:
        lost = []
        for index, result in _pass(function, work, left, machines, tell):
            if isinstance(result, BrokenProcessPool):
                lost.append(index)
            else:
                yield index, result
        # One of those that were at work took its process down: each of them gets its own.
        suspects, left = sorted(lost)[: machines.jobs], sorted(lost)[machines.jobs :]
        for index in suspects:
            yield index, _alone(function, work[index])


def _pass(
    function: Callable[..., Any],
    work: Sequence[tuple],
    indices: Sequence[int],
    machines: Machines,
    tell: Callable[[str], object],
) -> Iterator[tuple[int, Any]]:
    futures: dict[Future, int] = {}
    try:
        with _executor(machines) as executor:
            futures |= {
                executor.submit(_attempt, function, work[index]): index for index in indices
            }
            for future in _completed(executor, futures, tell):
                yield futures.pop(future), _outcome(future)
    except (_NoWorkersError, CancelledError) as error:
        if machines.dask is not None:
            raise ClusterError(
                f"The Dask cluster at {machines.dask} was lost: "
                + ("its scheduler has ended." if isinstance(error, CancelledError) else f"{error}"),
                "Start the scheduler and its workers again, and repeat the command.",
            ) from error
        for index in futures.values():
            yield index, error


class _NoWorkersError(BrokenProcessPool):
    """A pool lost all its processes and did not notice, or those that are left hang."""


def _completed(
    executor: Executor, futures: Iterable[Future], tell: Callable[[str], object]
) -> Iterator[Future]:
    """Yield the futures as they are done.

    Raises:
        _NoWorkersError: nobody is left to do them. Loky, which replaces a process that has grown,
            was once seen to wait for ever when it had none left. The workers of a Dask cluster may
            be yet to come.
    """
    waiting, without_result, without_workers = set(futures), 0, 0
    while waiting:
        look = functools.partial(wait, waiting, return_when=FIRST_COMPLETED)
        done = wait_until(lambda seconds, look=look: look(seconds).done, _LOOK_FOR_WORKERS_SECONDS)
        waiting -= done
        yield from done
        without_result = 0 if done else without_result + 1
        without_workers = 0 if done or _has_workers(executor) else without_workers + 1
        if without_workers and _client_of(executor):
            tell("no worker of the Dask cluster answers")
        if without_result == _MOST_LOOKS or (without_workers == 2 and not _client_of(executor)):
            raise _NoWorkersError("there was no result for an hour.")


def _has_workers(executor: Executor) -> bool:
    client = _client_of(executor)
    if client is None:
        processes = getattr(executor, "_processes", None)
        return processes is None or any(each.is_alive() for each in [*processes.values()])
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        return bool(client.sync(client.scheduler.ncores, callback_timeout=_CONNECT_SECONDS))
    return False


def _client_of(executor: Executor) -> Any:
    """Return the client of the Dask cluster that an executor gives the work to; None for others."""
    return getattr(executor, "_client", None)


def _outcome(future: Future) -> Any:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenProcessPool):
        return error
    if isinstance(error, ParotidClassifierError):
        raise error
    # What Dask says of a piece whose workers died again and again.
    return Failure(f"Its process was lost: {error!r}. It may need more memory.")


def _alone(function: Callable[..., Any], item: tuple) -> Any:
    with _executor(Machines(jobs=1)) as executor:
        result = _outcome(executor.submit(_attempt, function, item))
    if isinstance(result, BrokenProcessPool):
        return Failure(
            "Its process was lost, and lost again when it was tried alone. "
            "It may need more memory than there is."
        )
    return result


@contextlib.contextmanager
def process_pool(jobs: int) -> Iterator[Executor]:
    """Yield `jobs` processes; when something goes wrong they end at once, without a word."""
    from joblib.externals.loky import ProcessPoolExecutor

    # Loky says so when it replaces a process that grew by 300 MB, as any does with its first case.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    executor = ProcessPoolExecutor(jobs, initializer=_follow, initargs=(os.getpid(),))
    with _interrupts_ignored():
        executor.submit(int)  # starts the processes
    try:
        yield executor
        if not do_and_wait(executor.shutdown, _LONGEST_END_SECONDS):
            executor.shutdown(wait=False, kill_workers=True)
    except BaseException:
        _hush_loky()
        executor.shutdown(wait=False, kill_workers=True)
        raise


@functools.cache  # once is enough
def _hush_loky() -> None:
    """Say nothing where loky's thread stumbles over pieces that wait while its pool is ended."""
    usual = threading.excepthook

    def hook(arguments: threading.ExceptHookArgs) -> None:
        if arguments.thread is None or arguments.thread.name != "ExecutorManagerThread":
            usual(arguments)

    threading.excepthook = hook


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Within it Ctrl-C has no effect, neither here nor, for good, on a process that is started."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals can be set in the main thread only
        return
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    _let_windows_ignore_interrupts(True)
    try:
        yield
    finally:
        _let_windows_ignore_interrupts(False)
        signal.signal(signal.SIGINT, usual)


def _let_windows_ignore_interrupts(ignored: bool) -> None:
    """Have new processes of Windows ignore Ctrl-C: they do not inherit what a signal does."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetConsoleCtrlHandler(None, ignored)


@contextlib.contextmanager
def _executor(machines: Machines) -> Iterator[Executor]:
    if machines.dask is None:
        with process_pool(machines.jobs) as executor:
            yield executor
    else:
        with _dask_client(machines.dask) as client:
            yield client.get_executor(pure=False)


def _dask_client(address: str) -> Any:
    from distributed import Client

    # It would tell of a lost scheduler by its own traceback.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"There is no Dask scheduler at {address}: {error}.",
            "Start one with `dask scheduler` and give its address, such as tcp://host:8786.",
        ) from error


def _follow(parent: int) -> None:
    """Leave interrupts to the process `parent`, and end when it is gone, killed or not."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)


def _attempt(function: Callable[..., Any], item: tuple) -> Any:
    try:
        with extras_named():
            import SimpleITK as sitk
            from threadpoolctl import threadpool_limits

            # The pieces share the cores; threads inside each would only get in each other's way.
            sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
            with threadpool_limits(1):
                return function(*item)
    except (OutputError, MissingPackageError):
        raise
    except ParotidClassifierError as error:
        return Failure(str(error), tuple(_paths_in(item)), is_refused=True)
    except Exception as error:  # noqa: BLE001  one odd case must not cost the others their work
        ours = f"This should not have happened: {error!r}. Please report it."
        return Failure(ours, tuple(_paths_in(item)))


def _paths_in(work: object) -> Iterator[Path]:
    if isinstance(work, Path):
        yield work
    elif isinstance(work, tuple):
        for item in work:
            yield from _paths_in(item)
    elif dataclasses.is_dataclass(work):
        yield from _paths_in(tuple(getattr(work, each.name) for each in dataclasses.fields(work)))
