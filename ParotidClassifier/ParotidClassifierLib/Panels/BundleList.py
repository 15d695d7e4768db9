"""The list of model bundles in a panel, whose last two entries ask for one from elsewhere."""

from slicer.i18n import tr as _

from .FileDialogs import askForFile, askForFolder
from .Panel import quiet


class BundleList:
    """Lists bundles, by Core's summaries, in a combo box.

    Args:
        comboBox: a QComboBox.
        onPicked: called with the path of what the user picked; empty if it was nothing.
    """

    def __init__(self, comboBox, onPicked):
        self._box = comboBox
        self._onPicked = onPicked
        self.bundles = []
        comboBox.connect("activated(int)", self.onActivated)

    @property
    def chosen(self):
        """Core's summary of the bundle that is chosen; None where there is none."""
        index = self._box.currentIndex
        return self.bundles[index] if 0 <= index < len(self.bundles) else None

    def show(self, bundles: list, chosen) -> None:
        """List these bundles, of which one is chosen, or none."""
        self.bundles = bundles
        box = self._box
        with quiet(box):
            box.clear()
            for bundle in bundles:
                box.addItem(f"{bundle.name} ({bundle.kind})", str(bundle.path))
            box.insertSeparator(box.count)
            box.addItem(_("Other model, a folder…"))
            box.addItem(_("Other model, a .zip file…"))
            self.choose(chosen)

    def choose(self, bundle) -> None:
        """Choose the bundle at this one's path, or none."""
        self._box.currentIndex = self._box.findData(str(bundle.path)) if bundle else -1

    def onActivated(self, index: int) -> None:
        """Take the bundle that was picked from the list, or ask for another."""
        if index < len(self.bundles):
            self._onPicked(self._box.itemData(index))
        else:
            isFolder = index == self._box.count - 2
            self._onPicked(self.askForFolder() if isFolder else self.askForFile())

    def askForFolder(self) -> str:
        """Return the folder that the user chooses; empty if none."""
        return askForFolder(_("Choose the folder of a model"))

    def askForFile(self) -> str:
        """Return the .zip file that the user chooses; empty if none."""
        return askForFile(_("Choose a model"), _("Model") + " (*.zip)")
