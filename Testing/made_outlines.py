"""Outlines made on the spot as RTSTRUCT and DICOM SEG, on a made CT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from ParotidClassifierCore.case.source import SourceSeries
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

# As `made_series.write_series` writes them.
FRAME, STUDY, SERIES = "1.2.9", "1.2", "1.2.3"
SOURCE = SourceSeries((), SERIES, STUDY, FRAME)
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
    path: Path, series: Path, masks: Mapping[str, np.ndarray], kind="BINARY", **options: object
) -> Path:
    """Write masks (z, y, x), 0 to 1, on the voxels of an upright series, by their labels.

    Args:
        path: of the DICOM SEG.
        series: folder with the DICOM series.
        masks: of the size of the CT.
        kind: "BINARY", "FRACTIONAL" or "LABELMAP".
        options: of highdicom.seg.Segmentation.
    """
    import highdicom as hd
    import pydicom
    from pydicom.sr.codedict import codes

    described = [
        hd.seg.SegmentDescription(
            number, label, codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Neoplasm, "MANUAL"
        )
        for number, label in enumerate(masks, start=1)
    ]
    slices = sorted(map(pydicom.dcmread, series.iterdir()), key=lambda s: s.ImagePositionPatient[2])
    voxels = np.stack(list(masks.values()), axis=-1)
    made = hd.seg.Segmentation(
        slices, voxels.astype(float if kind == "FRACTIONAL" else np.uint8), kind, described,
        generate_uid(), 1, generate_uid(), 1, "none", "none", "1", "1", **options,
    )  # fmt: skip
    made.save_as(path)
    return path


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
