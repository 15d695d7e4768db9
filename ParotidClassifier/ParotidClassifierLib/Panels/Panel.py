"""What every panel has in common: its .ui file, the parameter node, and being shown again."""

from contextlib import contextmanager
from pathlib import Path

import qt
import slicer
from slicer.util import VTKObservationMixin

_RESOURCES = Path(__file__).resolve().parents[2] / "Resources"
UI_FOLDER = _RESOURCES / "UI"


class Panel(VTKObservationMixin):
    """One section of the module's panel.

    A panel shows what the parameter node and the logic say, and hands every wish of the user to
    the logic; it computes nothing itself. The parameter node is None while no scene is open.
    """

    uiFile = ""

    def __init__(self, logic):
        super().__init__()
        self.logic = logic
        self.parameterNode = None
        self._guiTag = None
        self.widget = slicer.util.loadUI(str(UI_FOLDER / self.uiFile))
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        nameParts(self.widget)
        self.setup()

    def setup(self) -> None:
        """Connect the signals of the widgets; once."""

    def setParameterNode(self, parameterNode) -> None:
        """Show another parameter node, or with None nothing."""
        if self.parameterNode is not None and self._guiTag is not None:
            self.parameterNode.disconnectGui(self._guiTag)
        self.parameterNode = parameterNode
        self._guiTag = None if parameterNode is None else parameterNode.connectGui(self.ui)
        self.refresh()

    @property
    def protocol(self):
        """Core's Protocol of the chosen bundle."""
        return self.logic.bundles.protocol(self.parameterNode)

    def refresh(self) -> None:
        """Show everything again; cheap, and the same if called twice."""

    def cleanup(self) -> None:
        """Let go of the scene; the panel is not used any more."""
        self.setParameterNode(None)
        self.removeObservers()


def nameParts(form) -> None:
    """Give what takes the keyboard inside a composite widget the name of the whole.

    A screen reader reads the part that has the keyboard; the form can name the whole only, by a
    label or an accessible name.
    """
    labels = [label for label in form.findChildren("QLabel") if label.buddy() is not None]
    named = [(label.buddy(), label.text) for label in labels]
    named += [(w, w.accessibleName) for w in form.findChildren("QWidget") if w.accessibleName]
    for whole, name in named:
        for part in whole.findChildren("QWidget"):
            if part.focusPolicy != qt.Qt.NoFocus:
                part.accessibleName = name


@contextmanager
def quiet(*widgets):
    """Change widgets without the user's choice being read back."""
    blocked = [(widget, widget.blockSignals(True)) for widget in widgets]
    try:
        yield
    finally:
        for widget, before in blocked:
            widget.blockSignals(before)


def icon(name: str):
    """Return one of the module's icons for a button."""
    return qt.QIcon(str(_RESOURCES / "Icons" / f"{name}.png"))
