"""The offline way: a folder of wheels that `pip download` filled, and what is wrong with it."""

import platform
import zipfile
from pathlib import Path

import qt
from packaging.tags import sys_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from slicer.i18n import tr as _

from .DependencyError import DependencyError

_SETTING = "ParotidClassifier/WheelFolder"


def wheelFolder() -> str:
    """Return the folder that packages are installed from; empty for the internet."""
    return str(qt.QSettings().value(_SETTING) or "")


def setWheelFolder(folder: str) -> None:
    """Keep the folder that packages are installed from, until another one is set."""
    qt.QSettings().setValue(_SETTING, folder.strip())


def requireWheels(folder: str, requirements) -> None:
    """Check that a folder has a wheel of each requirement for this Python and system.

    Args:
        requirements: as `slicer.packaging.load_requirements` reads them.

    Raises:
        DependencyError: the folder is missing or cannot be read, lacks a package, has it for
            another Python, or damaged.
    """
    try:
        files = sorted(path for path in Path(folder).iterdir() if path.suffix == ".whl")
    except OSError as error:
        raise DependencyError(
            _("The wheel folder {folder} cannot be read: {reason}.").format(
                folder=folder, reason=error.strerror
            ),
            _("Choose another one under Optional parts, or none to install from the internet."),
        ) from error
    wheels = _wheels(files)
    for requirement in requirements:
        _requireWheel(requirement, wheels.get(canonicalize_name(requirement.name), []), folder)


def missingWheel(package: str, folder: str) -> DependencyError:
    """Return the error for a package that a folder has no wheel of."""
    return DependencyError(
        _("The wheel folder {folder} lacks the package {package}.").format(
            folder=folder, package=package
        ),
        _downloadAgain(),
    )


def _wheels(files: list) -> dict:
    """Return versions, tags and paths of wheels, by package."""
    wheels = {}
    for path in files:
        try:
            name, version, _build, tags = parse_wheel_filename(path.name)
        except ValueError:  # no name of a wheel
            continue
        wheels.setdefault(name, []).append((version, tags, path))
    return wheels


def _requireWheel(requirement, wheels: list, folder: str) -> None:
    wanted = [each for each in wheels if each[0] in requirement.specifier]
    if not wanted:
        raise missingWheel(str(requirement), folder)
    ours = set(sys_tags())
    fitting = [path for _version, tags, path in wanted if ours & tags]
    if not fitting:
        theirs = ", ".join(sorted({str(tag) for _version, tags, _path in wanted for tag in tags}))
        raise DependencyError(
            _(
                "The wheel of {package} in {folder} is for another Python or system ({tags}); "
                "this Slicer has Python {python} on {system}."
            ).format(
                package=requirement.name,
                folder=folder,
                tags=theirs,
                python=platform.python_version(),
                system=f"{platform.system()} {platform.machine()}",
            ),
            _downloadAgain(),
        )
    for path in fitting:
        if not zipfile.is_zipfile(path):
            raise DependencyError(
                _("The wheel {path} is damaged.").format(path=path), _downloadAgain()
            )


def _downloadAgain() -> str:
    return _(
        "Fill the folder again with pip download, by the Python version and for the system of "
        "this Slicer: see the page Offline in the documentation."
    )
