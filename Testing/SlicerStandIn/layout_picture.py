"""One picture of a panel beside the four views, arranged as Slicer's four-up layout is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import slicer
from PySide6 import QtCore, QtGui

from .pythonqt import unwrap
from .views import GREEN, RED, YELLOW, Aim, slice_pixels, three_d_pixels

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

_BAR_HEIGHT = 22
_GAP = 3
_BACKGROUND = "#31363b"
# Letter, and the colour that Slicer gives the view's bar.
_BARS = {
    RED: ("R", "#f34a33"),
    GREEN: ("G", "#6eb04b"),
    YELLOW: ("Y", "#edd54c"),
    "3D": ("1", "#7883f3"),
}
_CELLS = ((RED, "3D"), (GREEN, YELLOW))
_AXES = {RED: (2, "S", "I"), GREEN: (1, "A", "P"), YELLOW: (0, "R", "L")}


def panel_beside_views(
    path: Path, panel, aim: Aim | None = None, view_size: tuple[int, int] = (420, 380)
) -> Path:
    """Write a picture of a panel and, on its right, of axial, 3D, coronal and sagittal view.

    Args:
        path: of the PNG to write.
        panel: widget, as large as it is shown.
        aim: what all views show; None to fit all that is there.
        view_size: width and least height in pixels of one view, without its bar; beside a
            higher panel the views are higher.

    Returns:
        The path.
    """
    shown = unwrap(panel).grab().toImage()
    width = view_size[0]
    height = max(view_size[1], shown.height() // 2 - _BAR_HEIGHT - _GAP)
    cell = QtCore.QSize(width + _GAP, height + _BAR_HEIGHT + _GAP)
    picture = QtGui.QImage(
        shown.width() + 2 * cell.width(),
        max(shown.height(), 2 * cell.height()),
        QtGui.QImage.Format.Format_RGB888,
    )
    picture.fill(QtGui.QColor(_BACKGROUND))
    painter = QtGui.QPainter(picture)
    below = QtCore.QRect(0, shown.height(), shown.width(), picture.height() - shown.height())
    painter.fillRect(below, shown.pixelColor(0, shown.height() - 1))
    painter.drawImage(0, 0, shown)
    for row, views in enumerate(_CELLS):
        for column, view in enumerate(views):
            corner = QtCore.QPoint(
                shown.width() + _GAP + column * cell.width(), row * cell.height()
            )
            _draw_view(painter, corner, view, (width, height), aim)
    painter.end()
    if not picture.save(str(path)):
        raise OSError(f"{path} could not be written")
    return path


def _draw_view(painter, corner, view: str, size: tuple[int, int], aim: Aim | None) -> None:
    letter, color = _BARS[view]
    bar = QtCore.QRect(corner, QtCore.QSize(size[0], _BAR_HEIGHT))
    painter.fillRect(bar, QtGui.QColor(color))
    painter.setPen(QtGui.QColor("black"))
    left = bar.adjusted(8, 0, 0, 0)
    painter.drawText(left, QtCore.Qt.AlignmentFlag.AlignVCenter, letter)
    if view == "3D":
        pixels = three_d_pixels(size, aim)
    else:
        pixels = slice_pixels(view, size, aim)
        right = bar.adjusted(0, 0, -8, 0)
        flags = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignRight
        painter.drawText(right, flags, _offset_text(view, aim))
    painter.drawImage(corner + QtCore.QPoint(0, _BAR_HEIGHT), _image(pixels))


def _offset_text(view: str, aim: Aim | None) -> str:
    axis, positive, negative = _AXES[view]
    if aim is not None and aim.centre is not None:
        offset = aim.centre[axis]
    else:
        logic = slicer.app.layoutManager().sliceWidget(view).sliceLogic()
        offset = logic.GetSliceOffset()
    return f"{positive if offset >= 0 else negative}: {abs(offset):.1f} mm"


def _image(pixels: np.ndarray) -> QtGui.QImage:
    height, width, _channels = pixels.shape
    image = QtGui.QImage(
        pixels.tobytes(), width, height, 3 * width, QtGui.QImage.Format.Format_RGB888
    )
    return image.copy()  # QImage itself does not keep the bytes
