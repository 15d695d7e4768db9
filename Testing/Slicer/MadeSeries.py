"""What the self tests put into Slicer's DICOM database: headers of a series without its pixels."""

from pathlib import Path

import ctk
import pydicom
import slicer
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

SERIES_UID = "1.2.826.0.1.3680043.8.498.1"
PATIENT = "Lovelace^Augusta"


def importSeries(ctNode, folder, change=None, **tags):
    """Open a database in a folder, import a series as long as the CT, and tie the CT to it.

    Args:
        ctNode: says from now on that it was loaded from this series.
        folder: for the files and the database.
        change: called with the content and the number of each slice before it is stored.
        tags: of every slice, by keyword.
    """
    count = ctNode.GetImageData().GetDimensions()[2]
    files = [_slice(Path(folder), number, tags, change) for number in range(count)]
    database = slicer.app.dicomDatabase()
    database.openDatabase(str(Path(folder) / "ctkDICOM.sql"))
    indexer = ctk.ctkDICOMIndexer()
    for file in files:
        indexer.addFile(database, file, False)
    indexer.waitForImportFinished()
    uids = " ".join(f"{SERIES_UID}.{number + 1}" for number in range(count))
    ctNode.SetAttribute("DICOM.instanceUIDs", uids)


def _slice(folder, number, tags, change):
    content = Dataset()
    content.file_meta = FileMetaDataset()
    content.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    content.SOPClassUID, content.SOPInstanceUID = CTImageStorage, f"{SERIES_UID}.{number + 1}"
    content.StudyInstanceUID, content.SeriesInstanceUID = f"{SERIES_UID}.9", SERIES_UID
    content.PatientName, content.PatientID, content.Modality = PATIENT, "HOSP-1815", "CT"
    content.ImagePositionPatient = [0, 0, 2 * number]
    content.ImageOrientationPatient, content.PixelSpacing = [1, 0, 0, 0, 1, 0], [1, 1]
    content.Rows, content.Columns = 60, 70
    for keyword, value in tags.items():
        setattr(content, keyword, value)
    if change is not None:
        change(content, number)
    path = folder / f"{number:03d}.dcm"
    pydicom.dcmwrite(path, content, enforce_file_format=True)
    return str(path)
