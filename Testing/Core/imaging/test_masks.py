import numpy as np
import pytest
import SimpleITK as sitk
import slicerio
from fixtures.cases import ball_case, ball_mask, tissue_ct
from fixtures.regions import EXTERNAL2, PROTOCOL, TUMOR
from ParotidClassifierCore.base.errors import (
    AmbiguousMaskError,
    UnreadableFileError,
    UnusableMaskError,
    UsageError,
)
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.outlines import load_outline
from ParotidClassifierCore.imaging.findings import warning
from ParotidClassifierCore.imaging.masks import load_mask, save_segmentation
from ParotidClassifierCore.imaging.origin import Origin, origin_of
from ParotidClassifierCore.imaging.working_grid import Geometry


def label_map(tmp_path, labels=(1,), name="mask.nrrd"):
    ct = tissue_ct()
    mask = sum(ball_mask(ct, 4.0, (20 + 20 * i, 40, 16)) * label for i, label in enumerate(labels))
    sitk.WriteImage(mask, str(tmp_path / name))
    return tmp_path / name


def segmentation(tmp_path, names, overlap=False):
    """Write a segmentation as 3D Slicer does, one segment a name; overlapping ones in layers."""
    voxels = np.zeros((2, 20, 18, 16) if overlap else (20, 18, 16), np.uint8)
    segments = []
    for i in range(len(names)):
        layer = voxels[i] if overlap else voxels
        value = 1 if overlap else i + 1
        first = 4 + (3 if overlap else 6) * i
        layer[first : first + 5, 5:9, 6:9] = value
        segments.append(
            {"id": f"S{i}", "name": f"<{i}>", "labelValue": value, "layer": i if overlap else 0,
             "color": [1, 0, 0]}
        )  # fmt: skip
    affine = np.diag([0.5, 0.5, 2.0, 1.0])
    affine[:3, 3] = (10, 20, 30)
    path = tmp_path / "seg.seg.nrrd"
    slicerio.write_segmentation(
        str(path), {"voxels": voxels, "ijkToLPS": affine, "segments": segments}
    )
    content = path.read_bytes()
    for i, name in enumerate(names):  # which pynrrd writes only in ASCII
        content = content.replace(f"<{i}>".encode(), name.encode())
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["mask.nrrd", "mask.nii.gz", "mask.mha"])
def test_a_label_map_with_one_label_needs_no_name(tmp_path, name):
    mask = load_mask(label_map(tmp_path, (3,), name), TUMOR)
    assert set(np.unique(sitk.GetArrayFromImage(mask))) == {0, 1}


def test_one_of_several_labels_must_be_named(tmp_path):
    path = label_map(tmp_path, (2, 5))
    with pytest.raises(UnusableMaskError, match=r"\(2 and 5\).*--tumor-label"):
        load_mask(path, TUMOR)
    with pytest.raises(UnusableMaskError, match="no label 4"):
        load_mask(path, TUMOR, label=4)
    mask = load_mask(path, TUMOR, label=5)
    assert mask[40, 40, 16] == 1
    assert mask[20, 40, 16] == 0


def test_a_choice_for_the_other_kind_of_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="label map without segments"):
        load_mask(label_map(tmp_path), TUMOR, segment="Mass")
    with pytest.raises(UsageError, match="is a segmentation"):
        load_mask(segmentation(tmp_path, ["Tumor"]), TUMOR, label=1)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_an_empty_outline_is_refused(tmp_path, value):
    with pytest.raises(UnusableMaskError, match="is empty"):
        load_mask(of_values(tmp_path, value), TUMOR)


def test_a_ct_given_as_outline_is_refused(tmp_path):
    sitk.WriteImage(sitk.Cast(tissue_ct(), sitk.sitkFloat32) + 0.3, str(tmp_path / "ct.nrrd"))
    with pytest.raises(UnusableMaskError, match="not a label map"):
        load_mask(tmp_path / "ct.nrrd", TUMOR)


def of_values(tmp_path, *values, background=0.0, dtype=np.float64):
    """Write a mask with one plane of each value."""
    voxels = np.full((9, 9, 9), background, dtype)
    for plane, value in enumerate(values, start=2):
        voxels[plane] = value
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(tmp_path / "mask.nrrd"))
    return tmp_path / "mask.nrrd"


@pytest.mark.parametrize("values", [(np.inf,), (-0.5,), (0.5, 1.0), (1 / 255, 2 / 255)])
def test_an_outline_with_odd_values_is_refused(tmp_path, values):
    with pytest.raises(UnusableMaskError, match="not a label map") as refused:
        load_mask(of_values(tmp_path, *values), TUMOR)
    assert "above 0.5" in refused.value.remedy


@pytest.mark.parametrize("value", [1 / 255, 0.5, 0.9999999975, 1.0000001, 255.0])
@pytest.mark.parametrize("background", [0.0, np.nan])
def test_a_single_value_is_the_outline_however_it_was_scaled(tmp_path, value, background):
    mask = load_mask(of_values(tmp_path, value, background=background), TUMOR)
    inside = sitk.GetArrayFromImage(mask)
    assert inside[2].all()
    assert inside.sum() == 81


def test_labels_that_lie_beside_whole_numbers_keep_their_names(tmp_path):
    path = of_values(tmp_path, 0.9999999975, 2.0000004, 1.0000002, background=np.nan)
    with pytest.raises(UnusableMaskError, match=r"several labels \(1 and 2\)"):
        load_mask(path, TUMOR)
    inside = sitk.GetArrayFromImage(load_mask(path, TUMOR, label=1))
    assert [bool(plane.all()) for plane in inside[2:5]] == [True, False, True]
    assert inside.sum() == 162


@pytest.mark.parametrize("key", [b"Segment0_LabelValue", b"Segment0_Name", b"Segment0_Layer"])
def test_a_segmentation_without_its_fields_is_named(tmp_path, key):
    path = segmentation(tmp_path, ["Tumor", "External2"], overlap=True)
    path.write_bytes(path.read_bytes().replace(key, b"Segment0_" + b"X" * (len(key) - 9)))
    with pytest.raises((UnreadableFileError, UnusableMaskError), match=r"seg\.seg\.nrrd"):
        load_mask(path, TUMOR)


@pytest.mark.parametrize("name", ["slice.nrrd", "slice.nii.gz", "slice.mha"])
def test_a_single_slice_of_the_ct_counts_as_on_the_whole_grid(tmp_path, name):
    case = ball_case(9.0)
    voxels = sitk.GetArrayFromImage(case.tumor)
    voxels[:16] = voxels[17:] = 0
    whole = Geometry.of(case.tumor).image(voxels)
    sitk.WriteImage(whole[:, :, 16:17], str(tmp_path / name))
    mask = load_outline(tmp_path / name, TUMOR, case.ct)
    one, all_slices = (prepare(Case(case.ct, tumor), PROTOCOL).grid for tumor in (mask, whole))
    assert np.array_equal(one.tumor, all_slices.tumor)
    assert np.array_equal(one.mask("External2"), all_slices.mask("External2"))


def test_a_single_slice_of_another_thickness_is_refused(tmp_path):
    case = ball_case(9.0)
    plane = case.tumor[:, :, 16:17]
    plane.SetSpacing((1.0, 1.0, 1.0))
    sitk.WriteImage(plane, str(tmp_path / "slice.nrrd"))
    with pytest.raises(UnusableMaskError, match=r"a single slice, 1 mm thick.*3 mm thick"):
        load_outline(tmp_path / "slice.nrrd", TUMOR, case.ct)


def test_a_segment_is_found_by_its_name_and_keeps_its_place(tmp_path):
    mask = load_mask(segmentation(tmp_path, ["Other", "Tumor"]), TUMOR)
    voxels = sitk.GetArrayFromImage(mask)
    assert voxels.sum() == 5 * 4 * 3
    assert voxels[6:9, 5:9, 10:15].all()
    assert mask.TransformIndexToPhysicalPoint((10, 5, 6)) == (15.0, 22.5, 42.0)


def test_overlapping_segments_are_read_from_their_layers(tmp_path):
    path = segmentation(tmp_path, ["Tumor", "External2"], overlap=True)
    tumor = sitk.GetArrayFromImage(load_mask(path, TUMOR))
    ring = sitk.GetArrayFromImage(load_mask(path, EXTERNAL2))
    assert tumor[6:9, 5:9, 4:9].all()
    assert ring[6:9, 5:9, 7:12].all()
    assert tumor.sum() == ring.sum() == 60


@pytest.mark.parametrize("overlap", [False, True])
def test_segment_names_keep_all_their_letters(tmp_path, overlap):
    path = segmentation(tmp_path, ["Tumor旧", "Läsion"], overlap)
    with pytest.raises(AmbiguousMaskError, match="it has 'Tumor旧', 'Läsion'"):
        load_mask(path, TUMOR)
    first = 7 if overlap else 10
    voxels = sitk.GetArrayFromImage(load_mask(path, TUMOR, segment="Läsion"))
    assert voxels[6:9, 5:9, first : first + 5].all()
    assert voxels.sum() == 60


def test_escapes_in_a_segment_name_are_read(tmp_path):
    path = segmentation(tmp_path, [r"a\nb\\c", "Other"])
    assert load_mask(path, TUMOR, segment="a\nb\\c")


def test_a_name_that_is_not_utf_8_is_no_other_name(tmp_path):
    path = segmentation(tmp_path, ["TumorX", "Other"])
    path.write_bytes(path.read_bytes().replace(b"TumorX", b"Tumor\xe4"))
    with pytest.raises(AmbiguousMaskError, match=r"it has 'Tumor\\\\xe4', 'Other'"):
        load_mask(path, TUMOR)
    assert load_mask(path, TUMOR, segment=r"Tumor\xe4")


@pytest.mark.parametrize("name", ["seg.seg.nrrd", "mask.nrrd"])
def test_an_outline_may_be_one_slice(tmp_path, name):
    image = sitk.Image([9, 9, 1], sitk.sitkUInt8)
    image[4, 4, 0] = 1
    if "seg" in name:
        keys = {"ID": "S", "Name": "Tumor", "LabelValue": "1"}
        for key, word in keys.items():
            image.SetMetaData(f"Segment0_{key}", word)
    sitk.WriteImage(image, str(tmp_path / name))
    assert sitk.GetArrayFromImage(load_mask(tmp_path / name, TUMOR)).sum() == 1


def test_what_was_taken_is_known(tmp_path):
    of_a_segment = load_mask(segmentation(tmp_path, ["Mass"]), TUMOR)
    assert origin_of(of_a_segment).words == "segment 'Mass'"
    assert origin_of(load_mask(label_map(tmp_path, (3,)), TUMOR)).words == "label 3"


def test_what_was_taken_is_known_after_saving(tmp_path):
    path = tmp_path / "saved.seg.nrrd"
    origin = Origin("ROI", "Läsion\n|:= 旧")
    masks = {"Tumor": np.ones((4, 4, 4), bool)}
    save_segmentation(path, masks, GEOMETRY, PROTOCOL.regions, {"Tumor": origin})
    assert origin_of(load_mask(path, TUMOR)) == origin


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind": 1, "name": 2, "notes": []}', "[" * 9999])
def test_a_strangers_word_of_the_origin_is_not_believed(text):
    assert Origin.from_text(text) is None


@pytest.mark.parametrize(
    "origin",
    [
        Origin("\x1b[31m", "Tumor"),
        Origin("ROI", "x" * 1001),
        Origin("ROI", "Tumor", (warning("code", "\x1b[31m"),)),
    ],
)
def test_an_origin_with_odd_texts_is_not_believed(origin):
    assert Origin.from_text(origin.to_text()) is None


GEOMETRY = Geometry((1.0, 2.0, 3.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
