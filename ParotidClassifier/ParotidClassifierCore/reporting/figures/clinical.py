"""Clinical variables: their odds ratios, and the nomogram of a model."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...base.words import p_value
from ...models.nomogram import CasePoints
from ...protocol import Protocol
from ...statistics.results import ClinicalAssociations, Nomogram, NomogramAxis, OddsRatio
from ..words import NOT_FOUND, ratio_with_interval
from .canvas import FAINT, INK, MALIGNANT_COLOR, new_figure

_RANGE = (0.02, 2000.0)  # of odds ratios drawn; what lies outside gets an arrow
_PROBABILITIES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_LETTER = 0.95  # width of a letter of a tick label on a scale of 0 to 100
_LEFT = -33  # where the names of the rulers start


def odds_ratio_figure(
    associations: ClinicalAssociations, protocol: Protocol, banner: str
) -> Figure:
    """Draw Firth's penalised odds ratios on a logarithmic scale, one row a level."""
    blocks = [("Each variable alone", associations.univariate)]
    if associations.multivariable:
        blocks.append(("Together", associations.multivariable))
    rows = [len(ratios) + 1.2 for _, ratios in blocks]
    figure = new_figure(9.6, 0.29 * sum(rows) + 1.1, banner)
    panels = figure.subplots(len(blocks), 1, sharex=True, squeeze=False, height_ratios=rows)[:, 0]
    for axes, (title, ratios) in zip(panels, blocks, strict=True):
        _forest(axes, ratios, protocol)
        axes.set_title(title)
    panels[-1].set_xlabel("Odds ratio for malignancy, penalised, with 95 % interval")
    return figure


def _forest(axes: Axes, ratios: tuple[OddsRatio, ...], protocol: Protocol) -> None:
    beside = axes.get_yaxis_transform()
    names = []  # such as "margin: unclear against clear" or "age, years: per year"
    for row, ratio in enumerate(ratios):
        _forest_row(axes, row, ratio)
        against = f" against {ratio.reference}" if ratio.reference else ""
        names.append(f"{protocol.clinical[ratio.variable].short}: {ratio.level}{against}")
        text = f"{ratio_with_interval(ratio.penalised, NOT_FOUND)}   P {p_value(ratio.penalised_p)}"
        axes.text(1.02, row, text, transform=beside, va="center", fontsize=8.5)
    axes.axvline(1, color=FAINT, linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(*_RANGE)
    axes.set_xticks([0.1, 1, 10, 100, 1000], ["0.1", "1", "10", "100", "1000"])
    axes.minorticks_off()
    axes.set_yticks(range(len(ratios)), names, fontsize=8.5)
    axes.set_ylim(len(ratios) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _forest_row(axes: Axes, row: int, ratio: OddsRatio) -> None:
    estimate, color = ratio.penalised, MALIGNANT_COLOR if ratio.separated else INK
    if estimate.value is None:
        return
    low, high = _RANGE
    known = [estimate.value if n is None else n for n in (estimate.low, estimate.high)]
    start, stop, value = (min(max(n, low), high) for n in (*known, estimate.value))
    axes.plot([start, stop], [row, row], color=color, linewidth=1.5)
    if (estimate.high or 0) > high:
        axes.plot(high, row, ">", color=color, markersize=5, clip_on=False)
    if (high if estimate.low is None else estimate.low) < low:
        axes.plot(low, row, "<", color=color, markersize=5, clip_on=False)
    axes.plot(value, row, "s", color=color, markersize=5)


def nomogram_figure(nomogram: Nomogram, banner: str, case: CasePoints | None = None) -> Figure:
    """Draw the nomogram: points of each input, their sum, and the probability it means.

    A case, if there is one, is marked on every ruler.
    """
    count = len(nomogram.axes) + 3
    figure = new_figure(10.4, 0.7 * count + 0.4, banner)
    axes = figure.add_subplot()
    axes.set(xlim=(_LEFT, 104), ylim=(-count + 0.55, 0.55))
    axes.set_axis_off()
    tens = tuple(range(0, 101, 10))
    points = NomogramAxis("Points", tuple(map(str, tens)), tens)
    for row, axis in enumerate((points, *nomogram.axes)):
        _ruler(axes, -row, axis)
    most = max(nomogram.total_points)
    total = NomogramAxis(
        "Total points", tuple(f"{p:.0f}" for p in nomogram.total_points),
        tuple(100 * p / most for p in nomogram.total_points),
    )  # fmt: skip
    _ruler(axes, -count + 2, total)
    _ruler(axes, -count + 1, _probability_axis(nomogram, most))
    if case is not None:
        _mark(axes, case, most)
    return figure


def _mark(axes: Axes, case: CasePoints, most: float) -> None:
    """Draw where a case stands on the ruler of each input, of the total and of the probability."""
    total = 100 * case.total / most
    places = [*case.points, total, total]
    for row, at in enumerate(places, start=1):
        axes.plot(at, -row, "D", color=MALIGNANT_COLOR, markersize=8, clip_on=False, zorder=3)
    for row, points in enumerate((*case.points, case.total), start=1):
        axes.text(
            places[row - 1], -row - 0.24, f"{points:.0f}", color=MALIGNANT_COLOR, fontsize=9,
            ha="center", va="top", weight="bold",
        )  # fmt: skip


def _probability_axis(nomogram: Nomogram, most: float) -> NomogramAxis:
    ticks = []
    for probability in _PROBABILITIES:
        log_odds = math.log(probability / (1 - probability))
        points = (log_odds - nomogram.intercept_log_odds) * nomogram.points_per_log_odds
        if 0 <= points <= most:
            ticks.append((f"{probability:g}", 100 * points / most))
    return NomogramAxis(
        "Probability of malignancy", tuple(text for text, _ in ticks), tuple(at for _, at in ticks)
    )


def _ruler(axes: Axes, y: float, axis: NomogramAxis) -> None:
    axes.text(_LEFT, y, axis.label.replace(" of ", " of\n"), va="center", fontsize=9)
    if not axis.points:
        axes.text(0, y, "outside 0.01 to 0.99", va="center", fontsize=8.5, color=FAINT)
        return
    axes.plot([min(axis.points), max(axis.points)], [y, y], color=INK, linewidth=1.1)
    taken = -math.inf
    for text, at in sorted(zip(axis.values, axis.points, strict=True), key=lambda tick: tick[1]):
        axes.plot([at, at], [y, y + 0.13], color=INK, linewidth=1.1)
        half = len(text) * _LETTER / 2
        # Labels that would run into each other go below the line.
        above = at - half > taken
        axes.text(
            at, y + 0.18 if above else y - 0.1, text, ha="center",
            va="bottom" if above else "top", fontsize=8.5,
        )  # fmt: skip
        taken = at + half + _LETTER / 2 if above else -math.inf
