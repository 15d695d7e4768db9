"""The section "Advanced": which model, the plain CT, the window, and what can be added."""

from html import escape
from pathlib import Path

import slicer
from ParotidClassifierCore.base.errors import BundleError
from ParotidClassifierCore.bundle.shipped import shipped_bundles
from ParotidClassifierCore.imaging.working_grid import WINDOW_LEVEL_HU, WINDOW_WIDTH_HU
from slicer.i18n import tr as _

from ..Scene.SoftTissueWindow import hasAutomaticWindow, setSoftTissueWindow, showInSliceViews
from .BundleDialog import bundleDialog
from .BundleList import BundleList
from .FindingsText import noteText
from .NodeChoice import NodeChoice
from .OptionalParts import OptionalParts
from .Panel import Panel


class AdvancedPanel(Panel):
    """Holds what most cases do not need.

    Attributes:
        aboutDialog: the window about the model; None before it is shown.
    """

    uiFile = "AdvancedPanel.ui"

    def setup(self) -> None:
        """Connect the signals of the widgets."""
        self.aboutDialog = None
        self.bundleList = BundleList(self.ui.bundleComboBox, self.onBundlePicked)
        self.optionalParts = OptionalParts(self.logic, self.ui, self._tell)
        self._plainCt = NodeChoice(self, self.ui.plainCtSelector, "plainCt", self.onPlainCtChosen)
        self.ui.aboutBundleButton.connect("clicked()", self.showAboutBundle)
        button = self.ui.softTissueButton
        window = {"width": f"{WINDOW_WIDTH_HU:g}", "level": f"{WINDOW_LEVEL_HU:g}"}
        button.text, button.toolTip = button.text.format(**window), button.toolTip.format(**window)
        button.connect("clicked(bool)", self.onSoftTissueButton)
        self.ui.partsStatusLabel.visible = False

    def refresh(self) -> None:
        """Show which model is used, and the plain CT."""
        node = self.parameterNode
        self._showBundles()
        self.optionalParts.show()
        if node is not None:
            self._plainCt.show()
        self.ui.plainCtSelector.enabled = node is not None
        self.ui.softTissueButton.enabled = node is not None and node.ct is not None
        isRunning = self.logic.classification.isRunning
        self.ui.bundleComboBox.enabled = node is not None and not isRunning

    def cleanup(self) -> None:
        """Let go of the scene and of the window about the model."""
        if self.aboutDialog is not None:
            self.aboutDialog.close()
            self.aboutDialog = None
        Panel.cleanup(self)

    def onBundlePicked(self, path: str) -> None:
        """Use the bundle that was picked; if it was none, show the one that is used."""
        if path:
            self.useBundle(path)
        else:
            self.refresh()

    def useBundle(self, path: str) -> None:
        """Use the bundle at this path; one that cannot be read is told and not taken."""
        with slicer.util.tryWithErrorDisplay(_("This model cannot be used.")):
            try:
                self.logic.bundles.at(path)
                # the name of a shipped bundle holds on any computer
                isShipped = Path(path) in shipped_bundles()
                self.parameterNode.bundle = Path(path).name if isShipped else path
                self.logic.warmUp()
            finally:
                self.refresh()

    def showAboutBundle(self) -> None:
        """Open the window with the bundle's model card."""
        self.aboutDialog = bundleDialog(self.bundleList.chosen)
        self.aboutDialog.show()

    def onPlainCtChosen(self, ctNode, _before) -> None:
        """Give the plain CT the window of the enhanced one, unless someone has set it."""
        if ctNode is None or not hasAutomaticWindow(ctNode):
            return
        with slicer.util.tryWithErrorDisplay(_("The window could not be set.")):
            setSoftTissueWindow(ctNode)

    def onSoftTissueButton(self, _checked=False) -> None:
        """Show both CTs in the study's window, the enhanced one in the slice views."""
        with slicer.util.tryWithErrorDisplay(_("The window could not be set.")):
            for ctNode in (self.parameterNode.ct, self.parameterNode.plainCt):
                if ctNode is not None:
                    setSoftTissueWindow(ctNode)
            showInSliceViews(self.parameterNode.ct)

    def _showBundles(self) -> None:
        hasScene = self.parameterNode is not None
        chosen, problem = self._readChosen()
        self.bundleList.show(self.logic.bundles.all(self.parameterNode) if hasScene else [], chosen)
        self.ui.aboutBundleButton.enabled = chosen is not None
        line = "" if chosen is None else escape(f"{chosen.banner} ({chosen.cohort.line}).")
        self.ui.bundleLineLabel.text = noteText("error", problem) if problem else line
        if problem:
            self.ui.advancedCollapsibleButton.collapsed = False

    def _readChosen(self):
        """Return the summary of the bundle that is used, or None, and what is wrong with it."""
        if self.parameterNode is None:
            return None, ""
        try:
            return self.logic.bundles.chosen(self.parameterNode), ""
        except BundleError as error:
            return None, str(error)

    def _tell(self, severity: str, message: str) -> None:
        self.ui.partsStatusLabel.text = noteText(severity, message)
        self.ui.partsStatusLabel.visible = True
