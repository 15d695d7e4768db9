"""Each step of the selection does what it says, on training rows only."""

import warnings

import numpy as np
import pytest
from ParotidClassifierCore.models.selection import (
    anova_f,
    lasso_path,
    select,
    uncorrelated,
    varying,
)
from ParotidClassifierCore.models.settings import SelectionSettings
from sklearn.linear_model import Lasso

SETTINGS = SelectionSettings()


@pytest.fixture
def rows():
    rng = np.random.default_rng(5)
    y = np.arange(100) < 40
    x = rng.normal(size=(100, 30))
    x[:, :4] += 1.2 * y[:, None]
    return (x - x.mean(axis=0)) / x.std(axis=0), y


def test_columns_that_are_constant_but_for_rounding_are_dropped(rows):
    x, _ = rows
    x = np.column_stack([x[:, :2], np.full(100, 0.1), 1e6 + 1e-6 * x[:, 0], 1e-9 * x[:, 1]])
    assert varying(x).tolist() == [True, True, False, False, True]


def test_columns_on_which_readers_disagree_are_dropped(rows):
    x, y = rows
    agreement = np.array([0.95, 0.9, np.nan])
    assert select(["a", "b", "c"], x[:, :3], y, SETTINGS, 0, agreement).path_columns == ("a",)


def test_of_a_correlated_pair_the_better_column_stays(rows):
    x, y = rows
    worse = x[:, 0] + 0.15 * np.random.default_rng(0).normal(size=100)
    x = np.column_stack([worse, x[:, 5], -x[:, 0]])
    f = anova_f(x, y)
    assert f[2] > f[0]
    assert uncorrelated(x, y, 0.95).tolist() == [False, True, True]


def test_no_pair_above_the_limit_remains_and_every_dropped_column_has_a_partner(rows):
    x, y = rows
    rng = np.random.default_rng(2)
    x = x @ rng.normal(size=(30, 60)) * (rng.random(60) < 0.5) + rng.normal(size=(100, 1)) * 9
    kept = uncorrelated(x, y, 0.95)
    r = np.abs(np.corrcoef(x.T)) - np.eye(60)
    assert 0 < kept.sum() < 60
    assert r[np.ix_(kept, kept)].max() <= 0.95
    assert (r[np.ix_(~kept, kept)].max(axis=1) > 0.95).all()


def test_the_lasso_path_is_the_one_of_coordinate_descent(rows):
    x, y = rows
    path = lasso_path(x, y, SETTINGS, 0)
    for step in (5, 30, 59):
        lasso = Lasso(alpha=path.alphas[step], tol=1e-10, max_iter=100_000).fit(x, y)
        np.testing.assert_allclose(path.coefficients[step], lasso.coef_, atol=1e-6)


def test_the_columns_that_tell_the_classes_apart_are_found(rows):
    x, y = rows
    signature = select([f"c{i}" for i in range(30)], x, y, SETTINGS, seed=0)
    assert set(signature.columns[:4]) == {"c0", "c1", "c2", "c3"}
    sizes = np.abs(signature.coefficients)
    assert (np.diff(sizes) <= 0).all()


def test_a_signature_has_at_most_20_columns_the_largest_of_the_lasso():
    rng = np.random.default_rng(1)
    y = np.arange(200) < 90
    x = rng.normal(size=(200, 120)) + 0.35 * y[:, None] * (np.arange(120) < 60)
    signature = select([f"c{i}" for i in range(120)], x, y, SETTINGS, seed=0)
    best = np.sort(np.abs(signature.path.coefficients[signature.path.best]))
    assert (best > 0).sum() > 20
    assert len(signature.columns) == 20
    assert np.abs(signature.coefficients) == pytest.approx(best[::-1][:20])


def test_when_lasso_leaves_no_column_the_best_one_is_taken_and_it_is_said(rows):
    x, y = rows
    settings = SelectionSettings(lasso_steps=1)
    signature = select([f"c{i}" for i in range(30)], x, y, settings, seed=0)
    assert signature.fell_back
    assert signature.columns == (f"c{anova_f(x, y).argmax()}",)


def test_filters_that_leave_nothing_give_no_signature(rows):
    x, y = rows
    agreement = np.zeros(30)
    assert select([f"c{i}" for i in range(30)], x, y, SETTINGS, 0, agreement) is None


def test_the_scale_of_a_column_does_not_matter(rows):
    x, y = rows
    names = [f"c{i}" for i in range(30)]
    scaled = x * np.geomspace(1e-6, 1e6, 30) + 1.0
    assert select(names, x, y, SETTINGS, 0).columns == select(names, scaled, y, SETTINGS, 0).columns


def test_nearly_collinear_columns_do_no_harm():
    rng = np.random.default_rng(0)
    y = np.arange(60) < 30
    base = rng.normal(size=(60, 5)) + y[:, None]
    x = np.column_stack([base, base @ rng.normal(size=(5, 80))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        signature = select([f"c{i}" for i in range(85)], x, y, SETTINGS, seed=0)
    assert 0 < len(signature.columns) <= 20
    assert np.isfinite(signature.coefficients).all()
