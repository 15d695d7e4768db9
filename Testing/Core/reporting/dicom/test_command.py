"""`predict --dicom`: both objects beside the other files, or nothing at all."""

import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask, tissue_ct
from fixtures.dicom_series import write_series
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.saving import save_case_folder


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patient")
    ct = tissue_ct(size=(50, 50, 16))
    write_series(folder / "ct", ct)
    sitk.WriteImage(ct, str(folder / "ct.nrrd"))
    mask = ball_mask(ct, 6.0)
    sitk.WriteImage(mask, str(folder / "tumor.nrrd"))
    save_case_folder(folder / "case", Case(ct, mask))
    return folder


@pytest.fixture
def predict(patient, capsys):
    def predicted(out, *which):
        words = ("--bundle", "published-clinical", "--dicom", "--out", out)
        code = main([str(word) for word in ("predict", *which, *words)])
        return code, capsys.readouterr().err

    return predicted


def files(ct, patient):
    return "--ct", patient / ct, "--tumor", patient / "tumor.nrrd"


def test_both_objects_are_written_beside_the_other_files(predict, patient, tmp_path):
    assert predict(tmp_path / "out", *files("ct", patient)) == (0, "")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"prediction.json", "ring.seg.nrrd", "segmentation.dcm", "report.dcm"}


def test_a_ct_from_another_file_is_a_mistake_of_use_and_nothing_is_written(
    predict, patient, tmp_path
):
    for which in (files("ct.nrrd", patient), ("--case", patient / "case")):
        code, told = predict(tmp_path / "out", *which)
        assert code == 2
        assert "this CT was not read from any" in told
        assert "Give the folder with the DICOM series" in told
        assert not (tmp_path / "out").exists()


def test_an_object_that_cannot_be_written_leaves_nothing_of_the_result(predict, patient, tmp_path):
    (tmp_path / "out" / "report.dcm").mkdir(parents=True)
    code, told = predict(tmp_path / "out", *files("ct", patient))
    assert code == 3
    assert "report.dcm" in told
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.dcm"]
