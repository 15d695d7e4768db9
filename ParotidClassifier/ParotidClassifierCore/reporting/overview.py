"""Pictures of a result: cuts through the tumour, all probabilities, what they rest on."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import SimpleITK as sitk
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..base.files import written_whole
from ..base.words import counted, listed
from ..imaging.findings import Severity
from ..models.probabilities import ModelResult
from ..prediction.saliency import saliency_line
from ..protocol import Protocol, Region
from .answering import PREDICTION_FILE, Answer
from .case_view import HOW_TO_SEE, CaseView
from .panels.look import DARK, PAPER
from .panels.numbers import draw_probabilities, draw_training_cases, name_of_marks
from .panels.planes import draw_outlines, draw_saliency, draw_saliency_scale

_DPI = 110
_COMPRESSED = 3  # in half the time of the usual 6, to a fifth more
# Inches as in the overview, so that letters and lines keep their proportions.
_THUMBNAIL, _THUMBNAIL_DPI, _QUALITY = (9.0, 3.2), 55, 80

# Inches.
_WIDTH = 15.0
_HEADLINE, _PLANES, _CLOSE_UPS, _TRAINING_CASES = 0.9, 3.9, 3.6, 1.45
_GAP = 0.65  # between rows, for the titles
_FOOT, _LINE = 0.5, 0.25

_LEFT, _RIGHT = 0.012, 0.985  # shares of the width
_ROW_COLUMNS = (1, 1, 1, 1.35)  # three planes, and what is told beside them
_LETTERS_BESIDE, _LETTERS_BELOW = 52, 80
_LETTERS_ACROSS, _BOLD_LETTERS_ACROSS = 180, 150
_SMALLER = 0.98
_MOST_WARNINGS = 2
_NAMES = 0.42  # share of the width that the models' names take
_TITLE = {"color": DARK.text, "fontsize": 11, "pad": 6}


def save_overview(path: Path, answered: Answer) -> None:
    """Write a PNG with the cuts, the outlines, the probabilities and the training cases.

    Raises:
        OutputError: the file cannot be written.
    """
    view, grid, saliency = answered.view, answered.prepared.grid, answered.saliency
    regions = answered.bundle.protocol.regions.values()
    rows = [_PLANES, *([] if saliency is None else [_CLOSE_UPS])]
    rows += [] if view.is_withheld else [_TRAINING_CASES]
    # Over the headline what puts all of it in doubt; under the drawings warnings and the bundle.
    doubts = [*(finding.message for finding in view.first_findings), view.domain_warning]
    head_lines = _lines(_told(doubts), _BOLD_LETTERS_ACROSS)
    warnings = [f for f in view.later_findings if f.severity is Severity.WARNING]
    told = _told([finding.message for finding in warnings[:_MOST_WARNINGS]])
    if rest := len(warnings[_MOST_WARNINGS:]):
        more = f"And {counted(rest, 'more warning')} in {PREDICTION_FILE}."
        told.append((more, DARK.warning))
    foot_lines = _lines([*told, (view.bundle_line, DARK.note)], _LETTERS_ACROSS)
    head = _HEADLINE + _LINE * len(head_lines)
    foot = _FOOT + _LINE * len(foot_lines)
    height = head + sum(rows) + _GAP * (len(rows) - 1) + foot
    figure = DARK.figure(_WIDTH, height, _DPI)
    for line, (text, color) in enumerate(head_lines):
        _write_line(figure, height - 0.2 - _LINE * line, text, color, 12.0, weight="bold")
    others = DARK.warning if view.is_withheld else DARK.text
    color = DARK.outcomes.get(view.first.verdict, others)
    _write_line(figure, height - head + _HEADLINE - 0.36, view.sentence, color, 17.0, weight="bold")
    *planes, beside = _row(figure, head, _PLANES, _ROW_COLUMNS)
    draw_outlines(planes, grid, regions)
    _name_outlines(figure, 1 - (head + _PLANES + 0.17) / height, regions)
    if view.is_withheld:
        _write(beside, view.why_outside, HOW_TO_SEE)
    else:
        _draw_models(beside, view.models)
        _draw_place(figure, height - foot - _TRAINING_CASES, view)
    if saliency is not None:
        *planes, beside = _row(figure, head + _PLANES + _GAP, _CLOSE_UPS, _ROW_COLUMNS)
        marked = sitk.GetArrayViewFromImage(saliency)
        draw_saliency(planes, grid, marked, regions)
        _explain_saliency(beside, answered.bundle.protocol, marked.max())
    for line, (text, color) in enumerate(reversed(foot_lines)):
        _write_line(figure, 0.2 + _LINE * line, text, color, 11.0)
    with written_whole(path) as unfinished:
        form = {"format": "png", "pil_kwargs": {"compress_level": _COMPRESSED}}
        figure.savefig(unfinished, facecolor=DARK.background, **form)


def save_thumbnail(path: Path, answered: Answer) -> None:
    """Write a JPEG of about 500 x 180 pixels: the cuts with the outlines.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = PAPER.figure(*_THUMBNAIL, dpi=_THUMBNAIL_DPI)
    room = {"left": 0.01, "right": 0.99, "bottom": 0.02, "top": 0.89, "wspace": 0.03}
    planes = figure.subplots(1, 3, gridspec_kw=room)
    draw_outlines(planes, answered.prepared.grid, answered.bundle.protocol.regions.values(), PAPER)
    form = {"format": "jpeg", "pil_kwargs": {"quality": _QUALITY}}
    with written_whole(path) as beside:
        figure.savefig(beside, facecolor=PAPER.background, **form)


def _row(figure: Figure, top: float, height: float, columns: Sequence[float]) -> list[Axes]:
    """Return axes side by side, `top` inches below the figure's upper edge."""
    whole = figure.get_figheight()
    grid = figure.add_gridspec(
        1, len(columns), width_ratios=columns, left=_LEFT, right=_RIGHT, top=1 - top / whole,
        bottom=1 - (top + height) / whole, wspace=0.05,
    )  # fmt: skip
    return [figure.add_subplot(cell) for cell in grid]


def _draw_models(axes: Axes, models: Mapping[str, ModelResult]) -> None:
    box = axes.get_position()
    left = _NAMES * box.width
    axes.set_position([box.x0 + left, box.y0, box.width - left, box.height])
    draw_probabilities(axes, models)
    has_bands = any(result.interval is not None for result in models.values())
    band = ", 95 % interval (band)" if has_bands else ""
    axes.set_title(f"Probability{band}, {name_of_marks(models)} (white)", loc="right", **_TITLE)


def _write_line(
    figure: Figure, height: float, text: str, color: str, size: float, weight: str = "normal"
) -> None:
    """Write one line so many inches above the figure's lower edge, smaller if it is too long."""
    line = figure.text(
        _LEFT, height / figure.get_figheight(), text, color=color, fontsize=size, weight=weight,
        va="center",
    )  # fmt: skip
    room = (_RIGHT - _LEFT) * figure.bbox.width
    renderer = figure.canvas.get_renderer()
    # Letters stand on whole pixels: a line does not become shorter in proportion to their size.
    while line.get_window_extent(renderer).width > room:
        line.set_fontsize(line.get_fontsize() * _SMALLER)


def _name_outlines(figure: Figure, y: float, regions: Iterable[Region]) -> None:
    left = _LEFT
    for region in regions:
        figure.text(left, y, region.name, color=region.rgb, fontsize=12, va="center")
        left += 0.01 * len(region.name)


def _explain_saliency(axes: Axes, protocol: Protocol, most: float) -> None:
    """Tell what the colours mean, and draw them."""
    told = (
        "The cuts pass through the strongest place of this case. Only "
        f"{listed(protocol.network_regions)} were shown to the network."
        if most > 0
        else "Nothing in this case raised the network's log-odds."
    )
    _write(axes, f"{saliency_line(protocol)}.", told)
    draw_saliency_scale(axes.inset_axes([0.06, 0.58, 0.6, 0.04]))


def _write(axes: Axes, *paragraphs: str) -> None:
    axes.set_axis_off()
    text = "\n\n".join(
        textwrap.fill(part, _LETTERS_BESIDE, break_on_hyphens=False) for part in paragraphs
    )
    axes.text(0.04, 0.97, text, color=DARK.text, fontsize=11, va="top", transform=axes.transAxes)


def _draw_place(figure: Figure, top: float, view: CaseView) -> None:
    """Draw where the case stands among the training cases, and tell it beside."""
    place = view.place
    drawing, beside = _row(figure, top, _TRAINING_CASES, (1, 1))
    beside.set_axis_off()
    sentences = filter(None, [*place.sentences, view.domain_note])
    text = "\n".join(textwrap.fill(sentence, _LETTERS_BELOW) for sentence in sentences)
    beside.text(0.02, 1.0, text, color=DARK.text, fontsize=11, va="top", linespacing=1.5)
    if place.scores:
        draw_training_cases(drawing, place)
        title = f"{place.model} of the training cases, out of fold (shares of both, one scale)"
        drawing.set_title(title, loc="left", **_TITLE)
    else:
        drawing.set_axis_off()


def _told(warnings: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"Warning: {warning}", DARK.warning) for warning in warnings if warning]


def _lines(texts: Sequence[tuple[str, str]], letters: int) -> list[tuple[str, str]]:
    """Return texts, each with its colour, as lines of at most so many letters."""
    return [(line, color) for text, color in texts for line in textwrap.wrap(text, letters)]
