"""A NIfTI may give its voxels two places, a skewed one, and a name that is not its content's."""

import gzip
import struct

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask, tissue_ct
from fixtures.regions import TUMOR
from ParotidClassifierCore.base.errors import UnreadableFileError, UnusableImageError
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.imaging.masks import load_mask
from ParotidClassifierCore.imaging.volumes import read_volume

UNIT = (1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
SROW, CODES, QUATERNION = 280, 252, 256


@pytest.fixture
def ct():
    return tissue_ct(size=(24, 22, 12))


def nifti(path, image, codes=(1, 1), sform=lambda row: row):
    """Write a NIfTI with these codes of qform and sform; `sform` changes the latter's numbers."""
    plain = path.with_name("plain.nii")
    sitk.WriteImage(image, str(plain))
    content = bytearray(plain.read_bytes())
    struct.pack_into("<2h", content, CODES, *codes)
    row = np.array(struct.unpack_from("<12f", content, SROW))
    struct.pack_into("<12f", content, SROW, *sform(row))
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


def moved(millimetres):
    """Return a change of an sform by so much along x."""
    return lambda row: row + np.eye(12)[3] * millimetres


def sheared(share):
    """Return a change of an sform that leans its third axis over to the first."""
    return lambda row: row + np.eye(12)[2] * share * row[10]


@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (2, 1)])
def test_two_places_are_refused_for_ct_and_mask(tmp_path, ct, codes):
    path = nifti(tmp_path / "ct.nii.gz", ct, codes, moved(4))
    with pytest.raises(UnreadableFileError, match=r"ct\.nii\.gz.*qform and its sform.*4 mm apart"):
        load_ct(path)
    path = nifti(tmp_path / "mask.nii", ball_mask(ct, 5.0), codes, moved(4))
    with pytest.raises(UnreadableFileError, match=r"mask\.nii.*qform and its sform"):
        load_mask(path, TUMOR)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_turn_that_is_no_number_is_damage(tmp_path, ct, value):
    path = nifti(tmp_path / "ct.nii", ct)
    content = bytearray(path.read_bytes())
    struct.pack_into("<f", content, QUATERNION, value)
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="its header is damaged"):
        load_ct(path)


@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (2, 1), (1, 0), (0, 1)])
@pytest.mark.parametrize("apart", [0, 1e-4, 0.05])
def test_places_that_differ_by_rounding_are_one(tmp_path, ct, codes, apart):
    read = load_ct(nifti(tmp_path / "ct.nii", ct, codes, moved(apart)))
    assert np.allclose(read.GetOrigin(), ct.GetOrigin(), atol=0.06)


@pytest.mark.parametrize("codes", [(1, 0), (0, 1)])
def test_a_place_that_is_not_set_does_not_count(tmp_path, ct, codes):
    read = read_volume(nifti(tmp_path / "ct.nii", ct, codes, moved(4)))
    moved_by = 0 if codes == (1, 0) else -4  # x runs to the left in LPS
    assert read.GetOrigin()[0] == pytest.approx(ct.GetOrigin()[0] + moved_by, abs=1e-3)


@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (1, 4), (2, 1)])
def test_a_unit_sform_beside_a_qform_was_never_meant(tmp_path, ct, codes):
    read = read_volume(nifti(tmp_path / "ct.nii", ct, codes, lambda _row: UNIT))
    assert np.allclose(read.GetOrigin(), ct.GetOrigin(), atol=1e-3)
    assert np.allclose(read.GetDirection(), ct.GetDirection(), atol=1e-6)
    assert np.allclose(read.GetSpacing(), ct.GetSpacing(), atol=1e-6)


@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz"])
def test_a_shear_of_rounding_is_taken_for_right_angles(tmp_path, ct, name):
    read = read_volume(nifti(tmp_path / name, ct, (0, 1), sheared(2e-4)))
    axes = np.reshape(read.GetDirection(), (3, 3))
    assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-12)
    assert np.allclose(read.GetDirection(), ct.GetDirection(), atol=1e-6)
    assert np.allclose(read.GetSpacing(), ct.GetSpacing(), atol=1e-5)
    assert np.allclose(read.GetOrigin(), ct.GetOrigin(), atol=1e-4)
    assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(ct))


def test_a_shear_that_is_none_of_rounding_is_refused_as_that(tmp_path, ct):
    with pytest.raises(UnusableImageError, match="right angles"):
        read_volume(nifti(tmp_path / "ct.nii", ct, (0, 1), sheared(0.1)))


def test_the_content_says_whether_it_is_compressed(tmp_path, ct):
    nifti(tmp_path / "ct.nii", ct).rename(tmp_path / "plain.nii.gz")
    nifti(tmp_path / "ct.nii.gz", ct).rename(tmp_path / "packed.nii")
    for name in ("plain.nii.gz", "packed.nii"):
        read = load_ct(tmp_path / name)
        assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(ct))
        assert np.allclose(read.GetOrigin(), ct.GetOrigin(), atol=1e-3)


def test_a_nifti_2_is_told_apart_from_damage(tmp_path):
    (tmp_path / "ct.nii").write_bytes(struct.pack("<i8s", 540, b"n+2") + bytes(600))
    with pytest.raises(UnreadableFileError, match="it is NIfTI-2") as refused:
        read_volume(tmp_path / "ct.nii")
    assert "NIfTI-1" in refused.value.remedy


def test_a_header_of_the_other_byte_order_is_read(tmp_path, ct):
    path = nifti(tmp_path / "ct.nii", ct)
    content = bytearray(path.read_bytes())
    for kind, places in {
        "i": [0, 32], "h": [*range(40, 56, 2), 68, 70, 72, 74, 120, 252, 254],
        "f": [*range(56, 68, 4), *range(76, 120, 4), *range(124, 140, 4), *range(256, 328, 4)],
    }.items():  # fmt: skip
        for at in places:
            struct.pack_into(f">{kind}", content, at, *struct.unpack_from(f"<{kind}", content, at))
    voxels = np.frombuffer(content, "<i2", offset=352).astype(">i2")
    path.write_bytes(bytes(content[:352]) + voxels.tobytes())
    read = read_volume(path)
    assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(ct))
    assert np.allclose(read.GetOrigin(), ct.GetOrigin(), atol=1e-3)
