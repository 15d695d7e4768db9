"""Strokes: the one shape of which the simulated anatomy is made.

A stroke is a polyline with a radius at each node, given at several levels (z) and interpolated
between them: a disc, a rounded bar, a muscle belly or a gland, whose signed distance is cheap.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

Node = tuple[float, float, float]


@dataclass(frozen=True)
class Stroke:
    """One structure of the head, for x ≥ 0; `paired` ones also exist mirrored at x < 0.

    Attributes:
        frames: level z in mm → nodes (x, y, radius) in mm; x to the left, y to the back, z up.
    """

    frames: dict[float, tuple[Node, ...]] = field(hash=False)
    paired: bool = True

    @cached_property
    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        levels = sorted(self.frames)
        return np.array(levels), np.array([_rounded(np.array(self.frames[z])) for z in levels])

    def nodes(self, z: float, side: int = 1) -> np.ndarray | None:
        """Return the nodes (n, 3) as (x, y, radius) at level `z`, or None where there is none."""
        levels, frames = self._table
        if not levels[0] <= z <= levels[-1]:
            return None
        upper = min(int(np.searchsorted(levels, z, side="right")), len(levels) - 1)
        share = (z - levels[upper - 1]) / (levels[upper] - levels[upper - 1])
        nodes = frames[upper - 1] * (1 - share) + frames[upper] * share
        return nodes * (side, 1, 1)


def _rounded(nodes: np.ndarray) -> np.ndarray:
    """Return a polyline of three or more nodes with two more on a smooth curve between each pair.

    An end on the midline continues in its mirror image, so that arches have no corner there.
    """
    if len(nodes) < 3:
        return nodes
    before = 2 * nodes[0] - nodes[1]
    after = nodes[-2] * (-1, 1, 1) if nodes[-1, 0] == 0 else 2 * nodes[-1] - nodes[-2]
    padded = np.vstack([before, nodes, after])
    pieces = [
        _catmull_rom(padded[i : i + 4], share)
        for i in range(len(nodes) - 1)
        for share in (0, 1 / 3, 2 / 3)
    ]
    return np.vstack([*pieces, nodes[-1]])


def _catmull_rom(nodes: np.ndarray, share: float) -> np.ndarray:
    p0, p1, p2, p3 = nodes
    return 0.5 * (
        2 * p1
        + (p2 - p0) * share
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * share**2
        + (3 * p1 - p0 - 3 * p2 + p3) * share**3
    )


def grown(nodes: np.ndarray, by_mm: float) -> np.ndarray:
    """Return nodes (n, 3) with larger radii, none below zero."""
    nodes = nodes.copy()
    nodes[:, 2] = np.maximum(nodes[:, 2] + by_mm, 0)
    return nodes


def signed_distance(x: np.ndarray, y: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Signed distance in mm (negative inside) of points to the stroke with `nodes` (n, 3).

    The radius changes linearly along a segment, for which the distance is a close approximation.
    """
    if len(nodes) == 1:
        (x0, y0, radius) = nodes[0].tolist()
        return np.sqrt(np.square(x - x0) + np.square(y - y0)) - radius
    distance = _segment_distance(x, y, nodes[0].tolist(), nodes[1].tolist())
    for start, end in zip(nodes[1:-1].tolist(), nodes[2:].tolist(), strict=True):
        np.minimum(distance, _segment_distance(x, y, start, end), out=distance)
    return distance


def _segment_distance(x: np.ndarray, y: np.ndarray, start: Node, end: Node) -> np.ndarray:
    (x0, y0, r0), (x1, y1, r1) = start, end
    dx, dy = x1 - x0, y1 - y0
    length_squared = max(dx * dx + dy * dy, 1e-6)
    px, py = x - x0, y - y0
    along = px * (dx / length_squared)
    along += py * (dy / length_squared)
    np.clip(along, 0, 1, out=along)
    px -= along * dx
    py -= along * dy
    px *= px
    py *= py
    px += py
    np.sqrt(px, out=px)
    along *= r1 - r0
    px -= along
    px -= r0
    return px
