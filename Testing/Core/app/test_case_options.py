"""From options to a case whose outlines come as DICOM."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.dicom_series import small_ct, write_series
from fixtures.outlines import circle, write_rtstruct, write_seg
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.app.case_options import case_of, second_tumor_of
from ParotidClassifierCore.app.options import build_parser
from ParotidClassifierCore.base.errors import AmbiguousMaskError, UnusableMaskError, UsageError

CT = small_ct()


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Folder of a CT as DICOM and NIfTI, with an RTSTRUCT of three ROIs and a DICOM SEG."""
    folder = tmp_path_factory.mktemp("study")
    series = write_series(folder / "ct", CT)
    sitk.WriteImage(CT, str(folder / "ct.nii.gz"))
    rois = {
        name: [circle(CT, number, radius) for number in (3, 4, 5)]
        for name, radius in {"GTV": 5.0, "Margin": 8.0, "Other": 6.0}.items()
    }
    write_rtstruct(folder / "rs.dcm", rois)
    ball = np.zeros(CT.GetSize()[::-1], bool)
    ball[3:6, 15:25, 15:25] = True
    write_seg(folder / "seg.dcm", series, {"Tumor": ball})
    return folder


def options(study, *words, ct="ct"):
    given = ("predict", "--ct", study / ct, "--out", study / "out", *words)
    return build_parser().parse_args([str(word) for word in given])


def voxels(image):
    return int(sitk.GetArrayViewFromImage(image).sum())


def test_tumour_ring_and_second_outline_are_rois_of_one_rtstruct(study):
    file = study / "rs.dcm"
    asked = options(
        study, "--tumor", file, "--tumor-roi", "GTV", "--ring", file, "--ring-roi", "Margin",
        "--second-tumor", file, "--second-tumor-roi", "Other",
    )  # fmt: skip
    case = case_of(asked)
    second = second_tumor_of(asked, case, PROTOCOL)
    assert voxels(case.tumor) < voxels(second) < voxels(case.rings["External2"])
    assert case.source.series_uid == "1.2.3"


def test_a_dicom_series_and_a_copy_of_it_get_the_same_outlines(study):
    for outline in (("rs.dcm", "--tumor-roi", "GTV"), ("seg.dcm",)):
        words = ("--tumor", study / outline[0], *outline[1:])
        of_series, of_copy = (case_of(options(study, *words, ct=ct)) for ct in ("ct", "ct.nii.gz"))
        assert np.array_equal(*map(sitk.GetArrayFromImage, (of_series.tumor, of_copy.tumor)))
        assert of_copy.source is None


def test_an_outline_of_another_series_is_refused_by_the_command_line_too(study, tmp_path):
    rois = {"Tumor": [circle(CT, number) for number in (3, 4, 5)]}
    other = write_rtstruct(tmp_path / "other.dcm", rois, series="1.2.8")
    with pytest.raises(UnusableMaskError, match=r"on 1\.2\.8, not on 1\.2\.3"):
        case_of(options(study, "--tumor", other))
    with pytest.raises(UnusableMaskError, match=r"on 1\.2\.8, not on 1\.2\.3"):
        case_of(
            options(study, "--tumor", study / "seg.dcm", "--ring", other, "--ring-roi", "Tumor")
        )


def test_another_series_is_allowed_for_each_outline(study, tmp_path):
    rois = {"Tumor": [circle(CT, number) for number in (3, 4, 5)]}
    other = write_rtstruct(tmp_path / "other.dcm", rois, frame="1.2.8")
    files = ("--tumor", other, "--ring", study / "seg.dcm", "--ring-segment", "Tumor")
    assert case_of(options(study, *files, "--tumor-any-series"))
    files = ("--tumor", study / "seg.dcm", "--ring", other, "--ring-roi", "Tumor")
    assert case_of(options(study, *files, "--ring-any-series"))
    asked = ("--tumor", study / "seg.dcm", "--second-tumor", other)
    case = case_of(options(study, *asked))
    assert second_tumor_of(options(study, *asked, "--second-tumor-any-series"), case, PROTOCOL)
    with pytest.raises(UnusableMaskError, match="add --second-tumor-any-series"):
        second_tumor_of(options(study, *asked), case, PROTOCOL)


def test_the_option_that_chooses_is_named_for_each_outline(study):
    file = study / "rs.dcm"
    with pytest.raises(AmbiguousMaskError, match="with --tumor-roi NAME"):
        case_of(options(study, "--tumor", file))
    with pytest.raises(AmbiguousMaskError, match="with --ring-roi NAME"):
        case_of(options(study, "--tumor", study / "seg.dcm", "--ring", file))
    asked = options(study, "--tumor", study / "seg.dcm", "--second-tumor", file)
    with pytest.raises(AmbiguousMaskError, match="with --second-tumor-roi NAME"):
        second_tumor_of(asked, case_of(asked), PROTOCOL)


def test_an_roi_is_not_chosen_from_a_saved_case_nor_without_an_outline(study):
    asked = build_parser().parse_args(
        ["predict", "--case", str(study), "--tumor-roi", "GTV", "--out", str(study / "out")]
    )
    with pytest.raises(UsageError, match="--tumor-roi choose from single files"):
        case_of(asked)
    asked = options(study, "--tumor", study / "seg.dcm", "--second-tumor-roi", "GTV")
    with pytest.raises(UsageError, match="no second outline"):
        second_tumor_of(asked, case_of(asked), PROTOCOL)
    with pytest.raises(UsageError, match="no ring to choose from"):
        case_of(options(study, "--tumor", study / "seg.dcm", "--ring-label", "0"))
