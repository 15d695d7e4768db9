"""Wait so that Ctrl-C is heard: on Windows it does not end a wait without a limit."""

import math
import threading
import time
from collections.abc import Callable
from typing import TypeVar

# Ctrl-C is answered within half a second.
SLICE_SECONDS = 0.2
_Found = TypeVar("_Found")


def wait_until(look: Callable[[float], _Found], seconds: float = math.inf) -> _Found:
    """Call `look` until what it returns is true, and return that; false when time is over.

    Args:
        look: waits by itself, for no longer than the seconds that it is given.
    """
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        found = look(max(0.0, min(SLICE_SECONDS, left)))
        if found or left <= 0:
            return found


def do_and_wait(work: Callable[[], object], seconds: float = math.inf) -> bool:
    """Do `work`, which may wait without a limit, in a thread; return whether it ends in time.

    What it raises is printed, not raised.
    """
    thread = threading.Thread(target=work, daemon=True)
    thread.start()

    def is_done(seconds: float) -> bool:
        thread.join(seconds)
        return not thread.is_alive()

    return wait_until(is_done, seconds)
