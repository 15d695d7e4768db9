"""Tell the acquisitions, such as phases, of one DICOM series apart, and choose one."""

import itertools
import math
from collections.abc import Mapping, Sequence

from ..base.errors import SeveralSeriesError, UnreadableFileError, UnusableImageError
from ..base.words import counted, listed
from .acquisition import seconds_of
from .headers import Header
from .slice_checks import require_alike, require_complete, require_upright

_NUMBER = "AcquisitionNumber"
# These tell acquisitions apart even where all slices together might pass for one volume.
_ALWAYS = (_NUMBER, "TemporalPositionIdentifier")
# What else may tell doubled slices apart, and what the list calls it.
_SPOKEN = {
    "AcquisitionTime": "",
    "ContentTime": "",
    "ConvolutionKernel": "kernel",
    "KVP": "kV",
    "SliceThickness": "slice thickness",
    "PixelSpacing": "pixels",
    "ContrastBolusAgent": "contrast agent",
    "SeriesDescription": "description",
    "ImageType": "image type",
    "ImageComments": "comment",
}
_IN_ORDER = ("AcquisitionTime", "ContentTime", "InstanceNumber")
_SAME_PLACE_MM = 0.01


def one_volume(
    series: str, slices: Sequence[Header], acquisition: str | None
) -> tuple[list[Header], str | None]:
    """Return the slices of one volume, sorted, and which acquisition of several they are.

    Raises:
        SeveralSeriesError: several acquisitions and none named.
        UnreadableFileError: there is no such acquisition.
        UnusableImageError: the slices are no upright, complete volume.
    """
    groups = _told_apart(slices, _ALWAYS)
    if not groups:
        try:
            whole = _sorted_volume(series, slices)
        except UnusableImageError:
            groups = _told_apart(slices, tuple(_SPOKEN)) or _passes(slices)
            if not groups:
                raise
        else:
            _require_the_only(series, slices, acquisition)
            return whole, None
    named = _named(groups)
    lines = "\n".join(f"  {line}" for line in _lines(named))
    if acquisition is None:
        raise SeveralSeriesError(
            f"There are {len(named)} acquisitions in {series}:\n{lines}\n",
            "Name one with --acquisition NAME, by what stands first in its line.",
        )
    if acquisition not in named:
        raise UnreadableFileError(
            f"There is no acquisition {acquisition} in {series}; it holds:\n{lines}\n",
            "Name one of these.",
        )
    called = f"acquisition {acquisition} of {series}"
    return _sorted_volume(called, named[acquisition]), acquisition


def _sorted_volume(series: str, slices: Sequence[Header]) -> list[Header]:
    require_alike(series, slices)
    ordered = sorted(slices, key=lambda header: header.along_normal)
    require_upright(series, ordered)
    require_complete(series, ordered)
    return ordered


def _require_the_only(series: str, slices: Sequence[Header], acquisition: str | None) -> None:
    numbers = sorted({header.text(_NUMBER) for header in slices})
    if acquisition is not None and numbers != [acquisition]:
        has = f"one acquisition, {numbers[0]}" if numbers[0] and len(numbers) == 1 else "one"
        raise UnreadableFileError(
            f"There is no acquisition {acquisition} in {series}; it holds {has}.",
            "Leave --acquisition out.",
        )


def _told_apart(slices: Sequence[Header], keywords: Sequence[str]) -> list[list[Header]]:
    """Return the acquisitions that the first keyword tells apart that does; none where none does.

    Blocks of one scan that lie one above the other are none.
    """
    for keyword in keywords:
        by_value: dict[str, list[Header]] = {}
        for header in slices:
            by_value.setdefault(header.text(keyword), []).append(header)
        groups = list(by_value.values())
        several = len(groups) > 1 and all(len(group) > 1 for group in groups)
        if several and _overlap(groups) and any(map(_is_volume, groups)):
            return groups
    return []


def _overlap(groups: Sequence[Sequence[Header]]) -> bool:
    places = [[header.along_normal for header in group] for group in groups]
    extents = sorted((min(place), max(place)) for place in places)
    return any(
        above[0] <= below[1] + _SAME_PLACE_MM for below, above in itertools.pairwise(extents)
    )


def _is_volume(slices: Sequence[Header]) -> bool:
    try:
        _sorted_volume("", slices)
    except UnusableImageError:
        return False
    return True


def _passes(slices: Sequence[Header]) -> list[list[Header]]:
    """Return the acquisitions of a series that went over the same places several times in turn."""
    places: list[list[Header]] = []
    for header in sorted(slices, key=lambda header: header.along_normal):
        if places and header.along_normal - places[-1][0].along_normal <= _SAME_PLACE_MM:
            places[-1].append(header)
        else:
            places.append([header])
    times = {len(place) for place in places}
    if len(places) < 2 or len(times) > 1 or times == {1}:
        return []
    for keyword in _IN_ORDER:
        ordered = [sorted(place, key=lambda h, key=keyword: _order(h, key)) for place in places]
        passes = [list(one) for one in zip(*ordered, strict=True)]
        if _in_turn([[_order(header, keyword) for header in one] for one in passes]):
            return passes
    return []


def _order(header: Header, keyword: str) -> float:
    """Return a time in seconds, or a number; infinite where it is not told."""
    if keyword.endswith("Time"):
        told = seconds_of(header.text(keyword))
    else:
        told = next(iter(header.numbers(keyword, 1) or ()), None)
    return math.inf if told is None else told


def _in_turn(passes: Sequence[Sequence[float]]) -> bool:
    """Return whether there is more between the passes than between two slices of any of them.

    So no pass is cut in two and mixed with another, as by a clock that passes midnight.
    """
    within = [abs(b - a) for one in passes for a, b in itertools.pairwise(sorted(one))]
    between = [min(after) - max(before) for before, after in itertools.pairwise(passes)]
    return math.isfinite(max(map(max, passes))) and min(between) >= max(*within, 1e-3)


def _named(groups: Sequence[Sequence[Header]]) -> dict[str, Sequence[Header]]:
    """Return the acquisitions by name in the order of their making: their number, or 1, 2, 3."""
    ordered = sorted(
        groups,
        key=lambda group: [min(_order(header, key) for header in group) for key in _IN_ORDER],
    )
    numbers = [{header.text(_NUMBER) for header in group} for group in ordered]
    own = [next(iter(number)) for number in numbers if len(number) == 1]
    unique = len(set(own) - {""}) == len(ordered)
    names = own if unique else map(str, range(1, len(ordered) + 1))
    return dict(zip(names, ordered, strict=True))


def _lines(named: Mapping[str, Sequence[Header]]) -> list[str]:
    """Return a line for each acquisition: its slices, its time, and what only it has."""
    told = {
        spoken: {name: _values(slices, key) for name, slices in named.items()}
        for key, spoken in _SPOKEN.items()
        if spoken
    }
    lines = []
    for name, slices in named.items():
        only = [f"{spoken} {of[name]}" for spoken, of in told.items() if len(set(of.values())) > 1]
        parts = (counted(len(slices), "slice"), _scanned(slices), *only)
        lines.append(f"{name}  {', '.join(filter(None, parts))}")
    return lines


def _values(slices: Sequence[Header], keyword: str) -> str:
    found = dict.fromkeys(header.text(keyword) or "not named" for header in slices)
    return listed([*found], 2)


def _scanned(slices: Sequence[Header]) -> str:
    for keyword in ("AcquisitionTime", "ContentTime"):
        times = sorted(filter(None, (header.text(keyword)[:6] for header in slices)))
        if times:
            first, last = (f"{t[:2]}:{t[2:4]}:{t[4:]}".rstrip(":") for t in (times[0], times[-1]))
            return f"scanned at {first}" + ("" if first == last else f" to {last}")
    return ""
