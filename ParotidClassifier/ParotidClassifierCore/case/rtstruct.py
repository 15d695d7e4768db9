"""Reading the closed contours of one ROI from an RTSTRUCT (DICOM PS3.3, A.19)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UnusableMaskError
from .choosing import chosen_name
from .contours import Contour, filled
from .dicom_objects import damage_named, require_drawn_on
from .source import SourceSeries

if TYPE_CHECKING:
    import SimpleITK as sitk
    from pydicom import Dataset

_EXCLUSIVE = "CLOSEDPLANAR_XOR"
_CLOSED = ("CLOSED_PLANAR", _EXCLUSIVE)


def roi_on_ct(
    file: Path,
    structures: Dataset,
    region: str,
    ct: sitk.Image,
    source: SourceSeries | None = None,
    roi: str | None = None,
) -> sitk.Image:
    """Return an ROI as a binary uint8 volume on the grid of the CT that it was drawn on.

    Args:
        file: that the structures came from, for messages.
        structures: of an RTSTRUCT.
        region: what the outline is of, one of REGIONS: an ROI of this name is taken.
        ct: gives slices and voxels.
        source: the DICOM series of `ct`, where it is known.
        roi: name of the ROI, where it is not named as the region.

    Raises:
        UnreadableFileError: something is missing in the structures.
        AmbiguousMaskError: it is not clear which ROI is meant.
        UnusableMaskError: drawn on another CT, not closed contours, or see `contours.filled`.
    """
    with damage_named(file, "RTSTRUCT"):
        numbers = [(str(item.ROIName), item) for item in structures.StructureSetROISequence]
    name = chosen_name(file, region, "roi", [name for name, _ in numbers], roi)
    called = f"ROI {name!r} in {file}"
    with damage_named(file, "RTSTRUCT"):
        item = dict(numbers)[name]
        frame = str(item.get("ReferencedFrameOfReferenceUID", ""))
        require_drawn_on(file, source, frame, _series(structures, frame))
        contours = _contours(structures, item.ROINumber, called)
    if not contours:
        raise UnusableMaskError(f"{called} has no contours.", "Outline the lesion.")
    return filled(contours, ct, called)


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
    return [_contour(place, item, called) for place, item in enumerate(items, start=1)]


def _contour(number: int, item: Dataset, called: str) -> Contour:
    kind = str(item.ContourGeometricType)
    if kind not in _CLOSED:
        raise UnusableMaskError(
            f"Contour {number} of {called} is {kind}, not a closed line in a plane.",
            "Close it where it was drawn, or leave it out.",
        )
    # As bytes: thousands of numbers, which pydicom would check and keep one by one.
    words = (item.get_item("ContourData").value or b"").split(b"\\")
    coordinates = np.array([word for word in words if word.strip(b" \0")], float)
    if len(coordinates) % 3:
        raise UnusableMaskError(
            f"Contour {number} of {called} has {len(coordinates)} coordinates, which make no "
            "points of three.",
            "Export the RTSTRUCT again; it may be damaged.",
        )
    return Contour(number, coordinates.reshape(-1, 3), kind == _EXCLUSIVE)
