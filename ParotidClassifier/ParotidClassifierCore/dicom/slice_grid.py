"""Fit a regular grid to the positions of slices, which may be rounded or jitter a little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .headers import Header

# Two decimals, in each of two positions.
_ROUNDING_MM = 0.01 + 1e-6
# Farther from its place on the grid, a slice lies elsewhere: share of the distance of slices, and
# of the size of a pixel.
_OFF_THE_GRID, _OFF_THE_LINE = 0.05, 0.1


def grid_of(slices: Sequence[Header]) -> tuple[np.ndarray, np.ndarray]:
    """Return where the first slice lies, and the step from each to the next, in mm (x, y, z).

    From the first slice to the last, as ITK does; by least squares where slices lie farther from
    that grid than rounding moves them.

    Args:
        slices: at least two, in their order.
    """
    positions = _positions(slices)
    step = np.subtract(positions[-1], positions[0]) / (len(slices) - 1)
    if np.abs(_off(positions, positions[0], step)).max() <= _ROUNDING_MM:
        return positions[0], step
    numbers = np.arange(len(slices)) - (len(slices) - 1) / 2
    centre = positions.mean(axis=0)
    step = numbers @ (positions - centre) / (numbers @ numbers)
    return centre + numbers[0] * step, step


def is_regular(slices: Sequence[Header]) -> bool:
    """Return whether slices in their order lie at even distances, but for rounding and jitter."""
    origin, step = grid_of(slices)
    along = step / np.linalg.norm(step)
    off = np.abs(_off(_positions(slices), origin, step) @ along).max()
    return bool(off <= max(_ROUNDING_MM, _OFF_THE_GRID * float(np.linalg.norm(step))))


def off_the_line(slices: Sequence[Header]) -> tuple[Header, float] | None:
    """Return the slice that lies farthest beside the line of all, and by how many mm.

    Returns:
        None where none lies farther off than rounding and jitter explain.
    """
    origin, step = grid_of(slices)
    row, column = np.array(slices[0].orientation).reshape(2, 3)
    off = _off(_positions(slices), origin, step)
    beside = np.hypot(off @ row, off @ column)
    farthest = int(beside.argmax())
    allowed = max(_ROUNDING_MM, _OFF_THE_LINE * min(slices[0].pixel_mm))
    return None if beside[farthest] <= allowed else (slices[farthest], float(beside[farthest]))


def _positions(slices: Sequence[Header]) -> np.ndarray:
    return np.array([header.position for header in slices])


def _off(positions: np.ndarray, origin: np.ndarray, step: np.ndarray) -> np.ndarray:
    return positions - (origin + np.arange(len(positions))[:, None] * step)
