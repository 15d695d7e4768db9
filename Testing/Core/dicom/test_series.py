"""A DICOM series is read as one CT, or refused with the thing, the reason and what to do."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from fixtures.dicom_series import NAME, NUMBER, slice_name, small_ct, store_hu, write_series
from fixtures.real_data import REAL_DATA, needs_real_data
from ParotidClassifierCore.base import progress as base_progress
from ParotidClassifierCore.base.errors import (
    SeveralSeriesError,
    UnreadableFileError,
    UnusableImageError,
)
from ParotidClassifierCore.case.ct import load_ct, load_sourced_ct
from ParotidClassifierCore.dicom.series import read_series, source_of_files
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG2MPML, JPEG2000Lossless, JPEGLSLossless, RLELossless


def voxels(image):
    return sitk.GetArrayFromImage(image)


def edit(path, change):
    """Store a file again with its content changed."""
    content = pydicom.dcmread(path)
    change(content)
    content.save_as(path)
    return path


def refusal(path, kind):
    """Return the message of the refusal; it has a remedy and does not tell whose CT it is."""
    with pytest.raises(kind) as caught:
        load_ct(path)
    assert caught.value.remedy
    assert NAME not in str(caught.value)
    assert NUMBER not in str(caught.value)
    return caught.value.message


# What is read


def test_a_series_is_sorted_by_position_and_read_in_hu(tmp_path):
    ct = small_ct()
    read, source = load_sourced_ct(write_series(tmp_path, ct))
    assert np.array_equal(voxels(read), voxels(ct))
    assert np.allclose(read.GetSpacing(), ct.GetSpacing())
    assert np.allclose(read.GetOrigin(), ct.GetOrigin())
    assert [path.name for path in source.files] == [slice_name(k) for k in range(9)]
    assert (source.series_uid, source.study_uid) == ("1.2.3", "1.2")
    assert source.frame_of_reference_uid == "1.2.9"


def test_slices_stored_from_above_are_the_same_ct(tmp_path):
    ct = small_ct()
    turned = sitk.DICOMOrient(ct, "LAI")
    assert turned.GetDirection() != ct.GetDirection()
    read = load_ct(write_series(tmp_path, turned))
    assert np.array_equal(voxels(read), voxels(ct))
    assert np.allclose(read.GetOrigin(), ct.GetOrigin())


def test_every_slice_is_rescaled_by_its_own_slope(tmp_path):
    ct = small_ct()
    planes = voxels(ct)

    def stored_in_its_own_way(content, k):
        store_hu(content, planes[k], slope=1.0 if k % 2 else 0.5, intercept=-1024 - k)

    read = load_ct(write_series(tmp_path, ct, change=stored_in_its_own_way))
    assert np.array_equal(voxels(read), planes)


def test_a_slope_below_one_keeps_its_fractions(tmp_path):
    planes = voxels(small_ct())

    def halves(content, k):
        store_hu(content, planes[k] + (0.5 if k == 3 else 0.0), slope=1.0 if k == 0 else 0.5)

    read = voxels(load_ct(write_series(tmp_path, change=halves)))
    assert np.array_equal(read[3], planes[3] + 0.5)


def test_what_the_headers_say_of_the_patient_is_left_behind(tmp_path):
    read = load_ct(write_series(tmp_path / "series"))
    assert not read.GetMetaDataKeys()
    read.SetMetaData("0010|0010", NAME)  # as other programs write it into what they convert
    sitk.WriteImage(read, str(tmp_path / "converted.nrrd"))
    assert NAME.encode() in (tmp_path / "converted.nrrd").read_bytes()
    assert not load_ct(tmp_path / "converted.nrrd").GetMetaDataKeys()


def test_several_series_are_listed_and_one_can_be_named(tmp_path):
    ct = small_ct()
    write_series(tmp_path / "a", ct, "1.2.3")
    write_series(tmp_path / "b", ct + 7, "1.2.4")
    message = refusal(tmp_path, SeveralSeriesError)
    assert all(part in message for part in ("1.2.3", "1.2.4", "CT, 9 images, 'series 1.2.4'"))
    assert load_ct(tmp_path, "1.2.4")[20, 20, 4] == ct[20, 20, 4] + 7
    with pytest.raises(UnreadableFileError, match=r"no series 9\.9"):
        load_ct(tmp_path, "9.9")


def test_copies_of_the_same_slices_in_other_folders_are_taken_once(tmp_path):
    write_series(tmp_path / "IMAGES")
    shutil.copytree(tmp_path / "IMAGES", tmp_path / "backup")
    read, source = load_sourced_ct(tmp_path)
    assert read.GetSize() == (40, 40, 9)
    assert len(source.files) == 9


def test_objects_that_are_no_slices_are_passed_over(tmp_path):
    write_series(tmp_path)

    def dose(content):
        content.SOPClassUID = content.file_meta.MediaStorageSOPClassUID = (
            "1.2.840.10008.5.1.4.1.1.481.2"
        )
        content.SeriesInstanceUID, content.Modality, content.NumberOfFrames = "1.2.7", "RTDOSE", 3

    def page(content):
        content.SeriesInstanceUID, content.SeriesDescription = "1.2.8", "dose report"
        del content.ImagePositionPatient

    (tmp_path / "notes.txt").write_text("nothing here")
    for name, change in (("dose.dcm", dose), ("page.dcm", page)):
        shutil.copy(tmp_path / slice_name(0), tmp_path / name)
        edit(tmp_path / name, change)
    assert load_sourced_ct(tmp_path)[1].series_uid == "1.2.3"


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless], ids=["RLE", "JPEG-LS"])
def test_lossless_compression_changes_nothing(tmp_path, syntax):
    ct = small_ct()
    write_series(tmp_path, ct)
    for path in tmp_path.iterdir():
        edit(path, lambda content: content.compress(syntax, generate_instance_uid=False))
    assert np.array_equal(voxels(load_ct(tmp_path)), voxels(ct))


def test_a_long_series_tells_how_far_it_is(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(base_progress, "_QUIET_SECONDS", -1.0)
    read_series(write_series(tmp_path), progress=lambda done, step: told.append((done, step)))
    steps = [step for _, step in told]
    assert steps[0] == "reading header 1 of 9"
    assert steps[-1] == "reading slice 9 of 9"
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_every_header_is_read_once(tmp_path, monkeypatch):
    write_series(tmp_path)
    read, dcmread = [], pydicom.dcmread
    monkeypatch.setattr(pydicom, "dcmread", lambda p, **o: read.append(p) or dcmread(p, **o))
    load_ct(tmp_path)
    assert sorted(read) == sorted(tmp_path.iterdir())


def test_the_source_of_files_that_another_program_read_is_told(tmp_path):
    write_series(tmp_path, uid="1.2.3")
    write_series(tmp_path, uid="1.2.4")
    one = sorted(tmp_path.glob("*-1.2.3.dcm"))
    assert source_of_files(one) == load_sourced_ct(tmp_path, "1.2.3")[1]
    assert source_of_files(sorted(tmp_path.iterdir())) is None
    assert source_of_files([]) is None


@needs_real_data
def test_the_real_series_equals_its_nifti_copy():
    real = REAL_DATA / "real_ct"
    series = load_ct(real / "STS_019_dicom" / "image")
    nifti = load_ct(real / "STS_019" / "CT_image.nii.gz")
    assert np.array_equal(voxels(series), voxels(nifti))


# What is refused: where slices lie


def test_a_tilted_gantry_is_noticed(tmp_path):
    def tilt(content, k):
        x, y, z = content.ImagePositionPatient
        content.ImagePositionPatient = [x, float(y) + 1.1 * k, z]

    message = refusal(write_series(tmp_path, change=tilt), UnusableImageError)
    assert "shifted by 8.8 mm" in message
    assert "gantry was tilted" in message


def in_slice_6(keyword, value):
    return lambda content, k: setattr(content, keyword, value) if k == 6 else None


def smaller(content, k):
    if k == 6:
        content.Rows, content.PixelData = 20, content.PixelData[: 20 * 40 * 2]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (in_slice_6("ImageOrientationPatient", [0, 1, 0, 0, 0, -1]), "different orientations"),
        (in_slice_6("FrameOfReferenceUID", "1.2.10"), "2 frames of reference"),
        (in_slice_6("PixelSpacing", [1.0, 1.25]), "measure 1 × 1.25 mm"),
        (smaller, "40 × 20 pixels"),
    ],
    ids=["orientations", "frames of reference", "pixel spacings", "sizes"],
)
def test_slices_that_do_not_fit_together_are_named(tmp_path, change, reason):
    message = refusal(write_series(tmp_path, change=change), UnusableImageError)
    assert reason in message
    assert slice_name(6) in message


def test_a_series_of_another_modality_is_refused(tmp_path):
    message = refusal(write_series(tmp_path, Modality="MR"), UnusableImageError)
    assert "is MR, not CT" in message


def test_a_screenshot_in_colour_is_refused(tmp_path):
    def colour(content, _k):
        content.SamplesPerPixel, content.PhotometricInterpretation = 3, "RGB"
        content.PlanarConfiguration, content.PixelRepresentation = 0, 0
        content.BitsAllocated = content.BitsStored = 8
        content.HighBit, content.PixelData = 7, bytes(40 * 40 * 3)

    message = refusal(write_series(tmp_path, change=colour), UnusableImageError)
    assert "several values for each pixel" in message


# What is refused: files


def test_a_slice_whose_place_cannot_be_read_is_named(tmp_path):
    folder = write_series(tmp_path)
    first = folder / slice_name(0)  # at the end, where no gap would tell
    whole = first.read_bytes()
    first.write_bytes(whole.replace(b"1.0\\0.0\\0.0\\0.0\\1.0", b"1.0\\0.0\\0.0\\0.0\\1.x"))
    assert first.read_bytes() != whole
    message = refusal(folder, UnreadableFileError)
    assert f"1 of 9 slices of the series 1.2.3 in {folder} lack" in message
    assert f"{slice_name(0)} without a readable ImageOrientationPatient" in message


@pytest.mark.parametrize(
    "keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"]
)
def test_a_series_without_a_place_in_space_is_refused(tmp_path, keyword):
    folder = write_series(tmp_path, change=lambda content, _k: delattr(content, keyword))
    assert f"without a readable {keyword}" in refusal(folder, UnreadableFileError)


@pytest.mark.parametrize(("end", "lost"), [(-500, "pixels"), (200, "header")])
def test_a_file_that_was_cut_off_is_named(tmp_path, end, lost):
    cut = write_series(tmp_path) / slice_name(8)
    cut.write_bytes(cut.read_bytes()[:end])
    message = refusal(tmp_path, UnreadableFileError)
    assert str(cut) in message
    assert "damaged or cut off" in message
    assert lost in message


def test_a_header_that_makes_no_sense_is_named(tmp_path):
    path = write_series(tmp_path) / slice_name(3)
    path.write_bytes(path.read_bytes().replace(b"\x08\x00\x60\x00CS", b"\x08\x00\x60\x00QQ"))
    assert path.name in refusal(tmp_path, UnreadableFileError)


def test_damaged_pixels_are_named(tmp_path):
    def spoilt(content):
        content.PixelData = encapsulate([bytes(range(256)) * 4])
        content["PixelData"].is_undefined_length = True
        content.file_meta.TransferSyntaxUID = JPEG2000Lossless

    damaged = edit(write_series(tmp_path) / slice_name(4), spoilt)
    message = refusal(tmp_path, UnreadableFileError)
    assert str(damaged) in message
    assert "cannot be decoded" in message


@pytest.mark.parametrize(
    ("syntax", "words"),
    [(MPEG2MPML, "MPEG2 Main Profile"), ("1.2.3.4.5", "an unknown transfer syntax")],
)
def test_a_compression_that_cannot_be_undone_is_named_in_words(tmp_path, syntax, words):
    write_series(tmp_path)
    for path in tmp_path.iterdir():
        content = pydicom.dcmread(path)
        content.PixelData = encapsulate([bytes(64)])
        content["PixelData"].is_undefined_length = True
        content.file_meta.TransferSyntaxUID = syntax
        pydicom.dcmwrite(path, content, implicit_vr=False, little_endian=True)
    with pytest.raises(UnreadableFileError) as caught:
        load_ct(tmp_path)
    assert words in caught.value.message
    assert syntax in caught.value.message
    assert "gdcmconv --raw" in caught.value.remedy


def test_a_folder_without_dicom_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing here")
    assert "no DICOM images" in refusal(tmp_path, UnreadableFileError)


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    locked = write_series(tmp_path) / slice_name(8)
    opened = Path.open

    def refused(path, *mode, **options):  # root may read everything, whatever the rights say
        if path == locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *mode, **options)

    monkeypatch.setattr(Path, "open", refused)
    assert f"{locked} cannot be read: Permission denied" in refusal(tmp_path, UnreadableFileError)


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    locked = write_series(tmp_path / "locked")
    scandir = os.scandir

    def refused(path):
        if Path(path) == locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", refused)
    assert f"{locked} cannot be read: Permission denied" in refusal(tmp_path, UnreadableFileError)
