"""Tumor and External2 as a DICOM Segmentation: the same voxels, named, and tied to the CT."""

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import highdicom
import numpy as np
import pytest
import SimpleITK as sitk
from Core.dicom.test_multi_frame import converted
from fixtures.cases import ball_grid, ball_mask
from fixtures.dicom_series import write_series
from fixtures.regions import EXTERNAL2, PROTOCOL, REGIONS, TUMOR
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.case.ct import load_sourced_ct
from ParotidClassifierCore.case.grid import prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.outlines import load_outline
from ParotidClassifierCore.imaging.side import SIDE_CODES, Side
from ParotidClassifierCore.imaging.working_grid import Geometry
from ParotidClassifierCore.protocol import read_protocol
from ParotidClassifierCore.reporting.dicom.segmentation import segmentation
from ParotidClassifierCore.reporting.dicom.source_headers import read_source_headers
from ParotidClassifierCore.reporting.dicom.writing import (
    SEGMENTATION,
    series_attributes,
    write_dicom,
)

TESTING = Path(__file__).parents[3]
WHEN = datetime(2026, 11, 29, 14, 3, 21, tzinfo=timezone.utc)


def frames_by_hand(segmentation):
    """Yield segment number, position (x, y, z) and pixels (rows, columns) of each frame."""
    rows, columns, count = (segmentation[k].value for k in ("Rows", "Columns", "NumberOfFrames"))
    bits = np.unpackbits(np.frombuffer(segmentation.PixelData, np.uint8), bitorder="little")
    frames = bits[: count * rows * columns].reshape(count, rows, columns)
    for pixels, group in zip(frames, segmentation.PerFrameFunctionalGroupsSequence, strict=True):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        place = group.PlanePositionSequence[0].ImagePositionPatient
        yield number, [float(x) for x in place], pixels


def test_read_bit_by_bit_it_holds_the_voxels_of_the_ring_file(written):
    expected = sitk.ReadImage(str(written.folder / "ring.seg.nrrd"))
    found = np.zeros_like(sitk.GetArrayFromImage(expected))
    shared = written.segmentation.SharedFunctionalGroupsSequence[0]
    axes = np.reshape(shared.PlaneOrientationSequence[0].ImageOrientationPatient, (2, 3))
    np.testing.assert_array_equal(axes.astype(float), [[1, 0, 0], [0, 1, 0]])
    measures = shared.PixelMeasuresSequence[0]
    assert [*measures.PixelSpacing, measures.SpacingBetweenSlices] == [1, 1, 1]
    for number, place, pixels in frames_by_hand(written.segmentation):
        x, y, z = expected.TransformPhysicalPointToIndex(place)
        assert expected.TransformIndexToPhysicalPoint((x, y, z)) == pytest.approx(place, abs=1e-6)
        rows, columns = pixels.shape
        found[z, y : y + rows, x : x + columns][pixels > 0] = number
    np.testing.assert_array_equal(found, sitk.GetArrayFromImage(expected))


def test_it_can_be_given_back_as_the_outlines_of_the_next_case(written, dicom_case, answered):
    path, grid = written.folder / "segmentation.dcm", answered.prepared.grid
    tumor, ring = (
        load_outline(path, region, dicom_case.ct, dicom_case.source)
        for region in (TUMOR, EXTERNAL2)
    )
    again = prepare(replace(dicom_case, tumor=tumor, rings={"External2": ring}), PROTOCOL).grid
    assert again.geometry.direction == grid.geometry.direction
    np.testing.assert_allclose(again.geometry.origin, grid.geometry.origin, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(again.tumor, grid.tumor)
    np.testing.assert_array_equal(again.mask("External2"), grid.mask("External2"))


def test_an_oblique_grid_keeps_its_place_and_its_axes(answered):
    turn = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]) @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    place = Geometry((10.5, -20.25, 3.0), tuple(turn.ravel().tolist()))
    grid = replace(ball_grid(radius=3, margin=2), geometry=place)
    series = series_attributes(answered.view, WHEN, SEGMENTATION)
    turned = replace(answered, prepared=replace(answered.prepared, grid=grid))
    made = segmentation(turned, answered.dicom_sources, series)
    found = np.zeros(grid.ct.shape, np.uint8)
    image = place.image(found)
    shared = made.SharedFunctionalGroupsSequence[0]
    axes = np.reshape(shared.PlaneOrientationSequence[0].ImageOrientationPatient, (2, 3))
    np.testing.assert_allclose(axes.astype(float), turn.T[:2], atol=1e-9)
    for number, corner, pixels in frames_by_hand(made):
        x, y, z = image.TransformPhysicalPointToIndex(corner)
        assert (x, y) == (0, 0)
        assert image.TransformIndexToPhysicalPoint((x, y, z)) == pytest.approx(corner, abs=1e-6)
        found[z][pixels > 0] = number
    np.testing.assert_array_equal(found, 1 * grid.tumor + 2 * grid.mask("External2"))


def test_a_plane_without_an_outlined_voxel_is_left_out(written):
    assert all(pixels.any() for _, _, pixels in frames_by_hand(written.segmentation))


def test_each_segment_says_in_codes_what_it_is_and_where(written):
    tumor, ring = written.segmentation.SegmentSequence
    assert (tumor.SegmentNumber, tumor.SegmentLabel) == (1, "Tumor")
    assert (ring.SegmentNumber, ring.SegmentLabel) == (2, "External2")
    codes = [
        (sequence[0].CodeValue, sequence[0].CodingSchemeDesignator)
        for segment in (tumor, ring)
        for sequence in (
            segment.SegmentedPropertyCategoryCodeSequence,
            segment.SegmentedPropertyTypeCodeSequence,
            segment.AnatomicRegionSequence,
        )
    ]
    assert codes == [
        ("49755003", "SCT"), ("4147007", "SCT"), ("45289007", "SCT"),
        ("85756007", "SCT"), ("85756007", "SCT"), ("45289007", "SCT"),
    ]  # fmt: skip


@pytest.mark.parametrize("side", [*Side, None])
def test_both_objects_say_the_side(answered, tmp_path, side):
    prepared = replace(answered.prepared)
    vars(prepared)["side"] = side
    of_a_side = replace(answered, prepared=prepared)
    write_dicom(tmp_path, of_a_side, read_source_headers(answered.case, False))
    wanted = None if side is None else SIDE_CODES[side].value
    for segment in highdicom.seg.segread(tmp_path / "segmentation.dcm").SegmentSequence:
        modifiers = segment.AnatomicRegionSequence[0].get("AnatomicRegionModifierSequence", ())
        assert [code.CodeValue for code in modifiers] == [wanted] * len(modifiers)
        assert bool(modifiers) is (side is not None)
    groups = highdicom.sr.srread(tmp_path / "report.dcm").content
    for group in groups.get_volumetric_roi_measurement_groups():
        (site,) = group.finding_sites
        assert (site.laterality and site.laterality.value) == wanted


def test_the_segments_have_the_colours_of_the_panel(written):
    for segment, region in zip(written.segmentation.SegmentSequence, REGIONS, strict=True):
        value = segment.RecommendedDisplayCIELabValue
        color = highdicom.color.CIELabColor.from_dicom_value(list(value)).to_rgb(clip=True)
        assert np.array(color) / 255 == pytest.approx(PROTOCOL.regions[region].rgb, abs=0.01)


def test_the_tumour_is_called_drawn_and_the_ring_computed_by_whom(written):
    tumor, ring = written.segmentation.SegmentSequence
    assert tumor.SegmentAlgorithmType == "MANUAL"
    assert ring.SegmentAlgorithmType == "AUTOMATIC"
    algorithm = ring.SegmentationAlgorithmIdentificationSequence[0]
    assert algorithm.AlgorithmName == ring.SegmentAlgorithmName == "ParotidClassifier External2"
    assert algorithm.AlgorithmVersion == written.segmentation.SoftwareVersions
    assert "2 mm around Tumor, -200 to 400 HU" in algorithm.AlgorithmParameters


def test_a_ring_that_was_given_is_not_called_automatic(answered, tmp_path):
    given = replace(answered, case=replace(answered.case, rings={"External2": answered.case.tumor}))
    write_dicom(tmp_path, given, answered.dicom_sources)
    ring = highdicom.seg.segread(tmp_path / "segmentation.dcm").SegmentSequence[1]
    assert ring.SegmentAlgorithmType == "SEMIAUTOMATIC"


def test_a_third_region_has_a_segment_and_overlaps(answered, dicom_case, tmp_path):
    protocol = read_protocol(TESTING / "Data" / "protocols" / "third-region.yaml")
    prepared = prepare(dicom_case, protocol)
    write_dicom(tmp_path, replace(answered, prepared=prepared), answered.dicom_sources)
    made = highdicom.seg.segread(tmp_path / "segmentation.dcm")
    assert [s.SegmentLabel for s in made.SegmentSequence] == list(protocol.regions)
    for number, mask in enumerate(prepared.grid.masks.values(), start=1):
        assert made.get_volume(segment_numbers=[number]).array.sum() == mask.sum()
    groups = highdicom.sr.srread(tmp_path / "report.dcm").content
    groups = groups.get_volumetric_roi_measurement_groups()
    assert [group.tracking_identifier for group in groups] == list(protocol.regions)
    volumes = [group.get_measurements()[0].value for group in groups]
    assert volumes == [mask.sum() for mask in prepared.grid.masks.values()]


def assert_refers_to_every_slice(referring):
    series = referring.ReferencedSeriesSequence[0]
    assert series.SeriesInstanceUID == "1.2.3"
    slices = {item.ReferencedSOPInstanceUID for item in series.ReferencedInstanceSequence}
    assert slices == {f"1.2.3.{k}" for k in range(1, 17)}


def test_it_belongs_to_the_study_and_the_space_of_the_ct_and_refers_to_every_slice(named):
    made = named.segmentation
    assert (made.StudyInstanceUID, made.FrameOfReferenceUID) == ("1.2", "1.2.9")
    assert made.SeriesInstanceUID not in ("1.2.3", named.report.SeriesInstanceUID)
    assert_refers_to_every_slice(made)


def test_without_the_patient_it_refers_to_the_slices_as_those_of_another_study(written):
    made = written.segmentation
    assert made.FrameOfReferenceUID == "1.2.9"
    assert "ReferencedSeriesSequence" not in made
    (other,) = made.StudiesContainingOtherReferencedInstancesSequence
    assert other.StudyInstanceUID == "1.2" != made.StudyInstanceUID
    assert_refers_to_every_slice(other)


def test_without_the_patient_it_is_still_refused_on_another_series(written, dicom_case):
    another = replace(dicom_case.source, series_uid="1.2.4")
    with pytest.raises(UnusableMaskError, match="on another series"):
        load_outline(written.folder / "segmentation.dcm", TUMOR, dicom_case.ct, another)


def test_an_enhanced_ct_is_referred_to_as_the_one_image_that_it_is(answered, tmp_path):
    ct, source = load_sourced_ct(converted(write_series(tmp_path / "s"), tmp_path / "one"))
    sources = read_source_headers(Case(ct, ball_mask(ct, 5.0), source=source), False)
    write_dicom(tmp_path, answered, sources)
    made = highdicom.seg.segread(tmp_path / "segmentation.dcm")
    (study,) = made.StudiesContainingOtherReferencedInstancesSequence
    images = study.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    assert [image.ReferencedSOPInstanceUID for image in images] == ["1.2.30.1"]
