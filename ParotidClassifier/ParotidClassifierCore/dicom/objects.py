"""Find and read DICOM SEG and RTSTRUCT files, and check which CT they were drawn on."""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.errors import AmbiguousMaskError, UnreadableFileError, UnusableMaskError
from ..base.words import listed
from ..imaging.choosing import Choice, Sought
from ..imaging.findings import QualityFinding, warning
from .files import files_of, may_be_dicom
from .source import SourceSeries

if TYPE_CHECKING:
    from pydicom import Dataset

RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_OUTLINES = (RTSTRUCT, *SEGMENTATIONS)

_NUMBER_OF_FRAMES = 0x0028_0008
_MOST_FRAMES = 20_000  # a hundred organs on two hundred slices
_EXPORT_AGAIN = "Export it again; the file may be damaged or incomplete."
_FORMATS = (
    "Give a label map (NRRD, NIfTI, MetaImage), a segmentation of 3D Slicer (.seg.nrrd), a DICOM "
    "SEG or an RTSTRUCT."
)
# What pydicom and highdicom raise for objects that lack something or hold it in another form.
_DAMAGE = (
    AttributeError, KeyError, IndexError, ValueError, TypeError, OSError, EOFError, RuntimeError,
    OverflowError, struct.error, zlib.error,
)  # fmt: skip


def read_outline_object(path: Path) -> tuple[Path, Dataset]:
    """Return the DICOM SEG or RTSTRUCT at `path` and the file that it lies in.

    Raises:
        UnreadableFileError: missing, unreadable, cut off, or no such object.
        AmbiguousMaskError: a folder holds several.
    """
    with damage_named(path, "DICOM"):
        if not path.exists():
            raise UnreadableFileError(f"{path} does not exist.", "Check the path.")
        file = _only_one_in(path) if path.is_dir() else path
        dataset = _read(file)
        kind = dataset.SOPClassUID
    if kind not in _OUTLINES:
        raise UnreadableFileError(
            f"{file} is no outline but {getattr(kind, 'name', kind)!r}.", _FORMATS
        )
    return file, dataset


def _read(file: Path) -> Dataset:
    import pydicom
    from pydicom.dataelem import RawDataElement

    if not may_be_dicom(file):
        raise UnreadableFileError(f"{file} is no outline this program reads.", _FORMATS)
    _require_few_frames(file)
    dataset = pydicom.dcmread(file, force=True)
    for element in dataset.values():
        # Reading ends with the file, whatever length the last element said it had.
        whole = not isinstance(element, RawDataElement) or element.length == 0xFFFFFFFF
        if not whole and len(element.value or b"") < element.length:
            raise EOFError("it ends in the middle")
    return dataset


def _require_few_frames(file: Path) -> None:
    """Raise UnreadableFileError for more frames than are read in a minute."""
    from pydicom.filereader import read_partial

    # Frames are described behind their number, at length: that is not read here.
    with file.open("rb") as stream:
        header = read_partial(stream, lambda tag, *_: tag > _NUMBER_OF_FRAMES, force=True)
    require_few_frames(file, int(header.get("NumberOfFrames") or 1))


def require_few_frames(file: Path, frames: int) -> None:
    """Raise UnreadableFileError where an object has more frames than are read in a minute."""
    if frames > _MOST_FRAMES:
        raise UnreadableFileError(
            f"{file} has {frames} frames; at most {_MOST_FRAMES} are read.",
            "Export the outline of the lesion alone.",
        )


def _only_one_in(folder: Path) -> Path:
    found = [path for path in files_of(folder) if may_be_dicom(path) and _is_outline(path)]
    if not found:
        raise UnreadableFileError(f"{folder} holds no DICOM SEG and no RTSTRUCT.", _FORMATS)
    if len(found) > 1:
        names = listed([str(path.relative_to(folder)) for path in found], 20)
        raise AmbiguousMaskError(
            f"{folder} holds {len(found)} files with outlines: {names}.", "Give one of the files."
        )
    return found[0]


def _is_outline(file: Path) -> bool:
    import pydicom

    with contextlib.suppress(*_DAMAGE):
        header = pydicom.dcmread(
            file, stop_before_pixels=True, specific_tags=["SOPClassUID"], force=True
        )
        return header.get("SOPClassUID") in _OUTLINES
    return False


@contextlib.contextmanager
def damage_named(file: Path, kind: str) -> Iterator[None]:
    """Turn what a library raises into an UnreadableFileError that names file and kind."""
    from pydicom.errors import BytesLengthException

    try:
        yield
    except PermissionError as error:
        raise UnreadableFileError(
            f"{file} cannot be read: {error.strerror}.", "Check the file and its rights."
        ) from error
    except (*_DAMAGE, BytesLengthException) as error:
        reason = str(error).strip().rstrip(".") or type(error).__name__
        raise UnreadableFileError(
            f"{file} cannot be read as {kind}: {reason}.", _EXPORT_AGAIN
        ) from error


def drawn_on(
    file: Path,
    region: Sought,
    source: SourceSeries | None,
    frame: str | None,
    series: Collection[str],
    choice: Choice,
) -> list[QualityFinding]:
    """Return what is worth knowing of the series that an object was drawn on.

    Args:
        source: of the CT; None where it is not known, and positions alone can decide.
        frame: UID of the frame of reference of its positions; None or empty if it names none.
        series: UIDs of the series that it refers to; empty if it names none.

    Raises:
        UnusableMaskError: that is another one than the CT's.
    """
    reason = None if source is None else _other_series(file, source, frame, series)
    if reason is None:
        return []
    if choice.any_series:
        told = (
            f"The {region.name} outline names another series than the CT, as after a second "
            "anonymisation. It was taken by its position alone: look whether it lies on the lesion."
        )
        return [warning("outline_of_another_series", told)]
    allowed = f"If it is the same scan, anonymised again, add {region.option('any-series')}."
    raise UnusableMaskError(reason.message, f"{reason.remedy} {allowed}")


def _other_series(
    file: Path, source: SourceSeries, frame: str | None, series: Collection[str]
) -> UnusableMaskError | None:
    if frame and source.frame_of_reference_uid and frame != source.frame_of_reference_uid:
        return UnusableMaskError(
            f"{file} lies in another space than the CT: its frame of reference is {frame}, the "
            f"CT's is {source.frame_of_reference_uid}.",
            "Choose the CT it was drawn on, or the outline drawn on this one.",
        )
    if series and source.series_uid not in series:
        return UnusableMaskError(
            f"{file} was drawn on another series than the CT: on {', '.join(sorted(series))}, not "
            f"on {source.series_uid}.",
            "Choose the series it was drawn on (--series UID), or the outline drawn on this one.",
        )
    return None
