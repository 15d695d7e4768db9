"""The tumour beside the gland of the other side: a region is chosen, and the mean HU are told."""

import slicer
from ParotidClassifierCore.base.errors import ParotidClassifierError
from slicer.i18n import tr as _

from ..Scene.OtherGland import interactionNode, isPoint
from .FindingsText import noteText
from .Panel import Panel, quiet


class GlandPanel(Panel):
    """Lets the user choose a segment or place a point, and compares at once.

    Nothing is compared while the group is closed.
    """

    uiFile = "GlandPanel.ui"

    def setup(self) -> None:
        """Connect the widgets, and follow what a click in a view does."""
        self._watched = None
        self._shownParts = []
        self.ui.pointButton.connect("clicked()", self.onPoint)
        # Between two nodes of one name only the second signal comes; see NodeChoice.
        for signal in ("currentNodeChanged(vtkMRMLNode*)", "nodeActivated(vtkMRMLNode*)"):
            self.ui.glandSelector.connect(signal, self.onSegmentation)
        self.ui.glandPartComboBox.connect("currentIndexChanged(int)", self.onPart)
        self.ui.glandGroupBox.connect("toggled(bool)", self._onToggled)
        mode = interactionNode()
        self.addObserver(mode, mode.InteractionModeChangedEvent, self._onModeChanged)

    def setParameterNode(self, parameterNode) -> None:
        """Show the region of another scene."""
        Panel.setParameterNode(self, parameterNode)
        region = self._gland.regionOf(parameterNode)
        if region is not None and not isPoint(region):
            self.ui.glandSelector.setCurrentNode(region)

    def refresh(self) -> None:
        """Show the region, and what is measured in it now."""
        node, isPlacing = self.parameterNode, self._gland.isPlacing(self.parameterNode)
        self._watch(self._gland.regionOf(node))
        isOffered = self.logic.ringFollower.drawn is not None
        self.ui.glandGroupBox.enabled = isOffered
        self.ui.pointButton.checked = isPlacing
        self._showParts()
        self.ui.placeLabel.visible = isPlacing
        text = self._answer() if isOffered and not self.ui.glandGroupBox.collapsed else ""
        self.ui.comparisonLabel.text = text
        self.ui.comparisonLabel.visible = bool(text)

    def cleanup(self) -> None:
        """Let go of the scene; a click in a view places nothing any more."""
        if self._gland.isPlacing(self.parameterNode):
            self._gland.stopPlacing()
        Panel.cleanup(self)

    def onPoint(self) -> None:
        """Let the next click in a view place the point, or give that up."""
        if self._gland.isPlacing(self.parameterNode):
            self._gland.stopPlacing()
        else:
            self._gland.choosePoint(self.parameterNode)
        self.refresh()

    def onSegmentation(self, node) -> None:
        """Offer the segments of another segmentation; one of those before is compared no more."""
        region = self._gland.regionOf(self.parameterNode)
        if region is not None and region is not node and not isPoint(region):
            self._gland.choose(self.parameterNode, None)
        self.refresh()

    def onPart(self, index: int) -> None:
        """Take the chosen segment; the first entry takes none."""
        if index > 0:
            node = self.ui.glandSelector.currentNode()
            self._gland.choose(self.parameterNode, node, self._shownParts[index - 1][0])
        else:
            self._gland.choose(self.parameterNode, None)
        self.refresh()

    @property
    def _gland(self):
        return self.logic.otherGland

    def _onToggled(self, _isOpen: bool) -> None:
        self.refresh()

    def _onModeChanged(self, caller, event) -> None:
        self.refresh()

    def _onRegionChanged(self, caller, event) -> None:
        self.refresh()

    def _watch(self, region) -> None:
        """Follow what changes about the region."""
        if region is self._watched:
            return
        self.removeObservers(self._onRegionChanged)
        self._watched = region
        for one, event in () if region is None else _eventsOf(region):
            self.addObserver(one, event, self._onRegionChanged)

    def _showParts(self) -> None:
        """List the segments of the chosen segmentation that may be the other gland."""
        node = self.ui.glandSelector.currentNode()
        parts = [] if node is None or self.parameterNode is None else self._partsOf(node)
        isRegion = node is not None and node is self._gland.regionOf(self.parameterNode)
        ids = [segmentId for segmentId, _name in parts]
        chosen = self.parameterNode.glandSegment if isRegion else ""
        box = self.ui.glandPartComboBox
        with quiet(box):
            if parts != self._shownParts or not box.count:
                self._shownParts = parts
                box.clear()
                box.addItems([_("Choose a segment"), *(name for _id, name in parts)])
            box.currentIndex = 1 + ids.index(chosen) if chosen in ids else 0
        box.enabled = bool(parts)

    def _partsOf(self, node) -> list:
        """Return the IDs and names of the segments that are not regions of the case itself."""
        segments = node.GetSegmentation()
        named = [(one, segments.GetSegment(one).GetName()) for one in segments.GetSegmentIDs()]
        isOwn = node is self.parameterNode.segmentation
        return [pair for pair in named if not (isOwn and pair[1] in self.protocol.regions)]

    def _answer(self) -> str:
        try:
            found = self._gland.comparison(self.parameterNode)
        except ParotidClassifierError as error:
            return noteText("error", str(error))
        if found is None:
            return ""
        doubt = noteText("warning", found.doubt) if found.doubt else ""
        return noteText("info", f"{found.sentence} {found.measured}") + doubt


def _eventsOf(region) -> list:
    """Return what tells of changes of a region: pairs of an object and one of its events."""
    moved = (region, region.TransformModifiedEvent)
    if isPoint(region):
        events = (region.PointModifiedEvent, region.PointPositionDefinedEvent)
        return [moved, *((region, event) for event in (*events, region.PointRemovedEvent))]
    kinds = slicer.vtkSegmentation
    events = (kinds.SourceRepresentationModified, kinds.SegmentModified, kinds.SegmentRemoved)
    return [moved, *((region.GetSegmentation(), event) for event in events)]
