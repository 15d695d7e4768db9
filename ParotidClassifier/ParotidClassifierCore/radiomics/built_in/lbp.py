"""Local binary patterns in 3D, rotation invariant: LBP3D of Banerjee et al., LNCS 7728 (2013).

Around every voxel of a region the image is sampled on a sphere, by cubic splines. The pattern is
where the samples are not below the voxel; an image is its energy in the spherical harmonics of one
degree, the last one the excess kurtosis of the samples.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..box import VoxelBox
from ..names import lbp3d_image_names
from ..settings import RadiomicsSettings
from .separable import along
from .sphere import harmonics, icosphere

# Bounds the memory for neighbourhoods; a larger share of them does not stay in the cache.
_VOXELS_AT_ONCE = 2048
# Values that are equal but for rounding are made equal: it must not depend on the computer which
# voxels lie between two percentiles.
_DECIMALS = 11
# Of samples that are rounded to whole numbers: one half way between two goes away from 0 on every
# computer.
_HALF = 0.5 + 1e-9
# How far, in voxels, a cubic spline reads beyond the point that it is asked for.
_SPLINE_REACH = 2


@dataclass(frozen=True)
class Sphere:
    """The points around a voxel, and what their samples are made of.

    Attributes:
        points: (points, 3) from the voxel, (z, y, x).
        harmonics: on the points, of the degrees from 0 on.
        reach: how far a neighbourhood reaches on every side.
        weights: (coefficients, points), what each coefficient of it adds to each sample.
        steps: (coefficients, 3) from its corner to the coefficients.
    """

    points: np.ndarray
    harmonics: tuple[np.ndarray, ...]
    reach: int
    weights: np.ndarray
    steps: np.ndarray

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, levels: int, subdivision: int, radius: float) -> Sphere:
        """Return the sphere of an icosahedron that was divided so often."""
        points, reach = icosphere(subdivision, radius), int(np.ceil(radius)) + _SPLINE_REACH
        of_degree = tuple(harmonics(degree, points) for degree in range(levels))
        return cls(points, of_degree, reach, *_weights(points, reach))


class Samples:
    """What the sphere around every voxel of a region sees.

    Args:
        image: (z, y, x). Of whole numbers the samples are rounded to whole numbers, as
            `scipy.ndimage.map_coordinates` does, but for those half way between two: their
            comparison with the voxel is then free of rounding.
        mask: bool (z, y, x).
    """

    def __init__(self, image: np.ndarray, mask: np.ndarray, settings: RadiomicsSettings):
        self._image = image
        self._voxels = np.argwhere(mask)
        self._levels = settings.lbp3d_levels
        self._sphere = Sphere.of(
            settings.lbp3d_levels, settings.lbp3d_subdivision, settings.lbp3d_radius
        )
        self._reach = self._sphere.reach
        self._box = VoxelBox.around(mask)

    def images(self, wanted: Collection[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield names and values (n,) by voxel of the wanted images."""
        names = lbp3d_image_names(self._levels)
        parts = [self._measured(part) for part in self._parts()]
        for name, values in zip(names, map(np.concatenate, zip(*parts, strict=True)), strict=True):
            if name in wanted:
                yield name, values

    def _parts(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the samples (n, points) around voxels, and the values (n,) of these."""
        padded = self._coefficients()
        strides = np.array(padded.strides) // padded.itemsize
        offsets, flat = self._sphere.steps @ strides, padded.ravel()
        for start in range(0, len(self._voxels), _VOXELS_AT_ONCE):
            voxels = self._voxels[start : start + _VOXELS_AT_ONCE]
            corner = (voxels - self._box.first) @ strides
            samples = flat.take(corner[:, None] + offsets) @ self._sphere.weights
            self._blank_outside(samples, voxels)
            yield self._rounded(samples), self._image[tuple(voxels.T)]

    def _coefficients(self) -> np.ndarray:
        """Return the spline's coefficients on the box and as far around it as samples read."""
        values = self._image.astype(np.float64)
        for axis in range(values.ndim):
            voxels = values.shape[axis]
            at = np.arange(self._box.size[axis] + 2 * self._reach) + self._box.first[axis]
            period = 2 * (voxels - 1) or 1
            at = np.abs((at - self._reach + voxels - 1) % period - (voxels - 1))
            values = along(_spline_rows(voxels)[at], values, axis)
        return values

    def _blank_outside(self, samples: np.ndarray, voxels: np.ndarray) -> None:
        """Set samples outside the image to 0."""
        last = np.array(self._image.shape) - 1
        if (voxels < self._reach).any() or (voxels > last - self._reach).any():
            at = voxels[:, None] + self._sphere.points
            samples[((at < 0) | (at > last)).any(2)] = 0

    def _rounded(self, samples: np.ndarray) -> np.ndarray:
        if self._image.dtype.kind == "f":
            return samples
        return np.trunc(samples + np.copysign(_HALF, samples))

    def _measured(self, part: tuple[np.ndarray, np.ndarray]) -> list[np.ndarray]:
        samples, centre = part
        pattern = samples >= centre[:, None]
        first, *others = self._sphere.harmonics
        higher = [_energy(pattern.astype(np.float64), of) for of in others]
        # From a whole number: voxels with as many samples have the same energy, to the last bit.
        lowest = pattern.sum(1) * (abs(first[0, 0]) ** 2 * np.sqrt(len(first)))
        return [lowest, *higher, _excess_kurtosis(samples)]


def _energy(pattern: np.ndarray, of_degree: np.ndarray) -> np.ndarray:
    """Return √Σ g², g = Σₘ cₘ Yₘ on the points, cₘ = Σ f Yₘ; complex until the real part."""
    share = pattern @ of_degree.real + 1j * (pattern @ of_degree.imag)
    energy = np.sqrt(((share @ (of_degree.T @ of_degree)) * share).sum(1)).real
    return energy.round(_DECIMALS)


def _excess_kurtosis(samples: np.ndarray) -> np.ndarray:
    """Return μ₄ / μ₂² - 3 by row; not a number where all samples are equal."""
    mean = samples.mean(1)
    squared = (samples - mean[:, None]) ** 2
    spread = squared.mean(1)
    # SciPy's bound for a spread that is rounding.
    even = spread <= (np.finfo(np.float64).resolution * mean) ** 2
    fourth = (squared**2).mean(1)
    kurtosis = fourth / np.where(even, 1.0, spread) ** 2 - 3
    return np.where(even, np.nan, kurtosis).round(_DECIMALS)


def _weights(points: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what each coefficient around a voxel adds to each sample, and where it lies.

    Returns:
        Weights (coefficients, points) and steps (coefficients, 3) from the corner of a
        neighbourhood that reaches as far on every side.
    """
    side = np.arange(-reach, reach + 1)
    z, y, x = (_cubic(points[:, axis] - side[:, None]) for axis in range(3))
    weights = np.einsum("ap,bp,cp->abcp", z, y, x)
    used = weights.any(axis=3)
    return weights[used], np.argwhere(used)


def _cubic(distance: np.ndarray) -> np.ndarray:
    """Return the cubic B-spline."""
    near, far = np.abs(distance), 2 - np.abs(distance)
    return np.where(near < 1, (4 - 6 * near**2 + 3 * near**3) / 6, np.maximum(far, 0) ** 3 / 6)


@lru_cache(maxsize=16)
def _spline_rows(voxels: int) -> np.ndarray:
    """Return the matrix from the values on a line, mirrored at its ends, to the coefficients."""
    from scipy.ndimage import spline_filter1d

    return spline_filter1d(np.eye(voxels), order=3, axis=0, mode="mirror")
