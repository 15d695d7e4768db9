"""Rates, their intervals and the Brier score against worked examples."""

import numpy as np
import pytest
from ParotidClassifierCore.statistics.metrics import (
    brier_of_share,
    brier_score,
    confusion_at,
    proportion,
    rates,
)
from ParotidClassifierCore.statistics.results import Confusion


# Newcombe 1998, Statistics in Medicine 17:857-872, Table I, method 3.
@pytest.mark.parametrize(
    ("count", "cases", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_s_published_intervals(count, cases, low, high):
    share = proportion(count, cases)
    assert share.value == count / cases
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)


def test_threshold_itself_is_malignant():
    probabilities = np.array([0.2, 0.5, 0.5, 0.7])
    malignant = np.array([False, False, True, True])
    assert confusion_at(probabilities, malignant, 0.5) == Confusion(2, 0, 1, 1)
    assert confusion_at(probabilities, malignant, 0.51) == Confusion(1, 1, 0, 2)


def test_rates_are_shares():
    found = {name: rate.value for name, rate in rates(Confusion(8, 2, 15, 75)).items()}
    shares = {"accuracy": 83 / 100, "sensitivity": 8 / 10, "specificity": 75 / 90}
    assert found == {**shares, "ppv": 8 / 23, "npv": 75 / 77}


def test_a_rate_of_no_cases_is_not_defined():
    of_benign = rates(Confusion(0, 0, 0, 5))
    assert of_benign["sensitivity"].value is None
    assert of_benign["ppv"].low is None
    assert of_benign["npv"].value == 1.0


def test_brier_score_is_a_mean_square():
    score = brier_score(np.array([0.9, 0.2, 0.6]), np.array([True, False, False]))
    assert score == pytest.approx((0.01 + 0.04 + 0.36) / 3)
    assert brier_score(np.empty(0), np.empty(0, bool)) is None
    assert brier_of_share(np.array([True, False, False, False])) == pytest.approx(0.25 * 0.75)
    assert brier_of_share(np.empty(0, bool)) is None
