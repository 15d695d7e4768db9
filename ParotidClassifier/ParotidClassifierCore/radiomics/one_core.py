"""Matrix arithmetic on one core, whatever the process has."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# BLAS threads belong to the whole process: one extraction at a time sets and restores them.
_lock = threading.RLock()


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep BLAS to one thread: the same bits on every machine, and nothing to fight over.

    Small matrices take several times longer where BLAS spreads them over cores that others use.
    """
    from threadpoolctl import threadpool_limits

    with _lock, threadpool_limits(1, user_api="blas"):
        yield
