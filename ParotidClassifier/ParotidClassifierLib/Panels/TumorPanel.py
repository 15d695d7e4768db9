"""The outline of the tumour: started, drawn, or taken from what is loaded."""

import numpy as np
import slicer
from ParotidClassifierCore.imaging.findings import max_axial_diameter_mm
from slicer.i18n import tr as _

from ..Scene.SceneCase import segmentNamed
from .FindingsText import noteText
from .Panel import Panel, icon

_MOST_LABELS = 50


class TumorPanel(Panel):
    """Starts the segmentation and holds the SegmentEditor while the tumour is edited."""

    uiFile = "TumorPanel.ui"

    def __init__(self, logic, editor):
        self._editor = editor
        self._shownParts = []
        super().__init__(logic)

    def setup(self) -> None:
        """Connect the buttons and take the editor in."""
        self.ui.startButton.icon = icon("StartOutline")
        self.ui.startButton.connect("clicked(bool)", self.onStart)
        self.ui.adoptButton.connect("clicked(bool)", self.onAdopt)
        # Between two nodes of one name only the second signal comes; see NodeChoice.
        for signal in ("currentNodeChanged(vtkMRMLNode*)", "nodeActivated(vtkMRMLNode*)"):
            self.ui.outlineSelector.connect(signal, self._showParts)
        self.ui.editorContainer.layout().addWidget(self._editor.widget)

    def refresh(self) -> None:
        """Show what can be done, and how large the outline is."""
        node = self.parameterNode
        hasCt = node is not None and node.ct is not None
        started = hasCt and node.segmentation is not None
        self.ui.startButton.enabled = hasCt
        self.ui.startButton.text = (
            _("Move the editing region here") if started else _("Start the segmentation here")
        )
        self.ui.adoptGroupBox.enabled = hasCt
        self.ui.adoptButton.enabled = hasCt and self.ui.outlinePartComboBox.count > 0
        self.ui.editorContainer.enabled = started
        self.ui.editorContainer.visible = started
        self.ui.tumorStatusLabel.text = self._status(started)
        self.ui.tumorStatusLabel.visible = hasCt

    def onStart(self) -> None:
        """Start the segmentation, or move its editing region."""
        with slicer.util.tryWithErrorDisplay(
            _("The segmentation could not be started."), waitCursor=True
        ):
            self.logic.startOutline(self.parameterNode)
            self._editor.update()
            self._editor.edit(self.protocol.outlined.name)
            self.refresh()

    def onAdopt(self) -> None:
        """Take the chosen outline as Tumor."""
        with slicer.util.tryWithErrorDisplay(_("The outline could not be taken."), waitCursor=True):
            node = self.ui.outlineSelector.currentNode()
            part = self.ui.outlinePartComboBox.currentData
            if node.IsA("vtkMRMLSegmentationNode"):
                self.logic.adoptOutline(self.parameterNode, node, segmentId=part)
            else:
                self.logic.adoptOutline(self.parameterNode, node, label=int(part))
            node.CreateDefaultDisplayNodes()
            node.SetDisplayVisibility(False)  # what was taken is shown now
            self._editor.update()
            self._editor.edit(self.protocol.outlined.name)

    def _showParts(self, node) -> None:
        """List the segments or labels of the chosen outline; a new name changes none of them."""
        parts = _partsOf(node, None if node is None else self.parameterNode)
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
            return noteText("info", _("There is no outline yet."))
        if follower.drawn is None and follower.hasTumor:
            return noteText("error", str(follower.problem))
        region = self.protocol.outlined.name
        if not segmentNamed(self.parameterNode.segmentation, region):
            text = _(
                "No segment is named {region}. Name it so again, or move the region to start anew."
            )
            return noteText("warning", text.format(region=region))
        if follower.drawn is None:
            return noteText("info", _("Paint the tumour: choose an effect below."))
        tumor = follower.drawn.masks[region]
        text = _("{region}: {volume} ml, {diameter} mm across in its largest axial slice.").format(
            region=region,
            volume=f"{np.count_nonzero(tumor) / 1000:.1f}",
            diameter=f"{max_axial_diameter_mm(tumor):.0f}",
        )
        # Any other side is a finding that stands under the case.
        findings = self.logic.findings.of(self.parameterNode)
        side = [finding.message for finding in findings if finding.code == "side"]
        return noteText("ok", " ".join([text, *side]))


def _partsOf(node, parameterNode) -> list:
    """Return the segments or labels of a node as pairs of data and text."""
    if node is None or (parameterNode is not None and node is parameterNode.segmentation):
        return []
    if node.IsA("vtkMRMLSegmentationNode"):
        segments = node.GetSegmentation()
        return [(one, segments.GetSegment(one).GetName()) for one in segments.GetSegmentIDs()]
    if node.GetImageData() is None:
        return []
    values = np.unique(slicer.util.arrayFromVolume(node))
    labels = [int(value) for value in values[np.isfinite(values)] if value != 0][:_MOST_LABELS]
    return [(str(label), _("Label {value}").format(value=label)) for label in labels]
