"""Waiting in a self test without stopping the application, and for a process to be gone."""

import os
import tempfile
import time
import unittest
from pathlib import Path

import slicer

AFTER_AN_EDIT = 0.15  # seconds in which the ring has surely followed: it waits 0.1


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
    """Let the application work for a while, in which the time that its work takes is not counted.

    So a timer that was started by that work comes, too, however slow the machine is.
    """
    left = seconds
    while left > 0:
        slicer.app.processEvents()
        start = time.monotonic()
        time.sleep(0.002)
        left -= time.monotonic() - start
    for _followsFromIt in range(2):
        slicer.app.processEvents()


def folderFor(test):
    """Return the path of a folder that goes with the test."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    test.addCleanup(folder.cleanup)
    return folder.name


def reopenScene(letGo=lambda: None):
    """Save the scene, close it, once the test has let go of it, and open it again."""
    with tempfile.TemporaryDirectory() as folder:
        scene = str(Path(folder) / "case.mrb")
        if not slicer.util.saveScene(scene):
            raise AssertionError("the scene could not be saved")
        letGo()
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(scene)
        letPass(0.3)


def descendants(pid):
    """Return the processes that a process started, as far as this system tells."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in listed.read_text().split()] if listed.exists() else []
    return [*children, *(below for child in children for below in descendants(child))]


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
