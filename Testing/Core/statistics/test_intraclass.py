"""Intraclass correlations against the worked example of Shrout & Fleiss 1979, Table 2."""

import numpy as np
import pytest
from ParotidClassifierCore.statistics.intraclass import icc_1_1, icc_2_1, icc_3_1

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)


def test_published_coefficients():
    ratings = SHROUT_FLEISS[:, :, None]
    assert round(float(icc_1_1(ratings)[0]), 2) == 0.17
    assert round(float(icc_2_1(ratings)[0]), 2) == 0.29
    assert round(float(icc_3_1(ratings)[0]), 2) == 0.71


def test_features_are_judged_each_on_its_own():
    other = np.random.default_rng(0).normal(size=(6, 4))
    together = np.stack([SHROUT_FLEISS, other, 1000 * SHROUT_FLEISS + 5], axis=2)
    for icc in (icc_1_1, icc_2_1, icc_3_1):
        alone = [icc(together[:, :, [i]])[0] for i in range(3)]
        assert icc(together) == pytest.approx(alone)
        assert icc(together)[2] == pytest.approx(icc(together)[0])


def test_constant_shift_agrees_in_order():
    first = np.arange(10.0)
    ratings = np.stack([first, first + 5], axis=1)[:, :, None]
    assert icc_3_1(ratings)[0] == pytest.approx(1.0)
    assert icc_1_1(ratings)[0] < icc_2_1(ratings)[0] < 0.8


def test_constant_feature_has_none():
    ratings = np.full((5, 2, 1), 0.1)
    assert np.isnan(icc_1_1(ratings)).all()
    assert np.isnan(icc_2_1(ratings)).all()
    assert np.isnan(icc_3_1(ratings)).all()
