"""Choose, check and read one CT from a DICOM folder or a DICOMDIR."""

import filecmp
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.errors import SeveralSeriesError, UnreadableFileError
from ..base.progress import Progress, part, silent, told_late
from ..base.words import counted
from ..imaging.itk_files import read_image
from .acquisition import acquisition_of
from .acquisitions import one_volume
from .files import files_of, require_no_lost_slices, unlisted_files
from .headers import Header, ignoring_header_warnings, read_header
from .pixels import read_multi_frame, read_slices, require_decodable
from .slice_checks import require_alike, require_ct, require_each_once, require_whole_headers
from .source import SourceSeries
from .stored_values import require_hounsfield, require_not_turned_round, require_rescaled

_HEADERS_SHARE = 0.3  # of the time; the pixels take the rest
_Series = Mapping[str, Sequence[Header]]


@ignoring_header_warnings()
def read_series(
    path: Path,
    series_uid: str | None = None,
    acquisition: str | None = None,
    progress: Progress = silent,
) -> tuple[sitk.Image, SourceSeries]:
    """Return a CT in HU as it is stored, and the DICOM series that it came from.

    Args:
        path: a folder, searched with all folders below; a DICOMDIR, or the folder that holds one.
        series_uid: which series, where there are several.

    Raises:
        UnreadableFileError: no images, a file that cannot be read, or not such a series.
        SeveralSeriesError: several series, or acquisitions, and none named.
        UnusableImageError: not CT, or slices that are no upright, complete volume.
    """
    all_series = _series_in(path, part(progress, 0.0, _HEADERS_SHARE))
    uid = _chosen(path, all_series, series_uid)
    headers, series = _without_copies(all_series[uid]), f"the series {uid} in {path}"
    _require_ct_in_hu(series, headers)
    require_decodable(series, headers)
    if _is_multi_frame(headers):
        _require_one_file(path, uid, headers, acquisition)
        return read_multi_frame(series, headers[0]), source_of(headers)
    slices, chosen = one_volume(series, headers, acquisition)
    image = read_slices(series, slices, part(progress, _HEADERS_SHARE, 1.0))
    return image, source_of(slices, chosen)


def _require_ct_in_hu(series: str, headers: Sequence[Header]) -> None:
    require_ct(series, headers)
    require_whole_headers(series, headers)
    if _is_multi_frame(headers):
        require_hounsfield(series, headers[0])
    else:
        require_rescaled(series, headers)


def _is_multi_frame(headers: Sequence[Header]) -> bool:
    return any(header.is_multi_frame for header in headers)


def source_of(headers: Sequence[Header], acquisition: str | None = None) -> SourceSeries:
    """Return where a CT came from."""
    first = headers[0]
    return SourceSeries(
        tuple(header.path for header in headers),
        first.series,
        first.text("StudyInstanceUID"),
        first.text("FrameOfReferenceUID") or None,
        acquisition_of(headers),
        acquisition,
    )


@ignoring_header_warnings()
def source_of_files(paths: Sequence[Path]) -> SourceSeries | None:
    """Return where a CT came from that another program read from these files.

    Returns:
        None where they do not hold the slices of one series.
    """
    return _source_of_images(_images_in(paths))


@ignoring_header_warnings()
def checked_source(called: str, paths: Sequence[Path]) -> SourceSeries | None:
    """Return where a CT came from that another program read, where these files can be a CT at all.

    What can be seen in headers is checked as `read_series` checks it, and what other programs read
    wrongly besides. Slices may lie aslant or unevenly: the other program may have resampled them.

    Returns:
        None where they do not hold the slices of one series.

    Raises:
        UnreadableFileError: a file cannot be read, or does not say how its values become HU.
        UnusableImageError: not CT, or the other program cannot have read it rightly.
    """
    headers = _images_in(paths)
    if headers:
        _require_ct_in_hu(called, headers)
        require_not_turned_round(called, headers)
        if not _is_multi_frame(headers):
            require_alike(called, headers)
            require_each_once(called, sorted(headers, key=lambda header: header.along_normal))
    return _source_of_images(headers)


def _images_in(paths: Sequence[Path]) -> list[Header]:
    return [header for header in map(read_header, paths) if header and header.is_image]


def _source_of_images(headers: list[Header]) -> SourceSeries | None:
    whole = bool(headers) and not any(header.lacking for header in headers)
    if not whole or len({header.series for header in headers}) != 1:
        return None
    if not _is_multi_frame(headers):
        headers.sort(key=lambda header: header.along_normal)
    return source_of(headers)


def _series_in(path: Path, progress: Progress) -> _Series:
    """Return the images by series, after all files were looked at."""
    files = files_of(path)
    found = dict(_headers_of(files, progress))
    require_no_lost_slices(found)
    listed = {header.series for header in found.values() if header is not None}
    # Of a medium, other series than those that it lists are not its content.
    beside = (header for _, header in _headers_of(unlisted_files(path, files), progress))
    more = (header for header in beside if header is not None and header.series in listed)
    series: dict[str, list[Header]] = {}
    for header in (*found.values(), *more):
        if header is not None and header.is_image:
            series.setdefault(header.series, []).append(header)
    if not series:
        raise UnreadableFileError(
            f"{path} holds no DICOM images of a CT.", "Choose the folder with the CT series."
        )
    return series


def _headers_of(files: Sequence[Path], progress: Progress) -> Iterator[tuple[Path, Header | None]]:
    for file in told_late(progress, files, "reading header"):
        yield file, read_header(file)


def _chosen(path: Path, series: _Series, series_uid: str | None) -> str:
    # What has no place in space, such as a page with the dose, is chosen only when it is all
    # there is, to say what is wrong with it.
    placed = {
        uid: headers
        for uid, headers in series.items()
        if not all(header.lacking for header in headers)
    }
    offered = placed or series
    listed = "\n".join(f"  {_described(uid, headers)}" for uid, headers in offered.items())
    if series_uid is not None and series_uid not in series:
        raise UnreadableFileError(
            f"{path} holds no series {series_uid}; it holds:\n{listed}\n", "Name one of these."
        )
    if series_uid is None and len(offered) > 1:
        raise SeveralSeriesError(
            f"{path} holds {len(offered)} series:\n{listed}\n", "Name one with --series UID."
        )
    return series_uid or next(iter(offered))


def _described(uid: str, headers: Sequence[Header]) -> str:
    first = headers[0]
    size = "a multi-frame image" if first.is_multi_frame else f"{len(_by_place(headers))} images"
    return f"{uid}  {first.text('Modality')}, {size}, {first.text('SeriesDescription')!r}"


def _require_one_file(
    path: Path, uid: str, headers: Sequence[Header], acquisition: str | None
) -> None:
    if len(headers) > 1 or acquisition is not None:
        raise UnreadableFileError(
            f"The series {uid} in {path} holds {counted(len(headers), 'file')} of enhanced "
            "multi-frame CT.",
            "Give a folder with the one file that holds the arterial phase, without --acquisition.",
        )
    if "ConcatenationUID" in headers[0].content:
        raise UnreadableFileError(
            f"{headers[0].path} says that it is one of several parts of a multi-frame CT.",
            "Export the series as single slices (classic CT).",
        )


def _by_place(headers: Sequence[Header]) -> dict[object, list[Header]]:
    """Return the headers of one series by number and place, copies of a slice together."""
    places: dict[object, list[Header]] = {}
    for header in headers:
        # The place counts too: some programs that remove identities give all slices one number.
        number = header.text("SOPInstanceUID")
        key = (number, header.position) if number else header.path
        places.setdefault(key, []).append(header)
    return places


def _without_copies(headers: Sequence[Header]) -> list[Header]:
    """Return the headers of one series without the copies of slices.

    What has number and place of another slice, but shows something else, is no copy.
    """
    kept: list[Header] = []
    for alike in _by_place(headers).values():
        kept.append(alike[0])
        kept += [other for other in alike[1:] if not _shows_the_same(alike[0].path, other.path)]
    return kept


def _shows_the_same(one: Path, other: Path) -> bool:
    if filecmp.cmp(one, other, shallow=False):
        return True
    try:
        voxels = [sitk.GetArrayFromImage(read_image(path, "GDCMImageIO")) for path in (one, other)]
    except RuntimeError:
        return False
    return np.array_equal(*voxels)
