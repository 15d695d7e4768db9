"""The objects as validators see them that share no code with what wrote them.

dciodvfy of dicom3tools 1.00~20220618093127 finds no error in any of them; the warnings that it
does give are of the private coding scheme, which it cannot know, and of the patient's number and
the study's date, which are left out on purpose.
"""

import pytest
from fixtures.answers import in_domain, with_verdict
from fixtures.dicom_series import NAME, NUMBER
from fixtures.dicom_tools import dump, kind, needs_dicom_tools, report_text, violations
from fixtures.real_data import REAL_DATA, needs_real_data
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.dicom.writing import write_dicom

pytestmark = needs_dicom_tools
KINDS = {"segmentation.dcm": "Segmentation", "report.dcm": "Comprehensive3DSR"}


def assert_valid(folder):
    for name, expected in KINDS.items():
        assert kind(folder / name) == expected
        assert violations(folder / name) == []
        assert dump(folder / name)


def test_both_objects_keep_to_the_standard(written):
    assert_valid(written.folder)


@pytest.mark.parametrize("status", [DomainStatus.BORDERLINE, DomainStatus.OUTSIDE])
def test_they_do_so_with_answers_and_domain(answered, status, tmp_path):
    found = in_domain(with_verdict(answered, "indeterminate"), status, "slices 9 mm apart")
    write_dicom(tmp_path, found, answered.dicom_sources)
    assert_valid(tmp_path)
    assert f'"Applicability domain")=({"domain:" + status.value}' in report_text(
        tmp_path / "report.dcm"
    )


def test_they_do_so_with_the_patients_name_too(named):
    assert_valid(named.folder)
    for name in KINDS:
        assert NAME in dump(named.folder / name)
        assert NUMBER in dump(named.folder / name)


def test_the_validator_would_find_a_broken_object(written, tmp_path):
    import pydicom

    broken = pydicom.dcmread(written.folder / "report.dcm")
    del broken.CompletionFlag
    broken.save_as(tmp_path / "report.dcm")
    assert any("CompletionFlag" in line for line in violations(tmp_path / "report.dcm"))


def test_dcmtk_reads_the_values_out_of_the_report(written, answered):
    text = report_text(written.folder / "report.dcm")
    volume = int(answered.prepared.grid.tumor.sum())
    assert f'(118565006,SCT,"Volume")="{volume}.0" (mm3,UCUM,"cubic millimeter")' in text
    assert '(QCFX,IBSI,"Sphericity")' in text
    assert '(wavelet-LLH_glcm_Contrast,99PAROTID,"wavelet LLH, GLCM contrast")' in text
    assert '"Measurement Group"' in text
    for model in shen2026().models:
        assert f'"Algorithm Name")="made: {model}"' in text
    assert "Research use only. Not a medical device" in text
    assert answered.prediction.banner in text
    assert "Verification Flag   : UNVERIFIED" in text


@needs_real_data
@pytest.mark.parametrize("identity", [(), ("--keep-identity",)])
def test_a_real_series_with_its_rtstruct_becomes_two_valid_objects_by_one_command(
    identity, tmp_path, capsys
):
    series = REAL_DATA / "real_ct" / "STS_019_dicom"
    words = ["predict", "--ct", series / "image", "--tumor", next((series / "mask").iterdir())]
    words += ["--bundle", "published-clinical", "--dicom", "--out", tmp_path, *identity]
    words += ["--symptoms", "with", "--margin", "clear", "--lymph-nodes", "without"]
    assert main([str(word) for word in words]) == 0
    assert capsys.readouterr().err == ""
    assert_valid(tmp_path)
    for name in KINDS:
        assert ("[STS_019]" in dump(tmp_path / name)) == bool(identity)
    assert 'published-clinical: Clinical"' in report_text(tmp_path / "report.dcm")
