"""qMRMLSegmentEditorWidget: its state lives in the real segment editor node and logic.

Effects can be chosen by the rules of the application; they do not touch voxels here.
"""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtWidgets

from .mrml import qMRMLWidget
from .observing import Observing
from .segment_editor_effects import ChoosesEffects, ShowsParts
from .segment_editor_parts import Parts
from .segment_effects import (
    EFFECTS,
    NO_EFFECT,
    effect_button,
    qSlicerSegmentEditorAbstractEffect,
)


class qMRMLSegmentEditorWidget(ChoosesEffects, ShowsParts, Observing, qMRMLWidget):
    """The segment editor as a module embeds it."""

    passive = frozenset(
        {"autoShowSourceVolumeNode", "autoShowMasterVolumeNode", "jumpToSelectedSegmentEnabled"}
        | {"defaultTerminologyEntry", "defaultTerminologyEntrySettingsKey"}
    )

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self._segmentation: Any = None
        self._source: Any = None
        self._active: Any = None
        self._views_observed = False
        self._order: list[str] = []
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._parts = parts = Parts(self)
        self._effects = {name: qSlicerSegmentEditorAbstractEffect(name, self) for name in EFFECTS}
        named = {NO_EFFECT: None, **self._effects}
        self._buttons = {
            name: effect_button(name, effect, parts.effects) for name, effect in named.items()
        }
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _=False, name=name: self._choose(name))
        parts.table.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        parts.table.setHeaderVisible(True)
        parts.table.setOpacityColumnVisible(False)
        self._disable_all()
        self._connect_parts()
        self.updateEffectList()
        parts.options.hide()
        parts.masking.hide()
        self.observe(
            self._logic, self._logic.SegmentationHistoryChangedEvent, self._history_changed
        )

    def _disable_all(self) -> None:
        parts = self._parts
        for one in (parts.add, parts.remove, parts.switch, parts.effects, parts.options):
            one.setEnabled(False)

    def _connect_parts(self) -> None:
        parts = self._parts
        changed = "currentNodeChanged(vtkMRMLNode*)"
        parts.segmentations.add_listener(changed, self._segmentation_chosen)
        parts.sources.add_listener(changed, self._source_chosen)
        selection = "selectionChanged(QItemSelection,QItemSelection)"
        parts.table.add_listener(selection, self._segment_chosen)
        parts.table.add_listener(
            "segmentAboutToBeModified(QString)", lambda _: self.saveStateForUndo()
        )
        parts.add.clicked.connect(lambda: self._logic.AddEmptySegment("", 0))
        parts.remove.clicked.connect(self._logic.RemoveSelectedSegment)
        parts.undo.clicked.connect(self.undo)
        parts.redo.clicked.connect(self.redo)
        parts.mask_mode.currentIndexChanged.connect(self._mask_mode_chosen)
        parts.overwrite_mode.currentIndexChanged.connect(
            lambda _: self._node.SetOverwriteMode(parts.overwrite_mode.currentData())
        )
        parts.intensity.toggled.connect(self._intensity_mask_toggled)

    # Scene and node

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self.mrmlScene():
            return
        for combo in (self._parts.segmentations, self._parts.sources):
            blocked = combo.blockSignals(True)
            combo.setMRMLScene(scene)
            combo.blockSignals(blocked)
        super().setMRMLScene(scene)
        self._logic.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        self._logic.SetMRMLScene(scene)
        self.updateWidgetFromMRML()
        if scene is not None:
            for event in (scene.EndCloseEvent, scene.EndBatchProcessEvent):
                self.observe(scene, event, self._scene_settled)
            layout = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
            if layout is not None:  # there is no main window without one
                self.observe(layout, "ModifiedEvent", self._layout_changed)

    def _scene_settled(self, _node: Any) -> None:
        if self._node is not None and not self.mrmlScene().IsBatchProcessing():
            self.setSegmentationNode(self._parts.segmentations.currentNode())
            self.setSourceVolumeNode(self._parts.sources.currentNode())
        self.updateWidgetFromMRML()

    def mrmlSegmentEditorNode(self) -> Any:
        return self._node

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        if node is self._node:
            return
        if self._node is not None:
            self.unobserve(self._node)
        self._node = node
        self._logic.SetSegmentEditorNode(node)
        if node is not None:
            self.observe(node, "ModifiedEvent", self._modified)
            self.updateWidgetFromMRML()

    def _modified(self, _node: Any = None) -> None:
        self.updateWidgetFromMRML()

    def updateWidgetFromMRML(self) -> None:
        scene, parts = self.mrmlScene(), self._parts
        if scene is None or scene.IsClosing() or scene.IsBatchProcessing():
            return
        editing = self._node is not None
        parts.segmentations.setEnabled(editing)
        if not editing:
            for one in (parts.effects, parts.masking, parts.options_frame, parts.sources):
                one.setEnabled(False)
            return
        was_modifying = self._node.StartModify()
        self._update_segmentation()
        self._update_source()
        self._update_buttons()
        self._update_effects()
        self._update_masking()
        self._node.EndModify(was_modifying)

    def _update_segmentation(self) -> None:
        node, parts = self._logic.GetSegmentationNode(), self._parts
        blocked = parts.segmentations.blockSignals(True)
        parts.segmentations.setCurrentNode(node)
        parts.segmentations.blockSignals(blocked)
        if node is self._segmentation:
            return
        if self._segmentation is not None:
            self.unobserve(self._segmentation)
        self._segmentation = node
        blocked = parts.table.blockSignals(True)
        parts.table.setSegmentationNode(node)
        parts.table.blockSignals(blocked)
        parts.show_3d.setSegmentationNode(node)
        if node is not None:
            self._take_up(node)
        self.emit_signal("segmentationNodeChanged(vtkMRMLSegmentationNode*)", node)

    def _take_up(self, node: Any) -> None:
        events = slicer.vtkSegmentation
        for event in ("ModifiedEvent", events.SegmentAdded, events.SegmentRemoved):
            self.observe(node, event, self._modified)
        role = node.GetReferenceImageGeometryReferenceRole()
        self._parts.sources.setCurrentNode(node.GetNodeReference(role))
        node.CreateDefaultDisplayNodes()
        first = self._logic.GetSegmentIDs()[:1]
        if first:
            self._parts.table.setSelectedSegmentIDs(list(first))

    def _update_source(self) -> None:
        node = self._logic.GetSourceVolumeNode()
        if self._segmentation is None or node is self._source:
            return
        self._source = node
        blocked = self._parts.sources.blockSignals(True)
        self._parts.sources.setCurrentNode(node)
        self._parts.sources.blockSignals(blocked)
        if node is not None and node.GetImageData() is not None:
            self._parts.intensity_range.setRange(*node.GetImageData().GetScalarRange())
        for name in ("sourceVolumeNodeChanged", "masterVolumeNodeChanged"):
            self.emit_signal(f"{name}(vtkMRMLVolumeNode*)", node)

    def _update_buttons(self) -> None:
        parts, locked = self._parts, self.readOnly()
        selected = self._valid_segment_id()
        has_segmentation = self._segmentation is not None
        for one in (parts.masking, parts.options_frame, parts.sources, parts.switch):
            one.setEnabled(has_segmentation)
        parts.add.setEnabled(self._logic.CanAddSegments())
        parts.remove.setEnabled(bool(selected) and not locked)
        parts.show_3d.setLocked(locked)
        if selected:
            parts.table.setSelectedSegmentIDs([selected])
        else:
            parts.table.clearSelection()
        if parts.table.isReadOnly() != locked:
            parts.table.setReadOnly(locked)
        self._history_changed()

    def _valid_segment_id(self) -> str:
        segment_id = self._node.GetSelectedSegmentID() or ""
        if self._segmentation is None or not segment_id:
            return ""
        known = self._segmentation.GetSegmentation().GetSegmentIndex(segment_id) >= 0
        return segment_id if known else ""

    def _history_changed(self, _node: Any = None) -> None:
        locked = self.readOnly()
        self._parts.undo.setEnabled(not locked and self._logic.CanUndo())
        self._parts.redo.setEnabled(not locked and self._logic.CanRedo())

    def _update_masking(self) -> None:
        parts = self._parts
        pairs = (
            (parts.mask_mode, self._node.GetMaskMode()),
            (parts.overwrite_mode, self._node.GetOverwriteMode()),
        )
        for combo, mode in pairs:
            blocked = combo.blockSignals(True)
            combo.setCurrentIndex(combo.findData(mode))
            combo.blockSignals(blocked)
        masked = bool(self._node.GetSourceVolumeIntensityMask())
        blocked = parts.intensity.blockSignals(True)
        parts.intensity.setChecked(masked)
        parts.intensity.blockSignals(blocked)
        parts.intensity_range.setVisible(masked)

    def _intensity_mask_toggled(self, masked: bool) -> None:
        self._node.SetSourceVolumeIntensityMask(masked)

    def _mask_mode_chosen(self, _index: int) -> None:
        self._node.SetMaskMode(self._parts.mask_mode.currentData())

    # Segmentation, source volume, segment

    def _segmentation_chosen(self, node: Any) -> None:
        if self.mrmlScene() is not None and not self.mrmlScene().IsBatchProcessing():
            self.setSegmentationNode(node)

    def _source_chosen(self, node: Any) -> None:
        if self.mrmlScene() is not None and not self.mrmlScene().IsBatchProcessing():
            self.setSourceVolumeNode(node)

    def _segment_chosen(self, *_selections: Any) -> None:
        if self._node is None:
            return
        chosen = next(iter(self._parts.table.selectedSegmentIDs()), "")
        if chosen == (self._node.GetSelectedSegmentID() or ""):
            return
        self._node.SetSelectedSegmentID(chosen or None)
        if not chosen and self._active is not None and self._active.perSegment():
            self.setActiveEffect(None)
        self.updateWidgetFromMRML()
        self.emit_signal("currentSegmentIDChanged(QString)", chosen)

    def segmentationNode(self) -> Any:
        return self._parts.segmentations.currentNode()

    def segmentationNodeID(self) -> str:
        return self._parts.segmentations.currentNodeID()

    def setSegmentationNode(self, node: Any) -> None:
        if self._logic.GetSegmentationNode() is not node:
            self._logic.SetSegmentationNode(node)
            self.setActiveEffect(None)

    def setSegmentationNodeID(self, node_id: str) -> None:
        self.setSegmentationNode(self.mrmlScene().GetNodeByID(node_id))

    def sourceVolumeNode(self) -> Any:
        return self._logic.GetSourceVolumeNode()

    masterVolumeNode = sourceVolumeNode

    def sourceVolumeNodeID(self) -> str:
        node = self.sourceVolumeNode()
        return node.GetID() if node is not None else ""

    masterVolumeNodeID = sourceVolumeNodeID

    def setSourceVolumeNode(self, node: Any) -> None:
        self._logic.SetSourceVolumeNode(node)

    setMasterVolumeNode = setSourceVolumeNode

    def setSourceVolumeNodeID(self, node_id: str) -> None:
        self.setSourceVolumeNode(self.mrmlScene().GetNodeByID(node_id))

    setMasterVolumeNodeID = setSourceVolumeNodeID

    def currentSegmentID(self) -> str:
        return self._logic.GetCurrentSegmentID()

    def setCurrentSegmentID(self, segment_id: str) -> None:
        if self._node is not None:
            self._node.SetSelectedSegmentID(segment_id)

    def selectPreviousSegment(self) -> None:
        self._logic.SelectPreviousSegment()

    def selectNextSegment(self) -> None:
        self._logic.SelectNextSegment()
