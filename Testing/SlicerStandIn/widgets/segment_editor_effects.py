"""The segment editor's choice of effects, and which of its parts are shown."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore

from ..failures import SlicerCrash
from .segment_effects import NO_EFFECT


class ChoosesEffects:
    """The active effect follows the node's; without segmentation and volume there is none."""

    def activeEffect(self) -> Any:
        return self._active

    def setActiveEffect(self, effect: Any) -> None:
        if self._node is not None:
            self._node.SetActiveEffectName(effect.name() if effect is not None else "")

    def setActiveEffectByName(self, name: str) -> None:
        self.setActiveEffect(self.effectByName(name))

    def _choose(self, button_name: str) -> None:
        self.setActiveEffect(self._effects.get(button_name))
        self._check_buttons()

    def effectByName(self, name: str | None) -> Any:
        return self._effects.get(name or "")

    def effectByIndex(self, index: int) -> Any:
        return list(self._effects.values())[index]

    def effectCount(self) -> int:
        return len(self._effects)

    def availableEffectNames(self) -> list[str]:
        return list(self._effects)

    def _update_effects(self) -> None:
        parts = self._parts
        enabled = self._node.GetSourceVolumeNode() is not None and not self.readOnly()
        parts.effects.setEnabled(enabled)
        parts.options.setEnabled(enabled)
        segmentation = self._node.GetSegmentationNode()
        any_segment = bool(segmentation) and segmentation.GetSegmentation().GetNumberOfSegments()
        selected = bool(self._node.GetSelectedSegmentID())
        for name, effect in self._effects.items() if enabled else ():
            usable = bool(any_segment) and (selected or not effect.perSegment())
            self._buttons[name].setEnabled(usable)
        effect = self.effectByName(self._node.GetActiveEffectName())
        if effect is not self._active:
            self._activate(effect)

    def _activate(self, effect: Any) -> None:
        if effect is not None and not self._logic.SetSourceRepresentationToBinaryLabelMap():
            effect = None
        self._active = effect
        self._parts.options.setVisible(effect is not None)
        self._parts.options.setTitle(effect.title() if effect is not None else "")
        shown = effect is not None and self.remembered("maskingSectionVisible")
        self._parts.masking.setVisible(shown)
        self._check_buttons()

    def _check_buttons(self) -> None:
        active = self._active.name() if self._active is not None else NO_EFFECT
        for name, button in self._buttons.items():
            button.setChecked(name == active)

    def updateEffectList(self) -> None:
        names = [name for name in self._order if name in self._effects]
        if self.remembered("unorderedEffectsVisible"):
            names += [name for name in self._effects if name not in names]
        grid, columns = self._parts.effects_grid, self.effectColumnCount()
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

    def setUnorderedEffectsVisible(self, visible: bool) -> None:
        self.remember("unorderedEffectsVisible", visible)
        self.updateEffectList()

    def effectColumnCount(self) -> int:
        return self.remembered("effectColumnCount")

    def setEffectColumnCount(self, columns: int) -> None:
        self.remember("effectColumnCount", columns)
        self.updateEffectList()

    def effectButtonStyle(self) -> Any:
        return QtCore.Qt.ToolButtonStyle(self.remembered("effectButtonStyle"))

    def setEffectButtonStyle(self, style: Any) -> None:
        self.remember("effectButtonStyle", style)
        for button in (*self._buttons.values(), self._parts.undo, self._parts.redo):
            button.setToolButtonStyle(style)

    def installKeyboardShortcuts(self, _parent: Any = None) -> None:
        """Keys are not modelled: a test presses buttons."""

    def uninstallKeyboardShortcuts(self) -> None:
        """See `installKeyboardShortcuts`."""

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

    def setMaskingSectionVisible(self, visible: bool) -> None:
        self.remember("maskingSectionVisible", visible)
        self._parts.masking.setVisible(visible and self._active is not None)


class ShowsParts:
    """Which parts are shown; as in Slicer, a part is "visible" only once it is on screen."""

    def readOnly(self) -> bool:
        return self.remembered("readOnly")

    def setReadOnly(self, read_only: bool) -> None:
        self.remember("readOnly", read_only)
        if read_only:
            self.setActiveEffect(None)
        self.updateWidgetFromMRML()

    def segmentationNodeSelectorVisible(self) -> bool:
        return self._parts.segmentations.isVisible()

    def setSegmentationNodeSelectorVisible(self, visible: bool) -> None:
        self._parts.segmentations.setVisible(visible)
        self._parts.segmentation_label.setVisible(visible)

    def segmentationNodeSelectorAddAttribute(self, *attribute: Any) -> None:
        self._parts.segmentations.addAttribute(*attribute)

    def sourceVolumeNodeSelectorVisible(self) -> bool:
        return self._parts.sources.isVisible()

    def setSourceVolumeNodeSelectorVisible(self, visible: bool) -> None:
        self._parts.sources.setVisible(visible)
        self._parts.source_label.setVisible(visible)
        shown = visible and self.remembered("specifyGeometryButtonVisible")
        self._parts.geometry.setVisible(shown)

    masterVolumeNodeSelectorVisible = sourceVolumeNodeSelectorVisible
    setMasterVolumeNodeSelectorVisible = setSourceVolumeNodeSelectorVisible

    def setSpecifyGeometryButtonVisible(self, visible: bool) -> None:
        self.remember("specifyGeometryButtonVisible", visible)
        self._parts.geometry.setVisible(visible and not self._parts.sources.isHidden())

    def switchToSegmentationsButtonVisible(self) -> bool:
        return self._parts.switch.isVisible()

    def setSwitchToSegmentationsButtonVisible(self, visible: bool) -> None:
        self._parts.switch.setVisible(visible)

    def show3DButtonVisible(self) -> bool:
        return self._parts.show_3d.isVisible()

    def setShow3DButtonVisible(self, visible: bool) -> None:
        self._parts.show_3d.setVisible(visible)

    def addRemoveSegmentButtonsVisible(self) -> bool:
        return self._parts.add.isVisible() and self._parts.remove.isVisible()

    def setAddRemoveSegmentButtonsVisible(self, visible: bool) -> None:
        self._parts.add.setVisible(visible)
        self._parts.remove.setVisible(visible)

    def undoEnabled(self) -> bool:
        return self._parts.undo_redo.isVisible()

    def setUndoEnabled(self, enabled: bool) -> None:
        if enabled:
            self._logic.ClearUndoState()
        self._parts.undo_redo.setVisible(enabled)

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
