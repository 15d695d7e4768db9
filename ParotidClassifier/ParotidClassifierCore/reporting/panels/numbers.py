"""Drawings of probabilities from 0 to 1, and of what adds to their log-odds."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from ...models.answers import verdict_of
from ...models.probabilities import ModelResult, percent
from ...protocol.outcome import BENIGN, MALIGNANT
from ..case_view import Bar, Place
from .look import DARK, Look, bare

# Of a gauge: so near to an end, a text at a mark stands beside it.
_NEAR_AN_END = 0.12
# Of outlines: dots nearer to each other than this are stacked; square points of a dot, and points
# that the stacks share.
_STEP, _LARGEST, _HEIGHT = 0.02, 42.0, 56.0
# Of the length of all bars: for a number of five letters, and for each letter more.
_ROOM_FOR_A_NUMBER, _LETTERS, _ROOM_FOR_A_LETTER = 0.42, 5, 0.12
_LONGEST_LABEL = 42


def draw_gauge(axes: Axes, result: ModelResult, look: Look = DARK) -> None:
    """Draw a probability as a dot, its interval as a band and its `marks` as lines."""
    bare(axes, look)
    color = look.color_of(result.verdict)
    axes.barh(0, 1, height=0.5, color=look.track, zorder=0)
    if result.interval is not None:
        low, high = result.interval
        axes.barh(0, high - low, left=low, height=0.5, color=color, alpha=0.45, zorder=1)
    for mark in result.marks:
        axes.plot([mark] * 2, [-0.45, 0.45], color=look.text, linewidth=2, zorder=2)
    for mark, words, beside in _mark_words(result, _NEAR_AN_END):
        style = {"color": look.text, "fontsize": 10, "va": "bottom", "ha": beside}
        axes.text(mark, 0.55, words, **style)
    dot = {"markersize": 15, "markeredgecolor": look.text, "zorder": 3}
    axes.plot(result.probability, 0, "o", color=color, **dot)
    axes.set(xlim=(-0.03, 1.05), ylim=(-0.6, 1.2), yticks=[])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])


def draw_probabilities(axes: Axes, models: Mapping[str, ModelResult], look: Look = DARK) -> None:
    """Draw one row a model: its probability as a dot, the interval as a band, its `marks`."""
    bare(axes, look)
    for row, result in enumerate(models.values()):
        if result.probability is None:
            axes.text(0.0, row, "not available", color=look.faint, fontsize=9, va="center")
        else:
            _draw_row(axes, row, result, look)
    axes.set_yticks(range(len(models)), list(models), color=look.text, fontsize=10)
    axes.set(xlim=(-0.03, 1.30), ylim=(len(models) - 0.4, -0.6))
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])


def _draw_row(axes: Axes, row: int, result: ModelResult, look: Look) -> None:
    color = look.color_of(result.verdict)
    axes.plot([0, 1], [row, row], color=look.track, linewidth=6, zorder=0)
    if result.interval is not None:
        axes.plot(result.interval, [row, row], color=color, linewidth=6, alpha=0.55)
    axes.plot(result.probability, row, "o", color=color, markersize=9)
    for mark in result.marks:
        axes.plot([mark] * 2, [row - 0.32, row + 0.32], color=look.text, linewidth=1.6)
    axes.text(1.06, row, percent(result.probability), color=look.text, fontsize=10, va="center")


def name_of_marks(models: Mapping[str, ModelResult]) -> str:
    """Return what the probabilities of `draw_probabilities` are judged by."""
    has_answers = any(result.answer_limits is not None for result in models.values())
    return "limits of the answer" if has_answers else "threshold"


def draw_training_cases(axes: Axes, place: Place, look: Look = DARK) -> None:
    """Draw what the model gave the training cases, malignant ones up, and a line for this case."""
    bare(axes, look)
    for outcome, sign in ((MALIGNANT, 1.0), (BENIGN, -1.0)):
        scores, color = place.scores[outcome], look.outcomes[outcome]
        bars = [sign * height for height in place.heights[outcome]]
        left = [bar / len(bars) for bar in range(len(bars))]
        axes.bar(left, bars, 1 / len(bars), align="edge", color=color, alpha=0.75)
        words = f"{len(scores)} {outcome}"
        axes.text(1.02, sign * 0.5, words, color=look.text, fontsize=10, va="center")
    axes.axhline(0.0, 0.0, 1.0, color=look.track, linewidth=1)
    axes.plot([place.score] * 2, [-1.1, 1.1], color=look.text, linewidth=2)
    axes.text(
        place.score, 1.16, "this case", color=look.text, fontsize=9, va="bottom",
        ha=_side(place.score, 0.1),
    )  # fmt: skip
    axes.set(xlim=(-0.03, 1.2), ylim=(-1.15, 1.45), yticks=[])
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])


def draw_stability(
    axes: Axes, result: ModelResult, others: Sequence[float], look: Look = DARK
) -> None:
    """Draw probabilities under other outlines as dots; lines are the case and its `marks`."""
    bare(axes, look)
    places, stacked = _stacked(others)
    colors = [look.color_of(verdict_of(result, p)) for p in sorted(others)]
    top = max(stacked) + 1.0
    size = min(_LARGEST, (_HEIGHT / (top + 0.3)) ** 2)
    axes.plot([-0.01, 1.01], [0, 0], color=look.track, linewidth=2, zorder=0)
    axes.plot([result.probability] * 2, [0, top], color=look.faint, linewidth=1.2, zorder=0)
    for mark in result.marks:
        axes.plot([mark] * 2, [0, top], "--", color=look.text, linewidth=1.6, zorder=1)
    axes.scatter(places, stacked, s=size, c=colors, edgecolors=look.text, linewidths=0.8, zorder=2)
    for mark, words, beside in _mark_words(result, 0.5):  # there is more room beside it
        style = {"color": look.text, "fontsize": 9, "va": "top", "ha": beside}
        axes.text(mark, top, f" {words} ", **style)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.1, top + 0.2), yticks=[])
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])


def _mark_words(result: ModelResult, near: float) -> Iterator[tuple[float, str, str]]:
    """Yield the place of each mark, its words, and the side of them that stands there."""
    for mark in result.marks:
        told = percent(mark)
        words = f"threshold {told}" if result.answer_limits is None else told
        yield mark, words, _side(mark, near)


def _stacked(probabilities: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return where the dots lie and how high, so that none hides another."""
    places = np.round(np.sort(probabilities) / _STEP).astype(int)
    earlier = [int((places[:i] == place).sum()) for i, place in enumerate(places)]
    return places * _STEP, np.array(earlier) + 0.6


def _side(place: float, near: float) -> str:
    """Return which side of a text stands at its place, so that it stays within the drawing."""
    return "left" if place < near else "right" if place >= 1 - near else "center"


def draw_contributions(
    axes: Axes, bars: Sequence[Bar], ends: tuple[float, float], look: Look = DARK
) -> None:
    """Draw each bar in a row: to the right what speaks for malignancy, to the left what against it.

    `ends` are the log-odds at both ends of the drawing, see `contribution_ends`; labels take the
    room at its left.
    """
    bare(axes, look)
    gap = 0.02 * (ends[1] - ends[0])
    for row, (_, added, columns) in enumerate(bars):
        color = look.faint if not columns else look.outcomes[MALIGNANT if added > 0 else BENIGN]
        style = {"hatch": None if added > 0 else "////", "edgecolor": look.background}
        axes.barh(row, added, height=0.62, color=color, linewidth=0, **style)
        at, side = (added + gap, "left") if added >= 0 else (added - gap, "right")
        axes.text(at, row, f"{added:+.2f}", color=look.text, fontsize=9, va="center", ha=side)
    axes.axvline(0, color=look.faint, linewidth=1)
    axes.set(xlim=ends, ylim=(len(bars) - 0.4, -0.6))
    labels = [
        b.label if len(b.label) <= _LONGEST_LABEL else f"{b.label[: _LONGEST_LABEL - 1]}…"
        for b in bars
    ]
    axes.set_yticks(range(len(bars)), labels, color=look.text)
    axes.set_xticks([])


def contribution_ends(added: Sequence[float]) -> tuple[float, float]:
    """Return the ends of a scale with room for these bars and the numbers beside them."""
    low, high = min(0.0, *added), max(0.0, *added)
    more = max(0, *(len(f"{value:+.2f}") - _LETTERS for value in added))
    room = (_ROOM_FOR_A_NUMBER + more * _ROOM_FOR_A_LETTER) * ((high - low) or 1.0)
    return low - (room if low < 0 else 0.02 * room), high + room
