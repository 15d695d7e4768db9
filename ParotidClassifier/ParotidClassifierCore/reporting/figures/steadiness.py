"""How far log-odds move with what nobody can see."""

import textwrap
from collections.abc import Sequence

from matplotlib.figure import Figure

from ...protocol import Protocol
from ...statistics.results import Movement
from .canvas import small_multiples

_PANELS_A_ROW = 3


def steadiness_figure(movements: Sequence[Movement], protocol: Protocol, banner: str) -> Figure:
    """Draw median and 95th percentile of the change of the log-odds, one panel a change."""
    changes = list(dict.fromkeys(each.change for each in movements))
    models = list(dict.fromkeys(each.model for each in movements))
    height = 0.26 * len(models) + 0.9
    figure, panels = small_multiples(len(changes), _PANELS_A_ROW, (3.6, height), banner)
    farthest = max(each.percentile_95 for each in movements)
    for place, (axes, change) in enumerate(zip(panels, changes, strict=True)):
        for each in (m for m in movements if m.change == change):
            row, color = models.index(each.model), protocol.models[each.model].color
            axes.plot([each.median, each.percentile_95], [row, row], color=color, linewidth=2.2)
            axes.plot(each.median, row, "o", color=color, markersize=6)
        named = place % _PANELS_A_ROW == 0
        axes.set_yticks(range(len(models)), models if named else [""] * len(models))
        axes.set(xlim=(-0.03 * farthest, 1.05 * farthest), ylim=(len(models) - 0.5, -0.5))
        axes.set_title(textwrap.fill(change, 30), fontsize=9.5)
        axes.set_xlabel("Change of the log-odds")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
    return figure
