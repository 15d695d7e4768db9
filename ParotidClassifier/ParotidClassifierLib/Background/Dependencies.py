"""The Python packages that 3D Slicer does not bring, and installing them after a yes."""

import importlib
import logging
import re
from enum import Enum
from importlib import metadata
from pathlib import Path

import qt
import slicer
from ParotidClassifierCore.base.temporary import temporary_folder
from slicer.i18n import tr as _

from .DependencyError import DependenciesDeclinedError, DependencyError
from .WheelFolder import missingWheel, requireWheels, wheelFolder

REQUIREMENTS = Path(__file__).resolve().parents[2] / "Resources"
REQUESTER = "ParotidClassifier"

# Slicer brings these; another version of them would break Slicer itself.
_SHIPPED_WITH_SLICER = ("numpy", "pydicom", "scipy", "simpleitk")
# It has no wheels: the extension SlicerRadiomics brings it.
_BY_EXTENSION = ("pyradiomics-bhklab",)
# What pip says where nothing answers, or a hospital's network refuses.
_OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError"
    r"|SSLError|Connection refused|Network is unreachable|No route to host"
)
_LACKING = re.compile(r"No matching distribution found for (\S+)")
_LOG = logging.getLogger(REQUESTER)
_PAUSE_MS = 10


class Need(Enum):
    """What packages are needed for; the value is the file that names them."""

    CLASSIFICATION = "requirements.txt"
    REPORT = "requirements-reports.txt"
    DICOM = "requirements-dicom.txt"
    PYRADIOMICS = "requirements-pyradiomics.txt"


class Dependencies:
    """Names the packages that are missing for something, and installs them when asked.

    Nothing is imported to find out, and nothing is installed while Slicer runs tests.

    Args:
        confirm: called with text and details; whether the answer was yes. None for Slicer's dialog.
        pip: called with the words behind `pip install`; returns its exit code and what it said.
            None for Slicer's pip.
        folder: where the files lie that name the packages.
    """

    def __init__(self, confirm=None, pip=None, folder: Path = REQUIREMENTS):
        self._confirm = confirm or confirmOkCancel
        self._pip = pip or _pipInstall
        self._folder = folder
        # Reading what is known of a package takes milliseconds, and a panel asks often.
        self._met = set()

    def missing(self, need: Need = Need.CLASSIFICATION) -> list:
        """Return the requirements that are not met."""
        from slicer.packaging import load_requirements, pip_check

        listed = load_requirements(self._folder / need.value)
        others = (*_SHIPPED_WITH_SLICER, *_BY_EXTENSION)
        wanted = [each for each in listed if each.name.lower() not in others]
        unknown = [each for each in wanted if str(each) not in self._met]
        self._met |= {str(each) for each in unknown if pip_check(each)}
        return [each for each in unknown if str(each) not in self._met]

    def describe(self, need: Need = Need.CLASSIFICATION) -> str:
        """Return one sentence that names what is missing; empty if nothing is."""
        names = [str(each) for each in self.missing(need)]
        return _("Not installed yet: {names}.").format(names=", ".join(names)) if names else ""

    def install(self, need: Need = Need.CLASSIFICATION) -> None:
        """Ask once, then install what is missing; nothing where all is there.

        Raises:
            DependenciesDeclinedError: the user said no; nothing was installed.
            DependencyError: it could not be installed.
        """
        missing = self.missing(need)
        if not missing:
            return
        if not self._confirm(_question(need), "\n".join(map(str, missing))):
            raise DependenciesDeclinedError(
                _("Nothing was installed."), _("You are asked again when it is needed.")
            )
        folder = wheelFolder()
        if folder:
            requireWheels(folder, missing)
        with temporary_folder() as place:
            constraints = place / "constraints.txt"
            constraints.write_text("\n".join(_asShipped()), encoding="utf-8")
            code, said = self._pip([*_words(missing, folder), "--constraint", str(constraints)])
        if code:
            _LOG.error("pip ended with code %s: %s", code, said)
            raise _failure(said, folder)
        self._refuseIfStillMissing(need)

    def _refuseIfStillMissing(self, need: Need) -> None:
        importlib.invalidate_caches()
        sentence = self.describe(need)
        if sentence:
            raise DependencyError(
                sentence, _("Restart Slicer and try again; the Python console shows details.")
            )


def confirmOkCancel(text: str, detailedText: str) -> bool:
    """Ask the user in a dialog; whether the answer was yes."""
    return slicer.util.confirmOkCancelDisplay(text, REQUESTER, detailedText=detailedText)


def _question(need: Need) -> str:
    questions = {
        Need.CLASSIFICATION: _(
            "A classification needs Python packages that are not installed yet, about 5 MB "
            "together. Slicer need not be restarted. Install them now?"
        ),
        Need.REPORT: _(
            "Reports need Python packages that are not installed yet, about 25 MB together. "
            "Install them now?"
        ),
        Need.DICOM: _(
            "What is exported to DICOM needs Python packages that are not installed yet, about "
            "10 MB together. Install them now?"
        ),
        Need.PYRADIOMICS: _(
            "PyRadiomics needs a Python package that is not installed yet, about 1 MB. Install it "
            "now?"
        ),
    }
    return questions[need]


def _words(missing: list, folder: str) -> list[str]:
    """Return pip's words for what is missing: from a folder of wheels, or from the internet."""
    # Isolated: what pip is told elsewhere on this computer may name other places.
    offline = ["--isolated", "--no-index", "--find-links", folder]
    source = offline if folder else ["--retries", "1"]
    return [*map(str, missing), "--only-binary", ":all:", *source]


def _failure(said: str, folder: str) -> DependencyError:
    """Return the error that says what pip could not do."""
    lacking = _LACKING.search(said)
    if folder and lacking:
        return missingWheel(lacking[1], folder)
    if not folder and _OFFLINE.search(said):
        return DependencyError(
            _("The Python packages could not be downloaded: the internet cannot be reached."),
            _(
                "Check the connection and the proxy, or install from a wheel folder: see the page "
                "Offline in the documentation."
            ),
        )
    return DependencyError(
        _("The Python packages could not be installed."),
        _("Check the free disk space and try again; the Python console shows details."),
    )


def _pipInstall(words: list[str]) -> tuple[int, str]:
    """Let Slicer's pip install; return its exit code and what it said.

    Slicer's own dialog would show a second message where pip fails.
    """
    if slicer.app.testingEnabled():
        return 0, "Testing mode is enabled: nothing is installed"
    from slicer.packaging import pip_install

    lines, codes = [], []
    pip_install(
        words,
        blocking=False,
        show_progress=False,
        logCallback=lines.append,
        completedCallback=codes.append,
    )
    while not codes:
        slicer.app.processEvents(qt.QEventLoop.ExcludeUserInputEvents)
        qt.QThread.msleep(_PAUSE_MS)
    return codes[0], "\n".join(lines)


def _asShipped() -> list[str]:
    """Return pip's words for: keep what Slicer brings at the version it has."""
    installed = {one.name.lower(): one.version for one in metadata.distributions() if one.name}
    return [f"{name}=={installed[name]}" for name in _SHIPPED_WITH_SLICER if name in installed]
