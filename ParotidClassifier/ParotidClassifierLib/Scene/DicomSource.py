"""Slicer's DICOM database: the files that a CT of the scene was loaded from, and new ones."""

from pathlib import Path

import ctk
import slicer
from ParotidClassifierCore.base.errors import UnreadableFileError, UsageError
from slicer.i18n import tr as _

# Written by Slicer's DICOM reader: one UID a slice, in the order of the slices.
INSTANCES = "DICOM.instanceUIDs"


def openDatabase():
    """Return Slicer's DICOM database; None where it is not open."""
    database = slicer.app.dicomDatabase()
    return database if database is not None and database.isOpen else None


def whyNoFiles(volumeNode) -> str:
    """Return why the files of a CT cannot be asked for; empty where they can.

    Quick: whether the files are still there is found out by `filesOf`.
    """
    if volumeNode is None or not volumeNode.GetAttribute(INSTANCES):
        return _("The CT was not loaded from Slicer's DICOM database.")
    if openDatabase() is None:
        return _("Slicer's DICOM database is not open. It is opened in the DICOM module.")
    return ""


def filesOf(volumeNode) -> tuple:
    """Return the files of a CT, one a slice, in the order of the slices.

    Raises:
        UsageError: it was not loaded from DICOM, or the database is not open.
        UnreadableFileError: the database does not have all of its slices any more.
    """
    reason = whyNoFiles(volumeNode)
    if reason:
        raise UsageError(
            reason, _("Open the DICOM module, load the series from there and choose it as CT.")
        )
    database = openDatabase()
    paths = [database.fileForInstance(uid) for uid in volumeNode.GetAttribute(INSTANCES).split()]
    missing = [path for path in paths if not path or not Path(path).is_file()]
    if missing:
        raise UnreadableFileError(
            _("{count} of {all} slices of {name} are not on the disk any more.").format(
                count=len(missing), all=len(paths), name=volumeNode.GetName()
            ),
            _("Import the series again in the DICOM module, and load it from there."),
        )
    return tuple(map(Path, paths))


def importFiles(instances: dict) -> bool:
    """Copy files, given by path with the UID of what is in each, into the database if it is open.

    Only for files that name the patient as the slices do: the database gives a study to the patient
    whom its newest object names. Return whether it knows them all now.
    """
    database = openDatabase()
    if database is None:
        return False
    indexer = ctk.ctkDICOMIndexer()
    for path in instances:
        indexer.addFile(database, str(path), True)
    indexer.waitForImportFinished()
    return all(database.fileForInstance(uid) for uid in instances.values())
