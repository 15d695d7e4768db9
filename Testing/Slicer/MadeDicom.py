"""What a self test brings into Slicer's DICOM database: a CT as its slices."""

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pydicom
import slicer
from MadeScene import SPACING, addCt
from ParotidClassifierLib.Scene import DicomSource
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

STUDY, SERIES = "1.2", "1.2.3"
PATIENT = "Lovelace^Augusta"
_INTERCEPT = -1024


@contextmanager
def openedDatabase(folder):
    """Have a database of the test's own open, and the one that was open before again afterwards."""
    database = slicer.app.dicomDatabase()
    before = database.databaseFilename
    database.openDatabase(str(Path(folder) / "ctkDICOM.sql"))
    try:
        yield database
    finally:
        database.closeDatabase()
        if before:
            database.openDatabase(before)


def addDicomCt(folder):
    """Add the CT of `MadeScene.addCt` as Slicer's DICOM reader does, its slices in the database."""
    node = addCt()
    paths = _writeSlices(slicer.util.arrayFromVolume(node), Path(folder))
    instances = [f"{SERIES}.{k + 1}" for k in range(len(paths))]
    if not DicomSource.importFiles(dict(zip(paths, instances, strict=True))):
        raise AssertionError("the database did not take the slices")
    node.SetAttribute("DICOM.instanceUIDs", " ".join(instances))
    return node


def _writeSlices(voxels, folder):
    paths = [folder / f"slice-{k:02d}.dcm" for k in range(len(voxels))]
    for k, path in enumerate(paths):
        _slice(voxels[k], k).save_as(path, enforce_file_format=True)
    return paths


def _slice(hu, k):
    content = pydicom.Dataset()
    content.file_meta = FileMetaDataset()
    content.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    content.SOPClassUID, content.SOPInstanceUID = CTImageStorage, f"{SERIES}.{k + 1}"
    content.StudyInstanceUID, content.SeriesInstanceUID = STUDY, SERIES
    content.FrameOfReferenceUID, content.Modality = "1.2.9", "CT"
    content.PatientName, content.PatientID = PATIENT, "HOSP-1815"
    content.InstanceNumber = k + 1
    content.ImagePositionPatient = [0.0, 0.0, k * SPACING[2]]
    content.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    content.PixelSpacing, content.SliceThickness = [SPACING[1], SPACING[0]], SPACING[2]
    content.SamplesPerPixel, content.PhotometricInterpretation = 1, "MONOCHROME2"
    content.Rows, content.Columns = hu.shape
    content.BitsAllocated, content.BitsStored, content.HighBit = 16, 16, 15
    content.PixelRepresentation = 0
    content.RescaleSlope, content.RescaleIntercept = 1, _INTERCEPT
    content.PixelData = (hu - _INTERCEPT).astype(np.uint16).tobytes()
    return content
