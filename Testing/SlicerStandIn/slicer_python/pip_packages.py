"""slicer.packaging: which Python packages are there; nothing is ever installed."""

import importlib.metadata
import logging
from pathlib import Path

import slicer.util
from packaging.requirements import Requirement

from ..failures import NotModelled

_logger = logging.getLogger("slicer")


def load_requirements(path: str | Path) -> list[Requirement]:
    """Return the requirements of a requirements.txt; comments and options of pip are left out."""
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def pip_check(requirement: Requirement) -> bool:
    """Tell whether a requirement is met by what is installed, extras included."""
    return _is_met(requirement, set())


def pip_ensure(
    requirements: list[Requirement],
    constraints: Path | None = None,
    prompt_install: bool = True,
    requester: str | None = None,
) -> None:
    """Do nothing where all is there or in testing mode, as Slicer; outside of it, refuse."""
    missing = ", ".join(str(each) for each in requirements if not pip_check(each))
    if missing and not slicer.app.testingEnabled():
        raise NotModelled(f"installing {missing}")
    if missing:
        _logger.info("Testing mode is enabled: skipping pip_ensure for [%s]", missing)


def pip_install(requirements: list[str], **_how: object) -> None:
    """Refuse: what is asked for would change the Python that the tests run in."""
    raise NotModelled(f"installing {', '.join(requirements)}")


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
