"""What the files of requirements name, and the modules that it brings."""

import re
from importlib import metadata

from packaging.requirements import Requirement
from packaging_lists import MODULE


def packages_of(file: str) -> set[str]:
    """Return the packages that a file of requirements names, as pip compares names."""
    text = (MODULE / "Resources" / file).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {_canonical(Requirement(line).name) for line in lines}


def modules_of(packages: set[str]) -> set[str]:
    """Return the modules that installed packages bring, but for private ones.

    `importlib.metadata.packages_distributions` does not know most of them before Python 3.11.
    """
    files = [
        file
        for one in metadata.distributions()
        if _canonical(one.name) in packages
        for file in one.files or ()
        if file.suffix == ".py"
    ]
    names = {file.parts[0].removesuffix(".py") for file in files}
    return {name for name in names if name.isidentifier() and not name.startswith("_")}


def _canonical(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()
