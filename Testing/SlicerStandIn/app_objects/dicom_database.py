"""Slicer's DICOM database, and what brings files into it: known by the UIDs in the files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from PySide6 import QtCore

from ..api import ApiObject


class ctkDICOMDatabase(ApiObject, QtCore.QObject):
    """Closed until it is opened; it forgets what it held when another one is opened.

    A study belongs to the patient of its newest object (`updateDisplayedFields` hands it over), and
    a patient is a number and a name: an object that has neither is of a patient called by the UID
    of the study.
    """

    def __init__(self, *_parent: Any) -> None:
        super().__init__()
        self._filename = ""
        self._series: dict[str, dict[str, str]] = {}
        self._patients: list[tuple[str, str]] = []
        self._patient_of_study: dict[str, str] = {}

    def isOpen(self) -> bool:
        return bool(self._filename)

    def databaseFilename(self) -> str:
        return self._filename

    def databaseDirectory(self) -> str:
        return str(Path(self._filename).parent) if self._filename else ""

    def openDatabase(self, filename: str, _connection: str = "") -> bool:
        self.closeDatabase()
        self._filename = filename
        self.emit_signal("opened()")
        return True

    def closeDatabase(self) -> None:
        self._filename = ""
        self._series.clear()
        self._patients.clear()
        self._patient_of_study.clear()

    def patients(self) -> list[str]:
        return [str(place) for place, _ in enumerate(self._patients, start=1)]

    def nameForPatient(self, patient: str) -> str:
        return self._patients[int(patient) - 1][1] if patient in self.patients() else ""

    def patientForStudy(self, uid: str) -> str:
        return self._patient_of_study.get(uid, "")

    def fileForInstance(self, uid: str) -> str:
        found = (files[uid] for files in self._series.values() if uid in files)
        return next(found, "")

    def allFiles(self) -> list[str]:
        return [path for files in self._series.values() for path in files.values()]

    def _take(self, path: str, copies: bool) -> None:
        import pydicom  # not needed, nor there, where the module is only loaded

        header = pydicom.dcmread(path, stop_before_pixels=True)
        if copies:
            name = f"{header.SOPInstanceUID}.dcm"
            target = Path(self.databaseDirectory(), "dicom", header.SeriesInstanceUID, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            path = shutil.copyfile(path, target).as_posix()
        self._give_study(header)
        self._series.setdefault(header.SeriesInstanceUID, {})[header.SOPInstanceUID] = path
        self.emit_signal("instanceAdded(QString)", header.SOPInstanceUID)
        self.emit_signal("databaseChanged()")

    def _give_study(self, header: Any) -> None:
        study = str(header.StudyInstanceUID)
        number = str(header.get("PatientID") or "") or study
        patient = number, str(header.get("PatientName") or "") or number
        if patient not in self._patients:
            self._patients.append(patient)
        self._patient_of_study[study] = str(self._patients.index(patient) + 1)


class ctkDICOMIndexer(ApiObject, QtCore.QObject):
    """Brings files into a database, at once and not in the background."""

    def addFile(self, database: Any, path: str, copies: bool = False) -> None:
        database._take(path, copies)

    def waitForImportFinished(self, _ms: int = -1) -> None:
        """Nothing is left to wait for."""
