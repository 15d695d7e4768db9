"""qMRMLSegmentsTableView: segments with eye, colour and name, and which of them is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .mrml import qMRMLWidget
from .observing import Observing

if TYPE_CHECKING:
    from collections.abc import Callable

_ID_ROLE = QtCore.Qt.ItemDataRole.UserRole
_VISIBLE, _COLOR, _STATUS, _NAME = range(4)
_HEADERS = ("", "", "", "Name")


class qMRMLSegmentsTableView(Observing, qMRMLWidget):
    """One row can be selected; what a user can change in it is not modelled."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._segmentation: Any = None
        table = self._table = QtWidgets.QTableWidget(0, len(_HEADERS), self)
        table.setObjectName("SegmentsTable")
        table.setHorizontalHeaderLabels(_HEADERS)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(22)
        table.horizontalHeader().setStretchLastSection(True)
        views = QtWidgets.QAbstractItemView
        table.setSelectionBehavior(views.SelectionBehavior.SelectRows)
        table.setSelectionMode(views.SelectionMode.SingleSelection)
        table.setEditTriggers(views.EditTrigger.NoEditTriggers)
        for column in (_VISIBLE, _COLOR, _STATUS):
            table.setColumnWidth(column, 26)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(table)
        table.itemSelectionChanged.connect(self._selection_changed)

    def _selection_changed(self) -> None:
        signal = "selectionChanged(QItemSelection,QItemSelection)"
        self.emit_signal(signal, QtCore.QItemSelection(), QtCore.QItemSelection())

    def setSegmentationNode(self, node: Any) -> None:
        if self._segmentation is not None:
            self.unobserve(self._segmentation)
        self._segmentation = node
        if node is not None:
            events, display = slicer.vtkSegmentation, slicer.vtkMRMLDisplayableNode
            changes = (events.SegmentAdded, events.SegmentRemoved, events.SegmentModified)
            for event in (*changes, events.SegmentsOrderModified, display.DisplayModifiedEvent):
                self.observe(node, event, self._segments_changed)
        self._segments_changed()

    def _segments_changed(self, _node: Any = None) -> None:
        selected, ids = self.selectedSegmentIDs(), []
        if self._segmentation is not None:
            ids = self._segmentation.GetSegmentation().GetSegmentIDs()
        with QtCore.QSignalBlocker(self._table):
            self._table.setRowCount(len(ids))
            for row, segment_id in enumerate(ids):
                self._fill(row, segment_id)
            self._select(selected)
        if self.selectedSegmentIDs() != selected:
            self._selection_changed()

    def _fill(self, row: int, segment_id: str) -> None:
        segment = self._segmentation.GetSegmentation().GetSegment(segment_id)
        display = self._segmentation.GetDisplayNode()
        visible = display is None or display.GetSegmentVisibility(segment_id)
        icons = {_VISIBLE: _eye(bool(visible)), _COLOR: _patch(segment.GetColor())}
        for column in range(len(_HEADERS)):
            item = QtWidgets.QTableWidgetItem(segment.GetName() if column == _NAME else "")
            item.setData(_ID_ROLE, segment_id)
            if column in icons:
                item.setIcon(icons[column])
            self._table.setItem(row, column, item)

    def selectedSegmentIDs(self) -> list[str]:
        rows = sorted({index.row() for index in self._table.selectedIndexes()})
        return [self._table.item(row, _NAME).data(_ID_ROLE) for row in rows]

    def setSelectedSegmentIDs(self, ids: list[str]) -> None:
        if list(ids) != self.selectedSegmentIDs():
            with QtCore.QSignalBlocker(self._table):
                self._select(ids)
            self._selection_changed()

    def _select(self, ids: list[str]) -> None:
        self._table.selectionModel().clearSelection()
        for row in range(self._table.rowCount()):
            if self._table.item(row, _NAME).data(_ID_ROLE) in ids:
                self._table.selectRow(row)

    def clearSelection(self) -> None:
        self._table.clearSelection()


def _icon(paint: Callable[[QtGui.QPainter], None]) -> QtGui.QIcon:
    pixmap = QtGui.QPixmap(16, 16)
    pixmap.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(pixmap)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return QtGui.QIcon(pixmap)


def _patch(colour: tuple[float, float, float]) -> QtGui.QIcon:
    def paint(painter: QtGui.QPainter) -> None:
        painter.setBrush(QtGui.QColor.fromRgbF(*colour))
        painter.drawRect(2, 2, 12, 12)

    return _icon(paint)


def _eye(opened: bool) -> QtGui.QIcon:
    def paint(painter: QtGui.QPainter) -> None:
        painter.setPen(QtGui.QPen(QtGui.QColor("#808080"), 1.5))
        lid = QtGui.QPainterPath(QtCore.QPointF(1, 8))
        lid.quadTo(8, 15, 15, 8)
        if opened:
            lid.quadTo(8, 1, 1, 8)
            painter.setBrush(QtGui.QColor("#ffffff"))
        painter.drawPath(lid)
        if opened:
            painter.setBrush(QtGui.QColor("#808080"))
            painter.drawEllipse(QtCore.QPointF(8, 8), 2, 2)

    return _icon(paint)
