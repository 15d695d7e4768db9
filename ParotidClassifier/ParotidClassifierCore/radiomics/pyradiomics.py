"""PyRadiomics at work: silent, on one core, and the process left as it was found."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from ..base.errors import FeatureExtractionError

# Loggers, warning filters and BLAS threads belong to the whole process: one extraction at a time
# sets and restores them. PyRadiomics' C code holds the interpreter's lock anyway.
_lock = threading.RLock()


@contextmanager
def pyradiomics_at_work() -> Iterator[ModuleType]:
    """Give PyRadiomics, silent and on one core; warnings still reach the program's own log.

    PyRadiomics writes to stderr through a handler of its own, tells every step at level INFO and
    lets numpy warn of every flat region. Its eigenvalues of small matrices take several times
    longer where BLAS spreads them over cores that others use too.

    Raises:
        FeatureExtractionError: PyRadiomics is not installed.
    """
    from threadpoolctl import threadpool_limits

    radiomics = _pyradiomics()
    with (
        _lock,
        _quiet(radiomics.handler),
        warnings.catch_warnings(),
        threadpool_limits(1, user_api="blas"),
    ):
        warnings.simplefilter("ignore")
        yield radiomics


@contextmanager
def _quiet(handler: logging.Handler) -> Iterator[None]:
    logger = logging.getLogger("radiomics")
    before = logger.level, handler.level
    logger.setLevel(logging.WARNING)
    handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before[0])
        handler.setLevel(before[1])


def _pyradiomics() -> ModuleType:
    try:
        import radiomics
    except ImportError as error:
        raise FeatureExtractionError(
            f"PyRadiomics cannot be imported: {error}.",
            "In 3D Slicer install the SlicerRadiomics extension; elsewhere run `make setup`.",
        ) from error
    return radiomics
