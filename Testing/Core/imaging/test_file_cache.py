"""A file is read once while it stays as it is, and again when it changes in any way."""

import os

import pytest
import SimpleITK as sitk
from fixtures.cases import tissue_ct
from ParotidClassifierCore.imaging.file_cache import _SMALL_BYTES, FileCache

LARGE = b"a" * (_SMALL_BYTES + 1)


class Reader:
    def __init__(self):
        self.count = 0

    def __call__(self, path):
        self.count += 1
        members = [path] if path.is_file() else sorted(path.iterdir())
        return b"".join(member.read_bytes() for member in members)


@pytest.fixture
def reader():
    return Reader()


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_an_unchanged_file_gives_the_same_object_without_being_read(tmp_path, reader, content):
    files, path = FileCache(), tmp_path / "file"
    path.write_bytes(content)
    assert files.read(path, reader) is files.read(path, reader)
    assert reader.count == 1


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_a_changed_file_is_read_again(tmp_path, reader, content):
    files, path = FileCache(), tmp_path / "file"
    path.write_bytes(content)
    files.read(path, reader)
    path.write_bytes(content[::-1] + b"!")
    assert files.read(path, reader).endswith(b"!")


def test_a_small_file_of_the_same_content_counts_as_unchanged(tmp_path, reader):
    files, path = FileCache(), tmp_path / "file"
    path.write_bytes(b"small")
    files.read(path, reader)
    path.unlink()
    path.write_bytes(b"small")
    files.read(path, reader)
    assert reader.count == 1


def test_a_large_file_replaced_by_one_of_the_same_size_and_time_is_read_again(tmp_path, reader):
    files, path, other = FileCache(), tmp_path / "file", tmp_path / "other"
    path.write_bytes(LARGE)
    files.read(path, reader)
    other.write_bytes(b"b" * len(LARGE))
    os.utime(other, ns=(0, path.stat().st_mtime_ns))
    other.replace(path)
    assert files.read(path, reader).startswith(b"b")


def test_a_folder_counts_as_changed_with_any_of_its_files(tmp_path, reader):
    files = FileCache()
    (tmp_path / "one").write_bytes(b"1")
    assert files.read(tmp_path, reader) == b"1"
    (tmp_path / "two").write_bytes(b"2")
    assert files.read(tmp_path, reader) == b"12"
    (tmp_path / "two").write_bytes(b"3")
    assert files.read(tmp_path, reader) == b"13"
    assert reader.count == 3


@pytest.mark.parametrize("suffix", [".mhd", ".nhdr"])
def test_an_image_counts_as_changed_with_the_voxels_beside_its_header(tmp_path, reader, suffix):
    files, path = FileCache(), tmp_path / f"ct{suffix}"
    sitk.WriteImage(tissue_ct(size=(24, 22, 12)), str(path))
    files.read(path, reader)
    files.read(path, reader)
    assert reader.count == 1
    voxels = (tmp_path / "ct.raw").read_bytes()
    (tmp_path / "ct.raw").write_bytes(voxels[::-1])
    files.read(path, reader)
    assert reader.count == 2
