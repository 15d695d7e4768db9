"""The points around a voxel at which LBP3D samples, and the spherical harmonics on them."""

from itertools import combinations
from math import factorial, pi, sqrt

import numpy as np

_GOLDEN = (1 + sqrt(5)) / 2
_EDGE = 2.0  # of the icosahedron with the corners (±1, ±golden ratio, 0)


def icosphere(subdivisions: int, radius: float) -> np.ndarray:
    """Return the corners (n, 3) of an icosahedron whose faces were divided in four so often.

    12, 42 or 162 points on a sphere, as trimesh places them.
    """
    corners = np.array(
        [
            np.roll((one, golden, 0), shift)
            for shift in range(3)
            for golden in (_GOLDEN, -_GOLDEN)
            for one in (-1, 1)
        ]
    )
    points = [*_on_sphere(corners, 1.0)]
    faces = [
        face
        for face in combinations(range(len(corners)), 3)
        if all(
            np.isclose(np.linalg.norm(corners[a] - corners[b]), _EDGE)
            for a, b in combinations(face, 2)
        )
    ]
    for _ in range(subdivisions):
        middle: dict[frozenset[int], int] = {}
        divided = []
        for face in faces:
            for pair in map(frozenset, combinations(face, 2)):
                if pair not in middle:
                    middle[pair] = len(points)
                    points.append(sum(points[corner] for corner in pair) / 2)
            a, b, c = face
            ab, bc, ca = (middle[frozenset(pair)] for pair in ((a, b), (b, c), (c, a)))
            divided += [(a, ab, ca), (b, ab, bc), (c, bc, ca), (ab, bc, ca)]
        points, faces = [*_on_sphere(np.array(points), 1.0)], divided
    return _on_sphere(np.array(points), radius)


def _on_sphere(points: np.ndarray, radius: float) -> np.ndarray:
    return points * (radius / np.linalg.norm(points, axis=1, keepdims=True))


def harmonics(degree: int, points: np.ndarray) -> np.ndarray:
    """Return the spherical harmonics (n, 2 degree + 1) of a degree at points (n, 3) of a sphere.

    PyRadiomics gives the polar angle as the azimuth and the azimuth as the polar angle; so here.
    """
    from scipy.special import lpmv

    radius = np.linalg.norm(points, axis=1)
    azimuth = np.arccos(np.clip(points[:, 2] / radius, -1, 1))
    polar = np.arctan2(points[:, 1], points[:, 0])

    def harmonic(order: int) -> np.ndarray:
        norm = (2 * degree + 1) / (4 * pi) * factorial(degree - order) / factorial(degree + order)
        return sqrt(norm) * lpmv(order, degree, np.cos(polar)) * np.exp(1j * order * azimuth)

    upper = [harmonic(order) for order in range(degree + 1)]
    lower = [(-1) ** order * upper[order].conj() for order in range(degree, 0, -1)]
    return np.stack([*lower, *upper], axis=1)
