import itertools
from dataclasses import replace

import pytest
from fixtures.protocols import changed_protocol
from ParotidClassifierCore.models.logistic import LogisticModel, probability_of
from ParotidClassifierCore.models.nomogram import case_points, nomogram_of, round_ticks
from ParotidClassifierCore.protocol import protocol_from, shen2026

SOURCE = "log_odds:Tumor+External2_RAD+DL"
COLUMNS = ("symptoms", "margin_unclear", "enlarged_lymph_nodes", SOURCE)
MODEL = LogisticModel(
    "Combined", COLUMNS, (0.2, 0.3, 0.1, -1.0), (0.4, 0.5, 0.3, 2.0), (0.5, -0.2, 0.3, 1.6), -1.1
)


@pytest.fixture
def nomogram():
    return nomogram_of(MODEL, shen2026(), {SOURCE: (-3.7, 4.2)})


def test_points_and_their_sum_mean_the_probability_of_the_model(nomogram):
    values = [(0.0, 1.0)] * 3 + [tuple(map(float, nomogram.axes[3].values))]
    for chosen in itertools.product(*(range(len(axis.points)) for axis in nomogram.axes)):
        points = sum(axis.points[i] for axis, i in zip(nomogram.axes, chosen, strict=True))
        row = {c: v[i] for c, v, i in zip(COLUMNS, values, chosen, strict=True)}
        expected = MODEL.probability(row)
        log_odds = nomogram.intercept_log_odds + points / nomogram.points_per_log_odds
        assert probability_of(log_odds) == pytest.approx(expected, rel=1e-9)


def test_the_strongest_input_has_100_points_and_each_starts_at_none(nomogram):
    assert max(max(axis.points) for axis in nomogram.axes) == pytest.approx(100)
    assert all(min(axis.points) == 0 for axis in nomogram.axes)
    assert max(nomogram.axes[3].points) == pytest.approx(100)
    margin = nomogram.axes[1]
    assert margin.values == ("clear", "unclear")
    assert margin.points[0] > margin.points[1] == 0  # its coefficient is negative here


def test_the_axis_of_sums_holds_every_sum(nomogram):
    largest = sum(max(axis.points) for axis in nomogram.axes)
    assert nomogram.total_points[0] == 0
    assert nomogram.total_points[-1] >= largest
    log_odds = nomogram.intercept_log_odds + nomogram.total_points[3] / nomogram.points_per_log_odds
    assert nomogram.probabilities[3] == pytest.approx(probability_of(log_odds))
    assert nomogram.axes[3].label == "log-odds of Tumor+External2_RAD+DL"


def test_a_model_without_weights_has_no_nomogram():
    silent = LogisticModel("Clinical", ("symptoms",), (0.2,), (0.4,), (0.0,), -1.0)
    assert nomogram_of(silent, shen2026(), {}) is None


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.03, 1.17, (0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2)),
        (-3.7, 4.2, (-4, -3, -2, -1, 0, 1, 2, 3, 4, 5)),
        (2.0, 2.0, (2.0, 2.2, 2.4, 2.6, 2.8, 3.0)),
    ],
)
def test_ticks_are_round_and_hold_the_range(low, high, ticks):
    assert round_ticks(low, high) == ticks


def test_the_points_of_a_case_mean_the_probability_of_the_model(nomogram):
    values = dict(zip(COLUMNS, (1.0, 0.0, 1.0, 2.345), strict=True))
    case = case_points(nomogram, MODEL, shen2026(), values)
    assert case.probability == pytest.approx(float(MODEL.probability(values)), rel=1e-9)
    assert case.total == pytest.approx(sum(case.points))
    assert case.points[0] == pytest.approx(nomogram.axes[0].points[1])
    assert case.points[1] == pytest.approx(nomogram.axes[1].points[0])


@pytest.mark.parametrize("of_source", [-4.4, -3.7, 0.0, 4.2, 9.0])
def test_a_model_with_ranges_means_the_same_within_and_beyond_them(of_source):
    bounded = replace(MODEL, ranges=((0.0, 1.0),) * 3 + ((-3.7, 4.2),))
    nomogram = nomogram_of(bounded, shen2026(), {SOURCE: (-5.0, 5.0)})
    values = dict(zip(COLUMNS, (1.0, 0.0, 1.0, of_source), strict=True))
    case = case_points(nomogram, bounded, shen2026(), values)
    assert case.probability == pytest.approx(float(bounded.probability(values)), rel=1e-9)


def test_the_axes_are_those_of_the_protocol():
    protocol = changed_protocol("skin-infiltration")
    content = protocol.as_json()
    content["models"]["Clinical"]["clinical"] += ["age_years"]
    columns = ("skin_infiltration", "age_years")
    model = LogisticModel("Clinical", columns, (0.1, 50.0), (0.3, 10.0), (0.5, 0.2), -1.1)
    protocol = protocol_from(content)
    nomogram = nomogram_of(model, protocol, {})
    skin, age = nomogram.axes
    assert (skin.label, skin.values) == ("skin infiltration", ("without", "with"))
    assert (age.label, age.values[0], age.values[-1]) == ("age, years", "0", "120")
    values = {"skin_infiltration": 1.0, "age_years": 61.0}
    case = case_points(nomogram, model, protocol, values)
    assert case.probability == pytest.approx(float(model.probability(values)), rel=1e-9)
