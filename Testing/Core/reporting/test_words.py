import math

import pytest
from ParotidClassifierCore.base.words import counted, p_value
from ParotidClassifierCore.reporting.words import number, ratio_with_interval, with_interval
from ParotidClassifierCore.statistics.results import Estimate


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "< 0.001"), (0.00099, "< 0.001"), (0.0321, "0.032"), (1.0, "> 0.999"), (None, "–"),
     (math.nan, "–")],
)  # fmt: skip
def test_p_is_never_nought_nor_one(p, text):
    assert p_value(p) == text


def test_what_is_not_defined_is_a_dash():
    assert number(None) == number(math.nan) == with_interval(Estimate(None)) == "–"
    assert with_interval(Estimate(0.9131)) == "0.913 (–)"
    assert with_interval(Estimate(0.9131, 0.842, 0.966)) == "0.913 (0.842, 0.966)"


def test_a_number_that_rounds_to_nought_has_no_sign():
    assert number(-0.0001, 2) == "0.00"
    assert number(-0.5, 2) == "-0.50"


def test_odds_ratios_keep_three_digits_and_large_ones_are_not_exact():
    assert ratio_with_interval(Estimate(0.6, 0.329, 1.0)) == "0.600 (0.329, 1.00)"
    assert ratio_with_interval(Estimate(384.53, 12.0, math.inf)) == "385 (12.0, > 10 000)"


def test_one_is_singular():
    assert counted(1, "case") == "1 case"
    assert counted(0, "case") == "0 cases"
