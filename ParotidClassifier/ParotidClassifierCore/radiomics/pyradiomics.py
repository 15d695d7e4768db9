"""PyRadiomics at work: silent, on one core, and the process left as it was found."""

from __future__ import annotations

import logging
import threading
import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ..errors import FeatureExtractionError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# Loggers, warning filters and BLAS threads are the process's own: the first thread to come sets
# them, the last one to leave restores them.
_lock = threading.Lock()
_users: list[None] = []
_restore = ExitStack()


@contextmanager
def pyradiomics_at_work() -> Iterator[ModuleType]:
    """Give PyRadiomics, silent and on one core; warnings still reach the program's own log.

    PyRadiomics writes to stderr through a handler of its own, tells every step at level INFO and
    lets numpy warn of every flat region. Its eigenvalues of small matrices take several times
    longer where BLAS spreads them over cores that others use too.

    Raises:
        FeatureExtractionError: PyRadiomics is not installed.
    """
    radiomics = _pyradiomics()
    with _lock:
        _users.append(None)
        if len(_users) == 1:
            _settle(radiomics.handler)
    try:
        yield radiomics
    finally:
        with _lock:
            _users.pop()
            if not _users:
                _restore.close()


def _settle(handler: logging.Handler) -> None:
    from threadpoolctl import threadpool_limits

    logger = logging.getLogger("radiomics")
    _restore.callback(logger.setLevel, logger.level)
    _restore.callback(handler.setLevel, handler.level)
    _restore.enter_context(warnings.catch_warnings())
    _restore.enter_context(threadpool_limits(1, user_api="blas"))
    logger.setLevel(logging.WARNING)
    handler.setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore")


def _pyradiomics() -> ModuleType:
    try:
        import radiomics
    except ImportError as error:
        raise FeatureExtractionError(
            f"PyRadiomics cannot be imported: {error}.",
            "In 3D Slicer install the SlicerRadiomics extension; elsewhere run `make setup`.",
        ) from error
    return radiomics
