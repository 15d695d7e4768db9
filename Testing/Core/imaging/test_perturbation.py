import numpy as np
import pytest
from fixtures.cases import ball_grid
from ParotidClassifierCore.imaging.perturbation import image_noise_hu, perturbed_outline
from scipy import ndimage


def tumor():
    return ball_grid(radius=9, margin=8).tumor


def test_the_same_seed_gives_the_same_outline_and_another_seed_another():
    one, again, other = (perturbed_outline(tumor(), np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("seed", range(5))
def test_the_border_moves_by_no_more_than_shift_and_displacement(seed):
    original = tumor()
    moved = perturbed_outline(original, np.random.default_rng(seed))
    from_border = np.where(
        original,
        ndimage.distance_transform_edt(original),
        ndimage.distance_transform_edt(~original),
    )
    changed = moved != original
    assert changed.any()
    assert from_border[changed].max() <= np.sqrt(3) + 1 + 0.5
    assert ndimage.label(moved)[1] == 1


def test_a_tumor_of_one_voxel_does_not_vanish():
    speck = np.zeros((15, 15, 15), bool)
    speck[7, 7, 7] = True
    for seed in range(20):
        assert perturbed_outline(speck, np.random.default_rng(seed)).any()


@pytest.mark.parametrize("change", [-0.2, 0.0, 0.3])
def test_the_volume_changes_as_asked(change):
    original = tumor()
    moved = perturbed_outline(original, np.random.default_rng(1), volume_change=change)
    assert moved.sum() == pytest.approx((1 + change) * original.sum(), rel=0.01)


def test_the_noise_of_an_image_is_found_beside_anatomy_and_air():
    rng = np.random.default_rng(0)
    anatomy = 50 + 100 * ndimage.gaussian_filter(rng.standard_normal((10, 80, 80)), 4)
    anatomy[:, :60] = -1000
    for sd in (3.0, 15.0):
        noisy = anatomy + np.where(anatomy > -500, rng.normal(0, sd, anatomy.shape), 0)
        assert image_noise_hu(noisy) == pytest.approx(sd, rel=0.1)
    assert image_noise_hu(np.full((5, 20, 20), -1000)) == 0.0
