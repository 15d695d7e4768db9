"""Matrix arithmetic on one core, whatever the process has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy  # noqa: F401, ICN001  whose BLAS must be there to be found

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

# BLAS threads belong to the whole process: one at a time sets and restores them.
_lock = threading.RLock()


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep NumPy's BLAS to one thread: the same bits on every machine, and nothing to fight over.

    Small matrices take several times longer where BLAS spreads them over cores that others use.
    """
    with _lock, _blas().limit(limits=1, user_api="blas"):
        yield


@lru_cache(maxsize=1)  # looking for the libraries takes a fifth of the time of the network
def _blas() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
