"""One mask on its grid, and what every filtered image of it shares: neighbours, lines, places."""

from __future__ import annotations

from functools import cached_property

import numpy as np

# Half of the 26 neighbours, (z, y, x): the other half are their opposites.
_HALF = tuple(
    (z, y, x) for z in (0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1) if (z, y, x) > (0, 0, 0)
)


class MaskGeometry:
    """The voxels of a mask in the order (z, y, x), each with its neighbours at distance 1.

    Voxels lie in a flat array with a border of background behind every row and plane: a
    neighbour is then a fixed step away, and a step over the edge ends in the background.

    Args:
        mask: bool (z, y, x), not empty, extending over its whole box.
        spacing: of the voxels (z, y, x) in mm.

    Attributes:
        voxels: how many.
        directions: to a neighbour, (z, y, x), in which the box holds two voxels.
        steps: the same through the flat array.
    """

    def __init__(self, mask: np.ndarray, spacing: tuple[float, ...]):
        self.mask = mask
        self.spacing = spacing
        self.voxels = int(np.count_nonzero(mask))
        _, rows, columns = mask.shape
        self._row, self._plane = columns + 1, (rows + 1) * (columns + 1)
        self.directions = [
            d for d in _HALF if all(abs(a) < n for a, n in zip(d, mask.shape, strict=True))
        ]
        self.steps = [z * self._plane + y * self._row + x for z, y, x in self.directions]

    @property
    def longest_run(self) -> int:
        """The most voxels that a line through the box can have."""
        return max(self.mask.shape)

    @cached_property
    def coordinates(self) -> np.ndarray:
        """Indices (n, 3) of the voxels in the box, (z, y, x)."""
        return np.argwhere(self.mask)

    @cached_property
    def places(self) -> np.ndarray:
        """Places (n,) of the voxels in the flat array, ascending."""
        return self.coordinates @ (self._plane, self._row, 1)

    @property
    def reach(self) -> int:
        """Length of the flat array up to the last voxel; a step leads beyond it."""
        return len(self.mask) * self._plane

    def flat(self, values: np.ndarray) -> np.ndarray:
        """Return values (n,) in the flat array, 0 in the background."""
        spread = np.zeros(self.reach + 2 * self._plane, values.dtype)
        spread[self.places] = values
        return spread

    def sums_of_neighbours(self, values: np.ndarray) -> np.ndarray:
        """Return by voxel the sum of the values (n,) of its neighbours in the mask."""
        total = self.flat(values)
        for step in (1, self._row, self._plane):
            one = total.copy()
            total[step:] += one[:-step]
            total[:-step] += one[step:]
        return total[self.places] - values

    @cached_property
    def neighbours(self) -> np.ndarray:
        """How many neighbours (n,) in the mask every voxel has."""
        return self.sums_of_neighbours(np.ones(self.voxels, np.int64))

    @cached_property
    def lines(self) -> Lines:
        """The voxels along the lines of every direction."""
        return Lines(self)

    def order_along(self, direction: tuple[int, int, int]) -> tuple[np.ndarray, bool]:
        """Return the order (n,) of the voxels along the lines of a direction (z, y, x).

        Also whether a line of it has two voxels.
        """
        z, y, x = direction
        along = self.coordinates[:, 0 if z else 1 if y else 2]
        lines = np.stack(
            [c - along * d for c, d in zip(self.coordinates.T, (z, y, x), strict=True)]
        )
        lines -= lines.min(axis=1, keepdims=True)
        key = np.ravel_multi_index(tuple(lines), tuple(lines.max(axis=1) + 1))
        # NumPy sorts numbers of 16 bits in linear time.
        key = key.astype(np.uint16 if key.max() < 1 << 16 else np.int64)
        order = np.argsort(key, kind="stable")
        key = key[order]
        return order, bool((key[1:] == key[:-1]).any())


class Lines:
    """The voxels of a mask along the lines of every direction, one direction after the other.

    Attributes:
        order: (directions * n,) voxels.
        adjacent: bool, whether the voxel at a place and the next one are neighbours on a line.
        pairs: the places where they are.
        direction_of_pair: index of the direction by pair.
        directions: how many there are.
        with_lines: indices of those that have a line of two voxels, neighbours or not.
    """

    def __init__(self, geometry: MaskGeometry):
        self._n = geometry.voxels
        self.directions = len(geometry.steps)
        found = [geometry.order_along(direction) for direction in geometry.directions]
        self.order = np.concatenate([order for order, _ in found])
        self.with_lines = [d for d, (_, has_line) in enumerate(found) if has_line]
        places = geometry.places[self.order].reshape(self.directions, self._n)
        adjacent = np.zeros(places.shape, bool)
        adjacent[:, :-1] = np.diff(places, axis=1) == np.array(geometry.steps)[:, None]
        self.adjacent = adjacent.ravel()[:-1]
        self.pairs = np.flatnonzero(self.adjacent)
        self.direction_of_pair = self.direction_at(self.pairs)

    def direction_at(self, places: np.ndarray) -> np.ndarray:
        """Return the index of the direction at places of `order`."""
        return places // self._n
