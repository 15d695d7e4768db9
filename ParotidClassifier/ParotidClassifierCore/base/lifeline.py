"""End processes with the one that they work for, however that one ends."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_LOOK_EVERY_SECONDS = 0.5
_LONGEST_KILL_SECONDS = 5.0  # whoever asks for it, the panel, stands still so long
_PROCESSES = Path("/proc")  # on Linux
_SYNCHRONIZE = 0x00100000  # the right to wait for a process of Windows
_FOR_EVER, _ACCESS_DENIED = 0xFFFFFFFF, 5


def end_with(process: int) -> None:
    """End this process, from now on, as soon as the one with this number has ended.

    It also ends when the process that started it does. That may be another one, a launcher such as
    PythonSlicer, and when a launcher is killed, what it started goes on.
    """
    threading.Thread(target=_end_after, args=(process,), daemon=True).start()


def leave(code: int) -> None:
    """End this process at once, whatever its threads are at; on Windows its code is another."""
    if sys.platform == "win32":
        # An exit would wait for a library that is being loaded, and hangs there.
        os.kill(os.getpid(), signal.SIGTERM)
    os._exit(code)


def end_tree(*processes: int) -> None:
    """Kill the processes with these numbers, 0 for none, and all that they have started."""
    there = {process for process in processes if process}
    if sys.platform == "win32":
        for process in there:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(  # noqa: S603  a program of every Windows
                    ["taskkill", "/F", "/T", "/PID", str(process)],  # noqa: S607
                    check=False,
                    capture_output=True,
                    creationflags=subprocess.CREATE_NO_WINDOW,
                    timeout=_LONGEST_KILL_SECONDS,
                )
        return
    for process in [*there, *_below(there)]:
        with contextlib.suppress(OSError):  # it has ended, and the number may be another's by now
            os.kill(process, signal.SIGKILL)


def is_running(process: int) -> bool:
    """Return whether a process with this number is there, of whichever user."""
    if sys.platform == "win32":
        return not _ends_on_windows(process, 0)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # What has ended stays in the list until somebody has asked for its exit code.
        return _stat(_PROCESSES / str(process))[0] not in "ZX"
    except OSError:
        return True


def _end_after(process: int) -> None:
    if sys.platform == "win32":
        _ends_on_windows(process, _FOR_EVER)
    else:
        parent = os.getppid()
        while os.getppid() == parent and is_running(process):
            time.sleep(_LOOK_EVERY_SECONDS)
    leave(1)


def _ends_on_windows(process: int, milliseconds: int) -> bool:
    """Return whether it ends within that time, or is not there; os.kill would end it there."""
    import ctypes

    # A library of our own: the application shares ctypes.windll, and what is declared of it.
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(_SYNCHRONIZE, False, process))
    if not handle:
        return ctypes.get_last_error() != _ACCESS_DENIED  # which another user's is
    ended = kernel.WaitForSingleObject(handle, ctypes.c_ulong(milliseconds)) == 0
    kernel.CloseHandle(handle)
    return ended


def _below(processes: set[int]) -> Iterator[int]:
    pairs = [*_children_and_parents()]
    while found := {c for c, parent in pairs if parent in processes and c not in processes}:
        yield from found
        processes = processes | found


def _children_and_parents() -> Iterator[tuple[int, int]]:
    if not (_PROCESSES / "self" / "stat").exists():
        asked = ["ps", "-A", "-o", "pid=,ppid="]
        listed = subprocess.run(  # noqa: S603
            asked, check=False, capture_output=True, text=True, timeout=_LONGEST_KILL_SECONDS
        )
        yield from (tuple(map(int, line.split())) for line in listed.stdout.splitlines())
        return
    for folder in _PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            yield int(folder.name), int(_stat(folder)[1])


def _stat(folder: Path) -> list[str]:
    """Return state, parent and more of a process; its name, which comes first, may have spaces."""
    return (
        (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    )
