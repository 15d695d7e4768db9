"""Smooth random fields and the correlated noise of a reconstructed CT."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, sparse


@dataclass(frozen=True)
class Axes:
    """Positions in mm of the columns (x) and rows (y) of a plane, and the z range around it.

    Attributes:
        x, y: ascending positions in mm.
        z_range: lowest and highest level in mm at which a field will be asked for.
    """

    x: np.ndarray
    y: np.ndarray
    z_range: tuple[float, float]


class SmoothNoise:
    """A Gaussian random field of zero mean and unit variance with one correlation length.

    White noise on a lattice of `cell_mm`, interpolated by cubic B-splines (sparse products, so that
    the values do not depend on the number of threads).
    """

    def __init__(self, rng: np.random.Generator, cell_mm: float, axes: Axes):
        self._cell = cell_mm
        self._z0 = axes.z_range[0]
        rows, self._by_y = _spline_matrix(axes.y, float(axes.y[0]), cell_mm)
        columns, by_x = _spline_matrix(axes.x, float(axes.x[0]), cell_mm)
        self._by_x = by_x
        layers = int((axes.z_range[1] - axes.z_range[0]) / cell_mm) + 5
        # One weight's mean square is 0.4794 for a cubic B-spline along each of the three axes.
        self._lattice = rng.standard_normal((layers, rows, columns), np.float32) / 0.4794**1.5

    def plane(self, z: float) -> np.ndarray:
        """Return the field (y, x) as float32 at level `z` in mm."""
        position = (z - self._z0) / self._cell
        first = int(position)
        weights = _spline_weights(np.array([position - first]))[:, 0].tolist()
        layer = sum(
            np.float32(weight) * self._lattice[first + step] for step, weight in enumerate(weights)
        )
        return np.ascontiguousarray((self._by_x @ (self._by_y @ layer).T).T)


def _spline_weights(share: np.ndarray) -> np.ndarray:
    return np.stack(
        [
            (1 - share) ** 3 / 6,
            (3 * share**3 - 6 * share**2 + 4) / 6,
            (-3 * share**3 + 3 * share**2 + 3 * share + 1) / 6,
            share**3 / 6,
        ]
    )


def _spline_matrix(
    positions: np.ndarray, first: float, cell_mm: float
) -> tuple[int, sparse.csr_matrix]:
    scaled = (np.asarray(positions, float) - first) / cell_mm
    cells = np.floor(scaled).astype(int)
    weights = _spline_weights(scaled - cells).astype(np.float32)
    size = int(cells.max()) + 4
    rows = np.tile(np.arange(len(scaled)), 4)
    columns = np.concatenate([cells + step for step in range(4)])
    return size, sparse.csr_matrix((weights.ravel(), (rows, columns)), (len(scaled), size))


def ct_noise(
    rng: np.random.Generator, shape: tuple[int, int, int], spacing_mm: float, sd_hu: float
) -> np.ndarray:
    """Noise (z, y, x) in HU with the grain of a soft-tissue kernel, independent between slices.

    The band-pass (grain of about 1.5 mm without slow drift) follows the ramp-shaped noise power
    spectrum of filtered back-projection.
    """
    white = rng.standard_normal(shape, np.float32)
    fine = 0.55 / spacing_mm
    grain = ndimage.gaussian_filter(white, (0, fine, fine), mode="wrap", truncate=3)
    coarse = 1.6 / spacing_mm
    grain -= 0.7 * ndimage.gaussian_filter(grain, (0, coarse, coarse), mode="wrap", truncate=2)
    return grain * np.float32(sd_hu / grain.std())
