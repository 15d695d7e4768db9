import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_case, ball_mask
from fixtures.dicom_series import small_ct, write_series
from fixtures.outlines import FRAME, SERIES, SOURCE, write_seg
from fixtures.regions import EXTERNAL2, PROTOCOL, TUMOR
from ParotidClassifierCore.base.errors import (
    ParotidClassifierError,
    UnreadableFileError,
    UnusableMaskError,
    UsageError,
)
from ParotidClassifierCore.case.grid import draw_regions, prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.outlines import load_outline
from ParotidClassifierCore.dicom import objects as dicom_objects
from ParotidClassifierCore.imaging.choosing import Choice

CT = small_ct()
BALL = sitk.GetArrayFromImage(ball_mask(CT, 7.0)) != 0
CORNER = np.zeros_like(BALL)
CORNER[2:5, 2:8, 3:9] = True


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    return write_series(tmp_path_factory.mktemp("ct") / "series", CT)


def voxels(path, region=TUMOR, choice=Choice(), source=SOURCE):  # noqa: B008  frozen
    return sitk.GetArrayFromImage(load_outline(path, region, CT, source, choice)) != 0


def changed(path, change):
    made = pydicom.dcmread(path)
    change(made)
    made.save_as(path)
    return path


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
def test_a_segment_comes_back_voxel_for_voxel(tmp_path, series, kind):
    path = write_seg(tmp_path / "seg.dcm", series, {"Vein": CORNER, "Tumor": BALL}, kind)
    assert np.array_equal(voxels(path), BALL)
    assert np.array_equal(voxels(path, choice=Choice(segment="Vein")), CORNER)
    with pytest.raises(UsageError, match=r"is a DICOM SEG.*--tumor-segment NAME"):
        voxels(path, choice=Choice(roi="Vein"))


def test_a_segment_on_the_cts_voxels_lies_on_its_grid_though_empty_planes_are_left_out(
    tmp_path, series
):
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL})
    assert pydicom.dcmread(path).NumberOfFrames < len(BALL)
    mask = load_outline(path, TUMOR, CT, SOURCE)
    assert mask.GetSize() == CT.GetSize()
    assert np.allclose(mask.GetOrigin(), CT.GetOrigin())


def test_a_segment_on_a_grid_of_its_own_keeps_it(tmp_path):
    fine = sitk.Resample(CT, (80, 80, 18), sitk.Transform(), sitk.sitkLinear, CT.GetOrigin(),
                         (0.5, 0.5, 1.5))  # fmt: skip
    ball = ball_mask(fine, 7.0)
    path = write_seg(
        tmp_path / "seg.dcm",
        write_series(tmp_path / "fine", fine),
        {"Tumor": sitk.GetArrayFromImage(ball)},
    )
    mask = load_outline(path, TUMOR, CT, SOURCE)
    assert mask.GetSpacing() == pytest.approx((0.5, 0.5, 1.5))
    assert np.array_equal(centres(mask), centres(ball))


def test_a_segment_on_the_lattice_of_the_method_is_not_called_resampled(tmp_path):
    ct = ball_case().ct
    drawn = draw_regions(Case(ct, ball_mask(ct)), PROTOCOL)
    lattice = drawn.lattice.geometry(drawn.box).image(drawn.masks["Tumor"].astype(np.int16))
    series = write_series(tmp_path / "lattice", lattice)
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": drawn.masks["Tumor"]})
    read = prepare(Case(ct, load_outline(path, TUMOR, ct)), PROTOCOL)
    assert np.array_equal(read.grid.tumor, prepare(Case(ct, ball_mask(ct)), PROTOCOL).grid.tumor)
    assert "outline_resampled" not in {finding.code for finding in read.findings}


def centres(mask):
    """Return where the voxels of a mask lie, sorted."""
    index = np.argwhere(sitk.GetArrayFromImage(mask))[:, ::-1].tolist()
    places = np.array([mask.TransformIndexToPhysicalPoint(i) for i in index]).round(3)
    return places[np.lexsort(places.T)]


def test_of_a_fractional_segment_one_half_counts(tmp_path, series):
    shares = np.where(BALL, 0.5, np.where(CORNER, 0.49, 0.0))
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": shares}, "FRACTIONAL",
                     max_fractional_value=100)  # fmt: skip
    assert np.array_equal(voxels(path), BALL)


@pytest.mark.parametrize(
    "planes", [np.arange(9) != 4, np.arange(9) == 4], ids=["all but one", "one"]
)
def test_a_plane_without_frame_is_empty(tmp_path, series, planes):
    part = BALL & planes[:, None, None]
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": part})
    assert np.array_equal(voxels(path), part)


def test_segments_that_overlap_are_each_read_as_drawn_and_the_tumour_wins(tmp_path, series):
    around = sitk.GetArrayFromImage(ball_mask(CT, 9.5)) != 0  # a ring with the tumour left in it
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL, "External2": around})
    assert np.array_equal(voxels(path), BALL)
    assert np.array_equal(voxels(path, EXTERNAL2), around)
    tumor, ring = (load_outline(path, region, CT, SOURCE) for region in (TUMOR, EXTERNAL2))
    prepared = prepare(Case(CT, tumor, {"External2": ring}), PROTOCOL)
    assert not (prepared.grid.tumor & prepared.grid.mask("External2")).any()
    told = {finding.code: finding.message for finding in prepared.findings}
    assert "ring_overlaps_tumor" in told
    assert "ring_overlaps_tumor" not in {
        f.code for f in prepare(Case(CT, tumor), PROTOCOL).findings
    }


def test_an_empty_segment_is_refused(tmp_path, series):
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL & False, "Vein": CORNER})
    with pytest.raises(UnusableMaskError, match=r"segment 'Tumor' in .* is empty"):
        voxels(path)


def test_the_frame_of_reference_and_the_series_must_be_the_cts(tmp_path, series):
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL})
    changed(path, lambda made: setattr(made, "FrameOfReferenceUID", "1.2.7"))
    with pytest.raises(UnusableMaskError, match=rf"another space .*1\.2\.7, the CT's is {FRAME}"):
        voxels(path)
    assert np.array_equal(voxels(path, source=None), BALL)
    other = write_series(tmp_path / "plain", CT, uid="1.2.8")
    write_seg(path, other, {"Tumor": BALL})
    with pytest.raises(UnusableMaskError, match=rf"on 1\.2\.8, not on {SERIES}.*--series"):
        voxels(path)


def uneven(made):
    made.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence[0].ImagePositionPatient[2] += 1.1


def unplaced(made):
    del made.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence


def without_segments(made):
    del made.SegmentSequence


def without_pixels(made):
    del made.PixelData


@pytest.mark.parametrize("damage", [uneven, unplaced, without_segments, without_pixels])
def test_a_damaged_segmentation_is_named(tmp_path, series, damage):
    path = changed(write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL}), damage)
    with pytest.raises(UnreadableFileError, match=r"seg\.dcm cannot be read as DICOM SEG"):
        voxels(path)


def test_planes_a_kilometre_apart_are_refused(tmp_path, series):
    def move_the_last(made):
        place = made.PerFrameFunctionalGroupsSequence[-1].PlanePositionSequence[0]
        x, y, z = place.ImagePositionPatient
        place.ImagePositionPatient = [x, y, float(z) + 1_099_998]

    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL})
    with pytest.raises(UnreadableFileError, match=r"spans 36\d{4} × 40 × 40 .* most 536,870,912"):
        voxels(changed(path, move_the_last))


def test_very_many_frames_are_refused(tmp_path, series, monkeypatch):
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL})
    frames = pydicom.dcmread(path).NumberOfFrames
    for said in (20_001, 1):
        changed(path, lambda made, said=said: setattr(made, "NumberOfFrames", said))
        with pytest.raises(UnreadableFileError, match=f"has {max(said, frames)} frames; at most"):
            voxels(path)
        monkeypatch.setattr(dicom_objects, "_MOST_FRAMES", frames - 1)


def test_a_segmentation_that_was_cut_off_anywhere_is_never_read_as_a_smaller_tumour(
    tmp_path, series
):
    path = write_seg(tmp_path / "seg.dcm", series, {"Tumor": BALL})
    content = path.read_bytes()
    for length in (*range(0, len(content), len(content) // 31), len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ParotidClassifierError, match=r"seg\.dcm"):
            voxels(path)
