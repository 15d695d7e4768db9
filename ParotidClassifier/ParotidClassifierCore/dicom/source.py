"""Describe where a CT came from: its DICOM series, how it was acquired, whose it is."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.errors import UnreadableFileError, UsageError

if TYPE_CHECKING:
    from pydicom import Dataset

_NUMBERS = ("kvp", "slice_thickness_mm", "delay_s")
_OF_THE_PATIENT = ("PatientName", "PatientID", "PatientBirthDate")
_OPTIONAL = ("frame_of_reference_uid", "chosen")  # of the series


@dataclass(frozen=True)
class Acquisition:
    """How a CT was made, as its DICOM headers say; None where they do not.

    Attributes:
        kvp: peak tube voltage in kV.
        slice_thickness_mm: nominal, not the distance between slices.
        contrast_agent: which was given; an empty text where the header only says that one was, or
            names none that is known.
        phase: contrast phase in the words of the header, such as "arterial".
        delay_s: from the injection to the scan, by the clock times of the header.
        body_part: in the words of the header, such as "NECK".
        units: of the values, where the header names others than HU; an empty text where it says
            nothing of how the stored values become HU.
        lossy: by what compression detail was lost, or may have been.
    """

    manufacturer: str | None = None
    model: str | None = None
    kvp: float | None = None
    slice_thickness_mm: float | None = None
    kernel: str | None = None
    contrast_agent: str | None = None
    phase: str | None = None
    phase_said_by: str | None = None
    delay_s: float | None = None
    body_part: str | None = None
    body_part_said_by: str | None = None
    units: str | None = None
    lossy: str | None = None

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> Acquisition:
        """Return what `facts` gave; raise ValueError where one is not what its name says."""
        for name, value in facts.items():
            is_number = isinstance(value, float | int) and not isinstance(value, bool)
            fits = is_number and math.isfinite(value) if name in _NUMBERS else type(value) is str
            if not fits:
                raise ValueError(f"its {name} is {value!r}")
        return cls(**facts)

    @property
    def scanner(self) -> str | None:
        """Manufacturer and model in one; None where neither is named."""
        maker, model = self.manufacturer or "", self.model or ""
        both = model if maker.casefold() in model.casefold() else f"{maker} {model}"
        return both.strip() or None

    @property
    def line(self) -> str:
        """Scanner, voltage, slices and kernel in one line, as far as they are named."""
        kvp, thick, kernel = self.kvp, self.slice_thickness_mm, self.kernel
        parts = (
            self.scanner,
            None if kvp is None else f"{kvp:g} kV",
            None if thick is None else f"slices of {thick:.3g} mm",
            None if kernel is None else f"kernel {kernel}",
        )
        return ", ".join(filter(None, parts))

    def facts(self) -> dict[str, str | float]:
        """Return what the headers say, by the names of the attributes; nothing they do not say."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class SourceSeries:
    """The DICOM series that a CT was read from.

    No name and no number of the patient are kept here: what writes DICOM reads them from the files
    again, where it was allowed to.

    Attributes:
        files: one a slice, in the order of the slices; the one file of an enhanced multi-frame CT;
            none where the case was saved and came back.
        frame_of_reference_uid: of the space in which its positions are given; None if unnamed.
        chosen: which acquisition of the series, by the name that `--acquisition` has for it; None
            where the series holds only one.
    """

    files: tuple[Path, ...]
    series_uid: str
    study_uid: str
    frame_of_reference_uid: str | None = None
    acquisition: Acquisition = field(default_factory=Acquisition)
    chosen: str | None = None

    @property
    def line(self) -> str:
        """What to tell of it in one line."""
        made = self.acquisition.line
        return f"CT series {self.named}" + (f": {made}" if made else "")

    @property
    def named(self) -> str:
        """UID of the series, and which acquisition of several."""
        return self.series_uid + ("" if self.chosen is None else f", acquisition {self.chosen}")

    def facts(self) -> dict[str, object]:
        """Return what may be kept of it beside a result: its UIDs and how it was made."""
        optional = {name: getattr(self, name) for name in _OPTIONAL}
        return {
            "series_uid": self.series_uid,
            "study_uid": self.study_uid,
            **{name: value for name, value in optional.items() if value is not None},
            **self.acquisition.facts(),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, object]) -> SourceSeries:
        """Return what `facts` gave, without its files; raise ValueError for anything else."""
        uids = {name: facts.get(name) for name in ("series_uid", "study_uid")}
        if not all(isinstance(uid, str) for uid in uids.values()):
            raise ValueError("it names no series")
        optional = {name: facts.get(name) for name in _OPTIONAL}
        for name, value in optional.items():
            if not isinstance(value, str | None):
                raise ValueError(f"its {name} is {value!r}")
        known = {field.name for field in fields(Acquisition)}
        said = {name: value for name, value in facts.items() if name in known}
        return cls((), **uids, **optional, acquisition=Acquisition.of(said))


@dataclass(frozen=True)
class Identity:
    """Whose CT it is, as the DICOM header says; empty texts where it does not.

    Attributes:
        name: of the patient, in DICOM's form (family^given).
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
    header = read_again(source.files[0], _OF_THE_PATIENT)
    name, number, born = (str(header.get(tag) or "").strip("\0 ") for tag in _OF_THE_PATIENT)
    if len(born) == 8 and born.isdigit():
        born = f"{born[:4]}-{born[4:6]}-{born[6:]}"
    return Identity(name, number, born)


def read_again(path: Path, tags: Collection[str]) -> Dataset:
    """Return tags of a file that the CT was read from."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(tags), force=True)
    except (OSError, InvalidDicomError, EOFError) as error:
        raise UnreadableFileError(
            f"{path} cannot be read any more: {getattr(error, 'strerror', None) or error}.",
            "Leave the DICOM files of the CT in their place until the result is written.",
        ) from error
