"""Asking for files and folders, beginning where the user was last."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

_SETTING = "ParotidClassifier/LastFolder"


def askForFolder(title: str) -> str:
    """Return the folder that the user chooses; empty if none."""
    parent = slicer.util.mainWindow()
    folder = qt.QFileDialog.getExistingDirectory(parent, title, firstFolder())
    if folder:
        _keep(folder)
    return folder


def askForFile(title: str, kinds: str) -> str:
    """Return the file that the user chooses among those of these kinds; empty if none."""
    parent = slicer.util.mainWindow()
    path = qt.QFileDialog.getOpenFileName(parent, title, firstFolder(), kinds)
    if path:
        _keep(Path(path).parent)
    return path


def askWhereToSave(title: str, name: str, kinds: str) -> str:
    """Return the file that the user wants written, by this name at first; empty if none.

    One that is named without its kind gets it, and replaces none unasked.
    """
    parent, proposed = slicer.util.mainWindow(), str(Path(firstFolder()) / name)
    chosen = qt.QFileDialog.getSaveFileName(parent, title, proposed, kinds)
    if not chosen:
        return ""
    path = Path(chosen)
    if not path.suffix:
        path = Path(chosen + Path(name).suffix)
        question = _("{path} is there already. Replace it?").format(path=path)
        if path.exists() and not slicer.util.confirmOkCancelDisplay(question, title):
            return ""
    _keep(path.parent)
    return str(path)


def firstFolder() -> str:
    """Return the folder that was used last, while it is there; else that of the documents."""
    last = qt.QSettings().value(_SETTING)
    if last and Path(str(last)).is_dir():
        return str(last)
    return qt.QStandardPaths.writableLocation(qt.QStandardPaths.DocumentsLocation)


def _keep(folder) -> None:
    qt.QSettings().setValue(_SETTING, str(folder))
