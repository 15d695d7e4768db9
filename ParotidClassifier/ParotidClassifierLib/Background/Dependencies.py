"""What a prediction needs that 3D Slicer does not bring, and installing it after a yes."""

import importlib
import importlib.util
import logging
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path
from subprocess import CalledProcessError

import slicer
from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.base.temporary import temporary_folder
from slicer.i18n import tr as _

REQUIREMENTS = Path(__file__).resolve().parents[2] / "Resources" / "requirements.txt"
REQUESTER = "ParotidClassifier"

# Slicer brings these; another version of them would break Slicer itself.
_SHIPPED_WITH_SLICER = ("numpy", "scipy", "simpleitk")
_TORCH_INSTALLER = "PyTorchUtils"
_LOG = logging.getLogger(REQUESTER)


class Way(Enum):
    """How something missing is installed."""

    EXTENSION = "extension"
    TORCH = "torch"
    PIP = "pip"


@dataclass(frozen=True)
class Missing:
    """One thing that is not installed: the name of an extension or a requirement of pip."""

    name: str
    purpose: str
    way: Way


class DependencyError(ParotidClassifierError):
    """Something a prediction needs is missing and could not be installed."""


class DependenciesDeclinedError(DependencyError):
    """The user does not want it installed now."""


class Dependencies:
    """Names what is missing and installs it, each only when asked.

    Nothing is imported to find out, and nothing is installed while Slicer runs tests.

    Args:
        extensions: Slicer's model of extensions; None for the application's.
        confirm: called with text and details; whether the answer was yes. None for Slicer's dialog.
        installTorch: returns torch, None if the user said no; None for the PyTorch extension.
        requirements: file of the packages that pip installs.
    """

    def __init__(
        self, extensions=None, confirm=None, installTorch=None, requirements: Path = REQUIREMENTS
    ):
        self._givenExtensions = extensions
        self._confirm = confirm or _confirmOkCancel
        self._torchFromExtension = installTorch or _torchFromExtension
        self._requirements = requirements
        # Reading what is known of a package takes milliseconds, and a panel asks often.
        self._met = set()

    def missing(self) -> list[Missing]:
        """Return what is missing, in the order in which it is installed."""
        found = []
        if not _isImportable("radiomics"):
            found.append(Missing("SlicerRadiomics", _("radiomic features"), Way.EXTENSION))
        if not _isImportable("torch"):
            if not _isImportable(_TORCH_INSTALLER):
                found.append(Missing("PyTorch", _("installing torch"), Way.EXTENSION))
            found.append(Missing("torch", _("the deep network"), Way.TORCH))
        purpose = _("the process that classifies")
        return found + [Missing(str(r), purpose, Way.PIP) for r in self._missingRequirements()]

    def describe(self) -> str:
        """Return one sentence that names what is missing; empty if nothing is."""
        names = [_nameOf(item) for item in self.missing()]
        if not names:
            return ""
        return _("Not installed yet: {names}.").format(names=", ".join(names))

    def install(self) -> bool:
        """Ask once, then install what is missing: extensions first, then torch, then packages.

        Returns:
            Whether Slicer must be restarted before a prediction can be made. An extension's
            Python modules are only found after a restart, torch can only be installed then.

        Raises:
            DependenciesDeclinedError: the user said no; nothing was installed.
            DependencyError: something could not be installed; what was before it stays.
        """
        missing = self.missing()
        if not missing:
            return False
        self._ask(missing)
        extensions = [item.name for item in missing if item.way is Way.EXTENSION]
        for name in extensions:
            self._installExtension(name)
        ways = {item.way for item in missing}
        if Way.TORCH in ways and _isImportable(_TORCH_INSTALLER):
            self._installTorch()
        if Way.PIP in ways:
            self._installPackages()
        if not extensions:
            self._refuseIfStillMissing()
        return bool(extensions)

    def offerRestart(self) -> None:
        """Ask whether to restart Slicer now, and do so after a yes."""
        question = _(
            "Slicer must be restarted before the new extensions can be used. Work that is not "
            "saved is lost then. What is still missing afterwards is named again. Restart now?"
        )
        if self._confirm(question, "") and not slicer.app.testingEnabled():
            slicer.util.restart()

    def _ask(self, missing: list[Missing]) -> None:
        question = _(
            "A prediction needs parts that are not installed yet. Downloading them can take "
            "several minutes and needs some gigabytes of disk space. Install them now?"
        )
        lines = [f"{_nameOf(item)}: {item.purpose}" for item in missing]
        if not self._confirm(question, "\n".join(lines)):
            raise DependenciesDeclinedError(
                _("Nothing was installed."),
                _("A prediction can be made once the missing parts are there."),
            )

    def _installExtension(self, name: str) -> None:
        model = self._extensions()
        if model.isExtensionInstalled(name):
            _refuseDisabled(model, name)
            return  # Its modules appear after the restart.
        asks = model.interactive
        model.interactive = False  # The user has just been asked.
        try:
            done = model.installExtensionFromServer(name, False)
        finally:
            model.interactive = asks
        # True only says that the download was begun.
        if not done or not model.isExtensionInstalled(name):
            raise DependencyError(
                _("The extension {name} could not be installed.").format(name=name),
                _(
                    "Check the connection to the internet and try again, or install it by hand "
                    "in the Extensions Manager (menu View)."
                ),
            )

    def _extensions(self):
        model = self._givenExtensions
        if model is None and not slicer.app.testingEnabled():
            model = slicer.app.extensionsManagerModel()
        if model is None:
            raise DependencyError(
                _("This Slicer cannot install extensions."),
                _("Use a Slicer from download.slicer.org, not in testing mode."),
            )
        return model

    def _missingRequirements(self) -> list:
        from slicer.packaging import load_requirements, pip_check

        listed = load_requirements(self._requirements)
        wanted = [each for each in listed if each.name.lower() not in _SHIPPED_WITH_SLICER]
        unknown = [each for each in wanted if str(each) not in self._met]
        self._met |= {str(each) for each in unknown if pip_check(each)}
        return [each for each in unknown if str(each) not in self._met]

    def _installPackages(self) -> None:
        from slicer.packaging import pip_ensure

        with temporary_folder() as folder:
            constraints = folder / "constraints.txt"
            constraints.write_text("\n".join(_asShipped()), encoding="utf-8")
            try:
                pip_ensure(
                    self._missingRequirements(),
                    constraints=constraints,
                    prompt_install=False,
                    requester=REQUESTER,
                )
            except (CalledProcessError, RuntimeError, OSError) as error:
                raise _failed(_("The Python packages could not be installed."), error) from error

    def _installTorch(self) -> None:
        try:
            torch = self._torchFromExtension()
        except (CalledProcessError, RuntimeError, ValueError, OSError) as error:
            raise _failed(_("PyTorch could not be installed."), error) from error
        if torch is None:
            raise DependenciesDeclinedError(
                _("PyTorch was not installed."), _("The deep network cannot be used without it.")
            )

    def _refuseIfStillMissing(self) -> None:
        importlib.invalidate_caches()
        sentence = self.describe()
        if sentence:
            raise DependencyError(
                sentence, _("Restart Slicer and try again; the Python console shows details.")
            )


def _refuseDisabled(model, name: str) -> None:
    if not model.isExtensionEnabled(name):
        raise DependencyError(
            _("The extension {name} is installed but switched off.").format(name=name),
            _("Switch it on in the Extensions Manager (menu View) and restart Slicer."),
        )


def _torchFromExtension():
    """Let the PyTorch extension choose and install the build of torch for this computer."""
    import PyTorchUtils

    if slicer.app.testingEnabled():
        raise RuntimeError("Testing mode is enabled: torch is not installed")
    return PyTorchUtils.PyTorchUtilsLogic().installTorch(askConfirmation=True)


def _failed(message: str, error: Exception) -> DependencyError:
    _LOG.error("%s %s", message, error)
    return DependencyError(
        message,
        _(
            "Check the connection to the internet and the free disk space, then try again; "
            "the Python console shows details."
        ),
    )


def _isImportable(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _nameOf(item: Missing) -> str:
    if item.way is Way.EXTENSION:
        return _("{name} extension").format(name=item.name)
    return item.name


def _asShipped() -> list[str]:
    """Return pip's words for: keep what Slicer brings at the version it has."""
    installed = {one.name.lower(): one.version for one in metadata.distributions() if one.name}
    return [f"{name}=={installed[name]}" for name in _SHIPPED_WITH_SLICER if name in installed]


def _confirmOkCancel(text: str, detailedText: str) -> bool:
    return slicer.util.confirmOkCancelDisplay(text, REQUESTER, detailedText=detailedText)
