"""Images lie where their user lies: under names that SimpleITK cannot be given on Windows."""

import ast
from pathlib import Path

import numpy as np
import ParotidClassifierCore
import pytest
import SimpleITK as sitk
from fixtures.cases import tissue_ct
from fixtures.dicom_series import write_series
from fixtures.windows_rules import narrow_simpleitk
from ParotidClassifierCore.base.errors import OutputError
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.imaging import itk_files
from ParotidClassifierCore.imaging.volumes import read_volume, write_volume

USERS = ["张伟", "Jürgen"]
CORE = Path(ParotidClassifierCore.__file__).parent


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    """SimpleITK finds and makes no file whose path has letters beyond ASCII, and it is known."""
    narrow_simpleitk(monkeypatch.setattr)
    monkeypatch.setattr(itk_files, "is_understood", lambda path: str(path).isascii(), raising=False)


@pytest.fixture(params=USERS)
def home(request, tmp_path):
    (tmp_path / request.param).mkdir()
    return tmp_path / request.param


@pytest.fixture
def ct():
    return tissue_ct(size=(24, 22, 12))


def values(image):
    return sitk.GetArrayFromImage(image)


@pytest.mark.parametrize(
    "name",
    ["ct.nrrd", "ct.nii.gz", "ct.nii", "ct.mha", "ct.mhd", "ct.nhdr", "CT 张伟.seg.nrrd",
     "Dr. Jürgen.nrrd", "1.张伟.nii.gz"],
)  # fmt: skip
def test_an_image_is_written_and_read_under_any_users_name(home, ct, name):
    write_volume(home / name, ct)
    assert np.array_equal(values(read_volume(home / name)), values(ct))
    assert (home / name).is_file()


@pytest.mark.parametrize("file", ["张伟.raw", "voxels.raw"])
@pytest.mark.parametrize("header", ["ct.mhd", "ct.nhdr", "张.mhd"])
def test_the_voxels_beside_a_header_are_found_under_any_name(home, tmp_path, ct, header, file):
    plain = tmp_path / f"plain{Path(header).suffix}"
    write_volume(plain, ct, compress=False)
    plain.with_suffix(".raw").rename(home / file)
    (home / header).write_text(plain.read_text("utf-8").replace("plain.raw", file), "utf-8")
    assert np.array_equal(values(read_volume(home / header)), values(ct))


def test_voxels_that_follow_their_header_are_read_whole(home):
    made = np.random.default_rng(0).integers(-1000, 1000, (40, 128, 128), np.int16)
    header = (
        "ObjectType = Image\nNDims = 3\nDimSize = 128 128 40\nElementType = MET_SHORT\n"
        "ElementByteOrderMSB = False\nElementDataFile = LOCAL\n"
    )
    (home / "ct.mhd").write_bytes(header.encode() + made.tobytes())  # more than a MiB
    assert np.array_equal(values(read_volume(home / "ct.mhd")), made)


def test_a_dicom_series_is_read_under_any_users_name(home, ct, tmp_path):
    write_series(home / "series", ct)
    assert np.array_equal(values(load_ct(home / "series")), values(ct))


@pytest.mark.parametrize("name", ["ProgramData", "PUBLIC", "SystemDrive"])
def test_a_user_whose_temporary_folder_has_his_name_gets_another(
    home, ct, tmp_path, monkeypatch, name
):
    monkeypatch.setattr(itk_files.tempfile, "tempdir", str(home))
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv(name, str(tmp_path / "plain"))
    write_volume(home / "ct.nrrd", ct)
    read_volume(home / "ct.nrrd")
    assert list((tmp_path / "plain").iterdir()) == []
    assert [path.name for path in home.iterdir()] == ["ct.nrrd"]


def test_without_any_such_folder_it_is_said_what_to_do(home, ct, monkeypatch):
    monkeypatch.setattr(itk_files.tempfile, "tempdir", str(home))
    with pytest.raises(OutputError, match="has letters that the image library") as told:
        write_volume(home / "ct.nrrd", ct)
    assert "TEMP" in told.value.remedy


def test_a_copy_that_finds_no_room_is_not_blamed_on_letters(ct, tmp_path, monkeypatch):
    sitk.WriteImage(ct, str(tmp_path / "packed.nii.gz"))
    (tmp_path / "packed.nii.gz").rename(tmp_path / "ct.nii")
    monkeypatch.setattr(itk_files.tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(OutputError, match="Temporary files cannot be written"):
        read_volume(tmp_path / "ct.nii")


def test_windows_short_name_of_the_folder_is_taken_before_a_copy_is_made(
    home, ct, tmp_path, monkeypatch
):
    (tmp_path / "JRGEN~1").symlink_to(home)
    monkeypatch.setattr(itk_files, "short_name", lambda _folder: str(tmp_path / "JRGEN~1"))
    monkeypatch.setattr(itk_files, "_plain_folder", None)
    write_volume(home / "ct.nrrd", ct)
    assert np.array_equal(values(read_volume(home / "ct.nrrd")), values(ct))


def test_windows_understands_ascii_of_259_letters_and_other_systems_everything(monkeypatch):
    monkeypatch.undo()
    assert itk_files.is_understood(Path("/张伟"))
    monkeypatch.setattr(itk_files, "limits_paths", lambda: True)
    assert itk_files.is_understood("C:\\a")
    assert not itk_files.is_understood("C:\\张伟")
    assert not itk_files.is_understood("C:\\" + "a" * 260)
    assert not itk_files.is_understood("\\\\?\\C:\\a")


OURS = sorted([*CORE.rglob("*.py"), *CORE.with_name("ParotidClassifierLib").rglob("*.py")])
FILES = {
    "ReadImage", "WriteImage", "ImageFileReader", "ImageFileWriter", "ImageSeriesReader",
    "ImageSeriesWriter", "ReadTransform", "WriteTransform",
}  # fmt: skip


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_nothing_else_hands_a_path_to_simpleitk(path):
    if path.name != "itk_files.py":
        tree = ast.parse(path.read_text("utf-8"))
        assert not FILES & {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
