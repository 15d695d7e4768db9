"""Waiting in a self test without stopping the application, and for a process to be gone."""

import os
import time
import unittest
from pathlib import Path

import slicer


def waitFor(condition, seconds=60.0, what="the condition"):
    """Let the application work until `condition` holds.

    Raises:
        AssertionError: it does not hold in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds:g} s")
        slicer.app.processEvents()
        time.sleep(0.002)


def letPass(seconds):
    """Let the application work for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.002)


def isAlive(pid):
    """Whether a process of this number is there and has not merely left its exit code."""
    if os.name == "nt":
        raise unittest.SkipTest("On Windows the question would end the process.")
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
