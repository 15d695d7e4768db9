"""What the DICOM objects take over from the slices of the CT: references, and who if allowed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

from ...base.errors import UnreadableFileError, UnusableImageError, UsageError
from ...case.loading import Case
from ...dicom.headers import ignoring_header_warnings
from ...dicom.source import SourceSeries, read_again

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom import Dataset

# Without these nothing can be said about which images were outlined, and where they lie.
_NEEDED = (
    "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID",
)  # fmt: skip
# Where a slice, or the frames of an enhanced CT, lie.
_OF_A_SLICE = ("PixelSpacing", "ImagePositionPatient", "ImageOrientationPatient")
_OF_FRAMES = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_SIZE = ("Rows", "Columns")
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
_OF_A_CODE = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")
_SEXES = ("M", "F", "O")
# Of the working grid. highdicom may say of the segmentation what the slices say, where these have
# pixels of the same size.
_THICKNESS_MM = 1.0
_TOLERANCE_VOXELS = 0.1  # by which a slice may lie elsewhere than its header says
_REMOVAL = "ParotidClassifier: of patient and CT only the UIDs are kept"  # LO: 64 characters


@dataclass(frozen=True)
class Sources:
    """The CT's slices, in their order, and the study that the DICOM objects are filed in."""

    headers: tuple[Dataset, ...]
    study_uid: str


def read_source_headers(case: Case, keep_identity: bool) -> Sources:
    """Return the slices as the DICOM objects need them, and the study that these are filed in.

    Nothing but UIDs and geometry is taken over, and the attributes of patient and study only where
    that is wanted: otherwise these are empty, and the header says that they were removed. An
    archive gives a study to the patient whom its newest object names, so objects without a patient
    get a study of their own. What is of no valid form, or has several values where there is one,
    counts as empty. Texts are in UTF-8.

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
    with ignoring_header_warnings():
        headers = [_header(path, source) for path in source.files]
    if len({header.SOPInstanceUID for header in headers}) < len(headers):
        raise UnusableImageError(
            f"Several slices of the series {source.series_uid} have the same SOPInstanceUID: a "
            "DICOM object cannot refer to them.",
            "Get the series again, anonymised with a UID for each slice, or leave out --dicom.",
        )
    try:
        with ignoring_header_warnings():
            _require_in_place(case.ct, headers)
            taken = tuple(_taken_over(header, headers[0], keep_identity) for header in headers)
    except (AttributeError, KeyError, IndexError, RuntimeError, ValueError) as error:
        raise UnusableImageError(
            f"The headers of the series {source.series_uid} do not say where its pixels lie: "
            f"{error}.",
            "Export the series again, or leave out --dicom.",
        ) from error
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
    tags = (*_NEEDED, *_SIZE, *_OF_A_SLICE, *_OF_FRAMES, *_OF_THE_PATIENT, "SpecificCharacterSet")
    header = read_again(path, tags)
    missing = [keyword for keyword in _NEEDED if not _is_uid(header.get(keyword))]
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


def _require_in_place(ct: sitk.Image, headers: Sequence[Dataset]) -> None:
    """Raise UnusableImageError where the slices are not those of the CT as it lies in space.

    A CT that was moved after it was loaded is of another space than its files: what is
    outlined on it would be put to another place in them.
    """
    found = _places(headers)
    last = np.array(ct.GetSize()) - 1
    for place in (found[0], found[-1]):
        index = np.array(ct.TransformPhysicalPointToContinuousIndex([float(x) for x in place]))
        # The first pixel of the first and of the last slice are corners, however the axes run.
        if np.minimum(np.abs(index), np.abs(index - last)).max() > _TOLERANCE_VOXELS:
            raise UnusableImageError(
                "The CT does not lie where its DICOM files say: it was moved or cut "
                "after it was loaded.",
                "Load the series again and outline it as it lies, or leave out the DICOM objects.",
            )


def _places(headers: Sequence[Dataset]) -> list[Sequence[float]]:
    """Return the positions of the slices, (x, y, z) in mm."""
    frames = headers[0].get("PerFrameFunctionalGroupsSequence")
    if frames:
        return [frame.PlanePositionSequence[0].ImagePositionPatient for frame in frames]
    return [header.ImagePositionPatient for header in headers]


def _is_uid(value: object) -> bool:
    return isinstance(value, str) and value != ""  # several values are a list


def _taken_over(header: Dataset, first: Dataset, keep_identity: bool) -> Dataset:
    """Return what the objects need of a slice; `first` is the header of the first slice."""
    taken = _dataset({keyword: header[keyword].value for keyword in (*_NEEDED, *_SIZE)})
    if _OF_FRAMES[0] in header:
        _take_frames(header, taken)
    else:
        # That of the other slices may differ in its last digit, which highdicom refuses.
        taken.ImageOrientationPatient = first.ImageOrientationPatient
        taken.ImagePositionPatient = header.ImagePositionPatient
        taken.PixelSpacing, taken.SliceThickness = first.PixelSpacing, _THICKNESS_MM
    if keep_identity:
        _take_texts(header, taken, _OF_THE_PATIENT)
    else:
        taken.PatientIdentityRemoved = "YES"
        taken.DeidentificationMethod = _REMOVAL
    for keyword in _NEVER_MISSING:
        if taken.get(keyword) is None:
            setattr(taken, keyword, "")
    return taken


def _take_frames(header: Dataset, taken: Dataset) -> None:
    """Take the places of the frames of an enhanced CT, which lie in groups."""
    shared, frames = (header[keyword].value for keyword in _OF_FRAMES)
    measures, orientation = (
        (shared[0] if group in shared[0] else frames[0])[group].value[0]
        for group in ("PixelMeasuresSequence", "PlaneOrientationSequence")
    )
    spacing = {"PixelSpacing": measures.PixelSpacing, "SliceThickness": _THICKNESS_MM}
    axes = {"ImageOrientationPatient": orientation.ImageOrientationPatient}
    groups = {"PixelMeasuresSequence": spacing, "PlaneOrientationSequence": axes}
    places = [{"PlanePositionSequence": {"ImagePositionPatient": p}} for p in _places((header,))]
    taken.SharedFunctionalGroupsSequence = [_dataset(groups)]
    taken.NumberOfFrames = len(frames)
    taken.PerFrameFunctionalGroupsSequence = [_dataset(place) for place in places]


def _dataset(values: Mapping[str, object]) -> Dataset:
    """Return a dataset by keywords; a mapping within becomes a sequence of one item."""
    from pydicom import Dataset

    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, [_dataset(value)] if isinstance(value, Mapping) else value)
    return made


def _take_texts(header: Dataset, taken: Dataset, keywords: Iterable[str]) -> None:
    """Take the texts, names and codes that are of a valid form; leave out the others."""
    from pydicom.datadict import dictionary_VR

    for keyword in keywords:
        value = header.get(keyword)
        if dictionary_VR(keyword) != "SQ":
            text = _text(keyword, value)
            if text:
                setattr(taken, keyword, text)
            continue
        for item in value or ():
            code = _dataset({})
            _take_texts(item, code, _OF_A_CODE)
            if len(code) == len(_OF_A_CODE):
                setattr(taken, keyword, [*taken.get(keyword, ()), code])


def _text(keyword: str, value: object) -> str | list[str] | None:
    """Return the value of an attribute as text; None where it is none, or of no valid form."""
    from pydicom.config import RAISE
    from pydicom.datadict import dictionary_VM, dictionary_VR
    from pydicom.multival import MultiValue
    from pydicom.valuerep import DA, TM, PersonName, validate_value

    if isinstance(value, MultiValue) and dictionary_VM(keyword) != "1":
        return [text for text in (_text(keyword, one) for one in value) if text]
    if not isinstance(value, str | PersonName):
        return None
    # A name knows the bytes and the character set it was read with: its text is kept, however long.
    text, kind = str(value), dictionary_VR(keyword)
    try:
        if kind != "PN":
            validate_value(kind, text, RAISE)
        {"DA": DA, "TM": TM}.get(kind, str)(text)
    except ValueError:
        return None
    return None if keyword == "PatientSex" and text not in _SEXES else text
