"""The surface of a mask by marching cubes: half-way between voxels inside and outside.

Lorensen and Cline, Computer Graphics 1987; 21:163-169. In a cube with a voxel at each corner the
surface is made of polygons, through the middles of the edges that lead from inside to outside. How
a polygon is divided into triangles, and which corners belong together on a face where inside and
outside alternate, is left open there; here both are such that area and volume are PyRadiomics'.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise, product

import numpy as np

Point = tuple[float, ...]  # (z, y, x)
_CORNERS = tuple(product((0, 1), repeat=3))
_ALL_INSIDE = (1 << len(_CORNERS)) - 1
# This corner is taken to be outside: a cube where it is inside is one turned inside out.
_OUTSIDE = 1 << _CORNERS.index((1, 1, 0))
_AROUND_A_FACE = ((0, 0), (1, 0), (1, 1), (0, 1))


def surface(mask: np.ndarray, spacing: np.ndarray) -> tuple[float, float]:
    """Return the area in mm² and the volume in mm³: Σ |n| / 2 and Σ (a × b) · c / 6.

    The sums are over triangles with corners a, b, c in mm from the first voxel of the array, and
    n = (b - a) × (c - a); of each kind of cube there is one set of triangles.

    Args:
        mask: bool (z, y, x), False on its outermost voxels.
        spacing: (z, y, x) in mm.
    """
    cubes = np.array(mask.shape) - 1
    inside = np.zeros(cubes, np.uint8)
    for bit, corner in enumerate(_CORNERS):
        part = tuple(slice(c, c + n) for c, n in zip(corner, cubes, strict=True))
        inside |= mask[part].astype(np.uint8) << bit
    cut = np.nonzero((inside > 0) & (inside < _ALL_INSIDE))
    of_cube, (of_triangle, product_of_corners, n) = inside[cut], _triangles()
    number = np.bincount(of_cube, minlength=_ALL_INSIDE)[of_triangle]
    origins = np.stack([np.bincount(of_cube, at, _ALL_INSIDE)[of_triangle] for at in cut], axis=1)
    of_voxel = np.prod(spacing)
    area = number @ np.linalg.norm(n * (of_voxel / spacing), axis=1) / 2
    volume = (number @ product_of_corners + (origins * n).sum()) * of_voxel / 6
    return float(area), float(volume)


def vertices(mask: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Return the corners (n, 3) in mm of the triangles, each once, (z, y, x)."""
    found = []
    for axis in range(mask.ndim):
        middle = np.argwhere(np.diff(mask, axis=axis)).astype(np.float64)
        middle[:, axis] += 0.5
        found.append(middle)
    return np.concatenate(found) * spacing


@lru_cache(maxsize=1)
def _triangles() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the triangles of every cube, voxels at distance 1.

    Which corners of the cube are inside, bit n for the nth one; (a × b) · c; and n (triangles, 3).
    """
    found = [
        (cube, triangle)
        for cube in range(1, _ALL_INSIDE)
        if not cube & _OUTSIDE
        for polygon in _polygons({c for bit, c in enumerate(_CORNERS) if cube >> bit & 1})
        for triangle in _fan(polygon)
    ]
    cubes, corners = (np.array(part) for part in zip(*found, strict=True))
    a, b, c = corners.transpose(1, 0, 2)
    n, products = np.cross(b - a, c - a), (np.cross(a, b) * c).sum(1)
    both = np.append(cubes, _ALL_INSIDE - cubes)
    return both, np.append(products, -products), np.append(n, -n, axis=0)


def _polygons(inside: set[Point]) -> Iterator[list[Point]]:
    """Yield the polygons of a cube, all turning alike around what is inside.

    Where inside and outside alternate around a face, its two corners inside are not joined.
    """
    after: dict[Point, Point] = {}
    for face in _faces():
        for first in range(4):
            around = face[first:] + face[:first]
            if around[0] in inside and around[-1] not in inside:
                last = next(n for n in range(3) if around[n + 1] not in inside)
                begin, end = (around[-1], around[0]), (around[last], around[last + 1])
                after[_middle(*begin)] = _middle(*end)
    while after:
        point, polygon = next(iter(after)), []
        while point in after:
            polygon.append(point)
            point = after.pop(point)
        yield polygon


def _faces() -> Iterator[list[Point]]:
    """Yield the corners of every face of the cube, in the same sense as seen from outside."""
    for axis, side in product(range(3), (0, 1)):
        corners = [(side, *other) for other in _AROUND_A_FACE]
        face = [corner[-axis:] + corner[:-axis] for corner in corners]
        yield face if side else face[::-1]


def _middle(one: Point, other: Point) -> Point:
    return tuple((a + b) / 2 for a, b in zip(one, other, strict=True))


def _fan(polygon: list[Point]) -> Iterator[tuple[Point, Point, Point]]:
    """Yield the triangles from the corner whose neighbours are nearest to each other.

    Of several such corners it is one that is farthest from another.
    """

    def rank(place: int) -> tuple[float, float]:
        before, after = polygon[place - 1], polygon[(place + 1) % len(polygon)]
        return _square(before, after), -max(_square(polygon[place], point) for point in polygon)

    start = min(range(len(polygon)), key=rank)
    for one, other in pairwise(polygon[start + 1 :] + polygon[:start]):
        yield polygon[start], one, other


def _square(one: Point, other: Point) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
