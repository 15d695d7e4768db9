import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import tissue_ct
from ParotidClassifierCore.base.errors import UnreadableFileError, UnusableImageError
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.imaging.volumes import read_volume


def saved(image, path):
    sitk.WriteImage(image, str(path))
    return path


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


def test_missing_foreign_and_damaged_files_are_named(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"gone\.nrrd does not exist"):
        load_ct(tmp_path / "gone.nrrd")
    (tmp_path / "folder.nrrd").mkdir()
    with pytest.raises(UnreadableFileError, match="is a folder, not a file"):
        read_volume(tmp_path / "folder.nrrd")
    (tmp_path / "scan.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(UnreadableFileError, match="not a volume this program reads"):
        load_ct(tmp_path / "scan.jpg")
    (tmp_path / "notes.nrrd").write_text("no image")
    with pytest.raises(UnreadableFileError) as refused:
        load_ct(tmp_path / "notes.nrrd")
    assert refused.value.message.endswith(".")
    assert "sitk::" not in refused.value.message


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
    ],
    ids=["like MR", "normalised"],
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
