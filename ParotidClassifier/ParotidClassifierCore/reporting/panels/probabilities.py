"""The eleven probabilities, with their intervals and thresholds."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from ...models.probabilities import ModelResult, percent
from .look import DARK, Look, bare, title


def draw_probabilities(axes: Axes, models: Mapping[str, ModelResult], look: Look = DARK) -> None:
    """Draw one row a model: its probability as a dot, the interval as a band, the threshold."""
    bare(axes, look)
    for row, result in enumerate(models.values()):
        if result.probability is None:
            axes.text(0.0, row, "not available", color=look.faint, fontsize=9, va="center")
        else:
            _draw_row(axes, row, result, look)
    axes.set_yticks(range(len(models)), list(models), color=look.text, fontsize=10)
    axes.set_xlim(-0.03, 1.30)
    axes.set_ylim(len(models) - 0.4, -0.6)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    has_bands = any(result.interval is not None for result in models.values())
    band = ", 95% interval (band)" if has_bands else ""
    title(axes, f"Probability{band}, threshold ({look.threshold})", "right", look)


def _draw_row(axes: Axes, row: int, result: ModelResult, look: Look) -> None:
    color = look.outcomes[result.call]
    axes.plot([0, 1], [row, row], color=look.track, linewidth=6, zorder=0)
    if result.interval is not None:
        axes.plot(result.interval, [row, row], color=color, linewidth=6, alpha=0.55)
    axes.plot(result.probability, row, "o", color=color, markersize=9)
    axes.plot([result.threshold] * 2, [row - 0.32, row + 0.32], color=look.text, linewidth=1.6)
    axes.text(1.06, row, percent(result.probability), color=look.text, fontsize=10, va="center")
