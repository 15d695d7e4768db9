"""The box "Optional parts": what can be added, and where packages are installed from."""

import qt
import slicer
from slicer.i18n import tr as _

from ..Background.Additions import Addition, setGraphicsCard, wantsGraphicsCard
from ..Background.DependencyError import DependenciesDeclinedError
from ..Background.WheelFolder import setWheelFolder, wheelFolder


class OptionalParts:
    """Offers PyTorch and SlicerRadiomics with their size and reason; keeps the wheel folder.

    Args:
        logic: the module's logic.
        ui: the widgets of the panel "5. Classify".
        tell: called with a severity and a message for the user.
    """

    def __init__(self, logic, ui, tell):
        self._logic = logic
        self._ui = ui
        self._tell = tell
        self._rows = {
            Addition.TORCH: (ui.torchLabel, ui.torchButton),
            Addition.RADIOMICS: (ui.radiomicsLabel, ui.radiomicsButton),
        }
        ui.torchButton.connect("clicked()", lambda: self.add(Addition.TORCH))
        ui.radiomicsButton.connect("clicked()", lambda: self.add(Addition.RADIOMICS))
        ui.graphicsCardCheckBox.checked = wantsGraphicsCard()
        ui.graphicsCardCheckBox.connect("toggled(bool)", setGraphicsCard)
        ui.wheelFolderButton.connect("clicked()", self.onChooseFolder)
        ui.wheelFolderLineEdit.connect("editingFinished()", self.onFolderEdited)
        ui.wheelFolderLineEdit.text = wheelFolder()

    def show(self) -> None:
        """Show what each part adds, or that it is there."""
        for addition, (label, button) in self._rows.items():
            isThere = self._logic.additions.isThere(addition)
            text = self._logic.additions.describe(addition)
            label.text = _("Installed: {part}").format(part=text) if isThere else text
            button.visible = not isThere
        self._ui.graphicsCardCheckBox.visible = self._logic.additions.isThere(Addition.TORCH)

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
        folder = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Install Python packages from a folder of wheels")
        )
        if folder:
            self._ui.wheelFolderLineEdit.text = folder
            setWheelFolder(folder)

    def onFolderEdited(self) -> None:
        """Keep the folder that was typed; empty for the internet."""
        setWheelFolder(self._ui.wheelFolderLineEdit.text)
