"""The parts of the segment editor and their layout, under the names they have in Slicer."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets

from .ctk_collapsible import ctkCollapsibleGroupBox
from .node_combo_box import qMRMLNodeComboBox
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
        label, box, button = QtWidgets.QLabel, qMRMLNodeComboBox, QtWidgets.QToolButton
        self.segmentation_label = self._named(label(), "SegmentationNodeLabel", "Segmentation:")
        self.source_label = self._named(label(), "SourceVolumeNodeLabel", "Source volume:")
        self.segmentations = self._named(box(), "SegmentationNodeComboBox")
        self.segmentations.remember("nodeTypes", ["vtkMRMLSegmentationNode"])
        self.sources = self._named(box(), "SourceVolumeNodeComboBox")
        self.sources.remember("nodeTypes", ["vtkMRMLScalarVolumeNode"])
        hidden = ["vtkMRMLLabelMapVolumeNode", "vtkMRMLDiffusionTensorVolumeNode"]
        self.sources.remember("hideChildNodeTypes", hidden)
        self.geometry = self._named(button(), "SpecifyGeometryButton")
        layout = QtWidgets.QGridLayout()
        layout.addWidget(self.segmentation_label, 0, 0)
        layout.addWidget(self.segmentations, 0, 1, 1, 2)
        layout.addWidget(self.source_label, 1, 0)
        layout.addWidget(self.sources, 1, 1)
        layout.addWidget(self.geometry, 1, 2)
        layout.setColumnStretch(1, 1)
        return layout

    def _segment_actions(self) -> QtWidgets.QLayout:
        button = QtWidgets.QPushButton
        self.add = self._named(button(), "AddSegmentButton", "Add")
        self.remove = self._named(button(), "RemoveSegmentButton", "Remove")
        self.show_3d = self._named(button(), "Show3DButton", "Show 3D")
        self.switch = self._named(button(), "SwitchToSegmentationsButton", "Segmentations")
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
        icons = QtWidgets.QStyle.StandardPixmap
        pairs = ((self.undo, icons.SP_ArrowBack), (self.redo, icons.SP_ArrowForward))
        for column, (button, icon) in enumerate(pairs):
            button.setIcon(self._editor.style().standardIcon(icon))
            undo_layout.addWidget(button, 0, column)
        layout = QtWidgets.QVBoxLayout()
        for frame in (self.effects, self.undo_redo):
            frame.layout().setContentsMargins(0, 0, 0, 0)
            frame.layout().setSpacing(4)
            layout.addWidget(frame)
        layout.addStretch(1)
        return layout

    def _table_and_options(self) -> QtWidgets.QLayout:
        self.table = self._named(qMRMLSegmentsTableView(), "SegmentsTableView")
        self.table.setMinimumHeight(120)
        self.table_frame = self._named(QtWidgets.QWidget(), "SegmentsTableResizableFrame")
        QtWidgets.QVBoxLayout(self.table_frame).addWidget(self.table)
        self.options = self._named(QtWidgets.QGroupBox(), "OptionsGroupBox")
        self.help = self._named(QtWidgets.QTextBrowser(), "EffectHelpBrowser")
        QtWidgets.QVBoxLayout(self.options).addWidget(self.help)
        self.masking = self._named(ctkCollapsibleGroupBox(), "MaskingGroupBox")
        self.masking.setTitle("Masking")
        layout = QtWidgets.QVBoxLayout()
        for widget in (self.table_frame, self.options, self.masking):
            layout.addWidget(widget)
        layout.addStretch(1)
        return layout
