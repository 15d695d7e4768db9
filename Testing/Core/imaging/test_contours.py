import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import tissue_ct
from fixtures.outlines import circle, in_mm
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.imaging.contours import Contour, filled, require_bounded

SIZE = (40, 34, 12)


def upright():
    return tissue_ct(size=SIZE)


def oblique():
    """Return a CT whose axes lie askew in the patient."""
    ct = tissue_ct(size=SIZE, spacing=(0.8, 1.1, 2.5))
    turn = sitk.VersorTransform((0.3, -0.5, 0.2), 0.4)
    ct.SetDirection(turn.GetMatrix())
    return ct


def voxels(ct, *contours, exclusive=False):
    numbered = [Contour(i, points, exclusive) for i, points in enumerate(contours, start=1)]
    return sitk.GetArrayFromImage(filled(numbered, ct, "ROI 'Tumor'")) != 0


def square(ct, left, top, right, bottom, number=5):
    """Return a rectangle by its sides in voxels."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return in_mm(ct, [(x, y, number) for x, y in corners])


@pytest.mark.parametrize("ct", [upright(), oblique()], ids=["upright", "oblique"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_voxels_are_inside_whose_centres_are_whatever_the_slices_order(ct, axis):
    radii = {7: 3.7, 4: 4.2, 6: 5.1, 5: 4.6}
    mask = voxels(ct, *(circle(ct, n, radius, axis=axis) for n, radius in radii.items()))
    place = np.indices(mask.shape)[::-1] - (np.array(SIZE)[:, None, None, None] - 1) / 2
    distance = np.linalg.norm(np.delete(place, axis, axis=0), axis=0)
    expected = np.zeros_like(mask)
    for number, radius in radii.items():
        at = tuple(number if a == 2 - axis else slice(None) for a in range(3))
        expected[at] = distance[at] < radius
        # A circle of 90 corners: no centre lies where it and the true circle differ.
        assert np.abs(distance[at] - radius).min() > radius * (1 - np.cos(np.pi / 90))
    assert np.array_equal(mask, expected)


def test_the_mask_lies_on_the_grid_of_the_ct():
    ct = oblique()
    mask = filled([Contour(1, circle(ct, 5))], ct, "ROI")
    assert mask.GetSize() == ct.GetSize()
    assert mask.GetOrigin() == ct.GetOrigin()
    assert mask.GetDirection() == ct.GetDirection()


def test_a_contour_inside_another_is_a_hole_and_one_in_the_hole_is_tumour():
    ct = upright()
    outer, hole, island = (square(ct, 10.5 + i, 8.5 + i, 25.5 - i, 23.5 - i) for i in (0, 3, 6))
    mask = voxels(ct, hole, outer, island)
    assert mask.sum() == 15 * 15 - 9 * 9 + 3 * 3
    assert mask[5, 16, 18]
    assert not mask[5, 13, 18]


def test_a_keyhole_is_the_same_as_a_hole():
    ct = upright()
    outer, hole = square(ct, 10.5, 8.5, 25.5, 23.5), square(ct, 13.5, 11.5, 22.5, 20.5)
    keyhole = np.concatenate([outer, outer[:1], hole[::-1][3:], hole[::-1]])
    assert np.array_equal(voxels(ct, keyhole), voxels(ct, outer, hole))


def test_a_keyhole_whose_hole_touches_its_line_keeps_the_hole():
    ct = upright()
    corners = [(42, 40.5), (40.5, 44.5), (40, 44), (39.5, 43), (36.5, 43), (42, 40.5),
               (40.85, 41.75), (38.1, 43), (39.6, 43), (39.85, 43.5), (40.1, 43.75),
               (40.85, 41.75)]  # fmt: skip
    mask = voxels(ct, in_mm(ct, [(x - 20, y - 20, 5) for x, y in corners]))
    assert mask[5, 22, 21]
    assert not mask[5, 23, 20]


def test_parts_side_by_side_on_a_slice_are_both_tumour():
    ct = upright()
    mask = voxels(ct, square(ct, 4.5, 4.5, 8.5, 8.5), square(ct, 20.5, 4.5, 22.5, 8.5))
    assert mask.sum() == 4 * 4 + 2 * 4


def test_a_voxel_whose_centre_lies_on_the_line_is_inside_also_at_a_hole():
    ct = tissue_ct(size=SIZE, origin=(-41.33, 12.67, -77.91), spacing=(0.7, 0.7, 3.0))
    assert voxels(ct, square(ct, 4, 4, 9, 7)).sum() == 6 * 4
    assert voxels(ct, square(ct, 4, 4, 12, 12), square(ct, 6, 6, 10, 10)).sum() == 81 - 9


def test_a_spike_drawn_forth_and_back_through_voxel_centres_is_inside():
    ct = upright()
    corners = [(4, 4), (8, 4), (8, 6), (13, 6), (8, 6), (8, 8), (4, 8)]
    mask = voxels(ct, in_mm(ct, [(x, y, 5) for x, y in corners]))
    assert mask.sum() == 5 * 5 + 5
    assert mask[5, 6, 4:14].all()


def test_contours_that_say_so_are_combined_by_exclusive_or_where_they_overlap():
    ct = upright()
    two = square(ct, 4.5, 4.5, 10.5, 10.5), square(ct, 8.5, 4.5, 14.5, 10.5)
    assert voxels(ct, *two, exclusive=True).sum() == 2 * 36 - 2 * 12


def test_a_slip_of_the_hand_that_holds_no_voxel_changes_nothing():
    ct = upright()
    line = square(ct, 4.5, 4.5, 10.5, 10.5)
    loop = in_mm(ct, [(4.4, 4.6, 5), (4.7, 4.7, 5), (4.4, 4.8, 5), (4.5, 4.7, 5), (4.6, 4.5, 5)])
    assert np.array_equal(voxels(ct, np.concatenate([line, loop])), voxels(ct, line))


def bow_tie(ct):
    return in_mm(ct, [(4.5, 4.5, 5), (12.5, 12.5, 5), (12.5, 4.5, 5), (4.5, 12.5, 5)])


def figure_of_eight(ct):
    """Return a line with a large and a small loop, which it runs round the other way."""
    around = [(4.5, 4.5), (16.2, 16.2), (16.2, 13.4), (13.4, 16.2), (4.5, 16.2)]
    return in_mm(ct, [(x, y, 5) for x, y in around])


def twice_round(ct):
    return np.concatenate([circle(ct, 5, 6.0), circle(ct, 5, 4.0)])


@pytest.mark.parametrize("line", [bow_tie, figure_of_eight, twice_round])
def test_a_contour_that_crosses_itself_is_refused(line):
    ct = upright()
    with pytest.raises(UnusableMaskError, match=r"Contour 1 of ROI 'Tumor', at \(.* mm, crosses"):
        voxels(ct, line(ct))


def test_contours_that_cross_each_other_are_refused():
    ct = upright()
    with pytest.raises(UnusableMaskError, match=r"Contours 1 and 2 .*cross each other"):
        voxels(ct, square(ct, 4.5, 4.5, 10.5, 10.5), square(ct, 8.5, 4.5, 14.5, 10.5))


def test_a_contour_that_is_there_twice_is_refused_and_not_taken_for_a_hole():
    ct = upright()
    with pytest.raises(UnusableMaskError, match="enclose the same voxels"):
        voxels(ct, circle(ct, 5), circle(ct, 5, count=91))


def test_a_slice_without_contour_between_others_is_refused_and_counted():
    ct = upright()
    with pytest.raises(UnusableMaskError, match="no contour on 3 of the 6 slices"):
        voxels(ct, *(circle(ct, number) for number in (2, 4, 7)))


def moved(points, ct, slices):
    """Return points moved by so many slices of an upright CT."""
    return points + np.array([0, 0, slices * ct.GetSpacing()[2]])


def test_rounded_positions_still_belong_to_their_slice_but_half_way_to_none():
    ct = upright()
    exact = circle(ct, 5)
    assert np.array_equal(voxels(ct, moved(exact, ct, 0.15)), voxels(ct, exact))
    for half_way in (0.3, 0.5):
        with pytest.raises(UnusableMaskError, match=f"between the slices .*: {half_way:.2f} of"):
            voxels(ct, moved(exact, ct, half_way))


def test_a_contour_that_is_not_in_the_plane_of_the_slices_is_refused():
    ct = upright()
    tilted = circle(ct, 5)
    tilted[:, 2] += tilted[:, 0] - tilted[:, 0].mean()
    with pytest.raises(UnusableMaskError, match=r"not drawn in the plane of the slices.*4\.0 sli"):
        voxels(ct, circle(ct, 4), tilted)


@pytest.mark.parametrize("number", [-1, SIZE[2]])
def test_a_contour_beyond_the_slices_is_refused(number):
    with pytest.raises(UnusableMaskError, match="beyond the slices"):
        voxels(upright(), circle(upright(), number))


@pytest.mark.parametrize(
    ("far", "told"), [(100.0, "no voxel centre"), (1e5, "no voxel centre"), (1e308, "1,000,000 mm")]
)
def test_contours_beside_the_ct_are_refused(far, told):
    with pytest.raises(UnusableMaskError, match=told):
        voxels(upright(), circle(upright(), 5, centre=(far, 10.0)))


def test_two_points_enclose_nothing_even_if_told_twice():
    points = circle(upright(), 5)[[0, 40, 80]]
    assert Contour(1, points).encloses
    assert not Contour(1, points[[0, 1, 0, 1]]).encloses
    assert not Contour(1, points, is_point=True).encloses


@pytest.mark.parametrize("parts", [1, 2])
def test_lines_that_cross_very_often_are_refused(parts):
    scribble = np.random.default_rng(0).uniform(5, 30, (20_000, 2))
    lines = in_mm(upright(), np.column_stack([scribble, np.full(20_000, 4)]))
    with pytest.raises(UnusableMaskError, match=r"Contour 1 of .* crosses itself"):
        voxels(upright(), *np.split(lines, parts))


def test_what_no_tumour_has_is_refused():
    with pytest.raises(UnusableMaskError, match=r"has 51 contours on one slice, .* at most 50"):
        voxels(upright(), *[circle(upright(), 5)[:4]] * 51)
    with pytest.raises(UnusableMaskError, match="has 1001 contours; at most 1000"):
        require_bounded([3] * 1001, "ROI")
    with pytest.raises(UnusableMaskError, match="has 300003 points; at most 300000"):
        require_bounded([100_001] * 3, "ROI")
