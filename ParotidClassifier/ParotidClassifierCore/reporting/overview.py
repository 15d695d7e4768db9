"""The picture of a result: cuts through the tumour, the eleven probabilities, what they rest on."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import SimpleITK as sitk
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..base.files import written_whole
from ..imaging.findings import FIRST_CODES, QualityFinding, Severity
from ..imaging.masks import REGION_COLORS
from ..imaging.working_grid import WorkingGrid
from ..models.applicability import Applicability
from ..models.words import probability_sentence
from ..prediction.predict import DEMONSTRATION_FINDING, Prediction
from ..prediction.saliency import SALIENCY_LINE
from ..protocol.region_names import EXTERNAL2, TUMOR
from .panels.look import DARK
from .panels.planes import draw_outlines, draw_saliency, draw_saliency_scale
from .panels.probabilities import draw_probabilities
from .panels.training_cases import draw_training_cases

_DPI = 110

# Inches.
_WIDTH = 15.0
_HEADLINE, _PLANES, _CLOSE_UPS, _TRAINING_CASES = 0.9, 3.9, 3.6, 1.45
_GAP = 0.65  # between rows, for the titles
_FOOT, _LINE = 0.5, 0.25

_LEFT, _RIGHT = 0.012, 0.985  # shares of the width
_ROW_COLUMNS = (1, 1, 1, 1.35)  # three planes, and what is told beside them
_LETTERS_BESIDE = 55
_LETTERS_BELOW = 80
_LETTERS_ACROSS = 180
_MOST_WARNINGS = 2


def save_overview(
    path: Path, grid: WorkingGrid, prediction: Prediction, saliency: sitk.Image | None = None
) -> None:
    """Write a PNG with the cuts, both outlines, the probabilities and the training cases.

    The bundle's name and, where that is so, "demonstration, not for clinical use" stand under it.

    Args:
        path: of the PNG.
        grid: the case.
        prediction: what the models say of it.
        saliency: where the network looked, as `saliency_of` gives it; None to leave it out.

    Raises:
        OutputError: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = [_PLANES, *([] if saliency is None else [_CLOSE_UPS]), _TRAINING_CASES]
    head_lines, foot_lines = _head_lines(prediction), _foot_lines(prediction)
    head = _HEADLINE + _LINE * len(head_lines)
    foot = _FOOT + _LINE * len(foot_lines)
    height = head + sum(rows) + _GAP * (len(rows) - 1) + foot
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=DARK.background)
    FigureCanvasAgg(figure)
    for line, (text, color) in enumerate(head_lines):
        _write_line(figure, height - 0.2 - _LINE * line, text, color, 12.0, weight="bold")
    _write_headline(figure, prediction, height - head + _HEADLINE - 0.36)
    *planes, beside = _row(figure, head, _PLANES, _ROW_COLUMNS)
    draw_outlines(planes, grid)
    _name_outlines(figure, head + _PLANES + 0.17)
    draw_probabilities(_inset(beside, left=0.42), prediction.models)
    if saliency is not None:
        *planes, beside = _row(figure, head + _PLANES + _GAP, _CLOSE_UPS, _ROW_COLUMNS)
        marked = sitk.GetArrayViewFromImage(saliency)
        draw_saliency(planes, grid, marked)
        _explain_saliency(beside, marked.max())
    _draw_applicability(figure, height - foot - _TRAINING_CASES, prediction.applicability)
    for line, (text, color) in enumerate(reversed(foot_lines)):
        _write_line(figure, 0.2 + _LINE * line, text, color, 11.0)
    with written_whole(path) as unfinished:
        figure.savefig(unfinished, facecolor=DARK.background, format="png")


def _row(figure: Figure, top: float, height: float, columns: Sequence[float]) -> list[Axes]:
    """Return axes side by side, `top` inches below the figure's upper edge."""
    whole = figure.get_figheight()
    grid = figure.add_gridspec(
        1, len(columns), width_ratios=columns, left=_LEFT, right=_RIGHT, top=1 - top / whole,
        bottom=1 - (top + height) / whole, wspace=0.05,
    )  # fmt: skip
    return [figure.add_subplot(cell) for cell in grid]


def _inset(axes: Axes, left: float) -> Axes:
    """Return the axes without a share of its width at the left, which labels take."""
    box = axes.get_position()
    axes.set_position([box.x0 + left * box.width, box.y0, (1 - left) * box.width, box.height])
    return axes


def _write_headline(figure: Figure, prediction: Prediction, height: float) -> None:
    name, result = prediction.headline
    if result.probability is None:
        text, color = f"No probability: {result.unavailable}", DARK.text
    else:
        text = probability_sentence(name, result.probability, result.threshold, result.interval)
        color = DARK.outcomes[result.call]
    _write_line(figure, height, text, color, 17.0, weight="bold")


def _write_line(
    figure: Figure, height: float, text: str, color: str, size: float, weight: str = "normal"
) -> None:
    """Write one line so many inches above the figure's lower edge, smaller if it is too long."""
    line = figure.text(
        _LEFT, height / figure.get_figheight(), text, color=color, fontsize=size, weight=weight,
        va="center",
    )  # fmt: skip
    room = (_RIGHT - _LEFT) * figure.bbox.width
    width = line.get_window_extent(figure.canvas.get_renderer()).width
    line.set_fontsize(size * min(1.0, room / width))


def _name_outlines(figure: Figure, top: float) -> None:
    y = 1 - top / figure.get_figheight()
    for left, region in ((_LEFT, TUMOR), (0.062, EXTERNAL2)):
        figure.text(left, y, region, color=REGION_COLORS[region], fontsize=12, va="center")


def _explain_saliency(axes: Axes, most: float) -> None:
    """Tell what the colours mean, and draw them."""
    told = (
        "The cuts pass through the strongest place of this case. Only Tumor and External2 were "
        "shown to the network."
        if most > 0
        else "Nothing in this case raised the network's log-odds."
    )
    axes.set_axis_off()
    text = "\n\n".join(textwrap.fill(part, _LETTERS_BESIDE) for part in (f"{SALIENCY_LINE}.", told))
    axes.text(0.04, 0.97, text, color=DARK.text, fontsize=11, va="top", transform=axes.transAxes)
    draw_saliency_scale(axes.inset_axes([0.06, 0.58, 0.6, 0.04]))


def _draw_applicability(figure: Figure, top: float, place: Applicability) -> None:
    """Draw where the case stands among the training cases, and tell it beside."""
    drawing, beside = _row(figure, top, _TRAINING_CASES, (1, 1))
    beside.set_axis_off()
    text = "\n".join(textwrap.fill(sentence, _LETTERS_BELOW) for sentence in place.sentences)
    beside.text(0.02, 1.0, text, color=DARK.text, fontsize=11, va="top", linespacing=1.5)
    if place.training_scores:
        draw_training_cases(drawing, place)
    else:
        drawing.set_axis_off()


def _head_lines(prediction: Prediction) -> list[tuple[str, str]]:
    """Return the lines over the headline, each with its colour: what puts all of it in doubt."""
    return _lines([(_told(finding), DARK.warning) for finding in prediction.first_findings])


def _foot_lines(prediction: Prediction) -> list[tuple[str, str]]:
    """Return the lines under the drawings, each with its colour: warnings, then the bundle."""
    warnings = [(_told(f), DARK.warning) for f in _warnings(prediction)[:_MOST_WARNINGS]]
    return _lines([*warnings, (prediction.bundle_line, DARK.note)])


def _told(finding: QualityFinding) -> str:
    return f"Warning: {finding.message}"


def _lines(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return texts as lines that are no wider than the picture."""
    return [(line, color) for text, color in texts for line in textwrap.wrap(text, _LETTERS_ACROSS)]


def _warnings(prediction: Prediction) -> list[QualityFinding]:
    """Return what speaks against the result, but for what stands elsewhere in the picture."""
    return [
        finding
        for finding in prediction.findings
        if finding.severity is Severity.WARNING
        and finding.code not in (*FIRST_CODES, DEMONSTRATION_FINDING)
    ]
