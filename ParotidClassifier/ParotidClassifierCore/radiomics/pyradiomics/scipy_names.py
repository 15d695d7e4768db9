"""The names of SciPy that PyRadiomics' LBP3D imports and that newer SciPy no longer has.

Without them PyRadiomics logs a warning, skips LBP3D and returns 1595 features instead of 1874.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import SimpleNamespace

import numpy as np

from ...base.extras import require_package

_INTERPOLATION = "scipy.ndimage.interpolation"
_lock = threading.RLock()


@contextmanager
def scipy_names_of_pyradiomics() -> Iterator[None]:
    """Provide `scipy.special.sph_harm` and `scipy.ndimage.interpolation` where SciPy lacks them.

    SciPy is as it was afterwards; one thread at a time.

    Raises:
        MissingPackageError: trimesh, which LBP3D needs, is not installed.
    """
    require_package("trimesh")
    with _lock, ExitStack() as provided:
        special = import_module("scipy.special")
        if not hasattr(special, "sph_harm"):
            special.sph_harm = sph_harm
            provided.callback(delattr, special, "sph_harm")
        if not _can_import(_INTERPOLATION):
            image = import_module("scipy.ndimage")
            sys.modules[_INTERPOLATION] = SimpleNamespace(map_coordinates=image.map_coordinates)
            provided.callback(sys.modules.pop, _INTERPOLATION)
        yield


def sph_harm(m: np.ndarray, n: np.ndarray, theta: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Return the spherical harmonics as SciPy before 1.17 did (same shapes, radians).

    Args:
        theta: azimuth, which `sph_harm_y` calls phi.
        phi: polar angle, which `sph_harm_y` calls theta.
    """
    from scipy.special import sph_harm_y

    return sph_harm_y(n, m, phi, theta)


def _can_import(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True
