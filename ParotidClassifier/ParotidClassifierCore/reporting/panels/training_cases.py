"""The place of a case among the cases that the models learnt from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...models.applicability import Applicability
from ...protocol.outcome import BENIGN, MALIGNANT
from .look import DARK, Look, bare, title

_BINS = 25


def draw_training_cases(axes: Axes, place: Applicability, look: Look = DARK) -> None:
    """Draw what the model gave the training cases, malignant ones up and benign ones down.

    The line through both is this case.
    """
    bare(axes, look)
    for outcome, sign in ((MALIGNANT, 1.0), (BENIGN, -1.0)):
        scores = place.training_scores[outcome]
        _draw_scores(axes, scores, sign, look.outcomes[outcome])
        axes.text(
            1.02, sign * 0.5, f"{len(scores)} {outcome}", color=look.text,
            fontsize=10, va="center",
        )  # fmt: skip
    axes.axhline(0.0, 0.0, 1.0, color=look.track, linewidth=1)
    axes.plot([place.score] * 2, [-1.1, 1.1], color=look.text, linewidth=2)
    axes.text(
        place.score, 1.16, "this case", color=look.text, fontsize=9, va="bottom",
        ha="right" if place.score > 0.9 else "left" if place.score < 0.1 else "center",
    )  # fmt: skip
    axes.set_xlim(-0.03, 1.2)
    axes.set_ylim(-1.15, 1.45)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([])
    title(axes, f"{place.model} of the training cases (out of fold) and of this case", look=look)


def _draw_scores(axes: Axes, scores: Sequence[float], sign: float, color: str) -> None:
    """Draw the share of the scores in each bin, the fullest bin of height 1."""
    counts, edges = np.histogram(scores, _BINS, (0.0, 1.0))
    axes.bar(
        edges[:-1], sign * counts / max(counts.max(), 1), np.diff(edges), align="edge", color=color,
        alpha=0.75,
    )  # fmt: skip
