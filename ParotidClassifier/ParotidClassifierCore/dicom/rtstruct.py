"""Read the closed contours of one ROI from an RTSTRUCT (DICOM PS3.3, A.19 and C.8.8.6)."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from pydicom import Dataset

from ..base.errors import UnusableMaskError
from ..base.words import counted
from ..imaging.choosing import Choice, Sought, place_of
from ..imaging.contours import Contour, filled, require_bounded
from ..imaging.findings import warning
from ..imaging.origin import Origin, with_origin
from .objects import damage_named, drawn_on
from .source import SourceSeries

_EXCLUSIVE = "CLOSEDPLANAR_XOR"
_POINT = "POINT"
# The last is no term of the standard: planning systems write it of closed contours that they drew
# between those drawn by hand.
_CLOSED = ("CLOSED_PLANAR", _EXCLUSIVE, "INTERPOLATED_PLANAR")


def roi_on_ct(
    file: Path,
    structures: Dataset,
    region: Sought,
    ct: sitk.Image,
    source: SourceSeries | None = None,
    choice: Choice = Choice(),  # noqa: B008  frozen
) -> sitk.Image:
    """Return an ROI as a binary uint8 volume on the grid of the CT that it was drawn on.

    Points and contours of less than three points, which enclose nothing, are left out; the mask's
    origin says so.

    Raises:
        UnreadableFileError: something is missing in the structures.
        AmbiguousMaskError: it is not clear which ROI is meant.
        UnusableMaskError: drawn on another CT, not closed contours, or see `contours.filled`.
    """
    with damage_named(file, "RTSTRUCT"):
        numbers = [(str(item.ROIName), item) for item in structures.StructureSetROISequence]
    place = place_of(file, region, "roi", [name for name, _ in numbers], choice.roi)
    name, item = numbers[place]
    called = f"ROI {name!r} in {file}"
    with damage_named(file, "RTSTRUCT"):
        frame = str(item.get("ReferencedFrameOfReferenceUID", ""))
        notes = drawn_on(file, region, source, frame, _series(structures, frame), choice)
        drawn = _contours(structures, item.ROINumber, called)
    contours = [contour for contour in drawn if contour.encloses]
    if not contours:
        told = f"has {len(drawn)} contours that enclose nothing." if drawn else "has no contours."
        raise UnusableMaskError(f"{called} {told}", "Outline the lesion.")
    if left_out := len(drawn) - len(contours):
        told = (
            f"Left out of the {region.name} outline: {counted(left_out, 'contour')} of less than "
            "three points, enclosing nothing; look whether the outline is whole."
        )
        notes.append(warning("contours_left_out", told))
    return with_origin(filled(contours, ct, called), Origin("ROI", name, tuple(notes)))


def _series(structures: Dataset, frame: str) -> set[str]:
    """Return the UIDs of the series that the contours in a frame of reference were drawn on."""
    return {
        str(series.SeriesInstanceUID)
        for space in structures.get("ReferencedFrameOfReferenceSequence", ())
        if not frame or space.get("FrameOfReferenceUID", frame) == frame
        for study in space.get("RTReferencedStudySequence", ())
        for series in study.get("RTReferencedSeriesSequence", ())
    }


def _contours(structures: Dataset, number: int, called: str) -> list[Contour]:
    items = [
        contour
        for drawn in structures.get("ROIContourSequence", ())
        if drawn.ReferencedROINumber == number
        for contour in drawn.get("ContourSequence", ())
    ]
    # As bytes: thousands of numbers, which pydicom would check and keep one by one.
    data = [item.get_item("ContourData").value or b"" for item in items]
    require_bounded([(numbers.count(b"\\") + 1) // 3 for numbers in data], called)
    return [
        _contour(place, str(item.ContourGeometricType), numbers, called)
        for place, (item, numbers) in enumerate(zip(items, data, strict=True), start=1)
    ]


def _contour(number: int, kind: str, data: bytes, called: str) -> Contour:
    words = data.split(b"\\")
    coordinates = np.array([word for word in words if word.strip(b" \0")], float)
    if len(coordinates) % 3:
        raise UnusableMaskError(
            f"Contour {number} of {called} has {len(coordinates)} coordinates, which make no "
            "points of three.",
            "Export the RTSTRUCT again; it may be damaged.",
        )
    contour = Contour(number, coordinates.reshape(-1, 3), kind == _EXCLUSIVE, kind == _POINT)
    if contour.encloses and kind not in _CLOSED:
        raise UnusableMaskError(
            f"Contour {number} of {called} is {kind}, not a closed line in a plane.",
            "Close it where it was drawn, or leave it out.",
        )
    return contour
