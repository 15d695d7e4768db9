"""The button "Show 3D" of a segmentation."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets

from .ctk_fields import ctkMenuButton


class qMRMLSegmentationShow3DButton(ctkMenuButton):
    """Makes or removes the closed surfaces."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._segmentation: Any = None
        self._locked = False
        self.setText("Show 3D")
        self.setCheckable(True)
        self.setEnabled(False)
        self.clicked.connect(self._show)

    def setSegmentationNode(self, node: Any) -> None:
        self._segmentation = node
        self.setEnabled(node is not None and not self._locked)

    def segmentationNode(self) -> Any:
        return self._segmentation

    def locked(self) -> bool:
        return self._locked

    def setLocked(self, locked: bool) -> None:
        self._locked = locked
        self.setEnabled(self._segmentation is not None and not locked)

    def _show(self, shown: bool) -> None:
        if shown:
            self._segmentation.CreateClosedSurfaceRepresentation()
        else:
            self._segmentation.RemoveClosedSurfaceRepresentation()
