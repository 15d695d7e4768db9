"""Whose CT it is: read only where the user asked to keep it."""

from __future__ import annotations

from dataclasses import dataclass

from ..base.errors import UnreadableFileError, UsageError
from .source import SourceSeries


@dataclass(frozen=True)
class Identity:
    """Whose CT it is, as the DICOM header says; empty texts where it does not.

    Attributes:
        name: of the patient, in DICOM's form (family^given).
        patient_id: number of the patient.
        birth_date: year, month and day, as in 1956-03-01.
    """

    name: str
    patient_id: str
    birth_date: str

    def as_dict(self) -> dict[str, str]:
        """Return it as it is written to prediction.json."""
        return {"name": self.name, "id": self.patient_id, "birth_date": self.birth_date}


def read_identity(source: SourceSeries | None) -> Identity:
    """Return whose CT it is, from the first file of its series.

    Raises:
        UsageError: the CT did not come from DICOM files.
        UnreadableFileError: the file cannot be read any more.
    """
    if source is None or not source.files:
        raise UsageError(
            "The patient's identity is to be kept, but this CT was not read from DICOM files.",
            "Give the DICOM folder as --ct, or leave out --keep-identity.",
        )
    import pydicom
    from pydicom.errors import InvalidDicomError

    tags = ["PatientName", "PatientID", "PatientBirthDate"]
    path = source.files[0]
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags, force=True)
    except (OSError, InvalidDicomError) as error:
        raise UnreadableFileError(
            f"{path} cannot be read any more.", "Leave the DICOM files in their place."
        ) from error
    name, number, born = (str(header.get(tag) or "").strip("\0 ") for tag in tags)
    if len(born) == 8 and born.isdigit():
        born = f"{born[:4]}-{born[4:6]}-{born[6:]}"
    return Identity(name, number, born)
