"""The panel's way to the DICOM objects: a case folder, the slices, and a folder to write to."""

import pydicom
import pytest
from made_series import NAME
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.errors import UsageError
from ParotidClassifierCore.progress import silent
from ParotidClassifierCore.worker_commands import Desk


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
    assert answer["files"] == [str(tmp_path / "out" / name) for name in names]
    made = [pydicom.dcmread(file) for file in answer["files"]]
    assert answer["instances"] == [one.SOPInstanceUID for one in made]
    assert {one.StudyInstanceUID for one in made} == {"1.2"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(names)


@pytest.mark.parametrize(("asked", "name"), [(True, NAME), (False, ""), (1, ""), (None, "")])
def test_the_patient_is_named_only_where_that_is_true(request_of, asked, name):
    answer = Desk().dicom(request_of | {"keep_identity": asked}, silent)
    assert [str(pydicom.dcmread(file).PatientName) for file in answer["files"]] == [name, name]


def test_files_that_are_no_series_are_refused(request_of, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text("no slice" * 50, encoding="ascii")
    for files, told in (([str(page)], "not the slices of one series"), ("x", "names no files")):
        with pytest.raises(UsageError, match=told):
            Desk().dicom(request_of | {"files": files}, silent)
    assert not (tmp_path / "out").exists()
