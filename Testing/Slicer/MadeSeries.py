"""What a self test brings into Slicer's DICOM database: a CT, or the headers of its slices."""

from pathlib import Path

import ctk
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


def openDatabaseFor(test, folder):
    """Have a database of the test's own open, and the one that was open before again afterwards."""
    database = slicer.app.dicomDatabase()
    before = database.databaseFilename
    database.openDatabase(str(Path(folder) / "ctkDICOM.sql"))
    test.addCleanup(lambda: before and database.openDatabase(before))
    test.addCleanup(database.closeDatabase)
    return database


def addDicomCt(folder):
    """Add the CT of `MadeScene.addCt` as Slicer's DICOM reader does, its slices in the database."""
    node = addCt()
    voxels = slicer.util.arrayFromVolume(node)
    paths = [_written(_withPixels(_header(k), k, hu), folder, k) for k, hu in enumerate(voxels)]
    if not DicomSource.importFiles(dict(zip(paths, _instances(len(paths)), strict=True))):
        raise AssertionError("the database did not take the slices")
    node.SetAttribute("DICOM.instanceUIDs", " ".join(_instances(len(paths))))
    return node


def importHeaders(ctNode, folder, change=None, **tags):
    """Import the headers of a series as long as the CT, and tie the CT to it.

    Args:
        ctNode: says from now on that it was loaded from this series.
        folder: for the files.
        change: called with the content and the number of each slice before it is stored.
        tags: of every slice, by keyword.
    """
    count = ctNode.GetImageData().GetDimensions()[2]
    indexer = ctk.ctkDICOMIndexer()
    for number in range(count):
        content = _header(number)
        for keyword, value in tags.items():
            setattr(content, keyword, value)
        if change is not None:
            change(content, number)
        path = _written(content, folder, number)
        indexer.addFile(slicer.app.dicomDatabase(), str(path), False)
    indexer.waitForImportFinished()
    ctNode.SetAttribute("DICOM.instanceUIDs", " ".join(_instances(count)))


def _instances(count):
    return [f"{SERIES}.{k + 1}" for k in range(count)]


def _written(content, folder, k):
    path = Path(folder) / f"{k:03d}.dcm"
    pydicom.dcmwrite(path, content, enforce_file_format=True)
    return path


def _header(k):
    content = pydicom.Dataset()
    content.file_meta = FileMetaDataset()
    content.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    content.SOPClassUID, content.SOPInstanceUID = CTImageStorage, f"{SERIES}.{k + 1}"
    content.StudyInstanceUID, content.SeriesInstanceUID = STUDY, SERIES
    content.PatientName, content.PatientID, content.Modality = PATIENT, "HOSP-1815", "CT"
    content.ImagePositionPatient = [0.0, 0.0, k * SPACING[2]]
    content.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    content.PixelSpacing = [SPACING[1], SPACING[0]]
    content.Rows, content.Columns = 60, 70
    return content


def _withPixels(content, k, hu):
    content.InstanceNumber = k + 1
    content.FrameOfReferenceUID, content.SliceThickness = "1.2.9", SPACING[2]
    content.SamplesPerPixel, content.PhotometricInterpretation = 1, "MONOCHROME2"
    content.Rows, content.Columns = hu.shape
    content.BitsAllocated, content.BitsStored, content.HighBit = 16, 16, 15
    content.PixelRepresentation = 0
    content.RescaleSlope, content.RescaleIntercept = 1, _INTERCEPT
    content.PixelData = (hu - _INTERCEPT).astype(np.uint16).tobytes()
    return content
