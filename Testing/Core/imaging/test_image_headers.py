"""A header can name any file and claim any size: it is followed as far as the file bears out."""

import gzip
import os
import struct
from unittest.mock import patch

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import tissue_ct
from ParotidClassifierCore.base.errors import UnreadableFileError
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.imaging import image_headers
from ParotidClassifierCore.imaging.image_headers import files_of_image
from ParotidClassifierCore.imaging.volumes import read_volume

DETACHED = [".mhd", ".nhdr"]
DATA_LINE = {".mhd": "ElementDataFile = ct.raw", ".nhdr": "data file: ct.raw"}
SIZE_LINE = {".mhd": "DimSize = 24 22 12", ".nhdr": "sizes: 24 22 12"}


@pytest.fixture
def ct():
    return tissue_ct(size=(24, 22, 12))


def detached(folder, ct, suffix, old="", new=""):
    """Write header and ct.raw; in the header, `new` takes the place of `old`."""
    path = folder / f"ct{suffix}"
    sitk.WriteImage(ct, str(path))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def refusal(path):
    """Return why a file is refused, which is found out before SimpleITK is given it."""
    given = patch.object(sitk, "ReadImage", side_effect=AssertionError("SimpleITK was given it"))
    with given, pytest.raises(UnreadableFileError) as refused:
        read_volume(path)
    assert path.name in refused.value.message
    return refused.value


@pytest.mark.parametrize("suffix", DETACHED)
@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../ct.raw", "./../ct.raw", ".//etc/passwd", "deep/ct.raw", "%s%s%n.raw",
     "ct%02d.raw 0 11 1", "LIST", "LIST 2", "-", "pipe", "link.raw", "gone.raw", "."],
)  # fmt: skip
def test_a_header_names_one_plain_file_beside_it_and_nothing_else(tmp_path, ct, suffix, name):
    home = tmp_path / "home"
    (home / "deep").mkdir(parents=True)
    line = DATA_LINE[suffix]
    path = detached(home, ct, suffix, line, line.replace("ct.raw", name))
    for copy in (tmp_path / "ct.raw", home / "deep" / "ct.raw"):
        copy.write_bytes((home / "ct.raw").read_bytes())
    if hasattr(os, "mkfifo"):
        os.mkfifo(home / "pipe")
    (home / "link.raw").symlink_to(tmp_path / "ct.raw")
    refused = refusal(path)
    assert repr(name) in refused.message
    assert "voxels lie in the file itself" in refused.remedy


@pytest.mark.parametrize("end", ["\v", "\f", "\r", "\x1c", "\x85", "\u2028", "\0"])
@pytest.mark.parametrize("suffix", DETACHED)
def test_a_name_goes_on_to_the_end_of_its_line_as_readers_take_it(tmp_path, ct, suffix, end):
    line = DATA_LINE[suffix]
    path = detached(tmp_path, ct, suffix, line, line.replace("ct.raw", f"ct.raw{end}%s%s%n 1 9 1"))
    refusal(path)


@pytest.mark.parametrize("name", ["张伟.raw", "the voxels.raw", "ct.raw", "./ct.raw"])
@pytest.mark.parametrize("suffix", DETACHED)
def test_one_plain_file_beside_it_is_read(tmp_path, ct, suffix, name):
    line = DATA_LINE[suffix]
    path = detached(tmp_path, ct, suffix, line, line.replace("ct.raw", name))
    (tmp_path / "ct.raw").rename(tmp_path / name)
    read = sitk.GetArrayFromImage(read_volume(path))
    assert np.array_equal(read, sitk.GetArrayFromImage(ct))
    assert files_of_image(path) == (path, tmp_path / name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("NDims = 3", "NDims = 100000"),
        ("NDims = 3", "NDims = 3\nNDims = 3"),
        ("NDims = 3", "N" * 300 + " = 3\nNDims = 3"),
        ("NDims = 3", "Comment =\nElementDataFile = ct.raw\nNDims = 3"),
        ("DimSize = 24 22 12", "DimSize = 24 -22 12"),
        ("DimSize = 24 22 12", "DimSize = 24 0 12"),
        ("MET_SHORT", "MET_OTHER"),
    ],
)
def test_a_header_that_readers_take_otherwise_is_damaged(tmp_path, ct, old, new):
    refusal(detached(tmp_path, ct, ".mhd", old, new))


@pytest.mark.parametrize("size", ["1000 1000 1000", "1400 1400 1400", "30000 30000 30000"])
@pytest.mark.parametrize("suffix", DETACHED)
def test_a_size_beyond_the_bounds_is_refused_with_the_bounds(tmp_path, ct, suffix, size):
    line = SIZE_LINE[suffix]
    path = detached(tmp_path, ct, suffix, line, line.replace("24 22 12", size))
    bounds = "at most 536,870,912 voxels in 2,147,483,648 bytes are read"
    assert bounds in refusal(path).message


@pytest.mark.parametrize("suffix", DETACHED)
def test_a_size_that_the_bytes_do_not_bear_out_is_refused(tmp_path, ct, suffix):
    line = SIZE_LINE[suffix]
    path = detached(tmp_path, ct, suffix, line, line.replace("24 22 12", "800 800 800"))
    assert "12,672 of 1,024,000,000 bytes" in refusal(path).message


def test_a_compressed_file_cannot_hold_any_size(tmp_path, ct):
    path = tmp_path / "ct.nrrd"
    sitk.WriteImage(ct, str(path), useCompression=True)
    path.write_bytes(path.read_bytes().replace(b"sizes: 24 22 12", b"sizes: 800 800 800"))
    assert "compressed bytes cannot hold" in refusal(path).message


def nifti(folder, ct, change=lambda content: None, name="ct.nii"):
    """Write a NIfTI whose content `change` alters."""
    path = folder / name
    sitk.WriteImage(ct, str(folder / "plain.nii"))
    content = bytearray((folder / "plain.nii").read_bytes())
    change(content)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def sized(*size):
    return lambda content: struct.pack_into("<3h", content, 42, *size)


def test_a_nifti_of_a_few_bytes_claims_no_gigabytes(tmp_path, ct):
    message = refusal(nifti(tmp_path, ct, sized(1400, 1400, 1400))).message
    assert "5,488,000,000" in message
    assert "2,147,483,648" in message
    assert "13,024 of 1,024,000,352" in refusal(nifti(tmp_path, ct, sized(800, 800, 800))).message
    packed = nifti(tmp_path, ct, sized(800, 800, 800), "ct.nii.gz")
    assert "compressed bytes cannot hold" in refusal(packed).message


def test_what_is_appended_to_a_compressed_file_is_bounded(tmp_path, ct, monkeypatch):
    monkeypatch.setattr(image_headers, "LARGEST_BYTES", 2**16)
    path = nifti(tmp_path, ct, name="ct.nii.gz")
    assert load_ct(path).GetSize() == ct.GetSize()
    with path.open("ab") as stream:
        stream.write(gzip.compress(bytes(2**20)))
    assert "more than 65,536 bytes are compressed in it" in refusal(path).message


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("cut", [1, 2, 300, 352])
def test_a_file_cut_by_a_few_bytes_is_not_whole(tmp_path, ct, suffix, compress, cut):
    path = tmp_path / f"ct{suffix}"
    sitk.WriteImage(ct, str(path), useCompression=compress)
    path.write_bytes(path.read_bytes()[:-cut])
    refusal(path)


def test_a_nifti_of_two_files_is_refused(tmp_path, ct):
    def of_two(content):
        content[344:348] = b"ni1\0"

    path = nifti(tmp_path, ct, of_two)
    path.with_suffix(".img").write_bytes(path.read_bytes()[352:])
    assert "no NIfTI of one file" in refusal(path).message


@pytest.mark.parametrize("suffix", image_headers.VOLUME_SUFFIXES)
@pytest.mark.parametrize(
    "content", [b"", b"\0", b"NRRD0004\n", b"\x1f\x8b", b"\x1f\x8b" * 99, b"ElementDataFile = "]
)
def test_any_bytes_are_refused_or_read_but_never_crash(tmp_path, suffix, content):
    path = tmp_path / f"ct{suffix}"
    path.write_bytes(content)
    refusal(path)
    assert files_of_image(path) == (path,)
