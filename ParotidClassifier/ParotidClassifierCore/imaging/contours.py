"""From closed contours to voxels: which voxel centres of a CT lie inside them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

from ..base.errors import UnusableMaskError
from .working_grid import Geometry

if TYPE_CHECKING:
    import shapely

# A contour belongs to the slice it lies on; positions are rounded by some planning systems, but
# half way between two slices it belongs to none.
_OFF_SLICE = 0.2  # of the distance between slices
# A centre on the line counts as inside, whatever the rounding of the CT's header: some programs
# draw their contours through the centres of the outermost voxels.
_ON_LINE = 1e-5  # voxels
_DRAW_AGAIN = "Correct the contour where it was drawn and export it again."
# More than any tumour's, and what still takes seconds. A small file may name lines that cross each
# other millions of times.
_MOST_CONTOURS, _MOST_ON_A_SLICE, _MOST_POINTS = 1_000, 50, 300_000
_MOST_CROSSINGS = 5_000
_AT_A_TIME = 4_000_000  # pairs of segments, or of faces and segments, looked at in one go
_SIMPLER = "Outline the lesion alone, with simple lines; the file may be damaged."


@dataclass(frozen=True)
class Contour:
    """One closed line around a part of a lesion, or around a hole in it.

    Attributes:
        number: among the contours of its outline, from 1, for messages.
        points: (n, 3) as (x, y, z) in mm, LPS; the last is joined to the first.
        exclusive: whether it says itself that it adds or cuts out by exclusive or.
        where: words for its place in the patient, once its points are counted in voxels of the CT:
            (n, 3) as (x, y, z), and (n, 2) as (column, row) when its slice is known.
    """

    number: int
    points: np.ndarray
    exclusive: bool = False
    is_point: bool = False
    where: str = ""

    @property
    def encloses(self) -> bool:
        """Whether it can enclose anything: a line through three different points or more."""
        return not self.is_point and len(set(map(tuple, self.points.tolist()))) >= 3

    def called(self, name: str) -> str:
        """Return what messages call it."""
        return f"Contour {self.number} of {name}, {self.where},"


def require_bounded(points: Sequence[int], name: str) -> None:
    """Raise UnusableMaskError for an outline of more contours or points than any tumour has."""
    counted = (len(points), _MOST_CONTOURS, "contours"), (sum(points), _MOST_POINTS, "points")
    for count, most, what in counted:
        if count > most:
            raise UnusableMaskError(
                f"{name} has {count} {what}; at most {most} are read.", _SIMPLER
            )


def filled(contours: Sequence[Contour], ct: sitk.Image, name: str) -> sitk.Image:
    """Return the voxels of a CT whose centres lie inside contours drawn on its slices.

    Several contours on one slice are combined by exclusive or, so that one inside another is a
    hole; a hole may also be cut out by a channel without width (keyhole). Nothing is interpolated:
    every slice from the first contour to the last needs one.

    Args:
        contours: in the planes of one axis of the CT, in any order; at least one, and each
            encloses something.

    Returns:
        Binary uint8 volume on the grid of the CT.

    Raises:
        UnusableMaskError: a contour crosses itself or another, lies between or beyond the slices;
            a slice has none, or very many; or no voxel centre lies inside.
    """
    placed = [_in_voxels(contour, ct, name) for contour in contours]
    # The axis across which the contours are flattest.
    axis = int(np.max([np.ptp(one.points, axis=0) for one in placed], axis=0).argmin())
    by_slice = _by_slice(placed, axis, ct, name)
    _require_every_slice(by_slice, name)
    flat = {
        number: [replace(one, points=np.delete(one.points, axis, axis=1)) for one in drawn]
        for number, drawn in by_slice.items()
    }
    _require_simple(flat, name)
    mask = np.zeros(ct.GetSize()[::-1], np.uint8)
    slices = np.moveaxis(mask, 2 - axis, 0)  # a view: (slice, row, column)
    for number, drawn in flat.items():
        _fill(slices[number], drawn, name)
    if not mask.any():
        raise UnusableMaskError(
            f"{name} holds no voxel centre of the CT.",
            "Choose the CT it was drawn on, and outline the whole lesion.",
        )
    return Geometry.of(ct).image(mask)


def _in_voxels(contour: Contour, ct: sitk.Image, name: str) -> Contour:
    called = f"Contour {contour.number} of {name}"
    points = np.asarray(contour.points, float)
    if not np.isfinite(points).all():
        raise UnusableMaskError(f"{called} has points that are not numbers.", _DRAW_AGAIN)
    axes = np.reshape(ct.GetDirection(), (3, 3)) * ct.GetSpacing()
    places = np.linalg.solve(axes, (points - ct.GetOrigin()).T).T
    x, y, z = points.mean(axis=0)
    where = f"at ({x:.1f}, {y:.1f}, {z:.1f}) mm"
    return replace(contour, points=places, where=where)


def _by_slice(
    contours: Sequence[Contour], axis: int, ct: sitk.Image, name: str
) -> dict[int, list[Contour]]:
    by_slice: dict[int, list[Contour]] = {}
    for contour in contours:
        number = _slice_of(contour.points[:, axis], contour.called(name))
        if not 0 <= number < ct.GetSize()[axis]:
            raise UnusableMaskError(
                f"{contour.called(name)} lies beyond the slices of the CT.",
                "Choose the CT it was drawn on, whole.",
            )
        by_slice.setdefault(number, []).append(contour)
    return by_slice


def _slice_of(along: np.ndarray, called: str) -> int:
    number = int(np.rint(np.median(along)))
    if np.ptp(along) > 2 * _OFF_SLICE:
        raise UnusableMaskError(
            f"{called} is not drawn in the plane of the slices: its points spread over "
            f"{np.ptp(along):.1f} slices.",
            "Choose the CT it was drawn on, or outline the lesion on its slices.",
        )
    off = float(np.abs(along - number).max())
    if off > _OFF_SLICE:
        raise UnusableMaskError(
            f"{called} lies between the slices of the CT: {off:.2f} of their distance beside the "
            "nearest.",
            "Choose the CT it was drawn on; its slices may have been resampled.",
        )
    return number


def _require_every_slice(by_slice: dict[int, list[Contour]], name: str) -> None:
    first, last = min(by_slice), max(by_slice)
    missing = last - first + 1 - len(by_slice)
    if missing:
        raise UnusableMaskError(
            f"{name} has no contour on {missing} of the {last - first + 1} slices from its first "
            "to its last.",
            "Draw or interpolate the missing ones where it was drawn; outline separate lesions "
            "as ROIs of their own.",
        )


def _require_simple(by_slice: Mapping[int, Sequence[Contour]], name: str) -> None:
    """Refuse contours that would take minutes and gigabytes: very many, or crossing very often."""
    crossings = 0
    for drawn in by_slice.values():
        if len(drawn) > _MOST_ON_A_SLICE:
            raise UnusableMaskError(
                f"{name} has {len(drawn)} contours on one slice, {drawn[0].where}; at most "
                f"{_MOST_ON_A_SLICE} are read.",
                _SIMPLER,
            )
        for found in _crossings([contour.points for contour in drawn]):
            crossings += found
            if crossings > _MOST_CROSSINGS:
                raise UnusableMaskError(
                    f"The contours of {name} cross themselves or each other more than "
                    f"{_MOST_CROSSINGS} times.",
                    _DRAW_AGAIN,
                )


def _crossings(lines: Sequence[np.ndarray]) -> Iterator[float]:
    """Yield, some segments at a time, how often closed lines (n, 2) cross or touch, in total."""
    import shapely

    ends = np.concatenate([np.stack([line, np.roll(line, -1, axis=0)], axis=1) for line in lines])
    told_twice = (ends[:, 0] == ends[:, 1]).all(axis=1)
    segments = shapely.linestrings(ends[~told_twice])
    tree = shapely.STRtree(segments)
    step = max(1, _AT_A_TIME // len(segments))
    for first in range(0, len(segments), step):
        some = segments[first : first + step]
        pairs = tree.query(some, predicate="intersects").shape[1]
        # Each is found with itself and with the two that it hangs together with; each other pair
        # is found from both sides.
        yield max(0, pairs - 3 * len(some)) / 2


def _fill(plane: np.ndarray, contours: Sequence[Contour], name: str) -> None:
    """Set what lies inside the contours of one slice in its plane (row, column)."""
    import shapely

    enclosed = [_enclosed(_area(contour, plane.shape, name), plane.shape) for contour in contours]
    for (one, of_one), (other, of_other) in itertools.combinations(
        zip(contours, enclosed, strict=True), 2
    ):
        if not (one.exclusive and other.exclusive):
            called = f"Contours {one.number} and {other.number} of {name}, {one.where},"
            _require_apart_or_nested(of_one, of_other, called)
    for part in enclosed:
        plane[part.box] ^= part.inside
    lines = shapely.multilinestrings([shapely.LinearRing(c.points) for c in contours])
    shapely.prepare(lines)
    box = _box_around(lines, plane.shape)
    outside = plane[box] == 0
    y, x = (along[outside] for along in np.mgrid[box])
    plane[box][outside] = shapely.dwithin(lines, shapely.points(x, y), _ON_LINE)


@dataclass(frozen=True)
class _Enclosed:
    """What a contour encloses of the voxel centres of a slice.

    Attributes:
        box: rows and columns that it lies in.
        inside: bool (row, column) over the box; without those on its line.
        within: the same with those on its line.
    """

    box: tuple[slice, slice]
    inside: np.ndarray
    within: np.ndarray


def _enclosed(area: shapely.Geometry, shape: tuple[int, int]) -> _Enclosed:
    import shapely

    shapely.prepare(area)
    box = _box_around(area, shape)
    y, x = np.mgrid[box]
    return _Enclosed(box, shapely.contains_xy(area, x, y), shapely.intersects_xy(area, x, y))


def _area(contour: Contour, shape: tuple[int, int], name: str) -> shapely.Geometry:
    """Return what a contour encloses.

    Raises:
        UnusableMaskError: it crosses itself so that a voxel centre is enclosed twice, or in the
            opposite sense to the rest. A slip of the hand that holds no centre changes nothing.
    """
    import shapely

    polygon = shapely.Polygon(contour.points)
    if shapely.is_valid(polygon):
        return polygon
    if any(_enclosed(face, shape).inside.any() for face in _faces_astray(contour.points)):
        raise UnusableMaskError(f"{contour.called(name)} crosses itself.", _DRAW_AGAIN)
    # Lines and points, such as the channel of a keyhole, are left out: they enclose nothing.
    return shapely.buffer(shapely.make_valid(polygon), 0.0)


def _faces_astray(ring: np.ndarray) -> Iterator[shapely.Geometry]:
    """Yield the parts of the plane that a closed line winds around otherwise than once its way."""
    import shapely

    faces = shapely.get_parts(shapely.polygonize([shapely.node(shapely.LinearRing(ring))]))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    x, y = ring.T
    its_way = np.sign(x @ np.roll(y, -1) - y @ np.roll(x, -1))  # of twice the area
    step = max(1, _AT_A_TIME // len(ring))
    for first in range(0, len(faces), step):
        some = slice(first, first + step)
        for face, winding in zip(faces[some], _windings(inside[some], ring), strict=True):
            if winding not in (0, its_way):
                yield face


def _windings(points: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Return how often a closed line winds around each point, counterclockwise.

    Source: Sunday 2001, "Inclusion of a point in a polygon": edges that pass each point's height
    upwards on its right count one, downwards minus one.
    """
    start, end = ring, np.roll(ring, -1, axis=0)
    (x, y), (along_x, along_y) = points.T[:, :, None], (end - start).T
    left = along_x * (y - start[:, 1]) - along_y * (x - start[:, 0])
    upwards = (start[:, 1] <= y) & (end[:, 1] > y) & (left > 0)
    downwards = (start[:, 1] > y) & (end[:, 1] <= y) & (left < 0)
    return upwards.sum(axis=1) - downwards.sum(axis=1)


def _require_apart_or_nested(one: _Enclosed, other: _Enclosed, called: str) -> None:
    """Refuse two contours of a slice that overlap so that it is unclear what is a hole."""
    if not _common(one, one.inside, other, other.inside):
        return
    beyond = _common(one, one.inside, other, other.within) < np.count_nonzero(one.inside)
    beyond_it = _common(one, one.within, other, other.inside) < np.count_nonzero(other.inside)
    if beyond == beyond_it:
        how = "cross each other" if beyond else "enclose the same voxels"
        raise UnusableMaskError(
            f"{called} {how} on one slice.", "Join them into one where they were drawn."
        )


def _common(one: _Enclosed, of_one: np.ndarray, other: _Enclosed, of_other: np.ndarray) -> int:
    """Return how many centres are set in both masks, each over the box of its contour."""
    common = [
        slice(max(a.start, b.start), max(a.start, b.start, min(a.stop, b.stop)))
        for a, b in zip(one.box, other.box, strict=True)
    ]
    first, second = (
        mask[
            tuple(
                slice(c.start - own.start, c.stop - own.start)
                for c, own in zip(common, part.box, strict=True)
            )
        ]
        for part, mask in ((one, of_one), (other, of_other))
    )
    return np.count_nonzero(first & second)


def _box_around(geometry: shapely.Geometry, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return rows and columns of the voxel centres in the bounding box of a geometry."""
    if geometry.is_empty:
        return slice(0, 0), slice(0, 0)
    left, low, right, high = geometry.bounds
    return _within(low, high, shape[0]), _within(left, right, shape[1])


def _within(lowest: float, highest: float, count: int) -> slice:
    """Return the whole numbers from `lowest` to `highest` that are indices of `count` things."""
    first = min(max(math.ceil(lowest - _ON_LINE), 0), count)
    return slice(first, max(first, min(math.floor(highest + _ON_LINE) + 1, count)))
