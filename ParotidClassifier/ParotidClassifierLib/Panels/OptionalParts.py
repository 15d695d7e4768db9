"""The box "Optional parts": what can be added and used, and where packages come from."""

from functools import partial

import slicer
from slicer.i18n import tr as _

from ..Background.Additions import Addition, isWanted, setWanted
from ..Background.DependencyError import DependenciesDeclinedError
from ..Background.WheelFolder import setWheelFolder, wheelFolder
from .FileDialogs import askForFolder


class OptionalParts:
    """Offers PyTorch and PyRadiomics with their size and reason; keeps the wheel folder.

    Args:
        logic: the module's logic.
        ui: the widgets of the section "Advanced".
        tell: called with a severity and a message for the user.
    """

    def __init__(self, logic, ui, tell):
        self._logic = logic
        self._ui = ui
        self._tell = tell
        self._rows = {
            Addition.TORCH: (ui.torchLabel, ui.torchButton, ui.graphicsCardCheckBox),
            Addition.RADIOMICS: (ui.radiomicsLabel, ui.radiomicsButton, ui.pyRadiomicsCheckBox),
        }
        for addition, (_label, button, checkBox) in self._rows.items():
            button.connect("clicked()", partial(self.add, addition))
            checkBox.checked = isWanted(addition)
            checkBox.connect("toggled(bool)", partial(setWanted, addition))
        ui.wheelFolderButton.connect("clicked()", self.onChooseFolder)
        ui.wheelFolderLineEdit.connect("editingFinished()", self.onFolderEdited)
        ui.wheelFolderLineEdit.text = wheelFolder()

    def show(self) -> None:
        """Show what each part adds, whether it is there, and if so whether it is used."""
        for addition, (label, button, checkBox) in self._rows.items():
            isThere = self._logic.additions.isThere(addition)
            told = _("Installed: {part}") if isThere else _("Not installed: {part}")
            label.text = told.format(part=self._logic.additions.describe(addition))
            button.visible = not isThere
            checkBox.visible = isThere

    def add(self, addition: Addition) -> None:
        """Install a part, after a yes; a no leaves everything as it is."""
        with slicer.util.tryWithErrorDisplay(_("It could not be added."), waitCursor=True):
            try:
                if self._logic.additions.install(addition):
                    self._logic.additions.offerRestart()
            except DependenciesDeclinedError as declined:
                self._tell("info", str(declined))
            finally:
                self.show()

    def onChooseFolder(self) -> None:
        """Ask for the folder with the wheels."""
        folder = askForFolder(_("Install Python packages from a folder of wheels"))
        if folder:
            self._ui.wheelFolderLineEdit.text = folder
            setWheelFolder(folder)

    def onFolderEdited(self) -> None:
        """Keep the folder that was typed; empty for the internet."""
        setWheelFolder(self._ui.wheelFolderLineEdit.text)
