"""A logistic model as a nomogram: points for each input, and what their sum means.

Source: the construction of Iasonos et al. 2008, Journal of Clinical Oncology 26:1364-1370.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..protocol import ColumnKind, Protocol, column_of
from ..statistics.results import Nomogram, NomogramAxis
from .logistic import LogisticModel, probability_of

_MOST_POINTS = 100.0
_MOST_TICKS = 10


@dataclass(frozen=True)
class CasePoints:
    """Where one case stands in a nomogram.

    Attributes:
        points: of each axis, in the order of the nomogram's axes.
        probability: that it means, the model's own.
    """

    points: tuple[float, ...]
    total: float
    probability: float


def nomogram_of(
    model: LogisticModel, protocol: Protocol, ranges: Mapping[str, tuple[float, float]]
) -> Nomogram | None:
    """Return the nomogram of a model; the input that can move the log-odds most has 100 points.

    Args:
        ranges: lowest and highest value of each other column, low < high; widened to round values.

    Returns:
        None where no input has a weight.

    Raises:
        KeyError: a column that is not clinical has no range.
    """
    ticks = {column: _ticks(column, protocol, ranges) for column in model.columns}
    weights = model.slopes
    widest = max(abs(weights[c]) * (ticks[c][-1] - ticks[c][0]) for c in model.columns)
    if widest == 0:
        return None
    scale = _MOST_POINTS / widest
    axes = tuple(
        _axis(column, protocol, ticks[column], weights[column] * scale) for column in model.columns
    )
    lowest = {c: ticks[c][0 if weights[c] >= 0 else -1] for c in model.columns}
    at_no_points = float(replace(model, ranges=()).log_odds(lowest))  # axes go on beyond ranges
    totals = round_ticks(0.0, sum(max(axis.points) for axis in axes))
    return Nomogram(
        axes=axes,
        total_points=totals,
        probabilities=tuple(float(probability_of(at_no_points + t / scale)) for t in totals),
        points_per_log_odds=scale,
        intercept_log_odds=at_no_points,
    )


def case_points(
    nomogram: Nomogram, model: LogisticModel, protocol: Protocol, values: Mapping[str, float]
) -> CasePoints:
    """Return the points of one case.

    Args:
        values: of each of its columns. One beyond the range that the model holds it in has the
            points of the end; one outside its axis has fewer than 0 or more than the axis shows.
    """
    with_levels = {v.column for v in protocol.predictors.values() if v.levels}
    held = model.held(values)
    points = tuple(
        float(_points_at(axis, column in with_levels, held[column]))
        for column, axis in zip(model.columns, nomogram.axes, strict=True)
    )
    total = sum(points)
    log_odds = nomogram.intercept_log_odds + total / nomogram.points_per_log_odds
    return CasePoints(points, total, float(probability_of(log_odds)))


def _ticks(
    column: str, protocol: Protocol, ranges: Mapping[str, tuple[float, float]]
) -> tuple[float, ...]:
    variable = protocol.predictors.get(column)
    if variable is None:
        return round_ticks(*ranges[column])
    return round_ticks(0.0, variable.maximum) if variable.is_number else (0.0, 1.0)


def _points_at(axis: NomogramAxis, has_levels: bool, value: float) -> float:
    """Return the points of a value: they lie on the line through the axis' first and last tick."""
    first, last = (0.0, 1.0) if has_levels else (float(axis.values[0]), float(axis.values[-1]))
    at_first, at_last = axis.points[0], axis.points[-1]
    return at_first + (value - first) / (last - first) * (at_last - at_first)


def round_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return 4 to 11 round values, evenly spaced, the first ≤ `low` and the last ≥ `high`.

    Equal or reversed ends are moved apart by 1.
    """
    high = high if high > low else low + 1
    power = 10.0 ** math.floor(math.log10((high - low) / _MOST_TICKS))
    step = next(
        power * factor for factor in (1, 2, 5, 10) if (high - low) / (power * factor) < _MOST_TICKS
    )
    first, last = math.floor(low / step), math.ceil(high / step)
    # The nearest number with few digits: 3 · 0.1 is not 0.3.
    return tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))


def _axis(
    column: str, protocol: Protocol, ticks: tuple[float, ...], points_per_unit: float
) -> NomogramAxis:
    raw = [tick * points_per_unit for tick in ticks]
    points = tuple(value - min(raw) for value in raw)
    numbers = tuple(f"{tick:g}" for tick in ticks)
    if variable := protocol.predictors.get(column):
        if variable.is_number:
            return NomogramAxis(variable.short, numbers, points)
        return NomogramAxis(variable.phrase, variable.ends, points)
    kind, of, _ = column_of(column)
    label = f"log-odds of {of}" if kind is ColumnKind.LOG_ODDS else column
    return NomogramAxis(label, numbers, points)
