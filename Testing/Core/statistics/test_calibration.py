"""Calibration of probabilities that are right, too bold, too high, or say nothing."""

import numpy as np
import pytest
from ParotidClassifierCore.statistics.calibration import (
    calibration_curve,
    calibration_intercept,
    calibration_slope,
    slope_absent,
)
from scipy.special import expit, logit
from statsmodels.nonparametric.smoothers_lowess import lowess


def two_groups(low, high):
    """100 cases of which 20 are malignant, judged `low`; 100 of which 80 are, judged `high`."""
    probabilities = np.repeat([low, high], 100)
    malignant = np.arange(200) % 100 < np.repeat([20, 80], 100)
    return probabilities, malignant


def test_true_shares_are_calibrated():
    right = two_groups(0.2, 0.8)
    assert calibration_intercept(*right).value == pytest.approx(0, abs=1e-9)
    assert calibration_slope(*right).value == pytest.approx(1)


def test_bold_ones_have_a_low_slope():
    twice = two_groups(expit(2 * logit(0.2)), expit(2 * logit(0.8)))
    assert slope_absent(*twice) == ""
    slope = calibration_slope(*twice)
    assert slope.value == pytest.approx(0.5)
    # The log odds ratio of the 2 × 2 table has Woolf's standard error; the log-odds differ by 4 l.
    error = np.sqrt(2 / 20 + 2 / 80) / (4 * logit(0.8))
    assert slope.high - slope.value == pytest.approx(1.959964 * error, rel=1e-5)


def test_intercept_is_the_mean_lack():
    probabilities, malignant = np.full(100, 0.5), np.arange(100) < 30
    intercept = calibration_intercept(probabilities, malignant)
    half = 1.959964 / np.sqrt(100 * 0.3 * 0.7)
    assert intercept.value == pytest.approx(logit(0.3))
    assert (intercept.low, intercept.high) == pytest.approx(
        (logit(0.3) - half, logit(0.3) + half), rel=1e-6
    )


def test_far_off_has_an_intercept():
    probabilities = np.array([1e-9, 1e-8, 1e-9, 1e-8])
    malignant = np.array([True, True, True, False])
    assert calibration_intercept(probabilities, malignant).value > 15


NO_SLOPE = {
    "constant": ([0.3, 0.3, 0.3, 0.3], [0, 1, 0, 1], "hardly any spread"),
    "nearly constant": ([0.3, 0.301, 0.302, 0.303], [0, 1, 1, 0], "hardly any spread"),
    "separated": ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], "separated"),
    "separated the wrong way": ([0.8, 0.9, 0.1, 0.2], [0, 0, 1, 1], "separated"),
    "separated but for a tie": ([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1], "separated"),
    "one class": ([0.1, 0.2, 0.8, 0.9], [0, 0, 0, 0], "one class"),
    "four of a class": (np.linspace(0.1, 0.9, 40), np.arange(40) % 10 == 3, "too few"),
    "no case": ([], [], "no probability"),
}


@pytest.mark.parametrize("case", NO_SLOPE)
def test_a_slope_that_does_not_exist_is_none_and_says_why(case):
    values, outcomes, reason = NO_SLOPE[case]
    probabilities, malignant = np.array(values), np.array(outcomes, bool)
    assert calibration_slope(probabilities, malignant).value is None
    assert slope_absent(probabilities, malignant) == reason
    if malignant.all() or not malignant.any():
        assert calibration_intercept(probabilities, malignant).value is None


def test_groups_are_of_equal_size():
    rng = np.random.default_rng(0)
    probabilities = rng.random(100)
    malignant = rng.random(100) < probabilities
    curve = calibration_curve(probabilities, malignant)
    assert curve.counts.tolist() == [10] * 10
    lowest = np.argsort(probabilities)[:10]
    assert curve.predicted[0] == pytest.approx(probabilities[lowest].mean())
    assert curve.observed[0] == pytest.approx(malignant[lowest].mean())
    assert (np.diff(curve.predicted) > 0).all()
    assert ((curve.observed_low <= curve.observed) & (curve.observed <= curve.observed_high)).all()


def test_equal_ones_share_a_group():
    curve = calibration_curve(*two_groups(0.2, 0.8))
    assert curve.counts.tolist() == [100, 100]
    assert curve.observed.tolist() == [0.2, 0.8]
    assert len(curve.smooth_predicted) == 0


def test_smooth_curve_follows():
    rng = np.random.default_rng(1)
    probabilities = rng.random(4000)
    curve = calibration_curve(probabilities, rng.random(4000) < probabilities)
    assert curve.smooth_observed == pytest.approx(curve.smooth_predicted, abs=0.05)


def test_smooth_curve_is_statsmodels_lowess():
    rng = np.random.default_rng(2)
    probabilities = rng.beta(1, 3, 108)
    malignant = rng.random(108) < probabilities
    curve = calibration_curve(probabilities, malignant)
    theirs = lowess(malignant.astype(float), probabilities, it=0, xvals=curve.smooth_predicted)
    assert curve.smooth_observed == pytest.approx(np.clip(theirs, 0, 1), abs=1e-8)


def test_band_holds_the_true_share():
    """Right probabilities of 108 cases: their curve is the diagonal."""
    rng, runs = np.random.default_rng(3), 400
    held, widths = np.empty((2, runs))
    for run in range(runs):
        probabilities = rng.beta(1, 3, 108)
        curve = calibration_curve(probabilities, rng.random(108) < probabilities)
        true = curve.smooth_predicted
        held[run] = ((curve.smooth_low <= true) & (true <= curve.smooth_high)).mean()
        widths[run] = (curve.smooth_high - curve.smooth_low).mean()
        assert (curve.smooth_low <= curve.smooth_observed + 1e-9).all()
        assert (curve.smooth_observed <= curve.smooth_high + 1e-9).all()
    assert 0.93 <= held.mean() <= 0.99
    assert widths.mean() < 0.5


def test_few_cases_have_no_curve():
    curve = calibration_curve(np.array([0.2, 0.4, 0.9]), np.array([False, True, True]))
    assert curve.counts.tolist() == [1, 1, 1]
    assert len(curve.smooth_predicted) == 0
    assert len(calibration_curve(np.empty(0), np.empty(0, bool)).counts) == 0


def test_curve_stays_finite():
    probabilities = np.r_[np.full(80, 0.1), np.linspace(0.2, 0.9, 20)]
    curve = calibration_curve(probabilities, np.arange(100) % 3 == 0)
    for points in (curve.smooth_observed, curve.smooth_low, curve.smooth_high):
        assert np.isfinite(points).all()
        assert len(points) == len(curve.smooth_predicted) > 50
