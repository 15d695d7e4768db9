"""The step "2. Tumour": its outline, drawn or taken from what is loaded, and the ring around it."""

import contextlib

import qt
import slicer
from slicer.i18n import tr as _

from ..Scene import Views
from ..Scene.LoadedOutlines import LoadedOutline, likeliestOutline, partsOf
from ..Scene.SceneCase import segmentNamed
from ..Scene.TumorSize import sideWords
from ..Timers import singleShot
from .FindingsText import noteText
from .Panel import Panel, icon
from .Steps import SUMMARY_SEPARATOR, StepState


class TumorPanel(Panel):
    """Starts the segmentation and holds the SegmentEditor while the tumour is edited.

    Args:
        ring: the widget of the ring, which stands in this step.

    Attributes:
        onStarted: called without arguments when the user begins to draw.
        taking: returns a context in which an outline is taken.
    """

    uiFile = "TumorPanel.ui"

    def __init__(self, logic, editor, ring):
        self._editor = editor
        self._ring = ring
        self._shownParts = []
        self._found = None
        self.onStarted = None
        self.taking = contextlib.nullcontext
        super().__init__(logic)

    def setup(self) -> None:
        """Connect the buttons and take the editor in."""
        self._takeBrush = singleShot(0, self._onTakeBrush)
        self.ui.startButton.icon = icon("StartOutline")
        self.ui.gotoButton.icon = icon("GoToTumor")
        self.ui.startButton.connect("clicked(bool)", self.onStart)
        self.ui.adoptButton.connect("clicked(bool)", self.onAdopt)
        # Between two nodes of one name only the second signal comes; see NodeChoice.
        for signal in ("currentNodeChanged(vtkMRMLNode*)", "nodeActivated(vtkMRMLNode*)"):
            self.ui.outlineSelector.connect(signal, self._showParts)
        self.ui.useFoundButton.connect("clicked(bool)", self.onUseFound)
        self.ui.allToolsButton.connect("toggled(bool)", self.onAllTools)
        self.ui.gotoButton.connect("clicked(bool)", self.goToTumor)
        self.ui.show3DButton.connect("clicked(bool)", self.onShow3D)
        qt.QWidget.setTabOrder(self.ui.tumorCollapsibleButton, self.ui.gotoButton)
        qt.QWidget.setTabOrder(self.ui.gotoButton, self.ui.show3DButton)
        self.ui.editorContainer.layout().addWidget(self._editor.widget)
        self.ui.ringHolder.layout().addWidget(self._ring)

    def refresh(self) -> None:
        """Show what can be done, and how large the outline is."""
        node = self.parameterNode
        hasCt = node is not None and node.ct is not None
        started = hasCt and node.segmentation is not None
        isDrawn = started and self.logic.ringFollower.drawn is not None
        self.ui.startButton.enabled = hasCt
        self.ui.startButton.text = _("Move the box here") if started else _("Draw here")
        isAll = self.ui.allToolsButton.checked
        self.ui.startButton.visible = not isDrawn or isAll
        self.ui.adoptGroupBox.enabled = hasCt
        self.ui.adoptGroupBox.visible = not isDrawn or isAll
        self.ui.adoptButton.enabled = hasCt and self.ui.outlinePartComboBox.count > 0
        self.ui.editorContainer.enabled = started
        self.ui.editorContainer.visible = started
        self.ui.allToolsButton.visible = started
        self.ui.ringHolder.visible = isDrawn
        self.ui.tumorTools.visible = isDrawn
        self.ui.show3DButton.checked = isDrawn and Views.isShownIn3D(node.segmentation)
        self.ui.tumorStatusLabel.text = self._status(started)
        self.ui.tumorStatusLabel.visible = started
        self._showFound(node if hasCt and not isDrawn else None)

    def state(self) -> StepState:
        """Return whether the tumour is outlined, and how large it is."""
        follower = self.logic.ringFollower
        if self.parameterNode is None or follower.drawn is None:
            isRefused = self.parameterNode is not None and follower.hasTumor
            return StepState(isDone=False, isPassed=False, isWarned=isRefused)
        told = SUMMARY_SEPARATOR.join(self._sizeWords())
        return StepState(isDone=True, isPassed=True, summary=told)

    def _showFound(self, parameterNode) -> None:
        """Offer the outline in the scene that may be the tumour's; with None, nothing."""
        self._found = parameterNode and likeliestOutline(parameterNode, self.protocol)
        self.ui.foundWidget.visible = self._found is not None
        if self._found is not None:
            self.ui.foundLabel.text = _("Found: {part} of {name}").format(
                part=self._found.text, name=self._found.node.GetName()
            )

    def onAllTools(self, isWanted: bool) -> None:
        """Show every tool, and other outlines to take; or brush and eraser alone."""
        self._editor.showAllTools(isWanted)
        self.refresh()

    def onStart(self) -> None:
        """Start the segmentation, or move its editing region."""
        with slicer.util.tryWithErrorDisplay(
            _("The segmentation could not be started."), waitCursor=True
        ):
            self.logic.startOutline(self.parameterNode)
            self.onStarted()
            self._takeBrush.start()  # the segmentation is shown meanwhile

    def _onTakeBrush(self) -> None:
        """Put the tumour into the editor, with the brush."""
        if self.parameterNode is not None and self.parameterNode.segmentation is not None:
            self._editor.update()
            self._editor.edit(self.protocol.outlined.name)
            self._editor.paint()
            self.refresh()

    def onUseFound(self, _checked=False) -> None:
        """Take the outline that is offered."""
        self._take(self._found)

    def onAdopt(self) -> None:
        """Take the outline that was chosen in the lists."""
        node = self.ui.outlineSelector.currentNode()
        box = self.ui.outlinePartComboBox
        self._take(LoadedOutline(node, box.currentData, box.currentText))

    def _take(self, outline) -> None:
        failed = _("The outline could not be taken.")
        with slicer.util.tryWithErrorDisplay(failed, waitCursor=True), self.taking():
            node = outline.node
            if node.IsA("vtkMRMLSegmentationNode"):
                self.logic.adoptOutline(self.parameterNode, node, segmentId=outline.part)
            else:
                self.logic.adoptOutline(self.parameterNode, node, label=int(outline.part))
            node.CreateDefaultDisplayNodes()
            node.SetDisplayVisibility(False)  # what was taken is shown now

    def goToTumor(self, _checked=False) -> None:
        """Show the tumour in the middle of the slice views."""
        Views.goTo(self.parameterNode.segmentation, self.protocol.outlined.name)

    def goBySlices(self, count: int) -> None:
        """Go through the slices of the tumour, towards the head for a positive count."""
        node = self.parameterNode
        if node is not None and node.ct is not None and node.segmentation is not None:
            Views.goBySlices(node.ct, node.segmentation, self.protocol.outlined.name, count)

    def onShow3D(self, isWanted: bool) -> None:
        """Show tumour and ring in the 3D view, or no more."""
        with slicer.util.tryWithErrorDisplay(_("Nothing can be shown in 3D."), waitCursor=True):
            Views.showIn3D(self.parameterNode.segmentation, isWanted)

    def _showParts(self, node) -> None:
        """List the segments or labels of the chosen outline; a new name changes none of them."""
        parts = [] if node is None else partsOf(node, self.parameterNode.segmentation)
        if parts == self._shownParts:
            return
        self._shownParts = parts
        box = self.ui.outlinePartComboBox
        box.clear()
        for data, text in parts:
            box.addItem(text, data)
        self.refresh()

    def _status(self, started: bool) -> str:
        follower = self.logic.ringFollower
        if not started:
            return ""
        if follower.drawn is None and follower.hasTumor:
            return noteText("error", str(follower.problem))
        region = self.protocol.outlined.name
        if not segmentNamed(self.parameterNode.segmentation, region):
            text = _(
                "No segment is named {region}. Name it so again, or move the region to start anew."
            )
            return noteText("warning", text.format(region=region))
        if follower.drawn is None:
            return noteText("info", _("Paint the tumour in the slice views, inside the grey box."))
        return noteText("ok", SUMMARY_SEPARATOR.join(self._sizeWords()))

    def _sizeWords(self) -> list:
        """Return volume, largest axial diameter and, where it is known, side of the tumour."""
        told = self.logic.tumorSize.now().words
        side = sideWords(self.logic.findings.side(self.parameterNode))
        return [*told, *filter(None, [side])]
