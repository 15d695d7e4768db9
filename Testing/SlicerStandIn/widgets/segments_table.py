"""qMRMLSegmentsTableView, and what it shares with the other widgets of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .mrml import qMRMLWidget
from .observing import Observing

if TYPE_CHECKING:
    from collections.abc import Callable

_ID_ROLE = QtCore.Qt.ItemDataRole.UserRole
_VISIBLE, _COLOR, _OPACITY, _STATUS, _NAME = range(5)
_HEADERS = ("", "", "Opacity", "", "Name")


def segment_ids(segmentation_node: Any) -> list[str]:
    """Return the IDs of a node's segments in order; none without a node."""
    if segmentation_node is None:
        return []
    return list(segmentation_node.GetSegmentation().GetSegmentIDs())


class FollowsSegmentation(Observing):
    """Keeps a segmentation node and is told when its segments change."""

    _segmentation: Any = None

    def follow(self, node: Any) -> None:
        """Keep `node` and call `_segments_changed` at its events."""
        if self._segmentation is not None:
            self.unobserve(self._segmentation)
        self._segmentation = node
        if node is not None:
            events = slicer.vtkSegmentation
            for event in (
                events.SegmentAdded,
                events.SegmentRemoved,
                events.SegmentModified,
                events.SegmentsOrderModified,
                slicer.vtkMRMLDisplayableNode.DisplayModifiedEvent,
            ):
                self.observe(node, event, self._segments_changed)


class qMRMLSegmentsTableView(FollowsSegmentation, qMRMLWidget):
    """The segments with eye, colour, opacity and name; names are edited in place."""

    passive = frozenset(
        {"jumpToSelectedSegmentEnabled", "textFilter", "useTerminologySelector", "filterBarVisible"}
        | {"terminologySelectorAutoDisable", "terminologySelectorOptionVisible"}
        | {"useTerminologySelectorSettingsKey", "layerColumnVisible"}
    )

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        table = self._table = QtWidgets.QTableWidget(0, len(_HEADERS), self)
        table.setObjectName("SegmentsTable")
        table.setHorizontalHeaderLabels(_HEADERS)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(22)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().hide()
        table.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        for column, width in ((_VISIBLE, 26), (_COLOR, 26), (_OPACITY, 60), (_STATUS, 26)):
            table.setColumnWidth(column, width)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(table)
        table.itemSelectionChanged.connect(self._selection_changed)
        table.itemChanged.connect(self._item_changed)
        table.cellClicked.connect(self._clicked)

    def _selection_changed(self) -> None:
        signal = "selectionChanged(QItemSelection,QItemSelection)"
        self.emit_signal(signal, QtCore.QItemSelection(), QtCore.QItemSelection())

    def _item_changed(self, item: QtWidgets.QTableWidgetItem) -> None:
        if item.column() == _NAME:
            segment_id = item.data(_ID_ROLE)
            self.emit_signal("segmentAboutToBeModified(QString)", segment_id)
            self._segmentation.GetSegmentation().GetSegment(segment_id).SetName(item.text())

    def _clicked(self, row: int, column: int) -> None:
        display = self._segmentation.GetDisplayNode()
        if column == _VISIBLE and display is not None:
            segment_id = self.segmentIDForRow(row)
            shown = display.GetSegmentVisibility(segment_id)
            display.SetSegmentVisibility(segment_id, not shown)

    def setSegmentationNode(self, node: Any) -> None:
        self.follow(node)
        self._segments_changed()

    def segmentationNode(self) -> Any:
        return self._segmentation

    def _segments_changed(self, _node: Any = None) -> None:
        selected = self.selectedSegmentIDs()
        blocked = self._table.blockSignals(True)
        ids = self.displayedSegmentIDs()
        self._table.setRowCount(len(ids))
        for row, segment_id in enumerate(ids):
            self._fill(row, segment_id)
        self._select(selected)
        self._table.blockSignals(blocked)
        if self.selectedSegmentIDs() != selected:
            self._selection_changed()

    def _fill(self, row: int, segment_id: str) -> None:
        segment = self._segmentation.GetSegmentation().GetSegment(segment_id)
        display = self._segmentation.GetDisplayNode()
        visible = display is None or display.GetSegmentVisibility(segment_id)
        opacity = 1.0 if display is None else display.GetSegmentOpacity3D(segment_id)
        texts = {_OPACITY: f"{opacity:.2f}", _NAME: segment.GetName()}
        icons = {_VISIBLE: _eye(bool(visible)), _COLOR: _patch(segment.GetColor())}
        for column in range(len(_HEADERS)):
            item = QtWidgets.QTableWidgetItem(texts.get(column, ""))
            item.setData(_ID_ROLE, segment_id)
            if column != _NAME or self.isReadOnly():
                item.setFlags(item.flags() & ~QtCore.Qt.ItemFlag.ItemIsEditable)
            if column in icons:
                item.setIcon(icons[column])
            self._table.setItem(row, column, item)

    def segmentCount(self) -> int:
        return len(self.displayedSegmentIDs())

    def displayedSegmentIDs(self) -> list[str]:
        hidden = self.hideSegments()
        return [one for one in segment_ids(self._segmentation) if one not in hidden]

    def hideSegments(self) -> list[str]:
        return self.__dict__.get("_hidden", [])

    def setHideSegments(self, ids: list[str]) -> None:
        self._hidden = list(ids)
        self._segments_changed()

    def rowForSegmentID(self, segment_id: str) -> int:
        ids = self.displayedSegmentIDs()
        return ids.index(segment_id) if segment_id in ids else -1

    def segmentIDForRow(self, row: int) -> str:
        ids = self.displayedSegmentIDs()
        return ids[row] if 0 <= row < len(ids) else ""

    def selectedSegmentIDs(self) -> list[str]:
        rows = sorted({index.row() for index in self._table.selectedIndexes()})
        items = [self._table.item(row, _NAME) for row in rows]
        return [item.data(_ID_ROLE) for item in items if item is not None]

    def setSelectedSegmentIDs(self, ids: list[str]) -> None:
        if list(ids) == self.selectedSegmentIDs():
            return
        blocked = self._table.blockSignals(True)
        self._select(ids)
        self._table.blockSignals(blocked)
        self._selection_changed()

    def _select(self, ids: list[str]) -> None:
        model = self._table.selectionModel()
        flags = QtCore.QItemSelectionModel.SelectionFlag
        model.clearSelection()
        for row in range(self._table.rowCount()):
            if self.segmentIDForRow(row) in ids:
                index = self._table.model().index(row, _NAME)
                model.select(index, flags.Select | flags.Rows)

    def clearSelection(self) -> None:
        self._table.clearSelection()

    def tableWidget(self) -> QtWidgets.QTableView:
        return self._table

    def selectionMode(self) -> int:
        return int(self._table.selectionMode().value)

    def setSelectionMode(self, mode: int) -> None:
        self._table.setSelectionMode(
            QtWidgets.QAbstractItemView.SelectionMode(getattr(mode, "value", mode))
        )

    def headerVisible(self) -> bool:
        return not self._table.horizontalHeader().isHidden()

    def setHeaderVisible(self, visible: bool) -> None:
        self._table.horizontalHeader().setVisible(visible)

    def isReadOnly(self) -> bool:
        return self.remembered("readOnly")

    def setReadOnly(self, read_only: bool) -> None:
        self.remember("readOnly", read_only)
        self._segments_changed()


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


def _column(name: str, column: int) -> None:
    setter = f"set{name[0].upper()}{name[1:]}"
    setattr(qMRMLSegmentsTableView, name, lambda self: not self._table.isColumnHidden(column))
    setattr(
        qMRMLSegmentsTableView,
        setter,
        lambda self, shown: self._table.setColumnHidden(column, not shown),
    )


_column("visibilityColumnVisible", _VISIBLE)
_column("colorColumnVisible", _COLOR)
_column("opacityColumnVisible", _OPACITY)
_column("statusColumnVisible", _STATUS)
