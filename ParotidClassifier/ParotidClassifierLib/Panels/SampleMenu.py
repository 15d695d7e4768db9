"""The menu with the simulated patients."""

from functools import partial

import qt
import slicer
from slicer.i18n import tr as _

from ..Scene.Outline import hideOutline
from ..Scene.SampleCases import SAMPLE_CASES, loadSampleCase


class SampleMenu:
    """Loads a simulated patient in place of the present case.

    Args:
        logic: the module's logic.
        button: a QToolButton, which shows the menu.
        taking: returns a context in which an outline is taken.

    Attributes:
        menu: the QMenu.
    """

    def __init__(self, logic, button, taking):
        self._logic = logic
        self._button = button
        self._taking = taking
        self._parameterNode = None
        self.menu = qt.QMenu(button)
        for sample in SAMPLE_CASES:
            action = self.menu.addAction(_sampleLabel(sample.malignant))
            action.connect("triggered(bool)", partial(self.load, sample.name))
        button.setMenu(self.menu)

    def setParameterNode(self, parameterNode) -> None:
        """Load into another scene; with None, into none."""
        self._parameterNode = parameterNode
        self._button.enabled = parameterNode is not None

    def open(self) -> None:
        """Show the menu below its button."""
        self._button.showMenu()

    def load(self, name: str, _checked=False) -> None:
        """Load a simulated patient, once the user agrees."""
        if not self._mayReplaceCase():
            return
        with slicer.util.tryWithErrorDisplay(
            _("The sample case could not be made."), waitCursor=True
        ):
            ctNode, outlineNode = loadSampleCase(name)
            with self._taking():
                self._startCase(ctNode, outlineNode)

    def _mayReplaceCase(self) -> bool:
        if not self._parameterNode.clinical:
            return True
        return slicer.util.confirmOkCancelDisplay(
            _(
                "The clinical findings that are entered belong to the present patient and will be "
                "forgotten. Its images and outlines stay in the scene."
            ),
            _("Another patient"),
        )

    def _startCase(self, ctNode, outlineNode) -> None:
        node = self._parameterNode
        if node.segmentation is not None:
            hideOutline(node.segmentation)  # it would lie over the other patient
        with slicer.util.NodeModify(node):
            node.clinical = ""
            node.plainCt = None
            node.segmentation = None
            node.ct = ctNode
        segmentId = outlineNode.GetSegmentation().GetNthSegmentID(0)
        self._logic.adoptOutline(node, outlineNode, segmentId)
        slicer.mrmlScene.RemoveNode(outlineNode)  # the case has its own copy now


def _sampleLabel(malignant: bool) -> str:
    if malignant:
        return _("Simulated patient, malignant tumour")
    return _("Simulated patient, benign tumour")
