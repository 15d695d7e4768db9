from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_case, ball_mask, tissue_ct
from fixtures.regions import PROTOCOL, REGIONS, TUMOR, with_ring
from ParotidClassifierCore.base.errors import EmptyRingError, UnusableMaskError
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.case.grid import MARGIN_MM, draw_regions, prepare
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.imaging.lattice import Box, lattice_of
from ParotidClassifierCore.imaging.masks import load_mask
from ParotidClassifierCore.imaging.ring import Refinement
from ParotidClassifierCore.imaging.working_grid import Geometry

WIDE = {"size": (150, 140, 40)}


def same_grid(one, other):
    return (
        np.array_equal(one.ct, other.ct)
        and all(np.array_equal(one.mask(region), other.mask(region)) for region in REGIONS)
        and np.allclose(one.geometry.origin, other.geometry.origin)
    )


def test_the_grid_is_the_box_of_tumor_and_ring_with_25_mm_around_it():
    prepared = prepare(ball_case(**WIDE), PROTOCOL)
    lesion = prepared.grid.tumor | prepared.grid.mask("External2")
    for axis in range(3):
        filled = np.flatnonzero(lesion.any(axis=tuple(a for a in range(3) if a != axis)))
        assert filled[0] == MARGIN_MM
        assert lesion.shape[axis] - 1 - filled[-1] == MARGIN_MM


def test_tumor_and_ring_never_overlap_and_values_are_whole_hu():
    grid = prepare(ball_case(), PROTOCOL).grid
    assert not (grid.tumor & grid.mask("External2")).any()
    assert grid.ct.dtype == np.int16


def test_tumor_volume_is_kept_by_the_resampling():
    case = ball_case(radius_mm=12.0)
    drawn_mm3 = sitk.GetArrayFromImage(case.tumor).sum() * np.prod(case.tumor.GetSpacing())
    assert prepare(case, PROTOCOL).grid.tumor.sum() == pytest.approx(drawn_mm3, rel=0.02)


def test_linear_interpolation_reproduces_a_linear_field_and_rounds_to_whole_hu():
    z, y, x = np.indices((30, 80, 80))
    ct = sitk.GetImageFromArray((2 * x + 3 * y - 5 * z).astype(np.float32))
    ct.SetSpacing((0.5, 0.5, 2.5))
    lattice = lattice_of(ct)
    box = Box((3, 4, 6), (20, 21, 22))
    zz, yy, xx = np.indices(box.size[::-1])
    field = 2 * (xx + 3) / 0.5 + 3 * (yy + 4) / 0.5 - 5 * (zz + 6) / 2.5
    assert np.array_equal(lattice.sample_ct(ct, box), np.floor(field + 0.5 + 1e-6))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 3.0), (0.5, 0.5, 2.5), (0.4785, 0.4785, 5.0)])
def test_what_lies_far_from_the_lesion_changes_nothing(spacing):
    ct = tissue_ct(size=(300, 280, 44), spacing=spacing)
    mask = ball_mask(ct, 8.0)
    away = [int(np.ceil(40 / length)) for length in spacing]
    lower = [max(0, (n - 1) // 2 - a) for n, a in zip(ct.GetSize(), away, strict=True)]
    upper = [max(0, n // 2 - a) for n, a in zip(ct.GetSize(), away, strict=True)]
    cropped = Case(sitk.Crop(ct, lower, upper), sitk.Crop(mask, lower, upper))
    padded = Case(sitk.ConstantPad(ct, (9, 4, 3), (2, 30, 5), -1024), mask)
    whole = prepare(Case(ct, mask), PROTOCOL).grid
    assert same_grid(whole, prepare(cropped, PROTOCOL).grid)
    assert same_grid(whole, prepare(padded, PROTOCOL).grid)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 3.0), (0.5, 0.5, 2.5), (0.4785, 0.4785, 5.0)])
@pytest.mark.parametrize("fine", [False, True])
def test_where_the_origin_lies_changes_no_voxel(spacing, fine):
    ct = tissue_ct(size=(150, 140, 22), spacing=spacing)
    tumor = ball_mask(ct, 8.0)
    if fine:
        tumor = sitk.Expand(tumor, (2, 2, 1))
    whole = prepare(Case(ct, tumor), PROTOCOL).grid
    for offset in np.random.default_rng(0).uniform(0, 1, (5, 3)):
        ct_moved, tumor_moved = sitk.Image(ct), sitk.Image(tumor)
        for image in (ct_moved, tumor_moved):
            image.SetOrigin(np.add(image.GetOrigin(), offset).tolist())
        moved = prepare(Case(ct_moved, tumor_moved), PROTOCOL).grid
        assert np.array_equal(moved.ct, whole.ct)
        assert all(np.array_equal(moved.mask(r), whole.mask(r)) for r in REGIONS)
        assert np.allclose(np.subtract(moved.geometry.origin, whole.geometry.origin), offset)


def test_an_outline_on_the_lattice_keeps_it_when_it_is_edited():
    case = ball_case(**WIDE, spacing=(0.7, 0.7, 3.0))
    drawn = draw_regions(case, PROTOCOL)
    half = drawn.masks["Tumor"].copy()
    half[:, :, : half.shape[2] // 2] = False
    for mask in (drawn.masks["Tumor"], half):
        taken = Case(case.ct, drawn.lattice.geometry(drawn.box).image(mask))
        again = draw_regions(taken, PROTOCOL)
        assert np.allclose(again.lattice.phase, drawn.lattice.phase, atol=1e-9)
        box = again.box.hull(drawn.box)
        assert np.array_equal(
            again.box.transferred(again.masks["Tumor"], box), drawn.box.transferred(mask, box)
        )


@pytest.mark.parametrize("noise", [-4e-5, -1e-5, 0.0, 1e-5, 4e-5])
def test_a_scan_goes_on_at_its_face_as_at_its_edge(noise):
    ct = sitk.GetImageFromArray(np.full((20, 20, 20), 100, np.int16))
    ct.SetOrigin((0.5 + noise,) * 3)
    lattice = lattice_of(ct)
    assert (lattice.sample_ct(ct, lattice.box_of_image(ct)) == 100).all()


@pytest.mark.parametrize("orientation", ["RAI", "PIR", "ASL", "LSP"])
def test_the_order_in_which_voxels_are_stored_does_not_matter(orientation, tmp_path):
    case = ball_case()
    for name, image in (("ct", case.ct), ("tumor", case.tumor)):
        sitk.WriteImage(sitk.DICOMOrient(image, orientation), str(tmp_path / f"{name}.nrrd"))
    stored = Case(load_ct(tmp_path / "ct.nrrd"), load_mask(tmp_path / "tumor.nrrd", TUMOR))
    assert same_grid(prepare(case, PROTOCOL).grid, prepare(stored, PROTOCOL).grid)


def test_an_oblique_scan_gives_the_grid_along_its_own_axes():
    case = ball_case()
    angle = np.deg2rad(20)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    for image in (case.ct, case.tumor):
        image.SetDirection(turn.ravel().tolist())
    grid = prepare(case, PROTOCOL).grid
    assert np.allclose(np.reshape(grid.geometry.direction, (3, 3)), turn)
    drawn = sitk.GetArrayFromImage(case.tumor).sum() * np.prod(case.tumor.GetSpacing())
    assert grid.tumor.sum() == pytest.approx(drawn, rel=0.03)
    corner = grid.geometry.image(grid.ct)
    middle = corner.TransformIndexToPhysicalPoint(tuple(n // 2 for n in corner.GetSize()))
    ct_value = sitk.GetArrayFromImage(case.ct)[
        tuple(reversed(case.ct.TransformPhysicalPointToIndex(middle)))
    ]
    assert abs(int(grid.ct[tuple(n // 2 for n in grid.ct.shape)]) - int(ct_value)) < 60


def test_an_outline_on_a_finer_grid_keeps_its_detail():
    ct = tissue_ct()
    fine = sitk.Resample(ct, (180, 160, 192), sitk.Transform(), sitk.sitkLinear, ct.GetOrigin(),
                         (0.5, 0.5, 0.5), ct.GetDirection(), 0.0, sitk.sitkInt16)  # fmt: skip
    grid = prepare(Case(ct, ball_mask(fine, 10.0)), PROTOCOL).grid
    assert grid.tumor.sum() == pytest.approx(4 / 3 * np.pi * 10**3, rel=0.02)


def test_the_ring_drawn_by_itself_is_the_ring_of_the_working_grid():
    case = ball_case(**WIDE)
    drawn, prepared = draw_regions(case, PROTOCOL), prepare(case, PROTOCOL)
    for mask, of_grid in (
        (drawn.masks["Tumor"], prepared.grid.tumor),
        (drawn.masks["External2"], prepared.grid.mask("External2")),
        (drawn.automatic["External2"].mask, prepared.automatic["External2"].mask),
    ):
        assert np.array_equal(drawn.box.transferred(mask, prepared.box), of_grid)
        assert mask.sum() == of_grid.sum()
    assert drawn.protocol == PROTOCOL


def test_a_refined_or_given_ring_is_drawn_as_it_counts():
    case = ball_case(**WIDE)
    drawn = draw_regions(case, PROTOCOL)
    corner = np.array(drawn.box.lower[::-1], np.int32)
    removed = (np.argwhere(drawn.masks["External2"])[:50] + corner).astype(np.int32)
    added = removed[:1] - np.array([[4, 0, 0]], np.int32)
    refined = draw_regions(case, PROTOCOL, {"External2": Refinement(added, removed)})
    assert refined.masks["External2"].sum() == drawn.masks["External2"].sum() - 50 + 1
    assert refined.automatic["External2"].mask.sum() == drawn.masks["External2"].sum()
    given = ball_mask(case.ct, 12.0)
    around = draw_regions(Case(case.ct, case.tumor, {"External2": given}), PROTOCOL)
    assert around.masks["External2"].sum() > 1.5 * drawn.masks["External2"].sum()
    assert not (around.masks["External2"] & around.masks["Tumor"]).any()


def test_an_empty_ring_is_drawn_though_no_case_can_be_classified_with_it():
    drawn = draw_regions(ball_case(), with_ring(hu_range=(1000, 2000)))
    assert drawn.masks["Tumor"].any()
    assert not drawn.masks["External2"].any()
    assert drawn.automatic["External2"].removed_by_hu_fraction == 1.0


def test_an_empty_outline_is_refused_by_its_name():
    case = ball_case()
    with pytest.raises(UnusableMaskError, match="The Tumor outline is empty"):
        draw_regions(Case(case.ct, case.tumor * 0), PROTOCOL)
    with pytest.raises(UnusableMaskError, match="The External2 outline is empty"):
        draw_regions(Case(case.ct, case.tumor, {"External2": case.tumor * 0}), PROTOCOL)


def test_a_scan_that_ends_near_the_lesion_is_a_finding():
    codes = {finding.code for finding in prepare(ball_case(size=(60, 60, 12)), PROTOCOL).findings}
    assert "scan_ends_near_lesion" in codes


def test_a_ring_drawn_by_hand_into_bone_is_warned_of_and_an_automatic_one_never_is():
    case = ball_case(**WIDE)
    hu = sitk.GetArrayFromImage(case.ct)
    hu[:, : hu.shape[1] // 2] = 1200
    inside = sitk.GetArrayViewFromImage(case.tumor) > 0
    hu[inside] = 80
    ct = sitk.GetImageFromArray(hu)
    ct.CopyInformation(case.ct)
    ring = ball_mask(case.ct, 14.0)
    for rings, is_warned in (({}, False), ({"External2": ring}, True)):
        findings = prepare(Case(ct, case.tumor, rings), PROTOCOL).findings
        told = [finding.message for finding in findings if finding.code == "ring_beyond_limits"]
        assert bool(told) is is_warned
    assert "of the ring External2 lies outside its HU limits" in told[0]


def test_an_outline_that_misses_the_ct_is_refused():
    case = ball_case()
    case.tumor.SetOrigin((900.0, 0.0, 0.0))
    with pytest.raises(UnusableMaskError, match="does not overlap"):
        prepare(case, PROTOCOL)


def test_an_outline_of_one_small_voxel_is_too_small_not_elsewhere():
    case = ball_case(spacing=(0.6, 0.6, 5.0))
    voxels = np.zeros(case.tumor.GetSize()[::-1], np.uint8)
    for x in (45, 46, 47):
        voxels[:] = 0
        voxels[16, 40, x] = 1
        one = Geometry.of(case.ct).image(voxels)
        if case.lattice.box_of_index_range(one, (x, 40, 16), (x, 40, 16)).is_empty:
            kept = replace(case, tumor=one, moved_lattice=case.lattice)
            with pytest.raises(UnusableMaskError, match="Tumor outline is too small for the 1 mm"):
                prepare(kept, PROTOCOL)
            with pytest.raises(UnusableMaskError, match="External2 outline is too small"):
                prepare(Case(case.ct, case.tumor, {"External2": one}), PROTOCOL)
            return
    pytest.fail("each voxel holds a point of the grid")


@pytest.mark.parametrize("centre", [(2, 40, 16), (45, 40, 1), (45, 77, 16)])
def test_an_outline_that_touches_the_border_is_refused(centre):
    ct = tissue_ct()
    with pytest.raises(UnusableMaskError, match="touches the border"):
        prepare(Case(ct, ball_mask(ct, 8.0, centre)), PROTOCOL)


def test_an_outline_that_fills_the_scan_is_refused():
    ct = tissue_ct()
    body = np.zeros(ct.GetSize()[::-1], bool)
    body[2:-2, 2:-2, 2:-2] = True
    with pytest.raises(UnusableMaskError, match="fills 79 % of the CT"):
        prepare(Case(ct, Geometry.of(ct).image(body)), PROTOCOL)


def test_an_outline_in_air_is_refused():
    ct = tissue_ct() - 900
    with pytest.raises(UnusableMaskError, match="lies in air"):
        prepare(Case(ct, ball_mask(ct)), with_ring(hu_range=(-1024, 400)))


def test_a_ring_of_nothing_but_bone_and_air_is_refused():
    with pytest.raises(EmptyRingError, match="1000 and 2000 HU"):
        prepare(ball_case(), with_ring(hu_range=(1000, 2000)))


def test_a_ring_around_another_lesion_is_refused():
    ct = tissue_ct(**WIDE)
    ring = ball_mask(ct, 4.0, (20, 20, 20))
    with pytest.raises(UnusableMaskError, match="around the Tumor"):
        prepare(Case(ct, ball_mask(ct, 6.0), {"External2": ring}), PROTOCOL)


def test_an_outline_on_another_grid_is_told_unless_its_voxels_are_1_mm_along_the_axes():
    def told(tumor):
        findings = prepare(Case(case.ct, tumor), PROTOCOL).findings
        return "outline_resampled" in {finding.code for finding in findings}

    case = ball_case(**WIDE)
    drawn = draw_regions(case, PROTOCOL)
    on_lattice = drawn.lattice.geometry(drawn.box).image(drawn.masks["Tumor"])
    beside_it, coarser = sitk.Image(on_lattice), sitk.Image(on_lattice)
    beside_it.SetOrigin(np.add(on_lattice.GetOrigin(), (0.5, 0.0, 0.0)).tolist())
    coarser.SetSpacing((1.1, 1.0, 1.0))
    assert not told(case.tumor)
    assert not told(on_lattice)
    assert not told(beside_it)
    assert told(coarser)
