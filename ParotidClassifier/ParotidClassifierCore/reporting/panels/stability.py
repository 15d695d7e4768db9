"""What a model says of slightly different outlines of one case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...models.probabilities import ModelResult, percent
from ...protocol.outcome import outcome_word
from .look import DARK, Look, bare

_STEP = 0.02  # dots nearer to each other than this are stacked

_LARGEST, _HEIGHT = 42.0, 56.0  # square points of a dot; points that the stacks share


def draw_stability(
    axes: Axes, result: ModelResult, others: Sequence[float], look: Look = DARK
) -> None:
    """Draw the outlines' probabilities as dots, that of the case as a line, and the threshold.

    Args:
        axes: wide and low.
        result: of the case as it was outlined.
        others: probabilities under the other outlines.
        look: colours.
    """
    bare(axes, look)
    places, heights = _stacked(others)
    colors = [look.outcomes[outcome_word(p >= result.threshold)] for p in sorted(others)]
    top = max(heights) + 1.0
    size = min(_LARGEST, (_HEIGHT / (top + 0.3)) ** 2)
    axes.plot([-0.01, 1.01], [0, 0], color=look.track, linewidth=2, zorder=0)
    axes.plot([result.probability] * 2, [0, top], color=look.faint, linewidth=1.2, zorder=0)
    axes.plot([result.threshold] * 2, [0, top], "--", color=look.text, linewidth=1.6, zorder=1)
    axes.scatter(places, heights, s=size, c=colors, edgecolors=look.text, linewidths=0.8, zorder=2)
    on_left = result.threshold > 0.5  # there is more room there
    axes.text(
        result.threshold, top, f" threshold {percent(result.threshold)} ", color=look.text,
        fontsize=9, va="top", ha="right" if on_left else "left",
    )  # fmt: skip
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.1, top + 0.2)
    axes.set_yticks([])
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])


def _stacked(probabilities: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return where the dots lie and how high, so that none hides another."""
    places = np.round(np.sort(probabilities) / _STEP).astype(int)
    earlier = [int((places[:i] == place).sum()) for i, place in enumerate(places)]
    return places * _STEP, np.array(earlier) + 0.6
