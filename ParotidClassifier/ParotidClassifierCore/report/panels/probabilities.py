"""The eleven probabilities, with their intervals and thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...models.eleven import percent
from .look import FAINT, OUTCOME_COLORS, TEXT, TRACK, bare, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...models.eleven import ModelResult


def draw_probabilities(axes: Axes, models: Mapping[str, ModelResult]) -> None:
    """Draw one row a model: its probability as a dot, the interval as a band, the threshold."""
    bare(axes)
    for row, result in enumerate(models.values()):
        if result.probability is None:
            axes.text(0.0, row, "not available", color=FAINT, fontsize=9, va="center")
        else:
            _draw_row(axes, row, result)
    axes.set_yticks(range(len(models)), list(models), color=TEXT, fontsize=10)
    axes.set_xlim(-0.03, 1.30)
    axes.set_ylim(len(models) - 0.4, -0.6)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    has_bands = any(result.interval is not None for result in models.values())
    band = ", 95% interval (band)" if has_bands else ""
    title(axes, f"Probability{band}, threshold (white)", "right")


def _draw_row(axes: Axes, row: int, result: ModelResult) -> None:
    color = OUTCOME_COLORS[result.call]
    axes.plot([0, 1], [row, row], color=TRACK, linewidth=6, zorder=0)
    if result.interval is not None:
        axes.plot(result.interval, [row, row], color=color, linewidth=6, alpha=0.55)
    axes.plot(result.probability, row, "o", color=color, markersize=9)
    axes.plot([result.threshold] * 2, [row - 0.32, row + 0.32], color=TEXT, linewidth=1.6)
    axes.text(1.06, row, percent(result.probability), color=TEXT, fontsize=10, va="center")
