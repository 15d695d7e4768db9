"""No slice goes unnoticed: it is read, or named, whatever keeps it from being read."""

import shutil

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from fixtures.dicom_series import slice_name, small_ct, write_series
from fixtures.outlines import SOURCE, circle, write_rtstruct
from fixtures.regions import TUMOR
from ParotidClassifierCore.base.errors import UnreadableFileError, UnusableImageError
from ParotidClassifierCore.case.ct import load_ct, load_sourced_ct
from ParotidClassifierCore.case.outlines import load_outline
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

ENDS = [slice_name(k) for k in (0, 1, 7, 8)]


def without_preamble(path, implicit=True, little=True):
    content = pydicom.dcmread(path)
    bare = pydicom.Dataset({element.tag: element for element in content})
    if not little:
        bare.PixelData = np.frombuffer(bare.PixelData, "<i2").astype(">i2").tobytes()
    stream = DicomBytesIO()
    stream.is_implicit_VR, stream.is_little_endian = implicit, little
    write_dataset(stream, bare)
    path.write_bytes(stream.getvalue())


def without_magic(path):
    path.write_bytes(path.read_bytes()[132:])


@pytest.mark.parametrize("which", [ENDS, [slice_name(k) for k in range(9)]], ids=["some", "all"])
@pytest.mark.parametrize(
    "bare",
    [
        without_preamble,
        lambda path: without_preamble(path, implicit=False),
        lambda path: without_preamble(path, implicit=False, little=False),
        without_magic,
    ],
    ids=["implicit", "explicit", "big endian", "with file meta"],
)
def test_files_without_a_preamble_are_read(tmp_path, which, bare):
    ct = small_ct()
    write_series(tmp_path, ct)
    for name in which:
        bare(tmp_path / name)
    read, source = load_sourced_ct(tmp_path)
    assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(ct))
    assert len(source.files) == 9


def test_an_outline_without_a_preamble_is_read(tmp_path):
    ct = small_ct()
    file = write_rtstruct(tmp_path / "rs.dcm", {"Tumor": [circle(ct, n) for n in (3, 4)]})
    drawn = sitk.GetArrayFromImage(load_outline(file, TUMOR, ct, SOURCE))
    without_magic(file)
    for path in (file, tmp_path):
        read = load_outline(path, TUMOR, ct, SOURCE)
        assert np.array_equal(sitk.GetArrayFromImage(read), drawn)


def emptied(path):
    path.write_bytes(b"")


def zeroed(path):
    path.write_bytes(bytes(path.stat().st_size))


def packed(path):
    path.rename(path.with_name(f"{path.name}.gz"))
    path.with_name(f"{path.name}.gz").write_bytes(b"\x1f\x8b packed")


def half_copied(path):
    path.rename(path.with_name(f"{path.name}.part"))
    emptied(path.with_name(f"{path.name}.part"))


def pointed(path):
    path.write_text("version https://git-lfs.github.com/spec/v1")


@pytest.mark.parametrize("spoilt", [emptied, zeroed, packed, half_copied, pointed])
@pytest.mark.parametrize("suffix", [".dcm", ""])
def test_a_file_named_as_a_slice_that_is_none_is_named(tmp_path, spoilt, suffix):
    write_series(tmp_path)
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        path.rename(tmp_path / f"IM{number:04d}{suffix}")
    spoilt(tmp_path / f"IM0000{suffix}")
    with pytest.raises(UnreadableFileError, match=r"IM0000.*has a name as slices have"):
        load_ct(tmp_path)


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    write_series(tmp_path / "all")
    for path in (tmp_path / "all").iterdir():
        (tmp_path / "links").mkdir(exist_ok=True)
        (tmp_path / "links" / path.name).symlink_to(path)
    assert load_ct(tmp_path / "links").GetSize() == (40, 40, 9)
    (tmp_path / "all" / slice_name(8)).unlink()
    with pytest.raises(UnreadableFileError, match=f"links/{slice_name(8)} cannot be read"):
        load_ct(tmp_path / "links")


def test_what_only_tells_of_slices_is_passed_over(tmp_path):
    write_series(tmp_path)
    for name in (f"{slice_name(8)}.json", "notes.txt", "preview 1.jpg", "README", "a.py"):
        (tmp_path / name).write_text("\x08\x00 nothing here")
    assert load_ct(tmp_path).GetSize() == (40, 40, 9)


def test_a_slice_cut_off_before_its_size_is_named(tmp_path):
    cut = write_series(tmp_path) / slice_name(8)
    whole = cut.read_bytes()
    cut.write_bytes(whole[: whole.index(b"\x28\x00\x02\x00US")])
    assert pydicom.dcmread(cut).SeriesInstanceUID == "1.2.3"
    with pytest.raises(UnreadableFileError, match=f"{slice_name(8)} is .* damaged or cut off"):
        load_ct(tmp_path)


def test_a_file_of_many_frames_among_the_slices_is_named(tmp_path):
    def two(content, k):
        if k == 8:
            content.NumberOfFrames, content.PixelData = 2, content.PixelData * 2

    with pytest.raises(UnusableImageError, match=f"{slice_name(8)} .* holds 2 frames"):
        load_ct(write_series(tmp_path, change=two))


def test_slices_of_its_series_that_a_dicomdir_does_not_list_are_read_too(tmp_path):
    from pydicom.fileset import FileSet

    medium = FileSet()
    for path in sorted(write_series(tmp_path / "sent").iterdir()):
        if path.name not in ENDS:
            medium.add(pydicom.dcmread(path))
    medium.write(tmp_path / "disc")
    (tmp_path / "disc" / "more").mkdir()
    for name in ENDS:
        shutil.copy(tmp_path / "sent" / name, tmp_path / "disc" / "more" / name)
    for named in ("disc", "disc/DICOMDIR"):
        assert load_ct(tmp_path / named).GetSize() == (40, 40, 9)


def test_a_slice_with_the_number_and_place_of_another_is_no_copy(tmp_path):
    write_series(tmp_path / "a")
    write_series(tmp_path / "b", small_ct() + 50)
    with pytest.raises(UnusableImageError, match="doubled"):
        load_ct(tmp_path)


def test_a_copy_that_is_stored_otherwise_is_a_copy(tmp_path):
    from pydicom.uid import JPEGLSLossless

    def compressed(content, _k):
        content.compress(JPEGLSLossless, generate_instance_uid=False)

    write_series(tmp_path / "a")
    write_series(tmp_path / "b", change=compressed)
    assert load_ct(tmp_path).GetSize() == (40, 40, 9)
