"""Timers that call once."""

import qt


def singleShot(milliseconds: int, onTimeout):
    """Return a timer that calls this long after its last start."""
    timer = qt.QTimer()
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.connect("timeout()", onTimeout)
    return timer
