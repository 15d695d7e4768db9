"""What a classification can do without and some users want: PyTorch and SlicerRadiomics."""

import importlib.util
import logging
from enum import Enum
from subprocess import CalledProcessError

import qt
import slicer
from slicer.i18n import tr as _

from .Dependencies import REQUESTER, Need, confirmOkCancel
from .DependencyError import DependenciesDeclinedError, DependencyError

_TORCH_INSTALLER = "PyTorchUtils"
_LOG = logging.getLogger(REQUESTER)


class Addition(Enum):
    """What can be added; the value has the Python modules that it needs, its own first."""

    TORCH = ("torch",)
    RADIOMICS = ("radiomics", "trimesh")


# Whether PyTorch computes the network on a graphics card, and PyRadiomics measures the features.
_SETTINGS = {
    Addition.TORCH: "ParotidClassifier/GraphicsCard",
    Addition.RADIOMICS: "ParotidClassifier/PyRadiomics",
}


def isWanted(addition: Addition) -> bool:
    """Whether it is to be used where it is installed."""
    return str(qt.QSettings().value(_SETTINGS[addition])).lower() == "true"


def setWanted(addition: Addition, wanted: bool) -> None:
    """Keep whether it is to be used."""
    qt.QSettings().setValue(_SETTINGS[addition], wanted)


def isUsed(addition: Addition) -> bool:
    """Whether it is wanted and installed."""
    return isWanted(addition) and _isThere(addition)


class Additions:
    """Says what each addition is for, and installs it by its extension after a yes.

    Args:
        dependencies: installs what PyRadiomics needs beside its extension.
        extensions: Slicer's model of extensions; None for the application's.
        confirm: called with text and details; whether the answer was yes. None for Slicer's dialog.
        installTorch: returns torch, None if the user said no; None for the PyTorch extension.
    """

    def __init__(self, dependencies, extensions=None, confirm=None, installTorch=None):
        self._dependencies = dependencies
        self._givenExtensions = extensions
        self._confirm = confirm or confirmOkCancel
        self._torchFromExtension = installTorch or _torchFromExtension

    def isThere(self, addition: Addition) -> bool:
        """Whether it is installed; nothing is imported to find out."""
        return _isThere(addition)

    def describe(self, addition: Addition) -> str:
        """Return what it adds and how large it is."""
        if addition is Addition.TORCH:
            return _(
                "PyTorch (0.2 to 3 GB, by the extension PyTorch) lets a graphics card compute the "
                "network. The probabilities are the same without it."
            )
        return _(
            "PyRadiomics (about 10 MB, by the extension SlicerRadiomics; there is none for macOS) "
            "measures the radiomic features in place of the built-in engine, to compare with. The "
            "features are the same without it."
        )

    def install(self, addition: Addition) -> bool:
        """Ask, then install an addition.

        Returns:
            Whether Slicer must be restarted: an extension's modules are only found then, and
            what it needs beside them can only be installed then.

        Raises:
            DependenciesDeclinedError: the user said no; nothing was installed.
            DependencyError: it could not be installed.
        """
        if addition is Addition.RADIOMICS and _isImportable(Addition.RADIOMICS.value[0]):
            self._dependencies.install(Need.PYRADIOMICS)
            return False
        question = _("{purpose} Install it now?").format(purpose=self.describe(addition))
        if not self._confirm(question, ""):
            raise DependenciesDeclinedError(
                _("Nothing was installed."), _("A classification does not need it.")
            )
        if addition is Addition.TORCH and _isImportable(_TORCH_INSTALLER):
            self._installTorch()
            return False
        self._installExtension("PyTorch" if addition is Addition.TORCH else "SlicerRadiomics")
        return True

    def offerRestart(self) -> None:
        """Ask whether to restart Slicer now, and do so after a yes."""
        question = _(
            "Slicer must be restarted before the new extension can be used. Work that is not "
            "saved is lost then. What it needs itself is installed afterwards, by the same "
            "button. Restart now?"
        )
        if self._confirm(question, "") and not slicer.app.testingEnabled():
            slicer.util.restart()

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

    def _installTorch(self) -> None:
        try:
            torch = self._torchFromExtension()
        except (CalledProcessError, RuntimeError, ValueError, OSError) as error:
            _LOG.error("PyTorch could not be installed. %s", error)
            raise DependencyError(
                _("PyTorch could not be installed."),
                _(
                    "Check the connection to the internet and the free disk space, then try "
                    "again; the Python console shows details."
                ),
            ) from error
        if torch is None:
            raise DependenciesDeclinedError(
                _("PyTorch was not installed."), _("A classification does not need it.")
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


def _isThere(addition: Addition) -> bool:
    return all(map(_isImportable, addition.value))


def _isImportable(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
