"""Waiting in a self test without stopping the application."""

import time

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
