"""What the DICOM objects take over from the slices of the CT: references, and who if allowed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..case.dicom_headers import the_scanners_mistakes_untold
from ..case.loading import Case
from ..case.source import SourceSeries
from ..errors import UnreadableFileError, UnusableImageError, UsageError
from .placing import require_in_place

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom import Dataset

# Without these nothing can be said about which images were outlined, and where they lie.
_NEEDED = (
    "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID",
)  # fmt: skip
_OF_THE_IMAGE = (
    *_NEEDED, "PositionReferenceIndicator", "Modality", "ImageType", "Rows", "Columns",
    "PixelSpacing", "SliceThickness", "ImagePositionPatient", "ImageOrientationPatient",
    "NumberOfFrames", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
    "DimensionOrganizationSequence", "DimensionIndexSequence", "DimensionOrganizationType",
)  # fmt: skip
# Type 2 in the Patient and General Study modules (PS3.3 C.7.1.1 and C.7.2.1): there, but may be
# empty.
_NEVER_MISSING = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID",
    "StudyDate", "StudyTime", "ReferringPhysicianName",
)  # fmt: skip
_OF_THE_PATIENT = (
    *_NEVER_MISSING, "IssuerOfPatientID", "PatientAge", "StudyDescription",
    "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence",
)  # fmt: skip
_SEXES = ("M", "F", "O")
_LONGEST_SHORT_TEXT = 16  # of the VR SH
_REMOVAL = "ParotidClassifier: of patient and CT only the UIDs are kept"  # LO: 64 characters


@dataclass(frozen=True)
class Sources:
    """The CT's slices as the DICOM objects refer to them.

    Attributes:
        headers: of the slices, in their order.
        study_uid: of the study that the objects are filed in.
    """

    headers: tuple[Dataset, ...]
    study_uid: str


def read_source_headers(case: Case, keep_identity: bool) -> Sources:
    """Return the slices as the DICOM objects need them, and the study that these are filed in.

    Nothing but UIDs and geometry is taken over, and the attributes of patient and study only where
    that is wanted: otherwise these are empty, and the header says that they were removed. An
    archive gives a study to the patient whom its newest object names, so objects without a patient
    get a study of their own. What is of no valid form counts as empty. Texts are in UTF-8.

    Args:
        case: with the CT and the series that it came from.
        keep_identity: whether patient and study may be named.

    Raises:
        UsageError: the CT was not read from DICOM.
        UnreadableFileError: a file is gone, or is not what was read before.
        UnusableImageError: a header lacks a UID without which nothing can be referred to, or the CT
            lies elsewhere than its slices.
    """
    source = case.source
    if source is None or not source.files:
        raise UsageError(
            "DICOM objects refer to the CT's own DICOM files, and this CT was not read from any.",
            "Give the folder with the DICOM series instead of this file, or leave out --dicom.",
        )
    with the_scanners_mistakes_untold():
        headers = [_header(path, source) for path in source.files]
    if len({header.SOPInstanceUID for header in headers}) < len(headers):
        raise UnusableImageError(
            f"Several slices of the series {source.series_uid} have the same SOPInstanceUID: a "
            "DICOM object cannot refer to them.",
            "Get the series again, anonymised with a UID for each slice, or leave out --dicom.",
        )
    require_in_place(case.ct, headers)
    with the_scanners_mistakes_untold():
        taken = tuple(_taken_over(header, keep_identity) for header in headers)
    return Sources(taken, source.study_uid if keep_identity else nameless_study(source.study_uid))


def nameless_study(study_uid: str) -> str:
    """Return the UID of the study for objects of a study that do not name the patient.

    It is always the same, so that all such objects lie in one study. Who knows the UID of the CT's
    study can compute it. That tells nothing new: the objects hold the UID of the CT's study, since
    they refer to its slices.
    """
    named = uuid.uuid5(uuid.NAMESPACE_OID, f"ParotidClassifier without the patient: {study_uid}")
    return f"2.25.{named.int}"  # PS3.5 B.2


def _header(path: Path, source: SourceSeries) -> Dataset:
    import pydicom
    from pydicom.errors import InvalidDicomError

    tags = [*_OF_THE_IMAGE, *_OF_THE_PATIENT, "SpecificCharacterSet"]
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags, force=True)
    except (OSError, InvalidDicomError, EOFError) as error:
        raise UnreadableFileError(
            f"{path} cannot be read any more: {getattr(error, 'strerror', None) or error}.",
            "Leave the DICOM files of the CT in their place until the result is written.",
        ) from error
    missing = [keyword for keyword in _NEEDED if not header.get(keyword)]
    if missing:
        raise UnusableImageError(
            f"{path} names no {' and no '.join(missing)}: a DICOM object cannot refer to it.",
            "Export the series again with its UIDs, or leave out --dicom.",
        )
    _require_unchanged(path, header, source)
    return header


def _require_unchanged(path: Path, header: Dataset, source: SourceSeries) -> None:
    pairs = (
        (header.SeriesInstanceUID, source.series_uid),
        (header.StudyInstanceUID, source.study_uid),
        (header.FrameOfReferenceUID, source.frame_of_reference_uid),
    )
    if any(now != before for now, before in pairs):
        raise UnreadableFileError(
            f"{path} is of another series now than when the CT was read.",
            "Leave the DICOM files of the CT as they are until the result is written.",
        )


def _taken_over(header: Dataset, keep_identity: bool) -> Dataset:
    from pydicom import Dataset

    taken = Dataset()
    _copy(header, taken, _OF_THE_IMAGE)
    if keep_identity:
        _copy(header, taken, _OF_THE_PATIENT)
        _empty_invalid(taken)
    else:
        taken.PatientIdentityRemoved = "YES"
        taken.DeidentificationMethod = _REMOVAL
    for keyword in _NEVER_MISSING:
        if taken.get(keyword) is None:
            setattr(taken, keyword, "")
    return taken


def _copy(header: Dataset, taken: Dataset, keywords: Iterable[str]) -> None:
    from pydicom.valuerep import PersonName

    for keyword in keywords:
        value = header.get(keyword)
        if value is not None:
            # A name knows the bytes and the character set it was read with: its text is kept.
            text = isinstance(value, PersonName)
            setattr(taken, keyword, str(value) if text else value)


def _empty_invalid(taken: Dataset) -> None:
    from pydicom.valuerep import DA, TM

    for keyword, form in (("PatientBirthDate", DA), ("StudyDate", DA), ("StudyTime", TM)):
        try:
            form(taken.get(keyword) or "")
        except ValueError:
            setattr(taken, keyword, "")
    for keyword in ("AccessionNumber", "StudyID"):
        if len(taken.get(keyword) or "") > _LONGEST_SHORT_TEXT:
            setattr(taken, keyword, "")
    if taken.get("PatientSex") not in _SEXES:
        taken.PatientSex = ""
