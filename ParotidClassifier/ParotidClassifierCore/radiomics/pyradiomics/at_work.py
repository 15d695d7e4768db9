"""PyRadiomics at work: silent, on one core, and the process left as it was found."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from ...base.extras import require_package
from ...base.one_core import on_one_core


@contextmanager
def pyradiomics_at_work() -> Iterator[None]:
    """Within it PyRadiomics is silent and on one core; warnings still reach the program's own log.

    PyRadiomics writes to stderr through a handler of its own, tells every step at level INFO and
    lets numpy warn of every flat region.

    Raises:
        MissingPackageError: PyRadiomics is not installed.
    """
    radiomics = pyradiomics_module()
    # Loggers and warning filters belong to the whole process, as BLAS threads do.
    with on_one_core(), _quiet(radiomics.handler), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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


def pyradiomics_module() -> ModuleType:
    """Import PyRadiomics.

    Raises:
        MissingPackageError: it is not installed.
    """
    require_package("radiomics")
    import radiomics

    return radiomics
