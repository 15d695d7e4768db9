"""Check that the slices of a DICOM series are one upright, complete CT on a regular grid."""

from collections.abc import Sequence

import numpy as np

from ..base.errors import UnreadableFileError, UnusableImageError
from ..base.words import counted
from ..imaging.volumes import STRAIGHTEN
from .headers import Header

_SPACING_TOLERANCE = 0.01
_NEARLY_WHOLE = 0.05  # of a multiple of the usual distance
_SAME_DIRECTION = 1e-4
_SAME_PIXEL_MM = 1e-4
# Two decimals, in each of two positions.
_ROUNDING_MM = 0.01 + 1e-6
# Farther from its place on the grid, a slice lies elsewhere: share of the distance of slices, and
# of the size of a pixel.
_OFF_THE_GRID, _OFF_THE_LINE = 0.05, 0.1
_AXIAL_AGAIN = "Choose an axial series of one kind, without its scout images."


def require_ct(series: str, slices: Sequence[Header]) -> None:
    """Raise UnusableImageError unless the modality is CT."""
    modality = next((m for s in slices if (m := s.text("Modality")) != "CT"), "CT")
    if modality != "CT":
        raise UnusableImageError(
            f"The modality of {series} is {modality or 'not named'}, not CT.",
            "Choose the contrast-enhanced CT series.",
        )
    film = next((s for s in slices if s.frames > 1 and not s.is_multi_frame), None)
    if film is not None:
        raise UnusableImageError(
            f"{film.path.name} of {series} holds {film.frames:g} frames, and is no enhanced CT.",
            "Export the series as single slices (classic CT).",
        )


def require_whole_headers(series: str, slices: Sequence[Header]) -> None:
    """Raise UnreadableFileError where a slice does not say where it lies."""
    lacking = [header for header in slices if header.lacking]
    if lacking:
        raise UnreadableFileError(
            f"{_count(lacking, slices)} of {series} lack what says where they lie: "
            f"{_names(lacking)} without a readable {', '.join(lacking[0].lacking)}.",
            "Export the series again as CT slices, not as screenshots; take away files that are "
            "none.",
        )


def require_alike(series: str, slices: Sequence[Header]) -> None:
    """Raise UnusableImageError where slices differ in what one volume has only one of."""
    first = slices[0]
    _require_one_frame(series, slices)
    turned = _unlike(slices, lambda s: s.orientation, _SAME_DIRECTION)
    if turned:
        raise UnusableImageError(
            f"The slices of {series} have different orientations: {_count(turned, slices)} are "
            f"turned against {first.path.name}, such as {turned[0].path.name}.",
            _AXIAL_AGAIN,
        )
    other = _unlike(slices, _pixels, 0)
    if other:
        raise UnusableImageError(
            f"The slices of {series} differ in size: {other[0].path.name} has {_size(other[0])} "
            f"pixels, {first.path.name} {_size(first)}.",
            _AXIAL_AGAIN,
        )
    other = _unlike(slices, lambda s: s.pixel_mm, _SAME_PIXEL_MM)
    if other:
        here, there = ("{:g} × {:g} mm".format(*s.pixel_mm) for s in (other[0], first))
        raise UnusableImageError(
            f"The slices of {series} differ in their pixels: those of {other[0].path.name} measure "
            f"{here}, those of {first.path.name} {there}.",
            "Choose one reconstruction; export its series alone.",
        )


def require_upright(series: str, slices: Sequence[Header]) -> None:
    """Refuse sorted slices that are shifted in their plane, as by a tilted gantry."""
    first, last = slices[0], slices[-1]
    offset = np.subtract(last.position, first.position)
    row, column = np.array(first.orientation).reshape(2, 3)
    shift = float(np.hypot(offset @ row, offset @ column))
    if shift > _SPACING_TOLERANCE * max(1.0, float(np.linalg.norm(offset))):
        raise UnusableImageError(
            f"The slices of {series} are shifted by {shift:.1f} mm from first to last: the gantry "
            "was tilted.",
            STRAIGHTEN,
        )


def require_complete(series: str, slices: Sequence[Header]) -> None:
    """Refuse slices, sorted along their normal, of which one is missing, doubled or out of line."""
    gaps = _gaps(slices)
    if not len(gaps):
        return
    require_each_once(series, slices)
    is_even = gaps.max() - gaps.min() <= _SPACING_TOLERANCE * max(gaps.max(), 1.0)
    if not is_even and not _is_regular(slices):
        raise UnusableImageError(
            f"The slices of {series} lie {gaps.min():.2f} to {gaps.max():.2f} mm apart, not "
            "evenly.",
            "Export the whole series again, or choose a reconstruction with slices at even "
            "distances.",
        )
    _require_in_line(series, slices)


def require_each_once(series: str, slices: Sequence[Header]) -> None:
    """Refuse sorted slices of which one is missing or doubled, however the others lie."""
    gaps = _gaps(slices)
    apart = gaps[gaps > _SPACING_TOLERANCE]
    usual = float(np.median(apart)) if len(apart) else 0.0
    doubled = np.flatnonzero(gaps <= _SPACING_TOLERANCE * max(usual, 1.0))
    if len(doubled):
        pair = slices[doubled[0]], slices[doubled[0] + 1]
        more = f", and {counted(len(doubled) - 1, 'more pair')}" if len(doubled) > 1 else ""
        raise UnusableImageError(
            f"Slices of {series} are doubled: {_names(pair)} lie at the same place{more}.",
            "Export the series once; two phases or reconstructions must be two series.",
        )
    _require_none_missing(series, slices, gaps, usual)


def _gaps(slices: Sequence[Header]) -> np.ndarray:
    return np.diff([header.along_normal for header in slices])


def _require_none_missing(
    series: str, slices: Sequence[Header], gaps: np.ndarray, usual: float
) -> None:
    steps = np.rint(gaps / usual)
    absent = int((steps - 1).sum())
    if absent > 0 and (np.abs(gaps / usual - steps) <= _NEARLY_WHOLE * steps).all():
        at = int(steps.argmax())
        raise UnusableImageError(
            f"{counted(absent, 'slice')} of {series} {'is' if absent == 1 else 'are'} missing: "
            f"slices lie {usual:.2f} mm apart, but {_names((slices[at], slices[at + 1]))} "
            f"{gaps[at]:.2f} mm.",
            "Export the whole series again.",
        )


def _require_in_line(series: str, slices: Sequence[Header]) -> None:
    """Refuse a slice farther beside the line of all than rounding and jitter explain."""
    origin, step = grid_of(slices)
    row, column = np.array(slices[0].orientation).reshape(2, 3)
    off = _off(_positions(slices), origin, step)
    beside = np.hypot(off @ row, off @ column)
    farthest = int(beside.argmax())
    if beside[farthest] > max(_ROUNDING_MM, _OFF_THE_LINE * min(slices[0].pixel_mm)):
        raise UnusableImageError(
            f"{slices[farthest].path.name} of {series} lies {beside[farthest]:.2f} mm beside the "
            "line of the other slices.",
            "Export the series again; choose a reconstruction without shifts between its slices.",
        )


def _require_one_frame(series: str, slices: Sequence[Header]) -> None:
    frames = dict.fromkeys(header.text("FrameOfReferenceUID") for header in slices)
    if len(frames) > 1:
        other = next(s for s in slices if s.text("FrameOfReferenceUID") != next(iter(frames)))
        raise UnusableImageError(
            f"The slices of {series} lie in {len(frames)} frames of reference: "
            f"{slices[0].path.name} and {other.path.name} cannot be placed beside each other.",
            "Export the series again, alone; the patient may have been placed anew in between.",
        )


def _pixels(header: Header) -> tuple[float, ...]:
    values = (header.numbers(key, 1) for key in ("Rows", "Columns", "SamplesPerPixel"))
    return tuple(value[0] if value else 1.0 for value in values)


def _size(header: Header) -> str:
    rows, columns, values = map(int, _pixels(header))
    return f"{columns} × {rows}" + (f" × {values}" if values > 1 else "")


def _unlike(slices: Sequence[Header], value, tolerance: float) -> list[Header]:
    first = value(slices[0])
    return [s for s in slices if not np.allclose(value(s), first, rtol=0, atol=tolerance)]


def _count(some: Sequence[Header], slices: Sequence[Header]) -> str:
    return f"{len(some)} of {counted(len(slices), 'slice')}"


def _names(headers: Sequence[Header]) -> str:
    """Return the names of one or two files, with their folders where these differ."""
    one_folder = len({header.path.parent for header in headers}) == 1
    paths = [header.path for header in headers[:2]]
    return " and ".join(p.name if one_folder else f"{p.parent.name}/{p.name}" for p in paths)


def grid_of(slices: Sequence[Header]) -> tuple[np.ndarray, np.ndarray]:
    """Return where the first slice lies, and the step from each to the next, in mm (x, y, z).

    From the first slice to the last, as ITK does; by least squares where slices lie farther from
    that grid than rounding moves them.
    """
    positions = _positions(slices)
    step = np.subtract(positions[-1], positions[0]) / (len(slices) - 1)
    if np.abs(_off(positions, positions[0], step)).max() <= _ROUNDING_MM:
        return positions[0], step
    numbers = np.arange(len(slices)) - (len(slices) - 1) / 2
    centre = positions.mean(axis=0)
    step = numbers @ (positions - centre) / (numbers @ numbers)
    return centre + numbers[0] * step, step


def _is_regular(slices: Sequence[Header]) -> bool:
    """Return whether slices in their order lie at even distances, but for rounding and jitter."""
    origin, step = grid_of(slices)
    along = step / np.linalg.norm(step)
    off = np.abs(_off(_positions(slices), origin, step) @ along).max()
    return bool(off <= max(_ROUNDING_MM, _OFF_THE_GRID * float(np.linalg.norm(step))))


def _positions(slices: Sequence[Header]) -> np.ndarray:
    return np.array([header.position for header in slices])


def _off(positions: np.ndarray, origin: np.ndarray, step: np.ndarray) -> np.ndarray:
    return positions - (origin + np.arange(len(positions))[:, None] * step)
