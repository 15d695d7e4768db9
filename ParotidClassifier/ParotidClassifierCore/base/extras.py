"""Name what to install where a package that only some commands need is not there."""

import contextlib
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


@contextlib.contextmanager
def extras_named() -> Iterator[None]:
    """Within it, a package of an extra that cannot be imported is told by the extra's name.

    Raises:
        MissingPackageError: such a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        extra = next((extra for extra, modules in EXTRAS.items() if package in modules), None)
        if extra is None:
            raise
        raise MissingPackageError(
            f"This needs the Python package {package}, which is not installed.",
            f'Run pip install ".[{extra}]" in the folder of this program; in 3D Slicer the panel '
            "offers it.",
        ) from error
