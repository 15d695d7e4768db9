"""slicer.packaging: which Python packages are there; installing is only written down.

Attributes:
    installs: what pip_install() was asked for since the tests began, one entry a call.
"""

import dataclasses
import importlib.metadata
import logging
from pathlib import Path

import slicer.util
from packaging.requirements import InvalidRequirement, Requirement

from .i18n import tr as _
from .refused import refuse

_logger = logging.getLogger("slicer")


@dataclasses.dataclass(frozen=True)
class PipInstall:
    """One call of pip_install(), which installed nothing."""

    requirements: tuple[str, ...]
    constraints: str | None = None
    requester: str | None = None


installs: list[PipInstall] = []


def load_requirements(path: str | Path) -> list[Requirement]:
    """Return the requirements of a requirements.txt; comments and options of pip are left out."""
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def pip_check(req) -> bool:
    """Tell whether one requirement or several are met by what is installed, extras included."""
    seen: set[tuple] = set()
    return all(_is_met(each, seen) for each in _requirements(req))


def pip_ensure(
    requirements,
    constraints=None,
    skip_packages=None,
    prompt_install: bool = True,
    prompt_restart: bool = True,
    requester: str | None = None,
    skip_in_testing: bool = True,
    show_progress: bool = True,
) -> None:
    """Ask for what is missing to be installed, unless the application runs in testing mode.

    Raises:
        RuntimeError: the user declined.
    """
    missing = [str(each) for each in _requirements(requirements) if not pip_check(each)]
    if not missing:
        return
    if skip_in_testing and slicer.app.testingEnabled():
        _logger.info("Testing mode is enabled: skipping pip_ensure for [%s]", ", ".join(missing))
        return
    if prompt_install and not _user_agrees(missing, requester):
        raise RuntimeError("User declined package installation")
    pip_install(missing, constraints, skip_packages=skip_packages, requester=requester)


def pip_install(
    requirements,
    constraints=None,
    no_deps_requirements=None,
    skip_packages=None,
    blocking: bool = True,
    show_progress: bool = True,
    requester: str | None = None,
    parent=None,
    logCallback=None,
    completedCallback=None,
) -> None:
    """Write down what would be installed; the environment of the tests stays as it is."""
    if no_deps_requirements is not None or skip_packages is not None or not blocking:
        refuse("slicer.packaging.pip_install() beyond plain requirements")
    wanted = requirements.split() if isinstance(requirements, str) else requirements
    installs.append(
        PipInstall(tuple(map(str, wanted)), constraints and str(constraints), requester)
    )


def pip_uninstall(requirements, *args, **kwargs) -> None:
    """Refuse: nothing of the stand-in may take packages away."""
    refuse("slicer.packaging.pip_uninstall()")


def load_pyproject_dependencies(path) -> None:
    """Refuse: the extension keeps its requirements in requirements.txt."""
    refuse("slicer.packaging.load_pyproject_dependencies()")


def isPipInstallInProgress() -> bool:
    """Tell that no installation is under way."""
    return False


def _requirements(given) -> list[Requirement]:
    if isinstance(given, Requirement):
        return [given]
    if isinstance(given, str):
        try:
            return [Requirement(given)]
        except InvalidRequirement:
            return [Requirement(each) for each in given.split()]
    if isinstance(given, list):
        return [Requirement(each) if isinstance(each, str) else each for each in given]
    raise TypeError(f"Expected str, Requirement, or list, got {type(given).__name__}")


def _is_met(requirement: Requirement, seen: set[tuple]) -> bool:
    key = (requirement.name.lower(), frozenset(requirement.extras))
    if (requirement.marker and not requirement.marker.evaluate()) or key in seen:
        return True
    seen.add(key)
    try:
        installed = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return installed in requirement.specifier and all(
        _is_met(each, seen) for each in _brought_by_extras(requirement)
    )


def _brought_by_extras(requirement: Requirement) -> list[Requirement]:
    brought = []
    for text in importlib.metadata.requires(requirement.name) or []:
        each = Requirement(text)
        if each.marker and any(each.marker.evaluate({"extra": x}) for x in requirement.extras):
            each.marker = None
            brought.append(each)
    return brought


def _user_agrees(missing: list[str], requester: str | None) -> bool:
    title = _("Install Python Packages")
    if requester:
        title = _("{requester} - Install Python Packages").format(requester=requester)
    return slicer.util.confirmOkCancelDisplay(
        _("{count} Python packages need to be installed. Continue?").format(count=len(missing)),
        title,
        detailedText="\n".join(f"- {each}" for each in missing),
    )
