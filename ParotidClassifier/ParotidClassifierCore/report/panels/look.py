"""Colours of the picture of a result, which is dark as a reading room is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...models.eleven import BENIGN, MALIGNANT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BACKGROUND = "#16191d"
TRACK = "#2b3037"
TEXT = "#e8eaed"
FAINT = "#8b9199"
NOTE = "#ffd166"
WARNING = "#f28e2b"
OUTCOME_COLORS = {MALIGNANT: "#f28e2b", BENIGN: "#59a5d8"}


def bare(axes: Axes) -> None:
    """Leave nothing of the frame but the labels of its ticks."""
    axes.set_facecolor(BACKGROUND)
    axes.tick_params(length=0, colors=FAINT, labelsize=9)
    for spine in axes.spines.values():
        spine.set_visible(False)


def title(axes: Axes, text: str, side: str = "left") -> None:
    """Write what is shown above it, from its left or up to its right."""
    axes.set_title(text, color=TEXT, fontsize=11, pad=6, loc=side)
