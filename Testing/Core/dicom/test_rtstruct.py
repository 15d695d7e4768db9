import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.dicom_series import small_ct, write_series
from fixtures.outlines import FRAME, SERIES, SOURCE, circle, write_other, write_rtstruct
from fixtures.real_data import REAL_DATA, needs_real_data
from fixtures.regions import EXTERNAL2, TUMOR
from fixtures.rights import without_privileges
from ParotidClassifierCore.base.errors import (
    AmbiguousMaskError,
    ParotidClassifierError,
    UnreadableFileError,
    UnusableMaskError,
    UsageError,
)
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.case.outlines import load_outline
from ParotidClassifierCore.imaging import contours
from ParotidClassifierCore.imaging.choosing import Choice
from ParotidClassifierCore.imaging.origin import origin_of

CT = small_ct()
STACK = [circle(CT, number) for number in (5, 3, 4)]
LARGER = [circle(CT, number, 9.0) for number in (3, 4, 5)]


def count(path, region=TUMOR, choice=Choice(), source=SOURCE):  # noqa: B008  frozen
    return sitk.GetArrayFromImage(load_outline(path, region, CT, source, choice)).sum()


@pytest.fixture
def structures(tmp_path):
    return write_rtstruct(tmp_path / "rs.dcm", {"Tumor": STACK})


@pytest.mark.parametrize("kind", ["CLOSED_PLANAR", "INTERPOLATED_PLANAR"])
def test_an_rtstruct_is_filled_on_its_ct(tmp_path, kind):
    path = write_rtstruct(tmp_path / "rs.dcm", {"Tumor": STACK}, kind=kind)
    mask = sitk.GetArrayFromImage(load_outline(path, TUMOR, CT, SOURCE))
    assert mask.shape == (9, 40, 40)
    assert mask[3:6].any(axis=(1, 2)).all()
    assert mask.sum() == pytest.approx(3 * np.pi * 6.0**2, rel=0.02)


def test_of_several_rois_the_one_named_tumor_is_taken_and_others_by_name(tmp_path):
    rois = {"GTV": LARGER, "Tumor": STACK, "External2": LARGER}
    path = write_rtstruct(tmp_path / "rs.dcm", rois)
    small, large = count(path), count(path, EXTERNAL2)
    assert small < large
    assert count(path, choice=Choice(roi="GTV")) == large
    with pytest.raises(AmbiguousMaskError, match=r"no ROI named 'Vein'; it has 'GTV', 'Tumor'"):
        count(path, choice=Choice(roi="Vein"))


@pytest.mark.parametrize("kind", ["OPEN_PLANAR", "OPEN_NONPLANAR"])
def test_an_open_line_is_no_outline(tmp_path, kind):
    path = write_rtstruct(tmp_path / "rs.dcm", {"Tumor": STACK}, kind=kind)
    with pytest.raises(UnusableMaskError, match=f"Contour 1 of ROI 'Tumor' .* is {kind}, not a cl"):
        count(path)


def with_coordinates(path, change):
    made = pydicom.dcmread(path)
    contour = made.ROIContourSequence[0].ContourSequence[1]
    contour.ContourData = change(list(contour.ContourData))
    made.save_as(path)
    return path


def test_a_coordinate_that_is_no_number_is_named(structures):
    with_coordinates(structures, lambda values: ["nan", *values[1:]])
    with pytest.raises(UnusableMaskError, match=r"Contour 2 .* points that are not numbers"):
        count(structures)


def test_a_coordinate_that_is_not_even_text_of_a_number_is_damage(structures):
    content = structures.read_bytes()
    first = f"{STACK[1][0, 0]:.4f}".encode()
    structures.write_bytes(content.replace(first, b"x" * len(first), 1))
    with pytest.raises(UnreadableFileError, match="cannot be read as RTSTRUCT"):
        count(structures)


def test_an_object_of_two_kinds_is_no_outline(structures):
    content = structures.read_bytes()
    assert b"1.2.840.10008.5.1.4.1.1.481.3" in content
    structures.write_bytes(
        content.replace(b"840.10008.5.1.4.1.1.481.3", b"840\\10008.5.1.4.1.1.481.3")
    )
    with pytest.raises(UnreadableFileError, match="is no outline but"):
        count(structures)


def test_coordinates_that_make_no_points_are_refused(structures):
    with_coordinates(structures, lambda values: values[:-1])
    with pytest.raises(UnusableMaskError, match=r"has 269 coordinates, which make no points"):
        count(structures)


@pytest.mark.parametrize("kept", [0, 1, 2])
@pytest.mark.parametrize("kind", ["CLOSED_PLANAR", "OPEN_PLANAR", "POINT"])
def test_what_encloses_nothing_is_left_out_and_told(tmp_path, structures, kept, kind):
    made = pydicom.dcmread(structures)
    stray = pydicom.Dataset()
    stray.ContourGeometricType = kind
    stray.ContourData = STACK[1].ravel().tolist()[: 3 * kept] or None
    made.ROIContourSequence[0].ContourSequence.insert(1, stray)
    made.save_as(tmp_path / "stray.dcm")
    mask = load_outline(tmp_path / "stray.dcm", TUMOR, CT, SOURCE)
    assert sitk.GetArrayFromImage(mask).sum() == count(structures)
    (note,) = origin_of(mask).notes
    assert note.code == "contours_left_out"
    assert "1 contour" in note.message


def test_a_slice_whose_contour_encloses_nothing_is_missing(tmp_path):
    path = write_rtstruct(tmp_path / "rs.dcm", {"Tumor": [STACK[1], STACK[2][:2], STACK[0]]})
    with pytest.raises(UnusableMaskError, match="no contour on 1 of the 3 slices"):
        count(path)


@pytest.mark.parametrize(
    ("drawn", "told"), [([], "no contours"), (STACK, "3 contours that enclose nothing")]
)
def test_nothing_or_points_alone_are_no_outline(tmp_path, drawn, told):
    path = write_rtstruct(tmp_path / "rs.dcm", {"Tumor": drawn, "GTV": STACK}, kind="POINT")
    with pytest.raises(UnusableMaskError, match=rf"ROI 'Tumor' in .* has {told}"):
        count(path)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"frame": "1.2.7"}, rf"another space .*1\.2\.7, the CT's is {FRAME}"),
        ({"series": "1.2.8"}, rf"on 1\.2\.8, not on {SERIES}.*--series"),
    ],
)
def test_another_series_is_refused_unless_it_is_allowed(tmp_path, structures, other, told):
    path = write_rtstruct(tmp_path / "rs2.dcm", {"Tumor": STACK}, **other)
    with pytest.raises(UnusableMaskError, match=f"{told}.*--tumor-any-series"):
        count(path)
    assert count(path, source=None)  # a CT that is no DICOM: positions decide
    mask = load_outline(path, TUMOR, CT, SOURCE, Choice(any_series=True))
    assert sitk.GetArrayFromImage(mask).sum() == count(structures)
    assert [note.code for note in origin_of(mask).notes] == ["outline_of_another_series"]


def test_very_many_points_are_refused(structures, monkeypatch):
    monkeypatch.setattr(contours, "_MOST_POINTS", 200)
    with pytest.raises(UnusableMaskError, match=r"ROI 'Tumor' .* has 270 points; at most 200"):
        count(structures)


def test_a_label_or_segment_is_not_chosen_from_an_rtstruct_nor_an_roi_from_a_label_map(
    tmp_path, structures
):
    for choice in (Choice(label=1), Choice(segment="Tumor")):
        with pytest.raises(UsageError, match=r"is an RTSTRUCT.*--tumor-roi NAME"):
            count(structures, choice=choice)
    sitk.WriteImage(ball_mask(CT, 6.0), str(tmp_path / "mask.nrrd"))
    with pytest.raises(UsageError, match=r"is no RTSTRUCT.*--tumor-label N"):
        count(tmp_path / "mask.nrrd", choice=Choice(roi="Tumor"))
    with pytest.raises(UsageError, match="Leave --tumor-any-series out"):
        count(tmp_path / "mask.nrrd", choice=Choice(any_series=True))
    assert count(tmp_path / "mask.nrrd", choice=Choice(label=1))


def test_a_file_without_suffix_is_known_by_what_it_holds(tmp_path):
    assert count(write_rtstruct(tmp_path / "RS1.2.840.5", {"Tumor": STACK}))
    assert count(write_rtstruct(tmp_path / "IM0001", {"Tumor": STACK}))


def test_the_only_outline_in_a_folder_is_found_among_other_files(tmp_path):
    folder = write_series(tmp_path / "study" / "ct", CT).parent
    (folder / "notes.txt").write_text("no outline")
    with pytest.raises(UnreadableFileError, match="holds no DICOM SEG and no RTSTRUCT"):
        count(folder)
    write_rtstruct(folder / "rs.dcm", {"Tumor": STACK})
    assert count(folder)
    write_rtstruct(folder / "older.dcm", {"Tumor": LARGER})
    with pytest.raises(AmbiguousMaskError, match=r"holds 2 files .*: older\.dcm and rs\.dcm"):
        count(folder)


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.33", "Comprehensive SR Storage"),
        ("1.2.840.10008.5.1.4.1.1.128", "Positron Emission Tomography Image Storage"),
    ],
)
def test_another_dicom_object_is_named(tmp_path, kind, called):
    path = write_other(tmp_path / "object.dcm", kind)
    with pytest.raises(UnreadableFileError, match=f"no outline but '{called}'.*RTSTRUCT"):
        count(path)


@pytest.mark.parametrize("content", [b"", b"text", b"\0" * 128 + b"DICM"])
def test_a_file_that_is_no_dicom_object_is_named(tmp_path, content):
    (tmp_path / "outline.dcm").write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"outline\.dcm (is no outline|cannot be read)"):
        count(tmp_path / "outline.dcm")


def test_an_rtstruct_that_was_cut_off_anywhere_is_never_read_as_a_smaller_tumour(structures):
    whole, content = count(structures), structures.read_bytes()
    for length in (*range(0, len(content), len(content) // 97), len(content) - 1):
        structures.write_bytes(content[:length])
        with pytest.raises(ParotidClassifierError, match=r"rs\.dcm"):
            count(structures)
    structures.write_bytes(content)
    assert count(structures) == whole


@pytest.mark.parametrize("locked", ["rs.dcm", "."])
def test_a_file_without_the_right_to_read_it_is_named(tmp_path, structures, locked):
    (tmp_path / locked).chmod(0)
    with without_privileges(), pytest.raises(UnreadableFileError, match=r"rs\.dcm .*Permission"):
        count(structures)
    tmp_path.chmod(0o700)


@needs_real_data
def test_the_real_rtstruct_gives_the_voxels_of_the_mask_that_came_with_it():
    folder = REAL_DATA / "real_ct"
    shipped = sitk.ReadImage(str(folder / "STS_019" / "CT_mask.nii.gz"))
    for ct in (folder / "STS_019_dicom" / "image", folder / "STS_019" / "CT_image.nii.gz"):
        mask = load_outline(folder / "STS_019_dicom" / "mask", TUMOR, load_ct(ct))
        different = sitk.GetArrayFromImage(mask) != sitk.GetArrayFromImage(shipped)
        assert different.sum() == 0
        assert sitk.GetArrayFromImage(mask).sum() == 5564
