"""The shipped bundle on real CT, by the command line."""

import json

import pytest
from fixtures.real_data import REAL_DATA, needs_real_data
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.protocol import shen2026

pytestmark = needs_real_data

REAL_CT = REAL_DATA / "real_ct"
FINDINGS = ("--symptoms", "without", "--margin", "unclear", "--lymph-nodes", "without")


def predicted(ct, tumor, out):
    code = main(
        ["predict", "--ct", str(REAL_CT / ct), "--tumor", str(REAL_CT / tumor), *FINDINGS,
         "--out", str(out)]
    )  # fmt: skip
    assert code == 0
    return json.loads((out / "prediction.json").read_text())


@pytest.mark.parametrize("case", ["STS_008", "STS_019"])
def test_a_real_tumour_gets_all_eleven_probabilities(case, tmp_path):
    written = predicted(f"{case}/CT_image.nii.gz", f"{case}/CT_mask.nii.gz", tmp_path)
    for name in shen2026().models:
        assert 0 <= written["models"][name]["probability"] <= 1
    assert written["bundle"]["kind"] == "demonstration"
    assert (tmp_path / "overview.png").stat().st_size > 20_000


def test_dicom_with_rtstruct_and_nifti_with_a_mask_of_its_voxels_agree_to_a_thousandth(tmp_path):
    # The voxels are the same: test_rtstruct.py compares them.
    nifti = predicted("STS_019/CT_image.nii.gz", "STS_019/CT_mask.nii.gz", tmp_path / "nifti")
    dicom = predicted("STS_019_dicom/image", "STS_019_dicom/mask", tmp_path / "dicom")
    nifti, dicom = nifti["models"], dicom["models"]
    for name in shen2026().models:
        assert dicom[name]["probability"] == pytest.approx(nifti[name]["probability"], abs=1e-3)
