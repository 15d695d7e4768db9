"""Shape: of a mask alone, its surface by marching cubes, and the spread of its voxels.

With V the volume and A the area of the surface, and λ₁ ≥ λ₂ ≥ λ₃ the variances of the voxels'
centres along their principal axes in mm². IBSI: morphological features (HCUG). Each feature's own
code: `radiomics.ibsi`.
"""

from functools import cached_property

import numpy as np

from .features import Features
from .marching_cubes import surface, vertices
from .region import MaskGeometry

SHAPE_FEATURES = Features()


class Form:
    """The surface and the spread of a mask."""

    def __init__(self, geometry: MaskGeometry):
        self._geometry = geometry
        self._mask = np.pad(geometry.mask, 1)
        self._spacing = np.array(geometry.spacing)

    @cached_property
    def _surface(self) -> tuple[float, float]:
        return surface(self._mask, self._spacing)

    @property
    def area(self) -> float:
        """A."""
        return self._surface[0]

    @property
    def volume(self) -> float:
        """V."""
        return self._surface[1]

    @property
    def volume_of_voxels(self) -> float:
        """Number of voxels times the volume of one, in mm³."""
        return self._geometry.voxels * float(np.prod(self._spacing))

    @cached_property
    def variances(self) -> np.ndarray:
        """λ₃, λ₂, λ₁."""
        points = self._geometry.coordinates * self._spacing
        points = (points - points.mean(0)) / np.sqrt(len(points))
        return np.maximum(np.linalg.eigvalsh(points.T @ points), 0)  # below 0 is rounding

    @cached_property
    def vertices(self) -> np.ndarray:
        """Corners (n, 3) of the surface in mm."""
        return vertices(self._mask, self._spacing)

    def length_of_axis(self, which: int) -> float:
        """Return 4 √λ of one of `variances`."""
        return 4 * np.sqrt(self.variances[which])


@SHAPE_FEATURES.named("MeshVolume")
def mesh_volume(form: Form) -> float:
    """V."""
    return form.volume


@SHAPE_FEATURES.named("VoxelVolume")
def voxel_volume(form: Form) -> float:
    """Number of voxels · volume of a voxel."""
    return form.volume_of_voxels


@SHAPE_FEATURES.named("SurfaceArea")
def surface_area(form: Form) -> float:
    """A."""
    return form.area


@SHAPE_FEATURES.named("SurfaceVolumeRatio")
def surface_volume_ratio(form: Form) -> float:
    """A / V."""
    return form.area / form.volume


@SHAPE_FEATURES.named("Sphericity")
def sphericity(form: Form) -> float:
    """(36 π V²)^⅓ / A."""
    return (36 * np.pi * form.volume**2) ** (1 / 3) / form.area


@SHAPE_FEATURES.named("MajorAxisLength")
def major_axis_length(form: Form) -> float:
    """4 √λ₁."""
    return form.length_of_axis(2)


@SHAPE_FEATURES.named("MinorAxisLength")
def minor_axis_length(form: Form) -> float:
    """4 √λ₂."""
    return form.length_of_axis(1)


@SHAPE_FEATURES.named("LeastAxisLength")
def least_axis_length(form: Form) -> float:
    """4 √λ₃."""
    return form.length_of_axis(0)


@SHAPE_FEATURES.named("Elongation")
def elongation(form: Form) -> float:
    """√(λ₂ / λ₁)."""
    return np.sqrt(form.variances[1] / form.variances[2])


@SHAPE_FEATURES.named("Flatness")
def flatness(form: Form) -> float:
    """√(λ₃ / λ₁)."""
    return np.sqrt(form.variances[0] / form.variances[2])


@SHAPE_FEATURES.named("Maximum3DDiameter")
def maximum_diameter(form: Form) -> float:
    """The largest distance of two corners of the surface in mm."""
    from scipy.spatial import ConvexHull

    return _diameter(form.vertices[ConvexHull(form.vertices).vertices])


@SHAPE_FEATURES.named("Maximum2DDiameterSlice")
def maximum_diameter_in_slice(form: Form) -> float:
    """The same of two corners of one z."""
    return _diameter_in_planes(form.vertices, 0)


@SHAPE_FEATURES.named("Maximum2DDiameterColumn")
def maximum_diameter_in_column(form: Form) -> float:
    """The same of two corners of one y."""
    return _diameter_in_planes(form.vertices, 1)


@SHAPE_FEATURES.named("Maximum2DDiameterRow")
def maximum_diameter_in_row(form: Form) -> float:
    """The same of two corners of one x."""
    return _diameter_in_planes(form.vertices, 2)


def _diameter(points: np.ndarray) -> float:
    """Return the largest distance of two of the points (n, d)."""
    squares = sum(np.subtract.outer(along, along) ** 2 for along in points.T)
    return float(np.sqrt(squares.max()))


def _diameter_in_planes(points: np.ndarray, axis: int) -> float:
    """Return the largest distance of two points that lie at the same place along `axis`."""
    points = points[np.argsort(points[:, axis], kind="stable")]
    begins = np.flatnonzero(np.diff(points[:, axis], prepend=-1.0))
    planes = np.split(np.delete(points, axis, 1), begins[1:])
    largest, bounds = 0.0, [_bound(plane) for plane in planes]
    for place in np.argsort(bounds)[::-1]:
        if bounds[place] <= largest:
            break
        largest = max(largest, _diameter(planes[place]))
    return largest


def _bound(points: np.ndarray) -> float:
    """Return a number that no distance of two of the points (n, d) exceeds."""
    middle = (points.min(0) + points.max(0)) / 2
    return float(2 * np.sqrt(((points - middle) ** 2).sum(1).max()) * (1 + 1e-12))
