"""The pure numpy evaluation against scikit-learn's."""

import numpy as np
import pytest
from Core.models.made_models import a_model
from ParotidClassifierCore.models.logistic import LogisticModel, probability_of
from ParotidClassifierCore.models.logistic_fit import LEAST_SLOPE, calibration
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


@pytest.fixture
def fitted():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 5)) * [1, 1e4, 1e-3, 7, 1] + [0, 5e5, 0, -3, 40]
    y = x[:, 0] + rng.normal(size=80) > 0
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=10)).fit(x, y)
    scaler, regression = pipeline
    columns = tuple(f"Tumor_f{i}" for i in range(5))
    model = LogisticModel(
        "Tumor_RAD",
        columns,
        tuple(scaler.mean_.tolist()),
        tuple(scaler.scale_.tolist()),
        tuple(regression.coef_[0].tolist()),
        float(regression.intercept_[0]),
    )
    return model, pipeline, x


def test_the_probability_equals_scikit_learns_to_12_digits(fitted):
    model, pipeline, x = fitted
    expected = pipeline.predict_proba(x)[:, 1]
    at_once = model.probability(dict(zip(model.columns, x.T, strict=True)))
    one_by_one = [model.probability(dict(zip(model.columns, row, strict=True))) for row in x]
    np.testing.assert_allclose(at_once, expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(at_once, one_by_one)


def test_contributions_and_intercept_add_up_to_the_log_odds():
    model = a_model("Tumor_RAD", ("Tumor_a", "Tumor_b"))
    values = {"Tumor_a": 2.0, "Tumor_b": -1.0, "unused": 9.0}
    parts = model.contributions(values)
    assert list(parts) == ["Tumor_a", "Tumor_b"]
    assert model.intercept + sum(parts.values()) == pytest.approx(model.log_odds(values))


def test_log_odds_that_are_too_sure_are_put_on_the_line_that_scikit_learn_finds():
    rng = np.random.default_rng(2)
    log_odds = rng.normal(-1, 1, 400)
    y = rng.random(400) < probability_of(log_odds)
    too_sure = (1 + 3 * log_odds)[:, None]
    expected = LogisticRegression(C=1e6, tol=1e-8).fit(too_sure, y)
    intercept, slope = calibration(too_sure[:, 0], y, 1e6)
    assert intercept == pytest.approx(expected.intercept_[0], abs=1e-4)
    assert slope == pytest.approx(expected.coef_[0, 0], abs=1e-4)


def test_log_odds_that_tell_the_wrong_way_come_down_to_the_share_and_keep_their_order():
    y = np.arange(100) < 20
    intercept, slope = calibration(np.where(y, -2.0, 2.0), y, 10.0)
    assert slope == LEAST_SLOPE
    assert probability_of(intercept + slope * np.array([-2.0, 2.0])) == pytest.approx(0.2, abs=0.01)


def test_log_odds_far_out_do_not_overflow():
    with np.errstate(all="raise", under="ignore"):
        assert probability_of(np.array([-1e4, -1.0, 0.0, 1e4])).tolist() == [
            0.0,
            pytest.approx(1 / (1 + np.e)),
            0.5,
            1.0,
        ]
