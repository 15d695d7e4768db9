"""The drawings of a case's report, from the same panels as the picture of a result."""

from collections.abc import Callable, Collection, Mapping, Sequence

import SimpleITK as sitk
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...imaging.working_grid import WorkingGrid
from ...models.probabilities import ModelResult
from ...protocol import Region
from ..case_view import Bar, Place
from ..panels import numbers
from ..panels.look import PAPER
from ..panels.planes import draw_outlines, draw_saliency, draw_saliency_scale

# Inches before the drawing is fitted into its column: letters of one size in all of them.
_WHOLE_WIDTH, _IMAGES_WIDTH, _HALF_WIDTH, _THIRD_WIDTH = 9.6, 6.6, 4.7, 2.9
_CUT_HEIGHT, _CLOSE_UP_HEIGHT, _TITLE_HEIGHT = 1.9, 1.75, 0.27
_BAR_HEIGHT = 0.195
_CUT_COLUMNS = (1, 1, 1, 0.62)


def images(grid: WorkingGrid, regions: Collection[Region], saliency: sitk.Image | None) -> Figure:
    """Draw three cuts with the outlines and, where it is known, where the network looked."""
    rows = [_CUT_HEIGHT, *([] if saliency is None else [_CLOSE_UP_HEIGHT])]
    figure = PAPER.figure(_IMAGES_WIDTH, sum(rows) + _TITLE_HEIGHT)
    top = 1 - _TITLE_HEIGHT / figure.get_figheight()
    cells = figure.add_gridspec(
        len(rows), 4, left=0, right=1, top=top, bottom=0, wspace=0.07, hspace=0.03,
        width_ratios=_CUT_COLUMNS, height_ratios=rows,
    )  # fmt: skip
    *cuts, beside = (figure.add_subplot(cells[0, column]) for column in range(4))
    draw_outlines(cuts, grid, regions, PAPER)
    _draw_legend(beside, regions)
    if saliency is not None:
        *close_ups, beside = (figure.add_subplot(cells[1, column]) for column in range(4))
        draw_saliency(close_ups, grid, sitk.GetArrayViewFromImage(saliency), regions, PAPER)
        beside.set_axis_off()
        style = {"color": PAPER.text, "fontsize": 9, "transform": beside.transAxes}
        beside.text(0.04, 0.97, "Where the\nnetwork looked", va="top", **style)
        draw_saliency_scale(beside.inset_axes([0.06, 0.66, 0.86, 0.05]), PAPER)
    return figure


def _draw_legend(axes: Axes, regions: Collection[Region]) -> None:
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for place, region in enumerate(regions):
        y, line = 0.95 - 0.1 * place, PAPER.line_of(region)
        axes.plot([0.0, 0.22], [y, y], color=region.rgb, linewidth=2.4, linestyle=line)
        axes.text(0.27, y, region.plain, color=PAPER.text, fontsize=9, va="center")


def gauge(result: ModelResult) -> Figure:
    """Draw one probability with its interval and threshold."""
    return _panel(numbers.draw_gauge, (_HALF_WIDTH, 0.85), (0.02, 0.26, 0.96, 0.72), result)


def contributions(bars: Sequence[Bar]) -> Figure:
    """Draw what each input adds."""
    size = _HALF_WIDTH, _BAR_HEIGHT * len(bars) + 0.05
    ends = numbers.contribution_ends([bar.added for bar in bars])
    figure = _panel(numbers.draw_contributions, size, (0.57, 0, 0.43, 1), bars, ends)
    figure.axes[0].tick_params(axis="y", labelsize=7.6)
    return figure


def training(place: Place) -> Figure:
    """Draw the case among the training cases."""
    room = (0.01, 0.15, 0.98, 0.83)
    figure = _panel(numbers.draw_training_cases, (_HALF_WIDTH, 1.9), room, place)
    figure.axes[0].set_xlim(-0.03, 1.36)  # the words at the right need more of so small a drawing
    return figure


def stability(result: ModelResult, others: Sequence[float]) -> Figure:
    """Draw what a model says of other outlines."""
    room = (0.01, 0.2, 0.98, 0.78)
    return _panel(numbers.draw_stability, (_THIRD_WIDTH, 1.0), room, result, others)


def models(models: Mapping[str, ModelResult]) -> Figure:
    """Draw the probabilities of all models."""
    size = _WHOLE_WIDTH, 0.35 + 0.25 * len(models)
    return _panel(numbers.draw_probabilities, size, (0.22, 0.08, 0.78, 0.9), models)


def _panel(
    draw: Callable[..., None],
    inches: tuple[float, float],
    room: tuple[float, float, float, float],
    *drawn: object,
) -> Figure:
    """Return a figure in which one panel has this room (left, bottom, width, height)."""
    figure = PAPER.figure(*inches)
    draw(figure.add_axes(room), *drawn, PAPER)
    return figure
