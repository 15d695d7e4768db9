"""The picture of a result: three planes through the tumour and the eleven probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..case.findings import QualityFinding, Severity
from ..case.masks import REGION_COLORS
from ..case.working_grid import EXTERNAL2, TUMOR, WorkingGrid, window_hu
from ..files import written_whole
from ..models.eleven import percent
from ..models.words import probability_sentence
from ..predict import DEMONSTRATION_FINDING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..models.eleven import ModelResult
    from ..predict import Prediction

_BACKGROUND = "#16191d"
_TEXT = "#e8eaed"
_FAINT = "#8b9199"
_MALIGNANT = "#f28e2b"
_BENIGN = "#59a5d8"
_SCALE_BAR_MM = 10
_MOST_LETTERS = 165  # of the bundle's line at full size; a longer one is set smaller
_MOST_WARNINGS = 2


@dataclass(frozen=True)
class _Plane:
    """One cut through the grid.

    Attributes:
        axis: of the array (z, y, x) that is cut.
        title: name of the plane.
        sides: what lies left, right, top and bottom of the picture, in radiological convention.
        upwards: whether the array's first remaining axis runs up the picture.
    """

    axis: int
    title: str
    sides: tuple[str, str, str, str]
    upwards: bool


_PLANES = (
    _Plane(0, "Axial", ("R", "L", "A", "P"), False),
    _Plane(1, "Coronal", ("R", "L", "S", "I"), True),
    _Plane(2, "Sagittal", ("A", "P", "S", "I"), True),
)


def save_overview(path: Path, grid: WorkingGrid, prediction: Prediction) -> None:
    """Write a PNG with axial, coronal and sagittal cuts, both outlines and the probabilities.

    The bundle's name and, where that is so, "demonstration, not for clinical use" stand under it.

    Raises:
        OutputError: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 5.7), facecolor=_BACKGROUND)
    FigureCanvasAgg(figure)
    layout = figure.add_gridspec(
        1, 4, width_ratios=(1, 1, 1, 1.3), left=0.012, right=0.985, top=0.85, bottom=0.15,
        wspace=0.05,
    )  # fmt: skip
    for column, plane in enumerate(_PLANES):
        _draw_plane(figure.add_subplot(layout[column]), grid, plane)
    _draw_models(figure.add_subplot(layout[3]), prediction.models)
    _write_headline(figure, prediction)
    with written_whole(path) as beside:
        figure.savefig(beside, dpi=110, facecolor=_BACKGROUND, format="png")


def _draw_plane(axes: Axes, grid: WorkingGrid, plane: _Plane) -> None:
    at = _fullest_cut(grid.tumor, plane.axis)
    low, high = window_hu()
    axes.imshow(
        grid.ct.take(at, plane.axis), cmap="gray", vmin=low, vmax=high,
        origin="lower" if plane.upwards else "upper", interpolation="bilinear",
    )  # fmt: skip
    for region in (EXTERNAL2, TUMOR):
        _outline(axes, grid.mask(region).take(at, plane.axis), REGION_COLORS[region])
    _label_sides(axes, plane)
    _draw_scale_bar(axes)
    axes.set_title(plane.title, color=_TEXT, fontsize=12, pad=6)
    axes.set_anchor("N")
    axes.set_axis_off()


def _fullest_cut(mask: np.ndarray, axis: int) -> int:
    others = tuple(a for a in range(3) if a != axis)
    return int(mask.sum(axis=others).argmax())


def _outline(axes: Axes, mask: np.ndarray, color: tuple[float, float, float]) -> None:
    if mask.any():
        axes.contour(mask, levels=[0.5], colors=[color], linewidths=1.4)


def _label_sides(axes: Axes, plane: _Plane) -> None:
    from matplotlib.patheffects import withStroke

    readable_on_bone = [withStroke(linewidth=2.5, foreground="black")]
    places = ((0.02, 0.5), (0.98, 0.5), (0.5, 0.97), (0.5, 0.03))
    for side, (x, y) in zip(plane.sides, places, strict=True):
        axes.text(
            x, y, side, transform=axes.transAxes, color=_TEXT, fontsize=11, ha="center",
            va="center", path_effects=readable_on_bone,
        )  # fmt: skip


def _draw_scale_bar(axes: Axes) -> None:
    # 1 mm voxels: one unit of the picture is one millimetre.
    left, right = axes.get_xlim()
    start = right - _SCALE_BAR_MM - 0.05 * (right - left)
    bottom, top = axes.get_ylim()
    y = bottom + 0.06 * (top - bottom)
    axes.plot([start, start + _SCALE_BAR_MM], [y, y], color=_TEXT, linewidth=2.5)
    axes.text(
        start + _SCALE_BAR_MM / 2, bottom + 0.085 * (top - bottom), "1 cm", color=_TEXT,
        fontsize=9, ha="center", va="bottom",
    )  # fmt: skip


def _draw_models(axes: Axes, models: dict[str, ModelResult]) -> None:
    """One row a model: its probability as a dot, its threshold as a tick."""
    axes.set_facecolor(_BACKGROUND)
    for row, result in enumerate(models.values()):
        if result.probability is None:
            axes.text(0.0, row, "not available", color=_FAINT, fontsize=9, va="center")
            continue
        axes.plot([0, 1], [row, row], color="#2b3037", linewidth=6, zorder=0)
        color = _MALIGNANT if result.call == "malignant" else _BENIGN
        axes.plot([0, result.probability], [row, row], color=color, linewidth=6, alpha=0.55)
        axes.plot(result.probability, row, "o", color=color, markersize=9)
        axes.plot([result.threshold] * 2, [row - 0.32, row + 0.32], color=_TEXT, linewidth=1.6)
        axes.text(1.06, row, percent(result.probability), color=_TEXT, fontsize=10, va="center")
    axes.set_yticks(range(len(models)), list(models), color=_TEXT, fontsize=10)
    axes.set_xlim(-0.03, 1.30)
    axes.set_ylim(len(models) - 0.4, -0.6)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], color=_FAINT, fontsize=9)
    axes.tick_params(length=0)
    axes.set_title("Probability (white: threshold)", color=_TEXT, fontsize=11, pad=6, loc="left")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_position(_beside_labels(axes))


def _beside_labels(axes: Axes) -> list[float]:
    box = axes.get_position()
    labels = 0.122  # share of the picture's width that the models' names take
    return [box.x0 + labels, box.y0, box.width - labels, box.height]


def _write_headline(figure, prediction: Prediction) -> None:
    name, result = prediction.headline
    if result.probability is None:
        text, color = f"No probability: {result.unavailable}", _TEXT
    else:
        text = probability_sentence(name, result.probability, result.threshold)
        color = _MALIGNANT if result.call == "malignant" else _BENIGN
    figure.text(0.012, 0.93, text, color=color, fontsize=17, va="center", weight="bold")
    for line, finding in enumerate(_warnings(prediction)[:_MOST_WARNINGS]):
        figure.text(
            0.13, 0.115 - 0.033 * line, f"Warning: {finding.message}", color=_MALIGNANT,
            fontsize=10, va="center",
        )  # fmt: skip
    line = prediction.bundle_line
    size = min(11.5, 11.5 * _MOST_LETTERS / len(line))
    figure.text(0.012, 0.03, line, color="#ffd166", fontsize=size, va="center")
    for left, region in ((0.012, TUMOR), (0.062, EXTERNAL2)):
        figure.text(left, 0.115, region, color=REGION_COLORS[region], fontsize=12, va="center")


def _warnings(prediction: Prediction) -> list[QualityFinding]:
    """Return what speaks against the result, but for what the bundle's line says anyway."""
    return [
        finding
        for finding in prediction.findings
        if finding.severity is Severity.WARNING and finding.code != DEMONSTRATION_FINDING
    ]
