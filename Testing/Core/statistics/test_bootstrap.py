"""Stratified bootstraps against DeLong's interval and against resampling case by case."""

import tracemalloc

import numpy as np
import pytest
from Core.statistics.asah import NDKA, POOR, S100B, WFNS
from ParotidClassifierCore.statistics import bootstrap
from ParotidClassifierCore.statistics.bootstrap import bootstrap_intervals
from ParotidClassifierCore.statistics.delong import auc_with_interval
from sklearn.metrics import brier_score_loss, roc_auc_score

MODELS = {"wfns": WFNS / 10, "s100b": S100B / 1000, "ndka": NDKA / 1000}


def test_intervals_are_near_delong_s():
    for name, found in bootstrap_intervals(MODELS, POOR, 2000, seed=0).items():
        delong = auc_with_interval(MODELS[name], POOR)
        assert found.auc == pytest.approx((delong.low, delong.high), abs=0.015)


def test_resample_has_its_own_figures():
    weights = next(bootstrap._resamples(POOR, 5, np.random.default_rng(3)))
    assert weights[:, POOR].sum(axis=1).tolist() == [41] * 5
    assert weights[:, ~POOR].sum(axis=1).tolist() == [72] * 5
    for values in MODELS.values():
        aucs, scores = bootstrap._weighted_figures(bootstrap._ordered(values, POOR), weights)
        for drawn, auc, score in zip(weights, aucs, scores, strict=True):
            assert auc == pytest.approx(roc_auc_score(POOR, values, sample_weight=drawn))
            assert score == pytest.approx(brier_score_loss(POOR, values, sample_weight=drawn))


def test_models_share_resamples():
    both = bootstrap_intervals({"a": MODELS["ndka"], "b": MODELS["ndka"] / 2}, POOR, 200, seed=1)
    assert both["a"].auc == both["b"].auc


def test_the_seed_decides_the_intervals():
    first, again, other = (bootstrap_intervals(MODELS, POOR, 100, seed) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_unjudged_cases_are_left_out():
    missing = np.where(np.arange(113) % 3, MODELS["s100b"], np.nan)
    judged = ~np.isnan(missing)
    found = bootstrap_intervals({"m": missing, "none": np.full(113, np.nan)}, POOR, 1000, seed=0)
    delong = auc_with_interval(missing[judged], POOR[judged])
    assert found["m"].auc == pytest.approx((delong.low, delong.high), abs=0.03)
    assert found["none"].auc == found["none"].brier == (None, None)


def test_constant_has_no_interval():
    malignant = np.arange(10) >= 5
    found = bootstrap_intervals({"divides": malignant * 0.5 + 0.2}, malignant, 50, seed=0)
    assert found["divides"].auc == (None, None)
    alone = bootstrap_intervals({"alone": np.linspace(0, 1, 6)}, np.arange(6) == 3, 50, seed=0)
    assert alone["alone"].auc == (None, None)
    benign = bootstrap_intervals({"benign": np.linspace(0, 1, 6)}, np.zeros(6, bool), 50, seed=0)
    assert benign["benign"].auc == (None, None)
    assert None not in benign["benign"].brier


def test_memory_stays_bounded():
    rng = np.random.default_rng(0)
    malignant = rng.random(5000) < 0.3
    probabilities = {"m": rng.random(5000)}

    def peak(bootstraps):
        tracemalloc.start()
        bootstrap_intervals(probabilities, malignant, bootstraps, seed=0)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(1000) < 1.3 * peak(200)
