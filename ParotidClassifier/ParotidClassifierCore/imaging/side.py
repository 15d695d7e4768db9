"""Measure on which side of the body a lesion lies, from the middle of the body in the CT.

Patients do not lie at x = 0: the middle is looked for in the CT's own slices, and where these do
not show the whole width of the body, no side is told.
"""

from enum import Enum

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from ..protocol import Code
from .findings import QualityFinding, info, ok, warning

NOT_DETERMINED = "not determined"
_BODY_HU = -400
_PLANES = 3
# A turned head, an ear or a large tumour moves the middle by several millimetres.
_UNSURE_MM = 10.0
# A body has a straight side only where the scan ends: a head or neck, whose curves have a radius of
# 5 cm and more, lies within 1 mm of its outermost line over 2 to 4 cm.
_STRAIGHT_MM, _STRAIGHT_SHARE = 50.0, 0.5
_NARROWEST_MM = 60.0
# Two pieces like these are legs, or an arm beside what lies on the couch: no body with one middle.
_SECOND_PIECE_SHARE = 0.33


class Side(str, Enum):
    """Where a lesion lies; the words stand in results."""

    LEFT = "left"
    RIGHT = "right"
    ACROSS = "across the midline"


# DICOM CID 244; it has no code for the midline.
SIDE_CODES = {
    Side.LEFT: Code("7771000", "SCT", "Left"),
    Side.RIGHT: Code("24028007", "SCT", "Right"),
    Side.ACROSS: Code("51440002", "SCT", "Bilateral"),
}


def side_words(side: Side | None) -> str:
    """Return the side in words, also where it is not known."""
    return NOT_DETERMINED if side is None else side.value


def side_of(ct: sitk.Image, corners: np.ndarray) -> Side | None:
    """Return on which side of the body's middle a tumour lies.

    Across the midline is what lies on both sides, or nearer to the middle than this is known.

    Args:
        ct: axes in LPS order.
        corners: of the tumour's box, (n, 3) as (x, y, z) in mm.

    Returns:
        None where the slices at the tumour do not show the whole width of the body.
    """
    along = corners @ np.reshape(ct.GetDirection(), (3, 3))
    (low, _, bottom), (high, _, top) = along.min(axis=0), along.max(axis=0)
    heights = np.linspace(bottom, top, _PLANES + 2)[1:-1]
    found = [_middle(ct, height) for height in heights]
    known = [middle for middle in found if middle is not None]
    if 2 * len(known) < len(found):
        return None
    low, high = np.subtract((low, high), np.median(known))
    if low >= -_UNSURE_MM and high > _UNSURE_MM:
        return Side.LEFT
    return Side.RIGHT if low < -_UNSURE_MM and high <= _UNSURE_MM else Side.ACROSS


def _middle(ct: sitk.Image, height: float) -> float | None:
    """Return where the middle of the body lies along the CT's first axis, in mm.

    Args:
        height: along the third axis, in mm.
    """
    (x_mm, y_mm, z_mm), count = ct.GetSpacing(), ct.GetSize()[2]
    origin = np.reshape(ct.GetDirection(), (3, 3)).T @ ct.GetOrigin()
    number = min(max(round((height - origin[2]) / z_mm), 0), count - 1)
    across, along = (max(1, round(1 / spacing)) for spacing in (x_mm, y_mm))  # about 1 mm apart
    plane = sitk.GetArrayViewFromImage(ct)[number, ::along, ::across]
    middle = _middle_of(plane > _BODY_HU, across * x_mm, along * y_mm)
    return None if middle is None else float(origin[0] + middle)


def _middle_of(body: np.ndarray, x_mm: float, y_mm: float) -> float | None:
    """Return where the middle of the largest piece of a plane (y, x) lies, in mm from its left.

    None where the plane ends within the piece, to its left or right, or another is nearly as large.
    """
    pieces, count = ndimage.label(body)
    if not count:
        return None
    sizes = np.bincount(pieces.ravel())[1:]
    if count > 1 and np.partition(sizes, -2)[-2] > _SECOND_PIECE_SHARE * sizes.max():
        return None
    largest = pieces == 1 + sizes.argmax()
    rows = largest[largest.any(axis=1)]
    first = rows.argmax(axis=1)
    last = rows.shape[1] - 1 - rows[:, ::-1].argmax(axis=1)
    width = last - first + 1
    if width.max() * x_mm < _NARROWEST_MM:
        return None
    straight = max(np.count_nonzero(first == first.min()), np.count_nonzero(last == last.max()))
    if straight * y_mm > min(_STRAIGHT_MM, _STRAIGHT_SHARE * len(rows) * y_mm):
        return None
    # Of the piece with its holes: airways are not alike on both sides.
    return float(np.average((first + last) / 2, weights=width)) * x_mm


def side_finding(side: Side | None) -> QualityFinding:
    """Return the side as a finding; it warns of an outline across the midline."""
    if side is None:
        return info(
            "side_not_determined",
            "The side of the tumour is not determined: the CT does not show the whole width of the "
            "body.",
        )
    if side is Side.ACROSS:
        return warning(
            "side_across_midline",
            "The outline reaches across the middle of the body, or lies in it, as no parotid gland "
            "does: check the outline.",
        )
    return ok("side", f"The tumour lies on the patient's {side.value}.")
