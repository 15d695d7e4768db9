"""Regressions with one finding, where both fits have a closed form, and separated ones."""

import numpy as np
import pytest
from Core.statistics.four_fold import four_fold
from ParotidClassifierCore.statistics.firth import penalised_likelihood
from ParotidClassifierCore.statistics.likelihood import is_full_rank, maximum_likelihood
from scipy.stats import norm

TWO_SIDED_95 = 1.959964


def test_woolf_s_odds_ratio():
    fit = maximum_likelihood(*four_fold(20, 10, 30, 120))
    log_ratio, error = np.log(20 * 120 / (10 * 30)), np.sqrt(1 / 20 + 1 / 10 + 1 / 30 + 1 / 120)
    assert fit.values[0] == pytest.approx(log_ratio, rel=1e-6)
    assert fit.low[0] == pytest.approx(log_ratio - TWO_SIDED_95 * error, rel=1e-5)
    assert fit.high[0] == pytest.approx(log_ratio + TWO_SIDED_95 * error, rel=1e-5)
    assert fit.p[0] == pytest.approx(2 * norm.sf(log_ratio / error), rel=1e-4)


def test_separating_finding_has_none():
    rng = np.random.default_rng(0)
    malignant = np.arange(120) < 40
    age = rng.normal(50 + 5 * malignant, 10)
    separating = malignant & (rng.random(120) < 0.4)
    together = maximum_likelihood(np.column_stack([separating, age]), malignant)
    assert np.isnan(together.values[0])
    # At the infinite coefficient the cases with the finding are certain and tell nothing of age.
    others = maximum_likelihood(age[~separating][:, None], malignant[~separating])
    assert together.values[1] == pytest.approx(others.values[0], rel=1e-4)
    penalised = penalised_likelihood(np.column_stack([separating, age]), malignant)
    assert np.isfinite(penalised.values).all()
    assert penalised.p[0] < 0.001


def test_divided_classes_have_none():
    age = np.r_[np.linspace(20, 40, 20), np.linspace(60, 80, 20)][:, None]
    malignant = np.arange(40) >= 20
    assert np.isnan(maximum_likelihood(age, malignant).values).all()
    assert penalised_likelihood(age, malignant).values[0] > 0


def test_separation_within_a_level():
    # All cases with the second are malignant; of the others, all without the first are benign.
    counts = {(1, 1, 1): 2, (1, 0, 1): 3, (0, 1, 1): 1, (1, 0, 0): 1, (0, 0, 0): 1}
    first, second, malignant = np.repeat(list(counts), list(counts.values()), axis=0).T
    fit = maximum_likelihood(np.column_stack([first, second]).astype(float), malignant == 1)
    assert np.isnan(fit.values).all()


def test_units_scale_coefficients():
    rng = np.random.default_rng(1)
    malignant = np.arange(90) < 30
    cm = rng.normal(2.0 + malignant, 0.8)[:, None]
    for fit in (maximum_likelihood, penalised_likelihood):
        in_cm, in_mm = fit(cm, malignant), fit(10 * cm, malignant)
        assert in_mm.values == pytest.approx(in_cm.values / 10, rel=1e-4)
        assert in_mm.p == pytest.approx(in_cm.p, rel=1e-3)


def test_dependent_columns_are_known():
    first = np.array([1.0, 0, 1, 0, 0, 1])
    second = np.array([0.0, 0, 1, 1, 0, 1])
    assert is_full_rank(np.column_stack([first, second]))
    assert not is_full_rank(np.column_stack([first, 1 - first]))
    assert not is_full_rank(np.column_stack([first, second, first + 2 * second]))
    assert not is_full_rank(np.ones((6, 1)))
