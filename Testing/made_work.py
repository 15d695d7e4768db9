"""Pieces of work for other processes, which have little to import to find them here."""

from __future__ import annotations

import os
import signal
import time

from ParotidClassifierCore.errors import CohortError, OutputError


def doubled(number):
    """Work that succeeds."""
    return 2 * number


def uneven(number, _folder=None):
    """Refuse case 2, and stumble over case 3."""
    if number == 2:
        raise CohortError("Two is no good.", "Take another.")
    if number == 3:
        raise ZeroDivisionError("three")
    return number


def deadly(number, folder):
    """Take the process down with case 2; note every attempt."""
    (folder / f"{number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def deadly_once(number, folder):
    """Take the process down the first time that case 2 is tried."""
    mark = folder / "mark"
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def slow(number):
    """Take a while."""
    time.sleep(0.3)
    return number


def misplaced(path):
    """Refuse a file and another one in a folder that nobody has named."""
    other = path.absolute().with_name("tumor.nrrd")
    raise CohortError(f"{path} is not there, and {other} neither.")


def full(_number):
    """Fail as on a full disk."""
    raise OutputError("The disk is full.", "Make room.")


TOLD = ""


def told():
    """Return what this process was told; nothing if it began with what lies on disk."""
    return TOLD
