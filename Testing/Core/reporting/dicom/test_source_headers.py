"""What is taken over from the CT's own files: never who it is unless asked, and nothing wrong."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from Core.dicom.test_multi_frame import converted
from fixtures.cases import ball_mask
from fixtures.dicom_series import BORN, NAME, NUMBER, small_ct, write_series
from ParotidClassifierCore.base.errors import UnreadableFileError, UnusableImageError, UsageError
from ParotidClassifierCore.case.ct import load_sourced_ct
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.reporting.dicom.source_headers import nameless_study, read_source_headers
from ParotidClassifierCore.reporting.dicom.writing import write_dicom

PATIENT_AND_STUDY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID",
    "StudyDate", "StudyTime", "ReferringPhysicianName",
)  # fmt: skip


@pytest.fixture
def series(tmp_path):
    """Return a way to write a series and to read the case from it."""

    def of(change=None, **tags):
        made = small_ct()
        ct, source = load_sourced_ct(write_series(tmp_path / "ct", made, change=change, **tags))
        return Case(ct, ball_mask(made, 5.0), source=source)

    return of


def written_of(answered, case, folder, keep_identity):
    sources = read_source_headers(case, keep_identity)
    write_dicom(folder, answered, sources)
    return [pydicom.dcmread(folder / name) for name in ("segmentation.dcm", "report.dcm")]


def test_without_being_asked_nothing_of_patient_and_study_is_in_the_objects(written):
    for made in (written.segmentation, written.report):
        assert [made[keyword].value or "" for keyword in PATIENT_AND_STUDY] == [""] * 9
        assert made.PatientIdentityRemoved == "YES"
        assert "only the UIDs are kept" in made.DeidentificationMethod
        assert made.StudyInstanceUID.startswith("2.25.")
    for file in written.folder.iterdir():
        content = file.read_bytes()
        assert not [word for word in (NAME, NUMBER, BORN) if word.encode() in content]


def test_without_the_patient_all_that_is_written_of_a_study_lies_in_one_study(dicom_case):
    first, again = (read_source_headers(dicom_case, False).study_uid for _ in range(2))
    assert first == again
    assert first != nameless_study("1.2.1")
    assert pydicom.uid.UID(first).is_valid


def test_where_it_was_asked_the_objects_are_of_the_patient(answered, dicom_case, tmp_path):
    for made in written_of(answered, dicom_case, tmp_path, True):
        assert (made.PatientName, made.PatientID, made.PatientBirthDate) == (NAME, NUMBER, BORN)
        assert (made.StudyDate, made.StudyID, made.PatientSex) == ("20240506", "1", "F")
        assert "PatientIdentityRemoved" not in made


def test_a_name_in_another_character_set_stays_the_same_name(answered, series, tmp_path):
    case = series(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jürgen")
    for made in written_of(answered, case, tmp_path, True):
        assert (made.SpecificCharacterSet, made.PatientName) == ("ISO_IR 192", "Müller^Jürgen")


def without(*keywords):
    def change(content, _k):
        for keyword in keywords:
            delattr(content, keyword)

    return change


def test_what_the_source_does_not_say_of_patient_and_study_is_empty(answered, series, tmp_path):
    case = series(without("PatientID", "PatientSex", "StudyID", "StudyTime", "PatientBirthDate"))
    for made in written_of(answered, case, tmp_path, True):
        assert made.PatientName == NAME
        assert [made[k].value or "" for k in ("PatientID", "PatientSex", "StudyID")] == ["", "", ""]
        assert not made.PatientBirthDate
        assert not made.StudyTime


def raw(keyword, value):
    """Store a value as it is, whatever pydicom thinks of it."""

    def change(content, _k):
        kind, tag = pydicom.datadict.dictionary_VR(keyword), pydicom.tag.Tag(keyword)
        element = (tag, kind, len(value), value, 0, False, True, True)
        content[tag] = pydicom.dataelem.RawDataElement(*element)

    return change


@pytest.mark.parametrize("value", [b"", None, b"5,0", b"5.0\\5.0 "])
def test_the_thickness_is_that_of_the_grid_whatever_the_source_says(
    answered, series, tmp_path, value
):
    change = without("SliceThickness") if value is None else raw("SliceThickness", value)
    made, _ = written_of(answered, series(change), tmp_path, False)
    (measures,) = made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence
    assert (measures.SliceThickness, [*measures.PixelSpacing]) == (1, [1, 1])


ODD_TEXTS = {
    "StudyDate": b"20240231", "StudyTime": b"10:15 ", "PatientBirthDate": b"1815.12.10",
    "AccessionNumber": b"A\\B ", "StudyID": b"1\\2 ", "PatientSex": b"FEMALE", "PatientAge": b"33",
    "PatientID": b"1\\2 ", "StudyDescription": b"x" * 70, "IssuerOfPatientID": b"a\\b ",
    "ReferringPhysicianName": b"A^B\\C^D ", "PatientIdentityRemoved": b"yes ",
    "PatientName": b"A^B\\C^D ",
}  # fmt: skip


def test_no_odd_text_stops_the_objects_or_gets_into_them(answered, series, tmp_path):
    def change(content, k):
        for keyword, value in ODD_TEXTS.items():
            raw(keyword, value)(content, k)

    for made in written_of(answered, series(change), tmp_path, True):
        assert not [keyword for keyword in ODD_TEXTS if made.get(keyword)]


def test_orientations_may_differ_in_the_last_digit(answered, series, tmp_path):
    def change(content, k):
        content.ImageOrientationPatient = [1, 0, 1e-7 * k, 0, 1, 0]

    assert written_of(answered, series(change), tmp_path, False)


@pytest.mark.parametrize("field", ["SliceThickness", "PixelSpacing"])
def test_an_enhanced_ct_needs_no_thickness_but_its_pixels(answered, tmp_path, field):
    folder = converted(write_series(tmp_path / "s"), tmp_path / "one")
    ct, source = load_sourced_ct(folder)
    made = pydicom.dcmread(folder / "enhanced.dcm")
    groups = (*made.SharedFunctionalGroupsSequence, *made.PerFrameFunctionalGroupsSequence)
    found = [m for group in groups for m in group.get("PixelMeasuresSequence", ())]
    assert found
    for measures in found:
        delattr(measures, field)
    made.save_as(folder / "enhanced.dcm")
    case = Case(ct, ball_mask(ct, 5.0), source=source)
    if field == "SliceThickness":
        assert written_of(answered, case, tmp_path, False)
        return
    with pytest.raises(UnusableImageError, match="do not say where its pixels lie"):
        read_source_headers(case, False)


def test_that_a_series_was_anonymised_before_is_kept_with_whole_codes(answered, series, tmp_path):
    def code(value, meaning):
        made = pydicom.Dataset()
        made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = value, "DCM", meaning
        return made

    codes = [code("113100", "Basic Profile"), code("", "of Dr. Who")]
    case = series(
        PatientIdentityRemoved="YES", DeidentificationMethod="by the archive",
        DeidentificationMethodCodeSequence=codes,
    )  # fmt: skip
    for made in written_of(answered, case, tmp_path, True):
        assert made.DeidentificationMethod == "by the archive"
        assert [c.CodeValue for c in made.DeidentificationMethodCodeSequence] == ["113100"]


def test_free_text_of_the_slices_is_not_taken_over(answered, series, tmp_path):
    texts = (
        "PositionReferenceIndicator", "ImageComments", "StationName", "OperatorsName",
        "ContrastBolusAgent", "ProtocolName", "SeriesDescription", "StudyDescription",
    )  # fmt: skip
    case = series(**dict.fromkeys(texts, "Lovelace, A."))
    for made in written_of(answered, case, tmp_path, False):
        assert not made.get("PositionReferenceIndicator")
    for file in tmp_path.glob("*.dcm"):
        assert b"Lovelace" not in file.read_bytes()


@pytest.mark.parametrize("keyword", ["FrameOfReferenceUID", "StudyInstanceUID"])
def test_a_slice_without_a_uid_that_is_needed_is_refused_by_name(series, keyword):
    case = series(without(keyword))
    with pytest.raises(UnusableImageError, match=keyword) as refused:
        read_source_headers(case, False)
    assert "--dicom" in refused.value.remedy


def test_slices_that_all_have_one_uid_are_refused(series):
    case = series(SOPInstanceUID="1.2.3.99")
    with pytest.raises(UnusableImageError, match="same SOPInstanceUID"):
        read_source_headers(case, False)


def test_a_slice_that_has_gone_is_named(series):
    case = series()
    gone = case.source.files[4]
    gone.unlink()
    with pytest.raises(UnreadableFileError, match=gone.name):
        read_source_headers(case, False)


def test_a_slice_that_is_another_series_now_is_named(series):
    case = series()
    changed = case.source.files[4]
    content = pydicom.dcmread(changed)
    content.SeriesInstanceUID = "1.2.77"
    content.save_as(changed)
    with pytest.raises(UnreadableFileError, match=f"{changed.name} is of another series"):
        read_source_headers(case, False)


def moved(ct):
    image = sitk.Image(ct)
    image.SetOrigin(np.add(ct.GetOrigin(), (0, 0.5, 0)).tolist())
    return image


@pytest.mark.parametrize("change", [moved, lambda ct: ct[:, :, 1:], lambda ct: ct[2:, :, :]])
def test_a_ct_that_no_longer_lies_where_its_files_say_is_refused(series, change):
    case = series()
    with pytest.raises(UnusableImageError, match="moved or cut"):
        read_source_headers(replace(case, ct=change(case.ct)), False)


def test_a_ct_stored_from_head_to_foot_lies_where_its_files_say(tmp_path):
    made = sitk.Flip(small_ct(), [False, False, True])
    ct, source = load_sourced_ct(write_series(tmp_path / "ct", made))
    headers = read_source_headers(Case(ct, ball_mask(ct, 5.0), source=source), False).headers
    assert len(headers) == 9


def test_a_ct_that_is_not_from_dicom_is_refused_with_what_to_do(dicom_case):
    with pytest.raises(UsageError, match="not read from any") as refused:
        read_source_headers(replace(dicom_case, source=None), False)
    assert "--dicom" in refused.value.remedy
