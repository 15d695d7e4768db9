"""The small drawings of a case's report: what they are drawn from."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from ParotidClassifierCore.models.probabilities import ModelResult
from ParotidClassifierCore.reporting.case.figures import contributions
from ParotidClassifierCore.reporting.case_view import Bar, CaseView
from ParotidClassifierCore.reporting.panels.look import PAPER
from ParotidClassifierCore.reporting.panels.numbers import (
    contribution_ends,
    draw_contributions,
    draw_gauge,
    draw_stability,
)

INPUTS = {f"Tumor_original_firstorder_{name}": added for name, added in
          zip(("Mean", "Median", "Range", "Energy", "Skewness"), (0.1, -2.0, 0.3, 1.0, -0.2),
              strict=True)}  # fmt: skip
NAME = "Tumor_RAD"
RESULT = ModelResult(NAME, 0.3, -1.3, 0.4, "benign", INPUTS, intercept=-0.5, interval=(0.1, 0.6))
VIEW = CaseView({"models": {NAME: {key: value for key, value in vars(RESULT).items() if value}}})


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("most", [1, 2, 4, 9])
def test_the_bars_add_up_to_the_log_odds_however_few_are_shown(most):
    bars = VIEW.bars("Tumor_RAD", most)
    assert sum(bar.added for bar in bars) == pytest.approx(-0.5 + sum(INPUTS.values()))
    assert bars[0].label.startswith("Before any input")
    assert bars[1][:2] == ("Tumor, original, first-order median", -2.0)


def test_one_bar_more_is_shown_instead_of_a_rest_of_one():
    assert len(VIEW.bars("Tumor_RAD", 4)) == 6
    assert VIEW.bars("Tumor_RAD", 3)[-1].label == "2 smaller ones together"


def test_what_speaks_against_malignancy_lies_left_and_the_numbers_have_room():
    axes = Figure().add_subplot()
    bars = VIEW.bars("Tumor_RAD", 9)
    draw_contributions(axes, bars, contribution_ends([bar.added for bar in bars]), PAPER)
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [bar.added for bar in bars]
    low, high = axes.get_xlim()
    assert low < min(widths) - 0.5
    assert high > max(widths) + 0.5
    assert contribution_ends([0.0]) == pytest.approx((-0.0084, 0.42))
    assert "-2.00" in texts_of(axes)


def test_a_gauge_shows_probability_interval_and_threshold():
    axes = Figure().add_subplot()
    draw_gauge(axes, RESULT, PAPER)
    track, band = axes.patches
    assert (track.get_x(), track.get_width()) == (0, 1)
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((0.1, 0.6))
    assert [line.get_xdata()[0] for line in axes.lines] == [0.4, 0.3]
    assert texts_of(axes) == ["threshold 40 %"]


def test_with_an_answer_its_limits_are_drawn():
    axes, other = Figure().add_subplot(), Figure().add_subplot()
    result = replace(RESULT, answer="indeterminate", answer_limits=(0.2, 0.55))
    draw_gauge(axes, result, PAPER)
    assert [line.get_xdata()[0] for line in axes.lines] == [0.2, 0.55, 0.3]
    assert texts_of(axes) == ["20 %", "55 %"]
    draw_stability(other, result, [0.1, 0.3, 0.7], PAPER)
    (dots,) = other.collections
    colors = [to_hex(color) for color in dots.get_facecolors()]
    assert colors == [PAPER.color_of(v) for v in ("benign", "indeterminate", "malignant")]


def test_no_dot_of_an_outline_hides_another_and_each_has_the_colour_of_its_call():
    axes = Figure().add_subplot()
    others = [0.30] * 5 + [0.31, 0.45, 0.45, 0.9]
    draw_stability(axes, RESULT, others, PAPER)
    (dots,) = axes.collections
    places = [tuple(np.round(place, 6)) for place in dots.get_offsets()]
    assert len(set(places)) == len(others)
    colors = {tuple(color) for color in dots.get_facecolors()}
    assert len(colors) == 2
    right = [tuple(c) for (x, _), c in zip(places, dots.get_facecolors(), strict=True) if x > 0.4]
    assert len(right) == 3
    assert len(set(right)) == 1


def test_a_number_of_six_letters_beside_the_longest_bar_stands_whole_in_the_drawing():
    bars = [
        Bar("Before any input (intercept)", -1.1, {}),
        Bar("Enlarged lymph nodes", 10.6, {"x": 1}),
    ]
    figure = contributions(bars)
    (number,) = (t for axes in figure.axes for t in axes.texts if t.get_text() == "+10.60")
    box = number.get_window_extent(figure.canvas.get_renderer())
    assert box.x1 <= figure.bbox.x1
