"""The same case as another scan and another reader would give it.

The scan has noise of its own, the head lies a little turned and elsewhere between the voxels, and
the outline is larger or smaller and runs a little differently, its rings wider or narrower.

Source: Zwanenburg et al. 2019, Scientific Reports 9:614: noise, translation, rotation, volume
change and contour randomisation in one chain. Decided: how much of each, drawn anew each time, and
contours displaced smoothly where the paper draws supervoxels, so that the outline stays one that a
reader might draw; and the rings, which the paper has not.
"""

from dataclasses import replace

import numpy as np
import SimpleITK as sitk

from ..imaging.lattice import Lattice, bounds
from ..imaging.perturbation import WIDTH_CHANGE_MM, image_noise_hu, perturbed_outline
from ..imaging.working_grid import Geometry
from ..protocol import LARGEST_WIDTH_MM, SMALLEST_WIDTH_MM, Protocol
from .grid import MARGIN_MM, tumor_on_lattice
from .loading import Case

ROTATION_DEG = 6.0  # the most, in the plane of the slices
VOLUME_CHANGE = 0.15  # the most, up or down
# Around the tumour: ring, crop, rotation and contour reach no farther.
_ROOM_MM = MARGIN_MM + 35
_OUTLINE_ROOM_MM = 8


def perturbed_case(case: Case, rng: np.random.Generator) -> Case:
    """Return the case scanned and outlined again; its rings are to be computed.

    The CT is cut to the surroundings of the tumour. White noise as strong as its own is added to
    it, and the 1 mm lattice is turned in plane by up to ROTATION_DEG and moved by up to 1 mm along
    each axis, so that nothing is interpolated twice. The outline is perturbed on that lattice
    (`imaging.perturbation`), its volume changed by up to VOLUME_CHANGE.

    Raises:
        UnusableMaskError: the outline cannot be used.
    """
    near = _near(case)
    ct = with_noise(near, image_noise_hu(sitk.GetArrayViewFromImage(near)), rng)
    moved = replace(case, ct=ct, rings={}, moved_lattice=_moved(case.lattice, rng))
    box, tumor = tumor_on_lattice(moved, _OUTLINE_ROOM_MM)
    change = rng.uniform(-VOLUME_CHANGE, VOLUME_CHANGE)
    outline = perturbed_outline(tumor, rng, volume_change=change)
    return replace(moved, tumor=moved.lattice.geometry(box).image(outline))


def widened(protocol: Protocol, rng: np.random.Generator) -> Protocol:
    """Return a protocol with rings that are wider, or narrower, by up to WIDTH_CHANGE_MM."""
    regions, by_mm = dict(protocol.regions), rng.uniform(-WIDTH_CHANGE_MM, WIDTH_CHANGE_MM)
    for ring in protocol.rings:
        width = float(np.clip(ring.ring.width_mm + by_mm, SMALLEST_WIDTH_MM, LARGEST_WIDTH_MM))
        regions[ring.name] = replace(ring, ring=replace(ring.ring, width_mm=width))
    return replace(protocol, regions=regions)


def _near(case: Case) -> sitk.Image:
    """Return the CT around the tumour; all of it where the outline is elsewhere or empty."""
    inside = sitk.GetArrayViewFromImage(case.tumor) != 0
    if not inside.any():
        return case.ct
    ends = np.add(bounds(inside), [[-0.5], [0.5]])
    corners = np.array(np.meshgrid(*ends.T)).reshape(3, -1).T
    points = [case.tumor.TransformContinuousIndexToPhysicalPoint(c) for c in corners.tolist()]
    indices = [case.ct.TransformPhysicalPointToContinuousIndex(point) for point in points]
    room = _ROOM_MM / np.array(case.ct.GetSpacing())
    first = np.maximum(0, np.floor(np.min(indices, axis=0) - room)).astype(int)
    last = np.ceil(np.max(indices, axis=0) + room).astype(int)
    size = np.minimum(np.array(case.ct.GetSize()) - 1, last) - first + 1
    if (size < 1).any():
        return case.ct
    return sitk.RegionOfInterest(case.ct, size.tolist(), first.tolist())


def with_noise(ct: sitk.Image, sd_hu: float, rng: np.random.Generator) -> sitk.Image:
    """Return the CT in whole HU with white noise of this standard deviation."""
    values = sitk.GetArrayViewFromImage(ct)
    noisy = np.rint(values + rng.normal(0.0, sd_hu, values.shape))
    whole = np.iinfo(np.int16)
    return Geometry.of(ct).image(np.clip(noisy, whole.min, whole.max).astype(np.int16))


def _moved(lattice: Lattice, rng: np.random.Generator) -> Lattice:
    angle = np.deg2rad(rng.uniform(-ROTATION_DEG, ROTATION_DEG))
    turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    axes = np.reshape(lattice.direction, (3, 3)) @ turn
    return Lattice.through(axes @ rng.uniform(0.0, 1.0, 3), tuple(axes.ravel().tolist()))
