"""The panel's way to the DICOM objects: a case folder, the slices, and a folder to write to."""

import pydicom
import pytest
from fixtures.dicom_series import NAME
from ParotidClassifierCore.app.worker_commands import Desk
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.base.progress import silent
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.reporting.dicom.source_headers import nameless_study


@pytest.fixture
def request_of(dicom_case, tmp_path):
    save_case_folder(tmp_path / "case", dicom_case)
    return {
        "case": str(tmp_path / "case"),
        "bundle": "published-clinical",
        "files": [str(path) for path in dicom_case.source.files],
        "out": str(tmp_path / "out"),
    }


def test_both_objects_are_written_and_named_with_their_uids(request_of, tmp_path):
    answer = Desk().dicom(request_of, silent)
    names = ("segmentation.dcm", "report.dcm")
    assert list(answer["files"]) == [str(tmp_path / "out" / name) for name in names]
    for file, uid in answer["files"].items():
        assert pydicom.dcmread(file).SOPInstanceUID == uid
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(names)
    assert answer["archived"] == {}


def test_where_the_patient_is_known_others_are_archived_that_name_him(request_of, tmp_path):
    answer = Desk().dicom(request_of | {"archive": str(tmp_path / "archive")}, silent)
    files, archived = ([pydicom.dcmread(f) for f in answer[k]] for k in ("files", "archived"))
    assert [str(made.PatientName) for made in files + archived] == ["", "", NAME, NAME]
    assert {made.StudyInstanceUID for made in archived} == {"1.2"}
    assert {made.StudyInstanceUID for made in files} == {nameless_study("1.2")}
    assert list(answer["archived"].values()) == [made.SOPInstanceUID for made in archived]
    assert len({made.SeriesInstanceUID for made in files + archived}) == 4


def test_what_names_the_patient_anyway_is_archived_as_it_is(request_of, tmp_path):
    asked = {"archive": str(tmp_path / "archive"), "keep_identity": True}
    answer = Desk().dicom(request_of | asked, silent)
    assert answer["archived"] == answer["files"]
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(("asked", "name"), [(True, NAME), (False, ""), (1, ""), (None, "")])
def test_the_patient_is_named_only_where_that_is_true(request_of, asked, name):
    answer = Desk().dicom(request_of | {"keep_identity": asked}, silent)
    assert [str(pydicom.dcmread(file).PatientName) for file in answer["files"]] == [name, name]


@pytest.mark.parametrize(("asked", "shows"), [(True, True), (False, False), (1, False)])
def test_numbers_of_a_case_outside_are_in_it_only_where_they_are_asked_for(
    request_of, narrow, asked, shows
):
    answer = Desk().dicom(request_of | {"bundle": str(narrow), "show_outside": asked}, silent)
    report = str(pydicom.dcmread([*answer["files"]][1]))
    assert ("Probability of cancer" in report) is shows


def test_the_radiomics_engine_of_the_request_is_read(request_of):
    with pytest.raises(UsageError, match="no radiomics engine 'gpu'"):
        Desk().dicom(request_of | {"radiomics_engine": "gpu"}, silent)


def test_files_that_are_no_series_are_refused(request_of, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text("no slice" * 50, encoding="ascii")
    for files, told in (([str(page)], "not the slices of one series"), ("x", "names no files")):
        with pytest.raises(UsageError, match=told):
            Desk().dicom(request_of | {"files": files}, silent)
    assert not (tmp_path / "out").exists()
