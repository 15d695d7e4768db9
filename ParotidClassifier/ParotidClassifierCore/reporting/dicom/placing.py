"""Whether a CT still lies where its DICOM files say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import SimpleITK as sitk
from pydicom import Dataset

from ...base.errors import UnusableImageError

_TOLERANCE_VOXELS = 0.1


def require_in_place(ct: sitk.Image, headers: Sequence[Dataset]) -> None:
    """Raise UnusableImageError where the slices are not those of the CT as it lies in space.

    A CT that was moved after it was loaded is of another space than its files: what is
    outlined on it would be put to another place in them.

    Args:
        ct: as it was outlined.
        headers: of its slices in their order, or of the one file of an enhanced CT.
    """
    found = places(headers)
    last = np.array(ct.GetSize()) - 1
    for place in (found[0], found[-1]):
        index = np.array(ct.TransformPhysicalPointToContinuousIndex([float(x) for x in place]))
        # The first pixel of the first and of the last slice are corners, however the axes run.
        if np.minimum(np.abs(index), np.abs(index - last)).max() > _TOLERANCE_VOXELS:
            raise UnusableImageError(
                "The CT does not lie where its DICOM files say: it was moved or cut "
                "after it was loaded.",
                "Load the series again and outline it as it lies, or leave out the DICOM objects.",
            )


def places(headers: Sequence[Dataset]) -> list[Sequence[float]]:
    """Return the positions of the slices, (x, y, z) in mm."""
    frames = headers[0].get("PerFrameFunctionalGroupsSequence")
    if frames:
        return [frame.PlanePositionSequence[0].ImagePositionPatient for frame in frames]
    return [header.ImagePositionPatient for header in headers]
