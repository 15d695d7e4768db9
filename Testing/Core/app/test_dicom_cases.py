"""From a DICOM folder to an answer that tells of the series, and of the patient only if asked."""

import errno
import json

import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask, tissue_ct
from fixtures.dicom_series import BORN, NAME, NUMBER, write_series
from ParotidClassifierCore.app.cli import main

FINDINGS = ("--symptoms", "with", "--margin", "unclear", "--lymph-nodes", "without")


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """Return a folder with a venous series (ct) and an outline (tumor.nrrd)."""
    folder = tmp_path_factory.mktemp("patient")
    ct = tissue_ct(size=(60, 60, 20))
    write_series(
        folder / "ct", ct, KVP="80", Manufacturer="Maker", ConvolutionKernel="B30f",
        SeriesDescription="neck venous",
    )  # fmt: skip
    sitk.WriteImage(ball_mask(ct, 8.0), str(folder / "tumor.nrrd"))
    return folder


@pytest.fixture
def predict(patient, tmp_path, capsys):
    def predicted(*more, case=None):
        named = ("--ct", patient / "ct", "--tumor", patient / "tumor.nrrd")
        which = named if case is None else ("--case", case)
        words = ("predict", *which, "--bundle", "published-clinical", "--out", tmp_path / "out")
        code = main([str(word) for word in (*words, *FINDINGS, *more)])
        return code, *capsys.readouterr()

    return predicted


def written(folder):
    return json.loads((folder / "prediction.json").read_text("utf-8"))


def test_a_result_tells_of_the_series_and_of_how_it_was_made_but_not_of_whom(predict, tmp_path):
    code, out, err = predict()
    assert code == 0
    prediction = written(tmp_path / "out")
    assert prediction["acquisition"] == {
        "series_uid": "1.2.3", "study_uid": "1.2", "frame_of_reference_uid": "1.2.9",
        "manufacturer": "Maker", "kvp": 80.0, "slice_thickness_mm": 3.0, "kernel": "B30f",
        "phase": "venous", "phase_said_by": "series description", "body_part": "neck",
        "body_part_said_by": "series description",
    }  # fmt: skip
    codes = {finding["code"] for finding in prediction["findings"]}
    assert {"phase_not_arterial", "tube_voltage_unlike_study", "scanner_unlike_study"} <= codes
    assert "warning: The series description says 'venous'; the study used the arterial" in out
    assert "CT series 1.2.3: Maker, 80 kV, slices of 3 mm, kernel B30f" in out
    files = [path.read_bytes() for path in (tmp_path / "out").iterdir()]
    assert len(files) >= 3
    for word in (NAME, NUMBER, BORN):
        assert not [told for told in (out.encode(), err.encode(), *files) if word.encode() in told]


def test_another_part_of_the_body_is_told_before_the_probabilities(predict, tmp_path):
    write_series(tmp_path / "leg", tissue_ct(size=(60, 60, 20)), BodyPartExamined="EXTREMITY")
    code, out, _ = predict("--ct", tmp_path / "leg")
    assert code == 0
    _bundle, told = out.split("\n\n", 1)
    assert told.startswith("warning: The body part examined says 'EXTREMITY'")
    assert out.count("EXTREMITY") == 1
    prediction = written(tmp_path / "out")
    assert prediction["findings"][0]["code"] == "other_body_part"
    assert prediction["acquisition"]["body_part"] == "EXTREMITY"


def test_one_of_several_acquisitions_is_asked_for_and_chosen(predict, tmp_path):
    for number in (1, 2):
        uid = f"1.2.3.{number}"
        write_series(
            tmp_path / "ct" / str(number), tissue_ct(size=(60, 60, 20)), uid,
            SeriesInstanceUID="1.2.3", AcquisitionNumber=number,
        )  # fmt: skip
    code, _, err = predict("--ct", tmp_path / "ct")
    assert code == 3
    assert "1  20 slices" in err
    assert "--acquisition NAME" in err
    code, out, _ = predict("--ct", tmp_path / "ct", "--acquisition", "2")
    assert code == 0
    assert "CT series 1.2.3, acquisition 2: " in out
    assert written(tmp_path / "out")["acquisition"]["chosen"] == "2"
    assert predict("--acquisition", "2", case=tmp_path)[0] == 2


def test_the_identity_is_kept_where_that_was_asked(predict, tmp_path):
    assert predict("--keep-identity")[0] == 0
    assert written(tmp_path / "out")["identity"] == {
        "name": NAME, "id": NUMBER, "birth_date": "1815-12-10",
    }  # fmt: skip


def test_an_identity_that_is_not_known_is_refused_before_anything_is_written(
    predict, patient, tmp_path
):
    from ParotidClassifierCore.case.ct import load_sourced_ct
    from ParotidClassifierCore.case.loading import Case
    from ParotidClassifierCore.case.saving import save_case_folder

    ct, source = load_sourced_ct(patient / "ct")
    save_case_folder(tmp_path / "case", Case(ct, ball_mask(ct, 8.0), source=source))
    code, _, err = predict("--keep-identity", case=tmp_path / "case")
    assert code == 2
    assert "leave out --keep-identity" in err
    assert not (tmp_path / "out").exists()

    assert predict(case=tmp_path / "case")[0] == 0
    saved = written(tmp_path / "out")
    assert predict()[0] == 0
    read = written(tmp_path / "out")
    assert (saved["acquisition"], saved["findings"]) == (read["acquisition"], read["findings"])
    assert saved["models"] == read["models"]


def test_on_a_full_disk_nothing_is_left_half_written(predict, tmp_path, monkeypatch):
    import matplotlib.figure

    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(matplotlib.figure.Figure, "savefig", full)  # after two whole files
        code, _, err = predict()
    assert code == 3
    assert "No space left on device" in err
    assert "the disk has room" in err
    assert not (tmp_path / "out").exists()
    assert predict()[0] == 0


def test_a_device_that_is_always_full_is_no_folder_for_results(patient, capsys):
    words = ("--ct", patient / "ct", "--tumor", patient / "tumor.nrrd", "--out", "/dev/full")
    assert main(["predict", *map(str, words)]) == 3
    assert "/dev/full" in capsys.readouterr().err
