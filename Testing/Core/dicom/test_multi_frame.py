"""An enhanced multi-frame CT is read as the volume that its frames are, or refused."""

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from fixtures.dicom_series import small_ct, store_hu, write_series
from ParotidClassifierCore.base.errors import UnreadableFileError, UnusableImageError
from ParotidClassifierCore.case.ct import load_ct, load_sourced_ct
from ParotidClassifierCore.dicom.series import source_of_files

_VALUES = "PixelValueTransformationSequence"


def converted(folder, out, **options):
    """Write the series in `folder` as one enhanced CT."""
    frames = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    enhanced = highdicom.legacy.LegacyConvertedEnhancedCTImage(
        frames, series_instance_uid="1.2.30", series_number=2, sop_instance_uid="1.2.30.1",
        instance_number=1, **options,
    )  # fmt: skip
    out.mkdir()
    enhanced.save_as(out / "enhanced.dcm")
    return out


def test_its_frames_are_the_ct(tmp_path):
    ct = small_ct()
    planes = sitk.GetArrayFromImage(ct)

    def in_its_own_way(content, k):
        store_hu(content, planes[k], slope=1.0 if k % 2 else 0.5, intercept=-1024 - k)

    classic = write_series(tmp_path / "s", ct, change=in_its_own_way, KVP=120, Manufacturer="Maker")
    read, source = load_sourced_ct(converted(classic, tmp_path / "one"))
    plain = load_ct(classic)
    assert np.array_equal(sitk.GetArrayFromImage(read), planes)
    for place in ("GetOrigin", "GetSpacing", "GetDirection"):
        assert np.allclose(getattr(read, place)(), getattr(plain, place)(), atol=1e-6)
    assert [path.name for path in source.files] == ["enhanced.dcm"]
    assert source.series_uid == "1.2.30"
    assert (source.acquisition.kvp, source.acquisition.manufacturer) == (120, "Maker")
    assert source_of_files(source.files) == source


def test_it_is_read_without_a_preamble(tmp_path):
    ct = small_ct()
    file = converted(write_series(tmp_path / "s", ct), tmp_path / "one") / "enhanced.dcm"
    whole = file.read_bytes()
    file.write_bytes(whole[132:])
    assert np.array_equal(sitk.GetArrayFromImage(load_ct(file.parent)), sitk.GetArrayFromImage(ct))
    file.write_bytes(whole[whole.index(b"\x08\x00\x08\x00CS") :])  # and without its file meta
    with pytest.raises(UnreadableFileError, match="enhanced multi-frame CT, cannot be read"):
        load_ct(file.parent)


def test_hu_do_not_depend_on_whether_black_is_shown_as_white(tmp_path):
    ct = small_ct()
    folder = converted(write_series(tmp_path / "s", ct), tmp_path / "one")
    turned = pydicom.dcmread(folder / "enhanced.dcm")
    turned.PhotometricInterpretation, turned.PresentationLUTShape = "MONOCHROME1", "INVERSE"
    turned.save_as(folder / "enhanced.dcm")
    assert np.array_equal(sitk.GetArrayFromImage(load_ct(folder)), sitk.GetArrayFromImage(ct))


def test_a_part_of_a_ct_is_refused(tmp_path):
    folder = converted(write_series(tmp_path / "s"), tmp_path / "one")
    first = pydicom.dcmread(folder / "enhanced.dcm")
    first.ConcatenationUID, first.InConcatenationNumber = "1.2.31", 1
    first.save_as(folder / "enhanced.dcm")
    with pytest.raises(UnreadableFileError, match="one of several parts"):
        load_ct(folder)


def test_another_quantity_than_hu_is_refused(tmp_path):
    folder = converted(write_series(tmp_path / "s"), tmp_path / "one")
    density = pydicom.dcmread(folder / "enhanced.dcm")
    groups = (*density.SharedFunctionalGroupsSequence, *density.PerFrameFunctionalGroupsSequence)
    values = [g.PixelValueTransformationSequence[0] for g in groups if _VALUES in g]
    for value in values:
        value.RescaleType = "ED"
    density.save_as(folder / "enhanced.dcm")
    with pytest.raises(UnusableImageError, match="electron density"):
        load_ct(folder)


def test_frames_that_are_no_one_volume_are_refused(tmp_path):
    classic = write_series(tmp_path / "s", skip=(4,))
    with pytest.raises(UnusableImageError, match=r"enhanced\.dcm.*cannot be read as one volume"):
        load_ct(converted(classic, tmp_path / "one"))


def test_one_that_was_cut_off_is_refused(tmp_path):
    folder = converted(write_series(tmp_path / "s"), tmp_path / "one")
    whole = (folder / "enhanced.dcm").read_bytes()
    (folder / "enhanced.dcm").write_bytes(whole[: -len(whole) // 3])
    with pytest.raises((UnreadableFileError, UnusableImageError), match=r"enhanced\.dcm"):
        load_ct(folder)


def test_two_of_them_in_one_series_are_refused(tmp_path):
    folder = converted(write_series(tmp_path / "s"), tmp_path / "one")
    second = pydicom.dcmread(folder / "enhanced.dcm")
    second.SOPInstanceUID = second.file_meta.MediaStorageSOPInstanceUID = "1.2.30.2"
    second.save_as(folder / "second.dcm")
    with pytest.raises(UnreadableFileError, match="2 files of enhanced multi-frame CT"):
        load_ct(folder)
