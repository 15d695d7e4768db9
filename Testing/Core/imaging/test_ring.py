import numpy as np
import pytest
from fixtures.regions import ring_settings
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.imaging.ring import Refinement, automatic_ring

CORNER = (-20, 7, 100)


def ball(radius, centre=(20, 20, 20), side=41):
    offset = np.moveaxis(np.indices((side,) * 3), 0, -1) - centre
    return (offset**2).sum(axis=-1) <= radius**2


def tissue(side=41, hu=40):
    return np.full((side,) * 3, hu, np.int16)


def test_the_ring_is_every_voxel_within_2_mm_of_the_tumor_and_none_of_it():
    tumor = np.zeros((9, 9, 9), bool)
    tumor[4, 4, 4] = True
    ring = automatic_ring(tissue(9), tumor, ring_settings()).mask
    offset = np.argwhere(ring) - 4
    squared = (offset**2).sum(axis=1)
    # 32 lattice points lie at squared distances 1, 2, 3 and 4 of a point.
    assert len(offset) == 6 + 12 + 8 + 6
    assert squared.min() == 1
    assert squared.max() == 4


def test_the_hu_limits_are_included_and_what_they_remove_is_reported():
    tumor = ball(6)
    ct = tissue()
    ct[:, :, :20] = -201
    ct[:, :, 20] = -200
    ct[:, :, 21] = 400
    ct[:, :, 30:] = 401
    ring = automatic_ring(ct, tumor, ring_settings())
    shell = automatic_ring(tissue(), tumor, ring_settings()).mask
    expected = shell & (ct >= -200) & (ct <= 400)
    assert np.array_equal(ring.mask, expected)
    assert ring.mask[:, :, 20].any()
    assert ring.removed_by_hu_fraction == pytest.approx(1 - expected.sum() / shell.sum())


def refined(tumor, place, value):
    """Return the automatic ring, the ring with this value at a place, and what was changed."""
    automatic = automatic_ring(tissue(), tumor, ring_settings()).mask
    edited = automatic.copy()
    edited[place] = value
    return automatic, edited, Refinement().updated(edited, automatic, tumor, CORNER)


def test_hand_work_survives_a_change_of_the_tumor():
    tumor, grown = ball(6), ball(6) | ball(6, (20, 20, 23))
    automatic = automatic_ring(tissue(), tumor, ring_settings()).mask
    edited = automatic.copy()
    edited[20, 20, 8:12] = True  # added, far to the left of the growth
    edited[10:14] = False  # removed at the bottom
    refinement = Refinement().updated(edited, automatic, tumor, CORNER)
    assert np.array_equal(refinement.applied(automatic, tumor, CORNER), edited)

    automatic_grown = automatic_ring(tissue(), grown, ring_settings()).mask
    ring = refinement.applied(automatic_grown, grown, CORNER)
    assert ring[20, 20, 8:12].all()
    assert not ring[10:14][automatic[10:14]].any()
    assert not (ring & grown).any()
    untouched = automatic_grown & ~automatic
    assert np.array_equal(ring & untouched, untouched)


def test_an_added_voxel_that_the_tumor_swallowed_comes_back_when_it_shrinks():
    small, large = ball(5), ball(9)
    automatic, _, refinement = refined(small, (20, 20, 28), True)
    around_large = automatic_ring(tissue(), large, ring_settings()).mask
    ring = refinement.applied(around_large, large, CORNER)
    assert not ring[20, 20, 28]
    again = refinement.updated(ring, around_large, large, CORNER)
    assert again.applied(automatic, small, CORNER)[20, 20, 28]


def test_a_removal_stays_while_there_is_no_ring_at_its_place():
    small, large = ball(5), ball(9)
    automatic, _, refinement = refined(small, (20, 20, 26), False)
    around_large = automatic_ring(tissue(), large, ring_settings()).mask
    again = refinement.updated(
        refinement.applied(around_large, large, CORNER), around_large, large, CORNER
    )
    assert not again.applied(automatic, small, CORNER)[20, 20, 26]


def test_drawing_a_removed_voxel_again_takes_the_removal_back():
    tumor = ball(5)
    automatic, _, refinement = refined(tumor, (20, 20, 26), False)
    back = refinement.updated(automatic, automatic, tumor, CORNER)
    assert back.is_empty


def test_hand_work_keeps_its_place_when_the_array_starts_elsewhere():
    tumor = ball(5)
    automatic, edited, refinement = refined(tumor, (20, 20, 30), True)
    inner = (slice(5, 38),) * 3
    moved = tuple(c + 5 for c in CORNER)
    ring = refinement.applied(automatic[inner], tumor[inner], moved)
    assert np.array_equal(ring, edited[inner])


@pytest.mark.parametrize(
    ("width", "limits"), [(0, (-200, 400)), (25, (-200, 400)), (2, (400, -200)), (2, (0, np.nan))]
)
def test_settings_that_make_no_ring_are_refused(width, limits):
    with pytest.raises(UsageError):
        ring_settings(width, limits)
