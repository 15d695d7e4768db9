"""Small DICOM series made on the spot for the tests, one file a slice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from made_cases import tissue_ct
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

NAME, NUMBER, BORN = "Lovelace^Augusta", "HOSP-1815", "18151210"


def small_ct(slices: int = 9) -> sitk.Image:
    """Return a CT of 40 × 40 pixels and slices 3 mm apart."""
    return tissue_ct(size=(40, 40, slices))


def write_series(
    folder: Path,
    ct: sitk.Image | None = None,
    uid: str = "1.2.3",
    skip: tuple[int, ...] = (),
    change: Callable[[Dataset, int], None] | None = None,
    **tags: object,
) -> Path:
    """Write a CT as a DICOM series with names that tell nothing of the slices' order.

    Args:
        folder: made if it is not there.
        ct: axes in LPS order; None for `small_ct`.
        uid: of the series.
        skip: slices (from 0) that are left out.
        change: called with each slice's dataset and number before it is stored.
        tags: set in every slice, by keyword.

    Returns:
        The folder.
    """
    ct = small_ct() if ct is None else ct
    folder.mkdir(parents=True, exist_ok=True)
    voxels = sitk.GetArrayFromImage(ct)
    for k in range(len(voxels)):
        content = _slice(ct, voxels[k], k, uid)
        for keyword, value in tags.items():
            setattr(content, keyword, value)
        if change is not None:
            change(content, k)
        if k not in skip:
            content.save_as(folder / slice_name(k, len(voxels), uid), enforce_file_format=True)
    return folder


def slice_name(k: int, count: int = 9, uid: str = "1.2.3") -> str:
    """Return the file name of slice `k` of `count`."""
    return f"{(7 * k) % count:03d}-{uid}.dcm"


def _slice(ct: sitk.Image, plane: np.ndarray, k: int, uid: str) -> Dataset:
    content = Dataset()
    content.file_meta = FileMetaDataset()
    content.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    content.SOPClassUID, content.SOPInstanceUID = CTImageStorage, f"{uid}.{k + 1}"
    content.StudyInstanceUID, content.SeriesInstanceUID = "1.2", uid
    content.FrameOfReferenceUID, content.Modality = "1.2.9", "CT"
    content.SeriesDescription = f"series {uid}"
    content.StudyDate, content.StudyTime, content.AccessionNumber = "20240506", "101500", ""
    content.PatientName, content.PatientID, content.PatientBirthDate = NAME, NUMBER, BORN
    content.PatientSex, content.StudyID, content.SeriesNumber = "F", "1", 1
    content.InstanceNumber, content.ImageType = k + 1, ["ORIGINAL", "PRIMARY", "AXIAL"]
    content.ImagePositionPatient = [f"{x:.6f}" for x in ct.TransformIndexToPhysicalPoint((0, 0, k))]
    direction = np.array(ct.GetDirection()).reshape(3, 3)
    content.ImageOrientationPatient = [*direction[:, 0], *direction[:, 1]]
    x, y, z = ct.GetSpacing()
    content.PixelSpacing, content.SliceThickness = [y, x], z
    content.SamplesPerPixel, content.PhotometricInterpretation = 1, "MONOCHROME2"
    content.Rows, content.Columns = plane.shape
    content.BitsAllocated, content.BitsStored, content.HighBit = 16, 16, 15
    content.PixelRepresentation = 1
    store_hu(content, plane)
    return content


def store_hu(
    content: Dataset, hu: np.ndarray, slope: float = 1.0, intercept: float = -1024
) -> None:
    """Store a slice (y, x) of HU under a slope and an intercept of its own."""
    content.RescaleSlope, content.RescaleIntercept, content.RescaleType = slope, intercept, "HU"
    content.PixelData = np.rint((hu - intercept) / slope).astype("<i2").tobytes()
