"""The headers of DICOM images: read once each, for whatever is asked of them."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnreadableFileError
from .dicom_files import has_magic, is_dicomdir, refuse_unreadable

if TYPE_CHECKING:
    from pydicom import Dataset

# PS3.4 table B.5-1: Enhanced CT and Legacy Converted Enhanced CT Image Storage.
_MULTI_FRAME_CT = ("1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2")
_READ = (
    "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID",
    "FrameOfReferenceUID", "Modality", "SeriesDescription", "ProtocolName", "NumberOfFrames",
    "Rows", "Columns", "SamplesPerPixel", "PixelSpacing", "ImagePositionPatient",
    "ImageOrientationPatient", "Manufacturer", "ManufacturerModelName", "KVP", "SliceThickness",
    "ConvolutionKernel", "ContrastBolusAgent", "ContrastBolusAgentSequence", "ContrastBolusVolume",
    "ContrastBolusTotalDose", "ContrastBolusRoute", "ContrastBolusStartTime", "AcquisitionTime",
    "SharedFunctionalGroupsSequence",
)  # fmt: skip


@dataclass(frozen=True)
class Header:
    """What one DICOM image says before its pixels.

    Attributes:
        path: of the file.
        content: the tags that were read.
        transfer_syntax: UID of how the pixels are stored; empty where it is not named.
    """

    path: Path
    content: Dataset
    transfer_syntax: str = ""

    def text(self, keyword: str) -> str:
        """Return a value as text, empty where there is none; several are joined by spaces."""
        value = self.content.get(keyword)
        if value is None:
            return ""
        several = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
        return " ".join(" ".join(map(str, several)).split()).strip("\0 ")

    def numbers(self, keyword: str, count: int) -> tuple[float, ...] | None:
        """Return so many finite numbers; None where the header does not hold them."""
        value = self.content.get(keyword)
        try:
            found = tuple(float(v) for v in (np.atleast_1d(value) if value is not None else ()))
        except (TypeError, ValueError):
            return None
        return found if len(found) == count and np.isfinite(found).all() else None

    @property
    def series(self) -> str:
        """UID of the series; empty where it is not named."""
        return self.text("SeriesInstanceUID")

    @property
    def is_multi_frame(self) -> bool:
        """Whether this one file is a whole enhanced CT."""
        return self.text("SOPClassUID") in _MULTI_FRAME_CT

    @cached_property
    def position(self) -> tuple[float, ...] | None:
        """Centre of the first pixel (x, y, z) in mm."""
        return self.numbers("ImagePositionPatient", 3)

    @cached_property
    def orientation(self) -> tuple[float, ...] | None:
        """Directions of the rows and of the columns, six numbers."""
        return self.numbers("ImageOrientationPatient", 6)

    @cached_property
    def pixel_mm(self) -> tuple[float, ...] | None:
        """Distance of the rows and of the columns in mm."""
        return self.numbers("PixelSpacing", 2)

    @property
    def lacking(self) -> list[str]:
        """Names of the tags without which a slice has no place in space."""
        if self.is_multi_frame:
            return []
        found = {
            "ImagePositionPatient": self.position,
            "ImageOrientationPatient": self.orientation,
            "PixelSpacing": self.pixel_mm,
        }
        return [name for name, value in found.items() if value is None]

    @property
    def along_normal(self) -> float:
        """Where the slice lies along the normal of its plane, in mm; needs position and so on."""
        row, column = np.array(self.orientation).reshape(2, 3)
        return float(np.cross(row, column) @ np.array(self.position))


@contextlib.contextmanager
def the_scanners_mistakes_untold() -> Iterator[None]:
    """Leave out pydicom's and highdicom's warnings of values that came with the CT.

    They would go to the terminal, where nobody can mend a name of the wrong form.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def read_header(path: Path) -> Header | None:
    """Return the header of a DICOM image that can be a slice or an enhanced CT.

    Returns:
        None for any other file, also for DICOM objects such as an RTSTRUCT or a SEG.

    Raises:
        UnreadableFileError: it cannot be opened, or is DICOM but damaged.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    if not has_magic(path) or is_dicomdir(path):
        return None
    try:
        content = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_READ))
    except OSError as error:
        refuse_unreadable(path, error)
    except (InvalidDicomError, AttributeError, TypeError, ValueError, EOFError,
            NotImplementedError, KeyError) as error:  # fmt: skip
        raise _damaged(path) from error
    header = Header(path, content, str(content.file_meta.get("TransferSyntaxUID", "")))
    if not header.text("SOPClassUID") or not header.series:
        raise _damaged(path)
    return header if _is_image(header) else None


def _is_image(header: Header) -> bool:
    """Leave out what has no pixels, and what has many frames but is no CT (SEG, RTDOSE)."""
    has_pixels = header.numbers("Rows", 1) is not None
    frames: Any = header.numbers("NumberOfFrames", 1) or (1,)
    return has_pixels and (header.is_multi_frame or frames[0] <= 1)


def _damaged(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path} is a DICOM file that is damaged or cut off: its header cannot be read.",
        "It may be one of the slices: export the series again, or take the file away.",
    )


def without_copies(headers: Sequence[Header]) -> Iterator[Header]:
    """Yield the headers, a slice that lies there several times once."""
    seen = set()
    for header in headers:
        # The place counts too: some programs that remove identities give all slices one number.
        key = (header.series, header.text("SOPInstanceUID"), header.position)
        if not key[1] or key not in seen:
            seen.add(key)
            yield header
