"""Name what to install where a package that only some commands need is not there."""

import contextlib
import importlib
from collections.abc import Iterator

from .errors import MissingPackageError

# By extra of pyproject.toml, and requirements-EXTRA.txt: the modules that its packages are.
EXTRAS = {
    "reports": ("jinja2", "markupsafe", "matplotlib", "reportlab"),
    "dicom": ("highdicom",),
    "study": (
        "dask", "distributed", "joblib", "openpyxl", "pandas", "pyarrow", "safetensors", "sklearn",
        "statsmodels", "tableone", "torch",
    ),
    "pyradiomics": ("radiomics", "trimesh"),
}  # fmt: skip


NOT_THERE = (ImportError, OSError)  # the latter where one of its libraries cannot be loaded


def require_package(module: str) -> None:
    """Import a package of an extra, before the long work that needs it.

    Raises:
        MissingPackageError: it is not installed, or cannot be loaded.
    """
    try:
        importlib.import_module(module)
    except NOT_THERE as error:
        raise _missing(module, error) from error


@contextlib.contextmanager
def extras_named() -> Iterator[None]:
    """Within it, a package of an extra that is not installed is told by the extra's name.

    Raises:
        MissingPackageError: such a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if not any(module in modules for modules in EXTRAS.values()):
            raise
        raise _missing(module, error) from error


def _missing(module: str, error: Exception) -> MissingPackageError:
    extra = next(extra for extra, modules in EXTRAS.items() if module in modules)
    return MissingPackageError(
        f"This needs the Python package {module}, which cannot be imported: {error}.",
        f'Run pip install ".[{extra}]" in the folder of this program; in 3D Slicer the panel '
        "offers it.",
    )
