"""Folds share out the classes evenly and depend on the seed alone."""

import numpy as np
from ParotidClassifierCore.models.folds import stratified_folds

MALIGNANT = np.arange(53) < 17


def test_every_fold_holds_its_share_of_each_class():
    fold_of = stratified_folds(MALIGNANT, 5, seed=3)
    for cases in (MALIGNANT, ~MALIGNANT, np.ones(53, bool)):
        counts = np.bincount(fold_of[cases], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_a_second_property_is_shared_out_too():
    known = np.random.default_rng(0).random(53) < 0.6
    fold_of = stratified_folds(MALIGNANT, 5, seed=3, also=known)
    for cases in (MALIGNANT & known, MALIGNANT & ~known, ~MALIGNANT & known):
        counts = np.bincount(fold_of[cases], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_a_class_smaller_than_the_folds_makes_fewer_folds():
    fold_of = stratified_folds(np.arange(20) < 3, 10, seed=0)
    assert sorted(fold_of[:3]) == [0, 1, 2]
    assert fold_of.max() == 2


def test_the_seed_decides_and_nothing_else():
    first, again, other = (stratified_folds(MALIGNANT, 5, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_cases_on_one_image_share_a_fold():
    images = np.arange(53)
    images[[40, 2]] = images[[5, 30]]
    fold_of = stratified_folds(MALIGNANT, 5, seed=3, images=images)
    assert (fold_of[40], fold_of[2]) == (fold_of[5], fold_of[30])
    alone = stratified_folds(MALIGNANT, 5, seed=3)
    others = np.setdiff1d(np.arange(53), [40, 2, 5, 30])
    np.testing.assert_array_equal(fold_of[others], alone[others])
