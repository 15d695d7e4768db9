"""The tumour beside a region of the other gland, on images whose HU are known."""

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.other_gland import GlandComparison, Tissue, ball_at, compare
from ParotidClassifierCore.imaging.side import Side
from ParotidClassifierCore.imaging.working_grid import Geometry

# A neck of 140 × 110 mm in air; x runs to the patient's left. Voxels of 1 mm are lattice points.
SIZE = (180, 140, 40)
ORIGIN = (-90.0, -70.0, 12.0)
LEFT, RIGHT, MIDDLE = (135, 70, 20), (45, 70, 20), (90, 70, 20)


def blank(size=SIZE, spacing=(1.0, 1.0, 1.0)):
    image = sitk.Image(size, sitk.sitkUInt8)
    image.SetOrigin(ORIGIN)
    image.SetSpacing(spacing)
    return image


def ball(centre, radius_mm=8.0):
    return ball_mask(blank(), radius_mm, centre)


def voxels(image):
    return sitk.GetArrayFromImage(image) > 0


def neck(*regions):
    """Return the HU (z, y, x) of a neck of 40 HU with noise, in which regions have others."""
    _, y, x = np.indices(SIZE[::-1])
    body = ((x - 89.5) / 70) ** 2 + ((y - 69.5) / 55) ** 2 <= 1
    noise = np.rint(np.random.default_rng(0).normal(0, 10, body.shape))
    hu = np.where(body, 40 + noise, -1000)
    for mask, added in regions:
        hu[voxels(mask)] += added
    return hu.astype(np.int16)


def case_of(tumor, *regions):
    return Case(Geometry.of(blank()).image(neck(*regions)), tumor)


def point_of(voxel):
    return tuple(np.add(ORIGIN, voxel).astype(float).tolist())


def test_means_deviations_and_volumes_are_those_of_the_voxels():
    tumor, gland = ball(RIGHT, 9.0), ball(LEFT)
    hu = neck((tumor, 22), (gland, -9))
    found = compare(case_of(tumor, (tumor, 22), (gland, -9)), gland)
    for part, mask in ((found.tumor, tumor), (found.gland, gland)):
        inside = hu[voxels(mask)].astype(float)
        assert part.mean_hu == pytest.approx(inside.mean())
        assert part.sd_hu == pytest.approx(inside.std())
        assert part.volume_mm3 == len(inside)
    assert found.difference_hu == pytest.approx(31, abs=1)


def test_a_region_on_other_voxels_is_measured_alike():
    tumor, gland = ball(RIGHT), ball(LEFT)
    case = case_of(tumor, (ball(LEFT, 14.0), 30))
    turned = sitk.DICOMOrient(gland, "SAR")
    assert compare(case, turned) == compare(case, gland)
    thick = ball_mask(blank((90, 70, 8), (2.0, 2.0, 5.0)), 8.0, (67, 35, 4))
    assert compare(case, thick).gland.mean_hu == pytest.approx(70, abs=1)


def test_the_ball_around_a_point_has_a_radius_of_5_mm():
    case = case_of(ball(RIGHT))
    found = compare(case, ball_at(case.ct, point_of(LEFT)))
    inside = neck()[voxels(ball(LEFT, 5.0))]
    assert found.gland.volume_mm3 == len(inside) == 515
    assert found.gland.mean_hu == pytest.approx(inside.mean())


def test_the_ball_follows_the_axes_of_a_turned_ct():
    tumor = ball(RIGHT)
    case = case_of(tumor)
    turn = sitk.VersorRigid3DTransform((0, 0, 1), 0.3)
    turned = []
    for image in (case.ct, tumor):
        copy = sitk.Image(image)
        copy.SetDirection(turn.GetMatrix())
        copy.SetOrigin(turn.TransformPoint(ORIGIN))
        turned.append(copy)
    there = turn.TransformPoint(point_of(LEFT))
    found = compare(Case(*turned), ball_at(turned[0], there)).gland
    expected = compare(case, ball_at(case.ct, point_of(LEFT))).gland
    assert found.mean_hu == pytest.approx(expected.mean_hu, abs=0.5)
    assert found.volume_mm3 == expected.volume_mm3


def test_a_ball_at_the_edge_is_measured_as_far_as_there_is_a_ct():
    case = case_of(ball(RIGHT))
    found = compare(case, ball_at(case.ct, point_of((135, 70, 0))))
    assert 515 / 2 < found.gland.volume_mm3 < 400
    assert found.gland.mean_hu == pytest.approx(40, abs=2)


@pytest.mark.parametrize(
    ("gland", "reason"),
    [
        (ball((50, 70, 20)), "overlaps the tumour by"),
        (ball(LEFT, 2.0), "has 33 mm³ on the CT: fewer than 50"),
        (ball_at(blank(), (400.0, 0.0, 20.0)), "does not lie on the CT"),
        (blank() + 1, "more than 150 mm long"),
    ],
)
def test_what_is_no_other_gland_is_refused(gland, reason):
    with pytest.raises(UnusableMaskError, match=reason) as refused:
        compare(case_of(ball(RIGHT)), gland)
    assert "gland of the other side" in refused.value.remedy


def test_regions_that_touch_do_not_overlap():
    tumor = ball(RIGHT)
    rest = voxels(ball(RIGHT, 12.0)) & ~voxels(tumor)
    found = compare(case_of(tumor), Geometry.of(tumor).image(rest))
    assert found.gland.volume_mm3 == np.count_nonzero(rest)


def test_the_side_of_the_region_is_doubted_where_it_is_not_the_other():
    case = case_of(ball(RIGHT))
    assert compare(case, ball(LEFT)).doubt == ""
    below = compare(case, ball((45, 95, 20)))
    assert below.doubt == "Both lie on the patient's right: this is not the other gland."
    assert "across the middle" in compare(case, ball(MIDDLE)).doubt


def test_nothing_is_doubted_where_the_ct_shows_no_whole_body():
    tumor, gland = ball(RIGHT), ball((45, 95, 20))
    case = case_of(tumor)
    half = Case(case.ct[:90], tumor)
    found = compare(half, gland)
    assert (found.gland.side, found.doubt) == (None, "")


def comparison(tumor, gland):
    right, left = Tissue(tumor, 18.2, 3012, Side.RIGHT), Tissue(gland, 21.6, 515, Side.LEFT)
    return GlandComparison(right, left)


def test_the_sentence_tells_the_difference_of_the_numbers_in_it():
    found = comparison(62.4, 30.6)
    assert found.difference_hu == pytest.approx(31.8)
    assert found.sentence == (
        "Tumour 62 HU on average (SD 18), other gland 31 HU (SD 22): the tumour is 31 HU brighter. "
        "This enters no model."
    )
    assert found.measured == "Measured in 3.0 ml of tumour and 0.5 ml of the other gland."
    assert "the tumour is 39 HU darker" in comparison(-8.0, 31.0).sentence
    assert "the tumour is as bright." in comparison(31.3, 30.8).sentence
