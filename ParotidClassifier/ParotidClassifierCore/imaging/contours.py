"""From closed contours to voxels: which voxel centres of a CT lie inside them."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import SimpleITK as sitk

from ..base.errors import UnusableMaskError
from .working_grid import Geometry

# A contour belongs to the slice it lies on; positions are rounded by some planning systems, but
# half way between two slices it belongs to none.
_OFF_SLICE = 0.2  # of the distance between slices
# A centre on the line counts as inside, whatever the rounding of the CT's header: some programs
# draw their contours through the centres of the outermost voxels.
_ON_LINE = 1e-5  # voxels
_FARTHEST_MM = 1_000_000  # farther points make no place, and overflow
_DRAW_AGAIN = "Correct the contour where it was drawn and export it again."
# More than any tumour's, and what still takes seconds.
_MOST_CONTOURS, _MOST_ON_A_SLICE, _MOST_POINTS = 1_000, 50, 300_000
_AT_A_TIME = 1_000_000  # pairs of an edge and a row, looked at in one go
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
    mask = np.zeros(ct.GetSize()[::-1], np.uint8)
    slices = np.moveaxis(mask, 2 - axis, 0)  # a view: (slice, row, column)
    for number, drawn in by_slice.items():
        flat = [replace(one, points=np.delete(one.points, axis, axis=1)) for one in drawn]
        _fill(slices[number], flat, name)
    if not mask.any():
        raise UnusableMaskError(
            f"{name} holds no voxel centre of the CT.",
            "Choose the CT it was drawn on, and outline the whole lesion.",
        )
    return Geometry.of(ct).image(mask)


def _in_voxels(contour: Contour, ct: sitk.Image, name: str) -> Contour:
    called = f"Contour {contour.number} of {name}"
    points = np.asarray(contour.points, float)
    if not (np.abs(points) <= _FARTHEST_MM).all():
        raise UnusableMaskError(
            f"{called} has points that are not numbers within {_FARTHEST_MM:,.0f} mm.", _DRAW_AGAIN
        )
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


def _fill(plane: np.ndarray, contours: Sequence[Contour], name: str) -> None:
    """Set what lies inside the contours of one slice in its plane (row, column)."""
    if len(contours) > _MOST_ON_A_SLICE:
        raise UnusableMaskError(
            f"{name} has {len(contours)} contours on one slice, {contours[0].where}; at most "
            f"{_MOST_ON_A_SLICE} are read.",
            _SIMPLER,
        )
    points = np.concatenate([contour.points for contour in contours])
    columns, rows = map(_within, points.min(axis=0), points.max(axis=0), plane.shape[::-1])
    box, corner = plane[rows, columns], (columns.start, rows.start)
    enclosed = [_enclosed(contour, corner, box.shape, name) for contour in contours]
    for (one, of_one), (other, of_other) in itertools.combinations(
        zip(contours, enclosed, strict=True), 2
    ):
        if not (one.exclusive and other.exclusive):
            called = f"Contours {one.number} and {other.number} of {name}, {one.where},"
            _require_apart_or_nested(*of_one, *of_other, called)
    inside, on_line = zip(*enclosed, strict=True)
    box[:] = np.logical_xor.reduce(inside) | np.logical_or.reduce(on_line)


def _enclosed(
    contour: Contour, corner: tuple[int, int], shape: tuple[int, int], name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return which voxel centres of a box lie inside a contour, and which on its line.

    Raises:
        UnusableMaskError: it crosses itself so that a centre is enclosed twice, or in the opposite
            sense to the rest. A slip of the hand that holds no centre changes nothing.
    """
    windings, on_line = _windings(contour.points - corner, shape)
    inside = (windings != 0) & ~on_line
    x, y = contour.points.T
    its_way = np.sign(x @ np.roll(y, -1) - y @ np.roll(x, -1))  # of twice the area
    if (windings[inside] != its_way).any():
        raise UnusableMaskError(f"{contour.called(name)} crosses itself.", _DRAW_AGAIN)
    return inside, on_line


def _windings(line: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return how often a closed line (n, 2) winds around each centre, and which lie on the line.

    Counterclockwise; what is counted on the line says nothing. Source: Sunday 2001, "Inclusion of a
    point in a polygon": edges that pass a centre's row upwards on its right count one, downwards
    minus one.
    """
    windings, on_line = np.zeros(shape, int), np.zeros(shape, bool)
    edges = np.column_stack([line, np.roll(line, -1, axis=0)])
    rows = np.arange(shape[0])
    for some in np.array_split(edges, len(edges) * len(rows) // _AT_A_TIME + 1):
        x, y, to_x, to_y = some.T
        edge, row = np.nonzero((y[:, None] <= rows) != (to_y[:, None] <= rows))
        up = (to_y - y)[edge]
        crossing = x[edge] + (row - y[edge]) / up * (to_x - x)[edge]
        windings += _in_rows(shape, row, np.zeros(len(row)), crossing, np.where(up > 0, 1, -1))
        low, high = (side[:, None] for side in (np.minimum(y, to_y), np.maximum(y, to_y)))
        edge, row = np.nonzero((low <= rows + _ON_LINE) & (high >= rows - _ON_LINE))
        on_line |= _in_rows(shape, row, *_beside(some[edge], row), 1) > 0
    return windings, on_line


def _beside(edges: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns from which to which edges (n, 4) lie on rows (n), or nearly so."""
    x, y, to_x, to_y = edges.T
    flat = np.abs(to_y - y) <= _ON_LINE
    up = np.where(flat, 1.0, to_y - y)
    low, high = (np.clip((row + side - y) / up, 0, 1) for side in (-_ON_LINE, _ON_LINE))
    ends = x + np.where(flat, [[0.0], [1.0]], [low, high]) * (to_x - x)
    return ends.min(axis=0) - _ON_LINE, ends.max(axis=0) + _ON_LINE


def _in_rows(
    shape: tuple[int, int], row: np.ndarray, left: np.ndarray, right: np.ndarray, number
) -> np.ndarray:
    """Return the sum of the numbers that count at each centre: from left to right in a row."""
    steps = np.zeros((shape[0], shape[1] + 1), int)
    for x, change in ((left, number), (right, -number)):
        place = np.clip(np.ceil(x), 0, shape[1]).astype(int)
        np.add.at(steps, (row, place), change)
    return steps.cumsum(axis=1)[:, :-1]


def _require_apart_or_nested(
    inside: np.ndarray, line: np.ndarray, other: np.ndarray, other_line: np.ndarray, called: str
) -> None:
    """Refuse two contours of a slice that overlap so that it is unclear what is a hole."""
    if not (inside & other).any():
        return
    beyond = (inside & ~(other | other_line)).any()
    if beyond == (other & ~(inside | line)).any():
        how = "cross each other" if beyond else "enclose the same voxels"
        raise UnusableMaskError(
            f"{called} {how} on one slice.", "Join them into one where they were drawn."
        )


def _within(lowest: float, highest: float, count: int) -> slice:
    """Return the whole numbers from `lowest` to `highest` that are indices of `count` things."""
    first = min(max(math.ceil(lowest - _ON_LINE), 0), count)
    return slice(first, max(first, min(math.floor(highest + _ON_LINE) + 1, count)))
