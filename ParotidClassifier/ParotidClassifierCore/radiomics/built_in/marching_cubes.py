"""The surface of a mask by marching cubes: half-way between voxels inside and outside.

Lorensen and Cline, Computer Graphics 1987; 21:163-169. The triangles of each configuration are
those of Bourke's table (Polygonising a scalar field, 1994, in the public domain), whose half for
cubes without their eighth corner serves, turned inside out, for the cubes with it.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

# Corners of a cube, (z, y, x), and the middles of its edges.
_CORNERS = (
    (0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0),
)  # fmt: skip
_EDGES = np.array(
    [
        (0, 0, 0.5), (0, 0.5, 1), (0, 1, 0.5), (0, 0.5, 0),
        (1, 0, 0.5), (1, 0.5, 1), (1, 1, 0.5), (1, 0.5, 0),
        (0.5, 0, 0), (0.5, 0, 1), (0.5, 1, 1), (0.5, 1, 0),
    ]
)  # fmt: skip
# By configuration, bit n for corner n inside: three edges for each triangle, in hexadecimal.
_TRIANGLES = """
    - 083 190 183198 12a 08312a 92a029 2832a8a98 b23 b2008b 190b23 b2119b98b 3a1ba3 a1008a8ba
    9033b9ba9 98aba8 478 043473 190478 194147173 12a478 34730412a 92a902478 2a9297273479 478b23
    b47b24204 190478b23 47b94bb29192 3a1ba3478 ba114b10447b 4789033b9ba9 47b4b99ba 954 954083
    054015 854835315 12a954 08312a954 2a5542240 2a5325354834 954b23 b2008b954 054015b23
    215258b28548 3a1ba3954 549a1008a8ba 54050ba5bb03 548a58ba8 789579 309539357 780017715 157173
    78957912a 12a309395357 0288258572a5 2a5253357 579789b23 579972209b27 b23018178157 21b17b157
    7895793a1ba3 5705097b0a10ba0 ba003ba50078570 ba557b 65a 08365a 19065a 18319865a 165126
    165126083 965906026 598582526832 b2365a b2008b65a 190b2365a b2119b98b65a 63b653513
    08b0b50515b6 63b036065059 65969bb98 47865a 04347365a 19047865a 19414717365a 478165126
    043473165126 478965906026 739479329596269 b2347865a b47b2420465a 190b2347865a
    47b94bb2919265a 47863b653513 51b5b610b47b04b 47863b036065059 65969b4797b9 a4964a a4964a083
    01aa60640 18316886461a 149124264 149124264083 024426 832824426 b23a4964a b2008ba4964a
    b2301aa60640 64161a148b2118b 964369139b63 18b081b61149641 63b036640 86468b 67a78a89a
    67a0a709a073 67a1a7178018 67a1a7173 126168189678 269129679309739 078706602 273267
    b2367a78a89a 207b2709767a9a7 67a1a7178018b23 b2117ba61167 896678169b63136 09167b
    07870603bb60 67b
"""
_ALL_CORNERS = 0xFF
_EIGHTH_CORNER = 0x80


def triangles(mask: np.ndarray, spacing: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the triangles of the surface, and on which side of each the mask lies.

    Args:
        mask: bool (z, y, x), False on its outermost voxels.
        spacing: (z, y, x) in mm.

    Yields:
        Corners (n, 3, 3) in mm of n triangles, (z, y, x) last, and n signs.
    """
    cubes = np.array(mask.shape) - 1
    inside = np.zeros(cubes, np.uint8)
    for bit, corner in enumerate(_CORNERS):
        part = tuple(slice(c, c + n) for c, n in zip(corner, cubes, strict=True))
        inside |= mask[part].astype(np.uint8) << bit
    turned = inside >= _EIGHTH_CORNER
    kind = np.where(turned, inside ^ _ALL_CORNERS, inside)
    at = np.nonzero(kind)
    origin, kind = np.stack(at, axis=1), kind[at]
    sign = np.where(turned[at], -1.0, 1.0)
    edges, count = _table()
    for nth in range(edges.shape[1]):
        has = count[kind] > nth
        corners = origin[has][:, None, :] + _EDGES[edges[kind[has], nth]]
        yield corners * spacing, sign[has]


def vertices(mask: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Return the corners (n, 3) in mm of the triangles, each once, (z, y, x)."""
    found = []
    for axis in range(mask.ndim):
        middle = np.argwhere(np.diff(mask, axis=axis)).astype(np.float64)
        middle[:, axis] += 0.5
        found.append(middle)
    return np.concatenate(found) * spacing


@lru_cache(maxsize=1)
def _table() -> tuple[np.ndarray, np.ndarray]:
    """Return the edges (configurations, 5, 3) of the triangles and how many there are."""
    words = ["" if word == "-" else word for word in _TRIANGLES.split()]
    count = np.array([len(word) // 3 for word in words])
    edges = np.zeros((len(words), count.max(), 3), np.int64)
    for row, word in zip(edges, words, strict=True):
        row.flat[: len(word)] = [int(edge, 16) for edge in word]
    return edges, count
