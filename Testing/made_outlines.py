"""Outlines made on the spot as RTSTRUCT and DICOM SEG, on a made CT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from ParotidClassifierCore.case.source import SourceSeries
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

FRAME, STUDY, SERIES = "1.2.826.1.1", "1.2.826.1.2", "1.2.826.1.3"
SOURCE = SourceSeries((), SERIES, STUDY, FRAME)
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"


def circle(ct: sitk.Image, number: int, radius=6.0, centre=None, axis=2, count=90) -> np.ndarray:
    """Return a circle on one slice of `ct`, points (n, 3) in mm; radius and centre in voxels.

    Args:
        ct: any image.
        number: of the slice across `axis`.
        radius: of the circle.
        centre: (column, row) of the slice; the middle by default.
        axis: across which the slice lies, of x, y, z.
        count: of its points.
    """
    plane = [i for i in range(3) if i != axis]
    centre = centre or [(ct.GetSize()[i] - 1) / 2 for i in plane]
    angle = 2 * np.pi * (np.arange(count) + 0.3) / count
    index = np.empty((count, 3))
    index[:, axis] = number
    index[:, plane[0]] = centre[0] + radius * np.cos(angle)
    index[:, plane[1]] = centre[1] + radius * np.sin(angle)
    return in_mm(ct, index)


def in_mm(ct: sitk.Image, index: Sequence) -> np.ndarray:
    """Return continuous indices (x, y, z) of `ct` as points in mm."""
    points = np.array(index, float).tolist()
    return np.array([ct.TransformContinuousIndexToPhysicalPoint(point) for point in points])


def write_rtstruct(
    path: Path, rois: Mapping[str, Sequence[np.ndarray]], frame=FRAME, series=SERIES,
    kind="CLOSED_PLANAR",
) -> Path:  # fmt: skip
    """Write contours (n, 3) in mm of each ROI, by its name."""
    made = _object(RTSTRUCT, "RTSTRUCT", path)
    drawn_on, study, space = Dataset(), Dataset(), Dataset()
    drawn_on.SeriesInstanceUID = series
    study.RTReferencedSeriesSequence = [drawn_on]
    space.FrameOfReferenceUID = frame
    space.RTReferencedStudySequence = [study]
    made.ReferencedFrameOfReferenceSequence = [space]
    made.StructureSetROISequence, made.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(rois.items(), start=1):
        roi, drawn = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = number, name, frame
        drawn.ReferencedROINumber = number
        drawn.ContourSequence = [_contour(points, kind) for points in contours]
        made.StructureSetROISequence.append(roi)
        made.ROIContourSequence.append(drawn)
    made.save_as(path, enforce_file_format=True)
    return path


def _contour(points: np.ndarray, kind: str) -> Dataset:
    contour = Dataset()
    contour.ContourGeometricType = kind
    contour.NumberOfContourPoints = len(points)
    contour.ContourData = [f"{value:.4f}" for value in np.ravel(points)]
    return contour


def write_seg(
    path: Path, ct: sitk.Image, masks: Mapping[str, np.ndarray], kind="BINARY", series=SERIES,
    frame=FRAME,
) -> Path:  # fmt: skip
    """Write masks (z, y, x) on the grid of `ct`, 0 to 1, as segments by their labels."""
    import highdicom as hd
    from pydicom.sr.codedict import codes

    described = [
        hd.seg.SegmentDescription(
            number, label, codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Neoplasm, "MANUAL"
        )
        for number, label in enumerate(masks, start=1)
    ]
    voxels = np.stack(list(masks.values()), axis=-1)
    made = hd.seg.Segmentation(
        slices_of(ct, series, frame), voxels.astype(np.uint8 if kind == "BINARY" else float), kind,
        described, generate_uid(), 1, generate_uid(), 1, "none", "none", "1", "1",
    )  # fmt: skip
    made.save_as(path)
    return path


def slices_of(ct: sitk.Image, series=SERIES, frame=FRAME) -> list[Dataset]:
    """Return the headers of a DICOM series of `ct`, one a slice, in their order."""
    direction = np.reshape(ct.GetDirection(), (3, 3))
    headers = []
    for k in range(ct.GetSize()[2]):
        header = _object(CT_IMAGE, "CT", Path(f"{k}.dcm"))
        header.SeriesInstanceUID, header.FrameOfReferenceUID = series, frame
        header.Columns, header.Rows = ct.GetSize()[:2]
        header.PixelSpacing = [f"{ct.GetSpacing()[1]:.10g}", f"{ct.GetSpacing()[0]:.10g}"]
        header.SliceThickness = f"{ct.GetSpacing()[2]:.10g}"
        header.ImageOrientationPatient = [f"{v:.12g}" for v in direction[:, :2].T.ravel()]
        position = ct.TransformIndexToPhysicalPoint((0, 0, k))
        header.ImagePositionPatient = [f"{v:.12g}" for v in position]
        headers.append(header)
    return headers


def write_other(path: Path, kind: str) -> Path:
    """Write a DICOM object of another SOP class, with nothing in it."""
    _object(kind, "OT", path).save_as(path, enforce_file_format=True)
    return path


def _object(kind: str, modality: str, path: Path) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID, made.Modality = kind, generate_uid(), modality
    made.StudyInstanceUID, made.SeriesInstanceUID = STUDY, generate_uid()
    for word in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate",
                 "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"):  # fmt: skip
        setattr(made, word, "")
    return made
