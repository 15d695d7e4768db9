"""Slicer's segment editor inside the panel: one editor, used for the tumour and for the ring."""

import slicer
import vtk
from slicer.util import VTKObservationMixin

from ..Scene.Outline import showRegion
from ..Scene.SceneCase import segmentNamed
from ..Timers import singleShot

BRUSHES = ("Paint", "Erase")
EFFECTS = (*BRUSHES, "Draw", "Level tracing", "Grow from seeds", "Fill between slices")
EFFECTS += ("Threshold", "Islands", "Smoothing", "Scissors")
# They take every visible segment as a seed, so that the ring would fence the tumour in.
_SEEDED_EFFECTS = ("Grow from seeds", "Fill between slices")
_UNDO_STATES = 20
_ANY_HEIGHT = 16777215  # Qt's QWIDGETSIZE_MAX
_SINGLETON_TAG = "ParotidClassifier"


class SegmentEditor(VTKObservationMixin):
    """The embedded qMRMLSegmentEditorWidget, on the case's CT and segmentation.

    Attributes:
        onEdit: called with the name of the region that is put into the editor.
    """

    def __init__(self, ringFollower, bundles):
        super().__init__()
        self._ringFollower = ringFollower
        self._bundles = bundles
        self._parameterNode = None
        self._node = None
        self._entered = False
        self.onEdit = None
        self.widget = slicer.qMRMLSegmentEditorWidget()
        self.widget.setMRMLScene(slicer.mrmlScene)
        self.widget.segmentationNodeSelectorVisible = False
        self.widget.sourceVolumeNodeSelectorVisible = False
        self.widget.switchToSegmentationsButtonVisible = False
        self.widget.specifyGeometryButtonVisible = False
        self.widget.undoEnabled = True
        self.widget.maximumNumberOfUndoStates = _UNDO_STATES
        self.widget.unorderedEffectsVisible = False
        parts = ("SegmentsTableResizableFrame", "EffectHelpBrowser")
        self._rest = [slicer.util.findChild(self.widget, name) for name in parts]
        self._fitSoon = singleShot(0, self._fit)
        self._regionSoon = singleShot(0, self._showRegion)
        self.showAllTools(False)

    def showAllTools(self, isWanted: bool) -> None:
        """Show every effect and the segments, or brush and eraser alone."""
        self.widget.setEffectNameOrder(list(EFFECTS if isWanted else BRUSHES))
        self.widget.effectColumnCount = 2 if isWanted else 1 + len(BRUSHES)
        self.widget.updateEffectList()
        self.widget.addRemoveSegmentButtonsVisible = isWanted
        self.widget.show3DButtonVisible = False  # the panel has its own, which centres the view
        for part in self._rest:
            part.setVisible(isWanted)
        self._isWhole = isWanted
        self._fitSoon.start()

    def _fit(self) -> None:
        """Take no more height than brush and eraser need: the questions stand below."""
        least = self.widget.minimumSizeHint.height()
        self.widget.setMaximumHeight(_ANY_HEIGHT if self._isWhole else least)

    def setParameterNode(self, parameterNode) -> None:
        """Edit the segmentation of another scene's parameter node; with None, nothing."""
        self.stopEffect()
        self.removeObservers()
        self._node = None
        self._parameterNode = parameterNode
        self.update()

    def update(self) -> None:
        """Look again at which CT and segmentation are edited."""
        if self._parameterNode is None:
            # Observed views would ask for the node at the next change of the layout, and crash.
            self.widget.removeViewObservations()
            self.widget.setMRMLSegmentEditorNode(None)
            return
        if self._node is None:
            self._node = _editorNode()
            self.addObserver(self._node, vtk.vtkCommand.ModifiedEvent, self._onModified)
            self.widget.setMRMLSegmentEditorNode(self._node)
            self._observeViews()
            self._showMasking()
        segmentation = self._parameterNode.segmentation
        if self._node.GetSegmentationNode() is not segmentation:
            self.widget.setSegmentationNode(segmentation)
        volume = self._parameterNode.ct if segmentation is not None else None
        if self._node.GetSourceVolumeNode() is not volume:
            self.widget.setSourceVolumeNode(volume)
        if segmentation is not None and not self._node.GetSelectedSegmentID():
            # With no segment, Slicer lets no effect be chosen, and does not say why.
            tumor = self._protocol.outlined.name
            self.widget.setCurrentSegmentID(segmentNamed(segmentation, tumor))

    def edit(self, region: str) -> None:
        """Put a region into the editor, so that it cannot spoil the others."""
        segmentId = segmentNamed(self._parameterNode.segmentation, region)
        self.widget.setCurrentSegmentID(segmentId)
        if self.onEdit is not None:
            self.onEdit(region)

    @property
    def editedRegion(self) -> str:
        """Name of the region in the editor; empty for none or another segment."""
        if self._parameterNode is None or self._parameterNode.segmentation is None:
            return ""
        current = self.widget.currentSegmentID()
        node = self._parameterNode.segmentation
        regions = {segmentNamed(node, region): region for region in self._protocol.regions}
        return regions.get(current, "") if current else ""

    @property
    def _protocol(self):
        return self._bundles.protocol(self._parameterNode)

    def paint(self) -> None:
        """Take the brush; it paints a ball, through the slices beside the one that is seen."""
        self.widget.setActiveEffectByName("Paint")
        effect = self.widget.activeEffect()
        if effect is not None:
            effect.setCommonParameter("BrushSphere", 1)
            self._regionSoon.start()  # it may have been moved

    def _showRegion(self) -> None:
        """Show where the brush has an effect, while there is one."""
        segmentation = None if self._node is None else self._node.GetSegmentationNode()
        if segmentation is not None:
            showRegion(segmentation, bool(self._node.GetActiveEffectName()))

    def stopEffect(self) -> None:
        """Put the brush down."""
        self.widget.setActiveEffectByName("")

    def enter(self) -> None:
        """Take mouse and keyboard in the views."""
        self._entered = True
        self.widget.updateEffectList()  # effects may have been registered since
        self._observeViews()
        self.widget.installKeyboardShortcuts()

    def exit(self) -> None:
        """Leave mouse and keyboard to another module."""
        if self._entered:
            self._entered = False
            self.stopEffect()
            self.widget.removeViewObservations()
            self.widget.uninstallKeyboardShortcuts()

    def cleanup(self) -> None:
        """Let go of the scene for good."""
        self.exit()
        self.setParameterNode(None)
        self.removeObservers()

    def _observeViews(self) -> None:
        """Take the mouse in the views while the module is shown and there is something to edit."""
        if self._entered and self._node is not None:
            self.widget.setupViewObservations()

    def _onModified(self, caller, event) -> None:
        if not slicer.mrmlScene.IsBatchProcessing():
            self.update()  # the editor's selectors choose nodes by themselves
        self._showMasking()
        self._fitSoon.start()
        self._ringFollower.hideRings(self._node.GetActiveEffectName() in _SEEDED_EFFECTS)
        self._regionSoon.start()
        self._protect(self.editedRegion)

    def _showMasking(self) -> None:
        """Show the masking section while painting is limited to a range of HU, to lift that."""
        masked = bool(self._node.GetSourceVolumeIntensityMask())
        if self.widget.maskingSectionVisible != masked:
            self.widget.maskingSectionVisible = masked

    def _protect(self, region: str) -> None:
        """Let rings be painted beside other segments only, the tumour anywhere."""
        modes = slicer.vtkMRMLSegmentationNode
        wanted = (
            modes.EditAllowedOutsideVisibleSegments  # not the background that seeds grew from
            if region in [ring.name for ring in self._protocol.rings]
            else modes.EditAllowedEverywhere
        )
        if self._node.GetMaskMode() != wanted:
            self._node.SetMaskMode(wanted)
        # Painting over the ring leaves it to the follower, which draws it anew.
        if self._node.GetOverwriteMode() != self._node.OverwriteNone:
            self._node.SetOverwriteMode(self._node.OverwriteNone)


def _editorNode():
    """Return the scene's editor node of this module."""
    node = slicer.mrmlScene.GetSingletonNode(_SINGLETON_TAG, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        node.UnRegister(None)
        node.SetSingletonTag(_SINGLETON_TAG)
        node = slicer.mrmlScene.AddNode(node)
    return node
