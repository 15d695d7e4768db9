"""Asking the user where the model bundle lies that he means."""

import qt
import slicer
from slicer.i18n import tr as _


def askForBundleFolder() -> str:
    """Return the folder that the user chooses; empty if none."""
    return qt.QFileDialog.getExistingDirectory(
        slicer.util.mainWindow(), _("Choose the folder of a model bundle")
    )


def askForBundleFile() -> str:
    """Return the .zip file that the user chooses; empty if none."""
    return qt.QFileDialog.getOpenFileName(
        slicer.util.mainWindow(), _("Choose a model bundle"), "", _("Model bundle") + " (*.zip)"
    )
