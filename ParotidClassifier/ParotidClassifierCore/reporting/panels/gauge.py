"""One probability on a scale from benign to malignant, with its interval and its threshold."""

from __future__ import annotations

from matplotlib.axes import Axes

from ...models.probabilities import ModelResult, percent
from .look import DARK, Look, bare

_NEAR_AN_END = 0.12


def draw_gauge(axes: Axes, result: ModelResult, look: Look = DARK) -> None:
    """Draw the probability as a dot, its interval as a band and its threshold as a line.

    Args:
        axes: wide and low.
        result: of a model that gave a probability.
        look: colours.
    """
    bare(axes, look)
    color = look.outcomes[result.call]
    axes.barh(0, 1, height=0.5, color=look.track, zorder=0)
    if result.interval is not None:
        low, high = result.interval
        axes.barh(0, high - low, left=low, height=0.5, color=color, alpha=0.45, zorder=1)
    axes.plot([result.threshold] * 2, [-0.45, 0.45], color=look.text, linewidth=2, zorder=2)
    axes.text(
        result.threshold, 0.55, f"threshold {percent(result.threshold)}", color=look.text,
        fontsize=10, va="bottom", ha=_side(result.threshold),
    )  # fmt: skip
    axes.plot(
        result.probability, 0, "o", color=color, markersize=15, markeredgecolor=look.text, zorder=3
    )
    axes.set_xlim(-0.03, 1.05)
    axes.set_ylim(-0.6, 1.2)
    axes.set_yticks([])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])


def _side(place: float) -> str:
    """Return which side of a text stands at its place, so that it stays within the drawing."""
    if place < _NEAR_AN_END:
        return "left"
    return "right" if place > 1 - _NEAR_AN_END else "center"
