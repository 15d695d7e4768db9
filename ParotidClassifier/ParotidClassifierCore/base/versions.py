"""Name the versions of the libraries that a number depends on."""

from functools import lru_cache
from importlib import metadata

_LIBRARIES = ("numpy", "scipy", "SimpleITK", "PyWavelets")
_PYTORCH = "torch"


def library_versions(by_torch: bool = False) -> dict[str, str]:
    """Return the versions of the libraries that compute, by their names.

    Args:
        by_torch: whether PyTorch is one of them: it trains networks, and reads them on a GPU.
    """
    return {name: _version(name) for name in (*_LIBRARIES, *([_PYTORCH] if by_torch else []))}


@lru_cache  # looking them up takes as long as all the models
def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"
