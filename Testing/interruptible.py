"""Programs that a test interrupts, as Ctrl-C on a terminal does."""

from __future__ import annotations

import os
import signal
import subprocess


def interruptible(command, **options):
    """Start `command` in a process group of its own, in which an interrupt counts.

    A shell that runs the tests in the background has interrupts ignored, and children inherit that.
    """
    return subprocess.Popen(
        command,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        **options,
    )


def interrupt(process):
    """Send Ctrl-C to the process and all of its group."""
    os.killpg(process.pid, signal.SIGINT)
