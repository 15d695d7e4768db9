"""One thin axial plane of the simulated head, onto which structures are painted in turn."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .strokes import Stroke, signed_distance

Window = tuple[slice, slice]
EDGE_MM = 0.9  # in-plane blur of an edge: point spread of a soft-tissue kernel
REACH_MM = 9.0  # warp, mass effect and growth that a structure's window must leave room for
_FIRST_VISIBLE_MM = 0.2


@dataclass
class Canvas:
    """A plane at level `z` of the canonical head.

    Attributes:
        hu: float32 (y, x), painted in place.
        x, y: canonical position in mm of each pixel, float32 (y, x), tissue displaced by the tumour
            taken back to where it was.
        rigid_x, rigid_y: the same without the tumour's displacement, for bone and air.
        locate: turns canonical bounds (x0, x1, y0, y1) into a window of pixels.
    """

    hu: np.ndarray
    x: np.ndarray
    y: np.ndarray
    rigid_x: np.ndarray
    rigid_y: np.ndarray
    z: float
    locate: Callable[[float, float, float, float], Window]

    def distance(
        self, nodes: np.ndarray, *, rigid: bool = False, reach_mm: float = REACH_MM
    ) -> tuple[Window, np.ndarray]:
        """Return the window around `nodes` and the signed distance (mm) to them there."""
        (x, y), radius = nodes[:, :2].T, nodes[:, 2] + reach_mm
        window = self.locate(
            float((x - radius).min()),
            float((x + radius).max()),
            float((y - radius).min()),
            float((y + radius).max()),
        )
        px, py = (self.rigid_x, self.rigid_y) if rigid else (self.x, self.y)
        return window, signed_distance(px[window], py[window], nodes)

    def paint(
        self,
        window: Window,
        distance: np.ndarray,
        value: float | np.ndarray,
        edge_mm: float = EDGE_MM,
    ) -> None:
        """Blend `value` (HU, a number or an array of the window's shape) into the inside."""
        self.blend(window, coverage(distance, edge_mm), value)

    def blend(self, window: Window, share: np.ndarray, value: float | np.ndarray) -> None:
        """Replace the `share` (0 to 1) of each pixel in the window by `value` in HU."""
        target = self.hu[window]
        target += share * (value - target)

    def strokes(self, stroke: Stroke) -> list[np.ndarray]:
        """Return the nodes at this level: of both sides for a paired structure, none if absent."""
        sides = (1, -1) if stroke.paired else (1,)
        found = [stroke.nodes(self.z, side) for side in sides]
        return [
            nodes for nodes in found if nodes is not None and nodes[:, 2].max() > _FIRST_VISIBLE_MM
        ]


def coverage(distance: np.ndarray, edge_mm: float = EDGE_MM) -> np.ndarray:
    """Share of a pixel (0 to 1) that lies inside, from its signed distance in mm."""
    return np.clip(0.5 - distance * np.float32(1 / edge_mm), 0, 1)
