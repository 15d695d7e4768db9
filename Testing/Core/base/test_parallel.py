"""Work on several processes or on a Dask cluster: one bad piece does not cost the others."""

import contextlib
import ctypes
import subprocess
import sys
import time
import types
from concurrent.futures import Executor, Future
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster
from fixtures.interruptible import interrupt, interruptible
from fixtures.work import deadly, deadly_once, doubled, full, misplaced, slow, uneven
from ParotidClassifierCore.base import parallel
from ParotidClassifierCore.base.errors import ClusterError, OutputError
from ParotidClassifierCore.base.parallel import Failure, Machines, run_each


@pytest.fixture(scope="module")
def a_cluster():
    """Two worker processes and their scheduler."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.fixture(params=["here", "two processes", "dask"])
def machines(request):
    if request.param == "dask":
        cluster = request.getfixturevalue("a_cluster")
        return Machines(dask=cluster.scheduler_address)
    return Machines(jobs=1 if request.param == "here" else 2)


def numbered(count, *more):
    return [(number, *more) for number in range(count)], [f"case{n}" for n in range(count)]


def test_results_come_in_the_order_of_the_work(machines):
    assert run_each(doubled, *numbered(9), machines) == [2 * n for n in range(9)]


def test_a_piece_that_fails_is_reported_and_stops_nothing(machines):
    results = run_each(uneven, *numbered(5), machines)
    assert [results[n] for n in (0, 1, 4)] == [0, 1, 4]
    assert results[2] == Failure("Two is no good. Take another.", is_refused=True)
    assert "ZeroDivisionError" in results[3].reason


def test_a_reason_is_shared_without_the_folders_that_it_names(machines):
    folder = Path("Doe, John") / "first visit"
    (failed,) = run_each(misplaced, [(folder / "ct.nrrd",)], ["a"], machines)
    assert str(folder) in failed.reason
    assert failed.shared_reason == "ct.nrrd is not there, and tumor.nrrd neither."


def test_what_cannot_be_written_stops_everything(machines):
    with pytest.raises(OutputError, match="disk is full"):
        run_each(full, *numbered(4), machines)


def test_progress_names_the_piece_and_rises_to_one(machines):
    told = []
    run_each(doubled, *numbered(4), machines, lambda share, step: told.append((share, step)))
    assert [share for share, _ in told] == [0.25, 0.5, 0.75, 1.0]
    assert {step.split("(")[1] for _, step in told} == {f"case{n})" for n in range(4)}
    assert told[-1][1].startswith("case 4 of 4")
    run_each(doubled, *numbered(1), machines, lambda _, step: told.append(step), "outline")
    assert told[-1] == "outline 1 of 1 (case0)"


def test_a_piece_that_kills_its_process_is_tried_alone_and_then_given_up(tmp_path):
    results = run_each(deadly, *numbered(8, tmp_path), Machines(jobs=2))
    assert [results[n] for n in range(8) if n != 2] == [0, 1, 3, 4, 5, 6, 7]
    assert "lost again when it was tried alone" in results[2].reason
    assert len(list(tmp_path.glob("2-*"))) == 2


def test_one_job_apart_survives_a_piece_that_kills_its_process(tmp_path):
    results = run_each(deadly, *numbered(4, tmp_path), Machines(jobs=1, apart=True))
    assert [results[n] for n in (0, 1, 3)] == [0, 1, 3]
    assert isinstance(results[2], Failure)


def test_a_process_that_is_lost_once_costs_nothing(tmp_path):
    assert run_each(deadly_once, *numbered(8, tmp_path), Machines(jobs=2)) == list(range(8))


def test_a_dask_worker_that_is_lost_in_the_middle_costs_nothing(a_cluster, tmp_path):
    machines = Machines(dask=a_cluster.scheduler_address)
    assert run_each(deadly_once, *numbered(8, tmp_path), machines) == list(range(8))


def test_a_cluster_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("ParotidClassifierCore.base.parallel._CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:9"):
        run_each(doubled, *numbered(2), Machines(dask="tcp://127.0.0.1:9"))


def test_a_scheduler_that_dies_is_said_without_a_traceback(capfd):
    with LocalCluster(n_workers=1, processes=False, dashboard_address=":0") as cluster:
        machines = Machines(dask=cluster.scheduler_address)
        with pytest.raises(ClusterError, match="its scheduler has ended") as told:
            run_each(slow, *numbered(6), machines, lambda *_told: cluster.close())
    assert machines.dask in told.value.message
    assert "Traceback" not in capfd.readouterr().err


def test_a_cluster_without_workers_is_not_waited_for_in_silence(monkeypatch):
    monkeypatch.setattr(parallel, "_LOOK_FOR_WORKERS_SECONDS", 0.05)
    monkeypatch.setattr(parallel, "_MOST_LOOKS", 5)
    told = []
    with LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as cluster:
        machines = Machines(dask=cluster.scheduler_address)
        with pytest.raises(ClusterError, match="no result for an hour"):
            run_each(doubled, *numbered(2), machines, lambda _share, step: told.append(step))
    assert set(told) == {"no worker of the Dask cluster answers"}


def test_a_pool_that_does_not_end_is_killed(monkeypatch):
    monkeypatch.setattr(parallel, "_LONGEST_END_SECONDS", 0.3)
    with parallel.process_pool(1) as pool:
        pool.submit(time.sleep, 600)
        (process,) = [psutil.Process(each.pid) for each in pool._processes.values()]
    assert not psutil.wait_procs([process], timeout=20)[1]


def test_an_interrupt_ends_the_processes_without_a_word():
    code = """
import os, time
from ParotidClassifierCore.base.parallel import Machines, run_each
try:
    run_each(time.sleep, [(30,)] * 4, list("abcd"), Machines(2), lambda *told: None)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    process = interruptible(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    working_for(process)
    interrupt(process)
    out, err = process.communicate(timeout=20)
    assert out == "interrupted\n"
    assert "Traceback" not in err


def test_processes_end_when_the_one_they_work_for_is_killed():
    code = """
import time
from ParotidClassifierCore.base.parallel import Machines, run_each
run_each(time.sleep, [(60,)] * 4, list("abcd"), Machines(2), lambda *told: None)
"""
    process = interruptible([sys.executable, "-c", code])
    workers = working_for(process)
    process.kill()
    process.wait()
    gone, alive = psutil.wait_procs(workers, timeout=20)
    assert len(gone) >= 2
    assert alive == []


def test_processes_of_windows_are_started_deaf_to_ctrl_c(monkeypatch):
    told = []
    kernel = types.SimpleNamespace(SetConsoleCtrlHandler=lambda *heard: told.append(heard))
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(parallel, "sys", types.SimpleNamespace(platform="win32"))
    with parallel._interrupts_ignored():
        assert told == [(None, True)]
    assert told == [(None, True), (None, False)]


def working_for(process):
    """Wait until two processes work for it."""
    deadline = time.monotonic() + 60
    while True:
        children = psutil.Process(process.pid).children(recursive=True)
        if len(children) >= 2 or time.monotonic() > deadline:
            time.sleep(1.5)
            return children
        time.sleep(0.1)


class Deserted(Executor):
    """Does the first piece, and then has nobody left, or somebody who hangs."""

    def __init__(self, hangs=False):
        self._processes = {1: types.SimpleNamespace(is_alive=lambda: True)} if hangs else {}
        self.taken = 0

    def submit(self, function, *arguments):
        future = Future()
        if not self.taken:
            future.set_result(function(*arguments))
        self.taken += 1
        return future


@pytest.mark.parametrize("hangs", [False, True])
def test_a_pool_that_lost_all_its_processes_or_hangs_is_not_waited_for(hangs, monkeypatch):
    deserted, usual = Deserted(hangs), parallel._executor
    pools = [contextlib.nullcontext(deserted)]

    def executor(machines):
        if pools:
            return pools.pop()
        monkeypatch.setattr(parallel, "_LOOK_FOR_WORKERS_SECONDS", 60.0)
        return usual(machines)

    monkeypatch.setattr(parallel, "_LOOK_FOR_WORKERS_SECONDS", 0.01)
    monkeypatch.setattr(parallel, "_MOST_LOOKS", 5)
    monkeypatch.setattr(parallel, "_executor", executor)
    work, names = numbered(4)
    assert run_each(doubled, work, names, Machines(jobs=2)) == [0, 2, 4, 6]
    assert deserted.taken == 4
