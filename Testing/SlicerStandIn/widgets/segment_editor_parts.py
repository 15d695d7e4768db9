"""The parts of the segment editor and their layout, under the names they have in Slicer."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from .ctk_collapsible import ctkCollapsibleGroupBox, ctkExpandableWidget
from .ctk_fields import ctkCheckBox, ctkFittedTextBrowser
from .ctk_ranges import ctkRangeWidget
from .node_combo_box import qMRMLNodeComboBox
from .segments import qMRMLSegmentationShow3DButton
from .segments_table import qMRMLSegmentsTableView


class Parts:
    """Makes every part in `editor` and puts it in its place."""

    def __init__(self, editor: QtWidgets.QWidget) -> None:
        self._editor = editor
        grid = QtWidgets.QGridLayout(editor)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addLayout(self._node_selectors(), 0, 0)
        grid.addLayout(self._segment_actions(), 1, 0)
        row = QtWidgets.QHBoxLayout()
        row.addLayout(self._effects())
        row.addLayout(self._table_and_options(), 1)
        grid.addLayout(row, 3, 0)

    def _named(self, widget: QtWidgets.QWidget, name: str, text: str = "") -> Any:
        widget.setParent(self._editor)
        widget.setObjectName(name)
        if text:
            widget.setText(text)
        return widget

    def _node_selectors(self) -> QtWidgets.QLayout:
        self.segmentation_label = self._named(
            QtWidgets.QLabel(), "SegmentationNodeLabel", "Segmentation:"
        )
        self.source_label = self._named(
            QtWidgets.QLabel(), "SourceVolumeNodeLabel", "Source volume:"
        )
        self.segmentations = self._named(qMRMLNodeComboBox(), "SegmentationNodeComboBox")
        self.segmentations.setNodeTypes(["vtkMRMLSegmentationNode"])
        self.segmentations.setRenameEnabled(True)
        self.sources = self._named(qMRMLNodeComboBox(), "SourceVolumeNodeComboBox")
        self.sources.setNodeTypes(["vtkMRMLScalarVolumeNode"])
        self.sources.setHideChildNodeTypes(
            ["vtkMRMLLabelMapVolumeNode", "vtkMRMLDiffusionTensorVolumeNode"]
        )
        for setter in (self.sources.setAddEnabled, self.sources.setRemoveEnabled):
            setter(False)
        self.sources.setNoneEnabled(False)
        self.geometry = self._named(QtWidgets.QToolButton(), "SpecifyGeometryButton")
        layout = QtWidgets.QGridLayout()
        layout.addWidget(self.segmentation_label, 0, 0)
        layout.addWidget(self.segmentations, 0, 1, 1, 2)
        layout.addWidget(self.source_label, 1, 0)
        layout.addWidget(self.sources, 1, 1)
        layout.addWidget(self.geometry, 1, 2)
        layout.setColumnStretch(1, 1)
        return layout

    def _segment_actions(self) -> QtWidgets.QLayout:
        self.add = self._named(QtWidgets.QPushButton(), "AddSegmentButton", "Add")
        self.remove = self._named(QtWidgets.QPushButton(), "RemoveSegmentButton", "Remove")
        self.show_3d = self._named(qMRMLSegmentationShow3DButton(), "Show3DButton")
        self.switch = self._named(
            QtWidgets.QToolButton(), "SwitchToSegmentationsButton", "Segmentations"
        )
        self.switch.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextOnly)
        layout = QtWidgets.QHBoxLayout()
        for widget in (self.add, self.remove, self.show_3d, self.switch):
            layout.addWidget(widget)
        return layout

    def _effects(self) -> QtWidgets.QLayout:
        self.effects = self._named(QtWidgets.QFrame(), "EffectsGroupBox")
        self.effects_grid = QtWidgets.QGridLayout(self.effects)
        self.undo_redo = self._named(QtWidgets.QFrame(), "UndoRedoGroupBox")
        self.undo = self._named(QtWidgets.QToolButton(), "UndoButton", "Undo")
        self.redo = self._named(QtWidgets.QToolButton(), "RedoButton", "Redo")
        undo_layout = QtWidgets.QGridLayout(self.undo_redo)
        style = self._editor.style().standardIcon
        for column, (button, icon) in enumerate(
            (
                (self.undo, QtWidgets.QStyle.StandardPixmap.SP_ArrowBack),
                (self.redo, QtWidgets.QStyle.StandardPixmap.SP_ArrowForward),
            )
        ):
            button.setIcon(style(icon))
            undo_layout.addWidget(button, 0, column)
        layout = QtWidgets.QVBoxLayout()
        for frame in (self.effects, self.undo_redo):
            frame.layout().setContentsMargins(0, 0, 0, 0)
            frame.layout().setSpacing(4)
            layout.addWidget(frame)
        layout.addStretch(1)
        return layout

    def _table_and_options(self) -> QtWidgets.QLayout:
        self.table_frame = self._named(ctkExpandableWidget(), "SegmentsTableResizableFrame")
        self.table = self._named(qMRMLSegmentsTableView(), "SegmentsTableView")
        frame_layout = QtWidgets.QVBoxLayout(self.table_frame)
        frame_layout.setContentsMargins(0, 0, 0, 0)
        frame_layout.addWidget(self.table)
        self.table.setMinimumHeight(120)
        self.options = self._named(QtWidgets.QGroupBox(), "OptionsGroupBox")
        self.help = self._named(ctkFittedTextBrowser(), "EffectHelpBrowser")
        self.options_frame = self._named(QtWidgets.QFrame(), "EffectsOptionsFrame")
        options_layout = QtWidgets.QVBoxLayout(self.options)
        options_layout.addWidget(self.help)
        options_layout.addWidget(self.options_frame)
        layout = QtWidgets.QVBoxLayout()
        for widget in (self.table_frame, self.options, self._masking()):
            layout.addWidget(widget)
        layout.addStretch(1)
        return layout

    def _masking(self) -> QtWidgets.QWidget:
        self.masking = self._named(ctkCollapsibleGroupBox(), "MaskingGroupBox")
        self.masking.setTitle("Masking")
        self.mask_mode = self._named(QtWidgets.QComboBox(), "MaskModeComboBox")
        self.overwrite_mode = self._named(QtWidgets.QComboBox(), "OverwriteModeComboBox")
        self.intensity = self._named(ctkCheckBox(), "SourceVolumeIntensityMaskCheckBox")
        self.intensity_range = self._named(ctkRangeWidget(), "SourceVolumeIntensityMaskRangeWidget")
        layout = QtWidgets.QFormLayout(self.masking)
        layout.addRow("Editable area:", self.mask_mode)
        layout.addRow("Editable intensity range:", self.intensity)
        layout.addRow(self.intensity_range)
        layout.addRow("Modify other segments:", self.overwrite_mode)
        node = slicer.vtkMRMLSegmentationNode
        for text, mode in (
            ("Everywhere", node.EditAllowedEverywhere),
            ("Inside all segments", node.EditAllowedInsideAllSegments),
            ("Inside all visible segments", node.EditAllowedInsideVisibleSegments),
            ("Outside all segments", node.EditAllowedOutsideAllSegments),
            ("Outside all visible segments", node.EditAllowedOutsideVisibleSegments),
        ):
            self.mask_mode.addItem(text, mode)
        editor_node = slicer.vtkMRMLSegmentEditorNode
        for text, mode in (
            ("Overwrite all", editor_node.OverwriteAllSegments),
            ("Overwrite visible", editor_node.OverwriteVisibleSegments),
            ("Allow overlap", editor_node.OverwriteNone),
        ):
            self.overwrite_mode.addItem(text, mode)
        return self.masking
