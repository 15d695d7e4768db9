"""Name what to install where a package that only some commands need is not there."""

import contextlib
import importlib
from collections.abc import Iterator

from .errors import MissingPackageError

# Of requirements.txt: the modules that its packages are.
ALWAYS = ("numpy", "pydicom", "pywt", "yaml", "scipy", "SimpleITK", "threadpoolctl", "tqdm")
# By extra of pyproject.toml, and requirements-EXTRA.txt: the same.
EXTRAS = {
    "reports": ("jinja2", "markupsafe", "matplotlib", "reportlab"),
    "dicom": ("highdicom",),
    "study": (
        "dask", "distributed", "joblib", "openpyxl", "pandas", "pyarrow", "safetensors", "sklearn",
        "statsmodels", "tableone", "torch",
    ),
    "pyradiomics": ("radiomics", "trimesh"),
}  # fmt: skip
_EXTRA_OF = {module: extra for extra, modules in EXTRAS.items() for module in modules}

NOT_THERE = (ImportError, OSError)  # the latter where one of its libraries cannot be loaded


def require_package(module: str) -> None:
    """Import a package of an extra, before the work that needs it.

    Raises:
        MissingPackageError: it is not installed, or cannot be loaded.
    """
    try:
        importlib.import_module(module)
    except NOT_THERE as error:
        raise _missing(module, error) from error


@contextlib.contextmanager
def extras_named() -> Iterator[None]:
    """Within it, a package that is not installed is told with what installs it.

    Raises:
        MissingPackageError: a package of `ALWAYS` or `EXTRAS` is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in ALWAYS and module not in _EXTRA_OF:
            raise
        raise _missing(module, error) from error


def _missing(module: str, error: Exception) -> MissingPackageError:
    wanted = f'".[{_EXTRA_OF[module]}]"' if module in _EXTRA_OF else "."
    return MissingPackageError(
        f"This needs the Python package {module}, which cannot be imported: {error}.",
        f"Run pip install {wanted} in the folder of this program.",
    )
