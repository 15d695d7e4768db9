"""Read the headers of DICOM images, once each."""

from __future__ import annotations

import contextlib
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..base.errors import UnreadableFileError
from .files import is_dicomdir, may_be_dicom, refuse_unreadable, says_dicom

if TYPE_CHECKING:
    from pydicom import Dataset

# PS3.4 table B.5-1: CT, Enhanced CT and Legacy Converted Enhanced CT Image Storage.
_CT = "1.2.840.10008.5.1.4.1.1.2"
_MULTI_FRAME_CT = (f"{_CT}.1", f"{_CT}.2")
_READ = (
    "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID",
    "FrameOfReferenceUID", "Modality", "SeriesDescription", "ProtocolName", "NumberOfFrames",
    "Rows", "Columns", "SamplesPerPixel", "PixelSpacing", "ImagePositionPatient",
    "ImageOrientationPatient", "Manufacturer", "ManufacturerModelName", "KVP", "SliceThickness",
    "ConvolutionKernel", "ContrastBolusAgent", "ContrastBolusAgentSequence", "ContrastBolusVolume",
    "ContrastBolusTotalDose", "ContrastBolusRoute", "ContrastBolusStartTime", "AcquisitionTime",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "ConcatenationUID",
    "RescaleSlope", "RescaleIntercept", "RescaleType", "ModalityLUTSequence",
    "PhotometricInterpretation", "BitsStored", "HighBit", "LossyImageCompression",
    "LossyImageCompressionMethod", "BodyPartExamined", "AnatomicRegionSequence",
    "StudyDescription", "AcquisitionNumber", "TemporalPositionIdentifier", "ContentTime",
    "InstanceNumber", "ImageType", "ImageComments",
)  # fmt: skip


@dataclass(frozen=True)
class Header:
    """What one DICOM image says before its pixels.

    Attributes:
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
        if "_" in str(value):  # which Python takes for a number, and nobody else does
            return None
        try:
            found = tuple(float(v) for v in (np.atleast_1d(value) if value is not None else ()))
        except (TypeError, ValueError):
            return None
        return found if len(found) == count and np.isfinite(found).all() else None

    def shared(self, keyword: str) -> Header:
        """Return what holds the keyword: an enhanced CT has most of them one or two levels down.

        Of what may differ from frame to frame, the first frame's counts.
        """
        if keyword in self.content:
            return self
        groups = [self.content.get(f"{which}FunctionalGroupsSequence") or ()
                  for which in ("Shared", "PerFrame")]  # fmt: skip
        for group in (*groups[0], *groups[1][:1]):
            for element in group:
                items = element.value if element.VR == "SQ" else ()
                for item in items:
                    if keyword in item:
                        return Header(self.path, item)
        return self

    @property
    def series(self) -> str:
        """UID of the series; empty where it is not named."""
        return self.text("SeriesInstanceUID")

    @property
    def is_image(self) -> bool:
        """Whether it can be a slice or an enhanced CT: it has pixels, and of a CT all its frames.

        Many frames of something else are a SEG, an RTDOSE or a film.
        """
        has_pixels = self.numbers("Rows", 1) is not None
        return has_pixels and (self.text("Modality") == "CT" or self.frames <= 1)

    @property
    def frames(self) -> float:
        """Number of images in the file."""
        return (self.numbers("NumberOfFrames", 1) or (1.0,))[0]

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
def ignoring_header_warnings() -> Iterator[None]:
    """Leave out pydicom's and highdicom's warnings of values that came with the CT.

    They would go to the terminal, where nobody can mend a name of the wrong form.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def read_header(path: Path) -> Header | None:
    """Return the header of a DICOM object, image or not, with its preamble or without.

    Returns:
        None for a file that is no DICOM.

    Raises:
        UnreadableFileError: it cannot be opened, or is DICOM but damaged.
    """
    import pydicom
    from pydicom.errors import BytesLengthException, InvalidDicomError

    if not may_be_dicom(path) or is_dicomdir(path):
        return None
    try:
        content = pydicom.dcmread(
            path, stop_before_pixels=True, specific_tags=list(_READ), force=True
        )
        list(content)  # understood now: what is damaged would be found anywhere later
        header = Header(path, content, str(content.file_meta.get("TransferSyntaxUID", "")))
        is_whole = header.text("SOPClassUID") and header.series and not _is_cut_off(header)
    except OSError as error:
        refuse_unreadable(path, error)
    except (InvalidDicomError, AttributeError, TypeError, ValueError, EOFError, LookupError,
            RuntimeError, OverflowError, BytesLengthException, struct.error,
            zlib.error) as error:  # fmt: skip
        if not says_dicom(path):
            return None
        raise _damaged(path) from error
    if not is_whole and (says_dicom(path) or header.text("SOPClassUID")):
        raise _damaged(path)
    return header if is_whole else None


def _is_cut_off(header: Header) -> bool:
    """Return whether a CT ends before it says how large it is: pydicom reads what is there."""
    is_ct = header.text("SOPClassUID") in (_CT, *_MULTI_FRAME_CT)
    return is_ct and header.numbers("Rows", 1) is None


def _damaged(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path} is a DICOM file that is damaged or cut off: its header cannot be read.",
        "It may be one of the slices: export the series again, or take the file away.",
    )
