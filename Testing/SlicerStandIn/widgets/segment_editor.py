"""qMRMLSegmentEditorWidget: its state lives in the real segment editor node and logic.

Effects can be chosen by the rules of the application; they do not touch voxels here.
"""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from ..failures import SlicerCrash
from .mrml import qMRMLWidget
from .observing import Observing
from .segment_editor_parts import Parts
from .segment_effects import (
    EFFECTS,
    NO_EFFECT,
    effect_button,
    qSlicerSegmentEditorAbstractEffect,
)

# Which parts a property shows. In Slicer it reads as false until the editor is on the screen.
_SHOWN = {
    "segmentationNodeSelectorVisible": ("segmentations", "segmentation_label"),
    "sourceVolumeNodeSelectorVisible": ("sources", "source_label"),
    "switchToSegmentationsButtonVisible": ("switch",),
    "specifyGeometryButtonVisible": ("geometry",),
    "undoEnabled": ("undo_redo",),
    "addRemoveSegmentButtonsVisible": ("add", "remove"),
    "show3DButtonVisible": ("show_3d",),
}


class qMRMLSegmentEditorWidget(Observing, qMRMLWidget):
    """The segment editor as a module embeds it."""

    follows = {  # noqa: RUF012 - not to be changed
        **dict.fromkeys(_SHOWN, "_show_parts"),
        **dict.fromkeys(("unorderedEffectsVisible", "effectColumnCount"), "updateEffectList"),
        "maskingSectionVisible": "_show_masking",
    }

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
            button.clicked.connect(lambda _=False, name=name: self._press(name))
        for one in (parts.add, parts.remove, parts.switch, parts.effects, parts.options):
            one.setEnabled(False)
        self._connect_parts()
        self.updateEffectList()
        parts.options.hide()
        parts.masking.hide()
        history = self._logic.SegmentationHistoryChangedEvent
        self.observe(self._logic, history, self._history_changed)

    def _connect_parts(self) -> None:
        parts = self._parts
        changed = "currentNodeChanged(vtkMRMLNode*)"
        parts.segmentations.add_listener(changed, self._segmentation_chosen)
        parts.sources.add_listener(changed, self._source_chosen)
        selection = "selectionChanged(QItemSelection,QItemSelection)"
        parts.table.add_listener(selection, self._segment_chosen)
        parts.add.clicked.connect(lambda: self._logic.AddEmptySegment("", 0))
        parts.remove.clicked.connect(self._logic.RemoveSelectedSegment)
        parts.undo.clicked.connect(self.undo)
        parts.redo.clicked.connect(self.redo)

    # Scene and node

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self.mrmlScene():
            return
        for combo in (self._parts.segmentations, self._parts.sources):
            with QtCore.QSignalBlocker(combo):
                combo.setMRMLScene(scene)
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
            for one in (parts.effects, parts.masking, parts.sources):
                one.setEnabled(False)
            return
        was_modifying = self._node.StartModify()
        self._update_segmentation()
        self._update_source()
        self._update_buttons()
        self._update_effects()
        self._node.EndModify(was_modifying)

    def _update_segmentation(self) -> None:
        node, parts = self._logic.GetSegmentationNode(), self._parts
        with QtCore.QSignalBlocker(parts.segmentations):
            parts.segmentations.setCurrentNode(node)
        if node is self._segmentation:
            return
        if self._segmentation is not None:
            self.unobserve(self._segmentation)
        self._segmentation = node
        with QtCore.QSignalBlocker(parts.table):
            parts.table.setSegmentationNode(node)
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
        with QtCore.QSignalBlocker(self._parts.sources):
            self._parts.sources.setCurrentNode(node)
        self.emit_signal("sourceVolumeNodeChanged(vtkMRMLVolumeNode*)", node)

    def _update_buttons(self) -> None:
        parts, selected = self._parts, self._valid_segment_id()
        for one in (parts.masking, parts.sources, parts.switch, parts.show_3d):
            one.setEnabled(self._segmentation is not None)
        parts.add.setEnabled(self._logic.CanAddSegments())
        parts.remove.setEnabled(bool(selected))
        if selected:
            parts.table.setSelectedSegmentIDs([selected])
        else:
            parts.table.clearSelection()
        self._history_changed()

    def _valid_segment_id(self) -> str:
        segment_id = self._node.GetSelectedSegmentID() or ""
        if self._segmentation is None or not segment_id:
            return ""
        known = self._segmentation.GetSegmentation().GetSegmentIndex(segment_id) >= 0
        return segment_id if known else ""

    def _history_changed(self, _node: Any = None) -> None:
        self._parts.undo.setEnabled(self._logic.CanUndo())
        self._parts.redo.setEnabled(self._logic.CanRedo())

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

    def setSegmentationNode(self, node: Any) -> None:
        if self._logic.GetSegmentationNode() is not node:
            self._logic.SetSegmentationNode(node)
            self.setActiveEffect(None)

    def sourceVolumeNode(self) -> Any:
        return self._logic.GetSourceVolumeNode()

    def setSourceVolumeNode(self, node: Any) -> None:
        self._logic.SetSourceVolumeNode(node)

    def currentSegmentID(self) -> str:
        return self._logic.GetCurrentSegmentID()

    def setCurrentSegmentID(self, segment_id: str) -> None:
        if self._node is not None:
            self._node.SetSelectedSegmentID(segment_id)

    # The active effect follows the node's; without segmentation and volume there is none.

    def activeEffect(self) -> Any:
        return self._active

    def setActiveEffect(self, effect: Any) -> None:
        if self._node is not None:
            self._node.SetActiveEffectName(effect.name() if effect is not None else "")

    def setActiveEffectByName(self, name: str) -> None:
        self.setActiveEffect(self._effects.get(name))

    def _press(self, button_name: str) -> None:
        self.setActiveEffectByName(button_name)
        self._check_buttons()

    def availableEffectNames(self) -> list[str]:
        return list(self._effects)

    def _update_effects(self) -> None:
        parts = self._parts
        enabled = self._node.GetSourceVolumeNode() is not None
        parts.effects.setEnabled(enabled)
        parts.options.setEnabled(enabled)
        segmentation = self._node.GetSegmentationNode()
        any_segment = bool(segmentation) and segmentation.GetSegmentation().GetNumberOfSegments()
        selected = bool(self._node.GetSelectedSegmentID())
        for name, effect in self._effects.items() if enabled else ():
            usable = bool(any_segment) and (selected or not effect.perSegment())
            self._buttons[name].setEnabled(usable)
        effect = self._effects.get(self._node.GetActiveEffectName() or "")
        if effect is not self._active:
            self._activate(effect)

    def _activate(self, effect: Any) -> None:
        if effect is not None and not self._logic.SetSourceRepresentationToBinaryLabelMap():
            effect = None
        self._active = effect
        self._parts.options.setVisible(effect is not None)
        self._parts.options.setTitle(effect.title() if effect is not None else "")
        self._show_masking()
        self._check_buttons()

    def _check_buttons(self) -> None:
        active = self._active.name() if self._active is not None else NO_EFFECT
        for name, button in self._buttons.items():
            button.setChecked(name == active)

    def updateEffectList(self) -> None:
        names = [name for name in self._order if name in self._effects]
        if self.remembered("unorderedEffectsVisible"):
            names += [name for name in self._effects if name not in names]
        grid, columns = self._parts.effects_grid, self.remembered("effectColumnCount")
        for button in self._buttons.values():
            grid.removeWidget(button)
            button.hide()
        for place, name in enumerate([NO_EFFECT, *names]):
            grid.addWidget(self._buttons[name], place // columns, place % columns)
            self._buttons[name].show()

    def effectNameOrder(self) -> list[str]:
        return self._order

    def setEffectNameOrder(self, names: list[str]) -> None:
        self._order = list(names)
        self.updateEffectList()

    # Views

    def installKeyboardShortcuts(self, _parent: Any = None) -> None:
        """Keys are not modelled: a test presses buttons."""

    uninstallKeyboardShortcuts = installKeyboardShortcuts

    def setupViewObservations(self) -> None:
        """Hear of the layout; there are no views here in which an effect could act."""
        self._views_observed = True

    def removeViewObservations(self) -> None:
        self._views_observed = False

    def _layout_changed(self, _node: Any = None) -> None:
        """Hear that the layout is another; a scene that is closed resets it, too."""
        if self._views_observed and self._node is None:
            raise SlicerCrash(
                "qMRMLSegmentEditorWidget::showSourceVolumeInSliceViewers: views are observed "
                "and there is no segment editor node"
            )

    # Parts

    def _show_parts(self) -> None:
        for name, parts in _SHOWN.items():
            for part in parts:
                getattr(self._parts, part).setVisible(self.remembered(name))

    def _show_masking(self) -> None:
        shown = self._active is not None and self.remembered("maskingSectionVisible")
        self._parts.masking.setVisible(shown)

    # Undo

    def maximumNumberOfUndoStates(self) -> int:
        return self._logic.GetMaximumNumberOfUndoStates()

    def setMaximumNumberOfUndoStates(self, count: int) -> None:
        self._logic.SetMaximumNumberOfUndoStates(count)

    def saveStateForUndo(self) -> None:
        self._logic.SaveStateForUndo()

    def undo(self) -> None:
        self._logic.Undo()

    def redo(self) -> None:
        self._logic.Redo()
