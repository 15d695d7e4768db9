"""What each input adds to the log-odds of one model."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from ...models.probabilities import ModelResult
from ...models.words import column_label
from ...protocol.outcome import BENIGN, MALIGNANT
from .look import DARK, Look, bare

INTERCEPT = "Before any input (intercept)"
# Of the length of all bars: for a number of five letters, and for each letter more.
_ROOM_FOR_A_NUMBER, _LETTERS, _ROOM_FOR_A_LETTER = 0.42, 5, 0.12
_LONGEST_LABEL = 42


def contribution_rows(result: ModelResult, most: int) -> list[tuple[str, float]]:
    """Return the intercept and each input with what it adds, the largest first.

    Args:
        result: of a model that gave a probability.
        most: inputs with a row of their own; the rest stand together in one more.
    """
    inputs = sorted(result.contributions.items(), key=lambda item: -abs(item[1]))
    # One more bar takes no more room than a bar for the rest.
    shown = inputs if len(inputs) <= most + 1 else inputs[:most]
    rows = [(INTERCEPT, result.intercept)]
    rows += [(column_label(column), added) for column, added in shown]
    rest = [added for _, added in inputs[len(shown) :]]
    return [*rows, (f"{len(rest)} smaller ones together", sum(rest))] if rest else rows


def draw_contributions(
    axes: Axes,
    rows: Sequence[tuple[str, float]],
    look: Look = DARK,
    ends: tuple[float, float] | None = None,
) -> None:
    """Draw one bar a row: to the right what speaks for malignancy, to the left what against it.

    Args:
        axes: with room at its left for the labels.
        rows: as `contribution_rows` gives them.
        look: colours.
        ends: log-odds at both ends of the drawing; None for those that have room for these bars.
    """
    bare(axes, look)
    low, high = ends or contribution_ends([added for _, added in rows])
    gap = 0.02 * (high - low)
    for row, (_, added) in enumerate(rows):
        color = look.faint if row == 0 else look.outcomes[MALIGNANT if added > 0 else BENIGN]
        axes.barh(row, added, height=0.62, color=color, hatch=None if added > 0 else "////",
                  edgecolor=look.background, linewidth=0)  # fmt: skip
        axes.text(
            added + (gap if added >= 0 else -gap), row, _number(added),
            color=look.text, fontsize=9, va="center", ha="left" if added >= 0 else "right",
        )  # fmt: skip
    axes.axvline(0, color=look.faint, linewidth=1)
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [_short(label) for label, _ in rows], color=look.text)
    axes.set_xticks([])


def contribution_ends(added: Sequence[float]) -> tuple[float, float]:
    """Return the ends of a scale with room for these bars and the numbers beside them."""
    low, high = min(0.0, *added), max(0.0, *added)
    more = max(0, *(len(_number(value)) - _LETTERS for value in added))
    room = (_ROOM_FOR_A_NUMBER + more * _ROOM_FOR_A_LETTER) * ((high - low) or 1.0)
    return low - (room if low < 0 else 0.02 * room), high + room


def _number(added: float) -> str:
    return f"{added:+.2f}"


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
