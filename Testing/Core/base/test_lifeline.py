"""Processes end with the one they work for, and are ended with all that they have started."""

import ctypes
import subprocess
import sys
import types

import psutil
import pytest
from fixtures.worker_caller import Caller
from ParotidClassifierCore.base import lifeline
from ParotidClassifierCore.base.lifeline import end_tree

SLEEPS = "import time; time.sleep(600)"
# As PythonSlicer is one: it starts another process, waits for it, and does not take it with it.
LAUNCHER = "import subprocess, sys; subprocess.Popen([sys.executable, *sys.argv[1:]]).wait()"
# A process with another below it, in a session of its own.
FAMILY = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEPS!r}], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


def ps(command, **_):
    assert command == ["ps", "-A", "-o", "pid=,ppid="]
    lines = (f"{process.pid:>6} {process.ppid()}\n" for process in psutil.process_iter())
    return types.SimpleNamespace(stdout="".join(lines))


def launched(*arguments):
    return [sys.executable, "-c", LAUNCHER, *arguments]


def has_ended(process):
    """Whether it ends in time, somebody asks for its exit code or not."""
    gone, _ = psutil.wait_procs([process], timeout=0)
    for _ in range(600):
        if gone or not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        gone, _ = psutil.wait_procs([process], timeout=0.05)
    return False


@pytest.fixture
def application():
    """A process to work for."""
    process = subprocess.Popen([sys.executable, "-c", SLEEPS])
    with process:
        yield process
        process.kill()


def test_the_worker_ends_with_its_application_though_its_input_stays_open(application):
    arguments = ("-m", "ParotidClassifierCore.app.worker", str(application.pid))
    caller = Caller(*arguments)
    with caller.process:
        worker = psutil.Process(caller.process.pid)
        application.kill()  # and nobody asks for its exit code
        assert has_ended(worker)
        caller.process.kill()


def test_the_worker_ends_with_the_launcher_between_it_and_its_application(application):
    worker_of_it = ("-m", "ParotidClassifierCore.app.worker", str(application.pid))
    launcher = subprocess.Popen(
        launched(*worker_of_it), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with launcher:
        launcher.stdout.readline()  # it is ready
        (worker,) = psutil.Process(launcher.pid).children()
        launcher.kill()
        assert has_ended(worker)


def test_whoever_begins_when_it_is_too_late_ends_at_once():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    code = (
        f"from ParotidClassifierCore.base.lifeline import end_with; end_with({gone.pid}); {SLEEPS}"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 1


@pytest.mark.parametrize("listed", ["as this system does", "by ps"])
def test_a_tree_is_ended_as_a_whole(listed, monkeypatch, tmp_path):
    if listed == "by ps":
        monkeypatch.setattr(lifeline, "_PROCESSES", tmp_path)
        monkeypatch.setattr(subprocess, "run", ps)
    launcher = subprocess.Popen(launched("-c", FAMILY), stdout=subprocess.PIPE, text=True)
    with launcher:
        launcher.stdout.readline()
        below = psutil.Process(launcher.pid).children(recursive=True)
        assert len(below) == 2
        end_tree(0, launcher.pid)
        assert all(map(has_ended, below))
    assert launcher.returncode != 0


def test_a_process_that_is_another_users_does_not_spare_the_others(monkeypatch):
    killed = []

    def kill(process, _signal):
        killed.append(process)
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(lifeline.os, "kill", kill)
    monkeypatch.setattr(lifeline, "_below", lambda _there: [3])
    end_tree(1, 2)
    assert killed == [1, 2, 3]


@pytest.fixture
def windows(monkeypatch):
    """Windows' calls: process 7 is there and ends when it is waited for."""
    told = []

    def open_process(rights, _inherited, process):
        told.append(("open", rights, process))
        return 70 if process == 7 else None

    open_process.restype = None

    class Kernel:
        OpenProcess = staticmethod(open_process)

        @staticmethod
        def WaitForSingleObject(handle, limit):  # noqa: N802  Windows' name
            told.append(("wait", handle.value, limit.value))
            return 0 if limit.value else 0x102

        @staticmethod
        def CloseHandle(handle):  # noqa: N802
            told.append(("close", handle.value))

    def library(name, use_last_error):
        assert (name, use_last_error) == ("kernel32", True)
        return Kernel

    def last_error():
        return 5 if told[-1][-1] == 9 else 87

    monkeypatch.setattr(ctypes, "WinDLL", library, raising=False)
    monkeypatch.setattr(ctypes, "get_last_error", last_error, raising=False)
    monkeypatch.setattr(lifeline, "sys", types.SimpleNamespace(platform="win32"))
    monkeypatch.setattr(lifeline, "leave", lambda code: told.append(("leave", code)))
    return told


@pytest.mark.parametrize("process", [7, 8])
def test_on_windows_it_waits_for_the_process_itself(process, windows):
    lifeline._end_after(process)
    waited = [("wait", 70, 2**32 - 1), ("close", 70)] if process == 7 else []
    assert windows == [("open", 0x100000, process), *waited, ("leave", 1)]


@pytest.mark.parametrize(("process", "runs"), [(7, True), (8, False), (9, True)])
def test_on_windows_it_is_asked_without_ending_it(process, runs, windows):
    assert lifeline.is_running(process) == runs  # 9 is another user's


def test_on_windows_a_tree_is_ended_by_its_own_tool(windows, monkeypatch):
    asked = []

    def run(command, timeout, **_):
        asked.append(command)
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 8, raising=False)
    monkeypatch.setattr(subprocess, "run", run)
    end_tree(7, 0)  # goes on where the tool hangs
    assert asked == [["taskkill", "/F", "/T", "/PID", "7"]]
