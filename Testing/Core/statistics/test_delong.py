"""DeLong's method against R's pROC on its own example data, and against all pairs."""

import numpy as np
import pytest
from Core.statistics.asah import NDKA, POOR, S100B, WFNS
from ParotidClassifierCore.statistics.delong import auc_with_interval, paired_p
from scipy.special import logit
from scipy.stats import norm

# Robin et al. 2011, BMC Bioinformatics 12:77 and pROC's documentation of ci.auc give 4 digits;
# pROC's own tests (test-auc.R, test-ci.auc.R, test-roc.test.R) hold R to the rest.
PROC_S100B = (0.7314, 0.6301, 0.8326)
PROC_WFNS_AUC = 0.823678861788618
PROC_NDKA = (0.611957994579946, 0.501244999271703, 0.722670989888189)
PROC_P = [
    (WFNS, S100B, 0.0271757822291882),
    (WFNS, NDKA, 0.00514557970691098),
    (NDKA, S100B, 0.164295175223054),
]


def numbers(estimate):
    return (estimate.value, estimate.low, estimate.high)


def test_areas_are_those_of_proc():
    assert numbers(auc_with_interval(NDKA, POOR, wald=True)) == pytest.approx(PROC_NDKA, abs=1e-12)
    assert numbers(auc_with_interval(S100B, POOR, wald=True)) == pytest.approx(PROC_S100B, abs=5e-5)
    assert auc_with_interval(WFNS, POOR).value == pytest.approx(PROC_WFNS_AUC, abs=1e-12)


@pytest.mark.parametrize(("first", "second", "p"), PROC_P)
def test_paired_tests_are_those_of_proc(first, second, p):
    assert paired_p(first, second, POOR) == pytest.approx(p, abs=1e-12)
    assert paired_p(second, first, POOR) == pytest.approx(p, abs=1e-12)


def test_ties_count_one_half():
    rng = np.random.default_rng(0)
    scores, malignant = rng.integers(4, size=60).astype(float), rng.random(60) < 0.4
    pairs = scores[malignant][:, None] - scores[~malignant][None]
    by_pairs = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
    assert auc_with_interval(scores, malignant).value == pytest.approx(by_pairs)


def test_an_interval_stays_below_one():
    malignant = np.arange(12) >= 6
    scores = np.array([1, 2, 3, 4, 5, 7, 6, 8, 9, 10, 11, 12.0])
    estimate, wald = (auc_with_interval(scores, malignant, wald) for wald in (False, True))
    assert 0 < estimate.low < estimate.value < estimate.high < wald.high == 1.0
    # As wide as Wald's on the scale of its own: the slope of the logit is 1 / (AUC (1 - AUC)).
    slope = 1 / (estimate.value * (1 - estimate.value))
    half = (wald.value - wald.low) * slope
    assert logit(estimate.high) - logit(estimate.value) == pytest.approx(half)
    assert logit(estimate.value) - logit(estimate.low) == pytest.approx(half)
    turned = auc_with_interval(-scores, malignant)
    assert numbers(turned) == pytest.approx(
        [1 - estimate.value, 1 - estimate.high, 1 - estimate.low]
    )


def test_intervals_hold_a_large_area_as_often_as_they_say():
    """Normal scores of 27 and 81 cases; Wald's intervals are too short to."""
    rng, area = np.random.default_rng(0), 0.95
    malignant = np.arange(108) < 27
    scores = rng.normal(size=(4000, 108)) + malignant * np.sqrt(2) * norm.ppf(area)

    def coverage(wald, runs):
        found = [auc_with_interval(of_run, malignant, wald) for of_run in scores[:runs]]
        return np.mean([e.low <= area <= e.high for e in found if e.low is not None])

    assert coverage(wald=False, runs=4000) >= 0.93
    assert coverage(wald=True, runs=1000) < 0.90


@pytest.mark.parametrize("scores", [np.arange(10.0), np.full(10, 0.3), -np.arange(10.0)])
def test_constant_area_has_no_interval(scores):
    estimate = auc_with_interval(scores, np.arange(10) >= 5)
    assert estimate.value in (0.0, 0.5, 1.0)
    assert (estimate.low, estimate.high) == (None, None)


def test_one_class_has_no_area():
    scores = np.array([0.1, 0.4, 0.6, 0.8])
    assert numbers(auc_with_interval(scores, np.ones(4, bool))) == (None, None, None)
    alone = np.array([False, False, True, False])
    assert numbers(auc_with_interval(scores, alone)) == (pytest.approx(2 / 3), None, None)
    assert paired_p(scores, -scores, alone) is None


def test_equal_orders_do_not_differ():
    assert paired_p(S100B, np.log(S100B), POOR) == 1.0


def test_no_variance_no_p():
    malignant = np.arange(10) >= 5
    assert paired_p(np.arange(10.0), np.full(10, 0.5), malignant) is None
