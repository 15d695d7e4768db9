import shutil

import numpy as np
import pytest
import SimpleITK as sitk
from made_cases import tissue_ct
from ParotidClassifierCore.case.volumes import load_ct
from ParotidClassifierCore.errors import (
    SeveralSeriesError,
    UnreadableFileError,
    UnusableImageError,
    UsageError,
)
from real_data import REAL_DATA, needs_real_data

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"


def saved(image, path):
    sitk.WriteImage(image, str(path))
    return path


def write_series(ct, folder, uid="1.2.3", modality="CT", skip=(), tilt_mm=0.0):
    """Write `ct` as a DICOM series, one file a slice, in no order of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for k in range(ct.GetSize()[2]):
        if k in skip:
            continue
        plane = ct[:, :, k]
        x, y, z = ct.TransformIndexToPhysicalPoint((0, 0, k))
        position = f"{x:.6f}\\{y + k * tilt_mm:.6f}\\{z:.6f}"
        tags = {
            "0008|0060": modality, "0008|0016": CT_IMAGE, "0008|103e": f"series {uid}",
            "0020|000e": uid, "0008|0018": f"{uid}.{k + 1}", "0020|000d": "1.2",
            "0020|0032": position, "0020|0037": "1\\0\\0\\0\\1\\0", "0020|0013": str(k + 1),
            "0028|1052": "-1024", "0028|1053": "1",
        }  # fmt: skip
        for tag, value in tags.items():
            plane.SetMetaData(tag, value)
        writer.SetFileName(str(folder / f"{(7 * k) % ct.GetSize()[2]:03d}-{uid}.dcm"))
        writer.Execute(plane)
    return folder


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha", ".mhd"])
def test_a_ct_is_read_from_every_common_format(tmp_path, suffix):
    ct = tissue_ct()
    read = load_ct(saved(ct, tmp_path / f"ct{suffix}"))
    assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(ct))
    assert np.allclose(read.GetOrigin(), ct.GetOrigin(), atol=1e-4)


def test_a_ct_whose_axes_are_not_at_right_angles_is_refused(tmp_path):
    ct = tissue_ct()
    ct.SetDirection((1, 0.1, 0, 0, 1, 0, 0, 0, 1))
    with pytest.raises(UnusableImageError, match="right angles"):
        load_ct(saved(ct, tmp_path / "ct.nrrd"))


def test_a_dicom_series_is_sorted_by_position_and_read_in_hu(tmp_path):
    ct = tissue_ct(size=(40, 40, 9))
    read = load_ct(write_series(ct, tmp_path / "series"))
    assert np.array_equal(sitk.GetArrayFromImage(read), sitk.GetArrayFromImage(ct))
    assert np.allclose(read.GetSpacing(), ct.GetSpacing())


def test_several_series_are_listed_and_one_can_be_named(tmp_path):
    ct = tissue_ct(size=(40, 40, 9))
    write_series(ct, tmp_path / "neck" / "a", "1.2.3")
    write_series(ct + 7, tmp_path / "neck" / "b", "1.2.4")
    with pytest.raises(SeveralSeriesError) as refusal:
        load_ct(tmp_path / "neck")
    for part in ("1.2.3", "1.2.4", "9 images", "--series"):
        assert part in str(refusal.value)
    chosen = load_ct(tmp_path / "neck", "1.2.4")
    assert chosen[20, 20, 4] == ct[20, 20, 4] + 7
    with pytest.raises(UnreadableFileError, match=r"no series 9\.9"):
        load_ct(tmp_path / "neck", "9.9")


def test_a_missing_slice_is_noticed(tmp_path):
    folder = write_series(tissue_ct(size=(40, 40, 9)), tmp_path / "series", skip=(4,))
    with pytest.raises(UnusableImageError, match=r"3\.00 to 6\.00 mm apart"):
        load_ct(folder)


def test_a_tilted_gantry_is_noticed(tmp_path):
    folder = write_series(tissue_ct(size=(40, 40, 9)), tmp_path / "series", tilt_mm=1.1)
    with pytest.raises(UnusableImageError, match=r"shifted by 8\.8 mm.*gantry was tilted"):
        load_ct(folder)


def test_a_damaged_header_among_the_slices_is_a_missing_slice(tmp_path):
    folder = write_series(tissue_ct(size=(40, 40, 9)), tmp_path / "series")
    middle = folder / "001-1.2.3.dcm"  # slice 4 of 0 to 8
    whole = middle.read_bytes()
    damaged = whole.replace(b"1\\0\\0\\0\\1\\0", b"1\\0\\0\\0\\1\\x")
    assert damaged != whole
    middle.write_bytes(damaged)
    with pytest.raises(UnusableImageError, match=r"3\.00 to 6\.00 mm apart"):
        load_ct(folder)


def test_a_series_of_another_modality_is_refused(tmp_path):
    folder = write_series(tissue_ct(size=(40, 40, 9)), tmp_path / "series", modality="MR")
    with pytest.raises(UnusableImageError, match="is MR, not CT"):
        load_ct(folder)


def test_a_folder_without_dicom_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(UnreadableFileError, match="no DICOM images"):
        load_ct(tmp_path)


def test_a_series_named_for_a_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError):
        load_ct(saved(tissue_ct(), tmp_path / "ct.nrrd"), "1.2.3")


def test_missing_foreign_and_damaged_files_are_named(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"gone\.nrrd does not exist"):
        load_ct(tmp_path / "gone.nrrd")
    (tmp_path / "scan.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(UnreadableFileError, match="not a volume this program reads"):
        load_ct(tmp_path / "scan.jpg")


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha"])
def test_a_file_that_was_cut_off_is_refused_not_filled_with_zeros(tmp_path, suffix):
    whole = saved(tissue_ct(), tmp_path / f"ct{suffix}").read_bytes()
    (tmp_path / f"half{suffix}").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFileError, match="half"):
        load_ct(tmp_path / f"half{suffix}")


@pytest.mark.parametrize("suffix", [".nrrd", ".mha", ".mhd"])
def test_what_was_converted_from_nifti_and_compressed_is_whole(tmp_path, suffix):
    nifti = sitk.ReadImage(str(saved(tissue_ct(), tmp_path / "ct.nii.gz")))
    path = tmp_path / f"converted{suffix}"
    sitk.WriteImage(nifti, str(path), useCompression=True)
    assert load_ct(path).GetSize() == nifti.GetSize()


def ct_from(array, spacing=(1.0, 1.0, 3.0)):
    image = sitk.GetImageFromArray(array, isVector=False)
    image.SetSpacing(spacing + (1.0,) * (array.ndim - 3))
    return image


def test_what_is_not_one_3d_scalar_volume_is_refused(tmp_path):
    four_d = ct_from(np.zeros((2, 8, 8, 8), np.int16))
    with pytest.raises(UnusableImageError, match="not a 3D volume"):
        load_ct(saved(four_d, tmp_path / "four.nii"))
    single = ct_from(np.zeros((1, 8, 8), np.int16))
    with pytest.raises(UnusableImageError, match="8 × 8 × 1"):
        load_ct(saved(single, tmp_path / "single.nrrd"))
    color = sitk.GetImageFromArray(np.zeros((8, 8, 8, 3), np.uint8), isVector=True)
    with pytest.raises(UnusableImageError, match="3 values per voxel"):
        load_ct(saved(color, tmp_path / "color.nrrd"))


def noise(low, high, shape=(9, 9, 9)):
    return np.random.default_rng(0).uniform(low, high, shape).astype(np.float32)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (noise(0, 900), "does not look like CT in HU"),
        (noise(-3, 3), "does not look like CT in HU"),
        (np.full((9, 9, 9), -1000, np.float32), "same value -1000"),
        (np.where(noise(0, 1) > 0.01, noise(-900, 900), np.nan), "not numbers"),
    ],
    ids=["like MR", "normalised", "constant", "NaN"],
)
def test_intensities_that_are_not_hu_are_refused(tmp_path, values, reason):
    with pytest.raises(UnusableImageError, match=reason):
        load_ct(saved(ct_from(values.astype(np.float32)), tmp_path / "ct.nrrd"))


def test_slices_more_than_10_mm_apart_are_refused(tmp_path):
    thick = ct_from(noise(-900, 900), spacing=(1.0, 1.0, 12.0))
    with pytest.raises(UnusableImageError, match="1 × 1 × 12 mm"):
        load_ct(saved(thick, tmp_path / "ct.nrrd"))


def test_a_spacing_of_nothing_is_refused(tmp_path):
    path = saved(tissue_ct(), tmp_path / "ct.nrrd")
    content = path.read_bytes().replace(b"(1,0,0)", b"(0,0,0)")
    path.write_bytes(content)
    with pytest.raises((UnreadableFileError, UnusableImageError)):
        load_ct(path)


@needs_real_data
def test_the_real_series_equals_its_nifti_copy():
    real = REAL_DATA / "real_ct"
    series = load_ct(real / "STS_019_dicom" / "image")
    nifti = load_ct(real / "STS_019" / "CT_image.nii.gz")
    assert np.array_equal(sitk.GetArrayFromImage(series), sitk.GetArrayFromImage(nifti))


@needs_real_data
def test_a_dicom_folder_with_outlines_beside_the_series_is_read(tmp_path):
    shutil.copytree(REAL_DATA / "real_ct" / "STS_019_dicom", tmp_path / "patient")
    assert load_ct(tmp_path / "patient").GetSize() == (136, 134, 47)
