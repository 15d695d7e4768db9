"""How well the models do: AUCs, ROC curves, calibration, decision curves, calls."""

from dataclasses import astuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...base.words import counted
from ...protocol import Protocol
from ...statistics.results import ModelFigures, SetFigures
from ..optimism import slope_words
from ..words import number, with_interval
from . import canvas

_ROOM_FOR_LEGEND = 1.75  # of the largest net benefit
_DIAGONAL = {"color": canvas.FAINT, "linewidth": 0.8, "linestyle": (0, (3, 3))}
_WHITE_FROM = 0.75  # share of a row from which the cell is dark enough for a white number


def auc_figure(figures: SetFigures, protocol: Protocol, banner: str) -> Figure:
    """Draw the AUC of every model with its interval, one row a model."""
    figure = canvas.new_figure(8.4, 0.33 * len(figures.models) + 1.0, banner)
    axes = figure.add_subplot()
    models = list(figures.models.values())
    for row, model in enumerate(models):
        _auc_row(axes, row, model, protocol)
    axes.axvline(0.5, color=canvas.FAINT, linewidth=1, linestyle=(0, (3, 3)))
    axes.set_yticks(range(len(models)), list(figures.models))
    axes.set_ylim(len(models) - 0.5, -0.5)
    lows = [m.auc.low - 0.03 for m in models if m.auc.low is not None]
    axes.set_xlim(min([0.45, *lows]), 1.0)
    cases = counted(figures.cases, "case")
    axes.set_xlabel(f"AUC with 95 % interval, {figures.title} ({cases})")
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    return figure


def _auc_row(axes: Axes, row: int, model: ModelFigures, protocol: Protocol) -> None:
    color = protocol.models[model.name].color
    beside = axes.get_yaxis_transform()
    axes.text(1.02, row, with_interval(model.auc, 2), transform=beside, va="center", fontsize=9)
    if model.auc.value is None:
        return
    if model.auc.low is not None and model.auc.high is not None:
        axes.plot([model.auc.low, model.auc.high], [row, row], color=color, linewidth=2.2)
    size = 8 if model.name == protocol.reference else 6.5
    axes.plot(model.auc.value, row, "o", color=color, markersize=size)


def roc_figure(figures: SetFigures, protocol: Protocol, banner: str) -> Figure:
    """Draw the ROC curves, family by family, the reference model behind each as a landmark."""
    figure, panels = _families(figures, protocol, 4.2, banner)
    for axes, lines in panels:
        axes.plot([0, 1], [0, 1], **_DIAGONAL)
        for model, line in lines:
            label = f"{model.name} {number(model.auc.value, 2)}"
            axes.plot(model.roc.false_positive_rates, model.roc.sensitivities, label=label, **line)
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_xlabel("1 - specificity")
        axes.set_ylabel("Sensitivity")
        axes.grid()
        axes.legend(loc="lower right")
    return figure


def _families(
    figures: SetFigures, protocol: Protocol, height: float, banner: str
) -> tuple[Figure, list[tuple[Axes, list[tuple[ModelFigures, dict]]]]]:
    """Return a titled panel for each family, with its models and their lines.

    The reference model comes first, in grey, where it is of another family.
    """
    families = canvas.families_of(protocol, figures.models)
    landmark = figures.models.get(protocol.reference)
    figure, panels = canvas.small_multiples(len(families), 2, (4.3, height), banner)
    drawn = []
    for axes, (family, specs) in zip(panels, families.items(), strict=True):
        axes.set_title(family)
        lines = [(figures.models[spec.name], canvas.line_of(protocol, spec)) for spec in specs]
        if landmark is not None and landmark.name not in {spec.name for spec in specs}:
            lines.insert(0, (landmark, {"color": "#c3c9ce", "linewidth": 2.4}))
        drawn.append((axes, lines))
    return figure, drawn


def calibration_figure(figures: SetFigures, protocol: Protocol, banner: str) -> Figure:
    """Draw observed share over predicted probability, one panel a model."""
    figure, panels = canvas.small_multiples(len(figures.models), 4, (2.9, 3.45), banner)
    for number_, (axes, model) in enumerate(zip(panels, figures.models.values(), strict=True)):
        _calibration_panel(axes, model, protocol.models[model.name].color)
        axes.set_title(f"{model.name}\n\n\n", fontsize=9.5, pad=4)
        if number_ % 4 == 0:
            axes.set_ylabel("Observed share malignant")
        if number_ // 4 == (len(panels) - 1) // 4:
            axes.set_xlabel("Predicted probability")
    return figure


def _calibration_panel(axes: Axes, model: ModelFigures, color: str) -> None:
    curve = model.calibration
    axes.plot([0, 1], [0, 1], **_DIAGONAL)
    if len(curve.smooth_predicted):
        band = curve.smooth_low, curve.smooth_high
        axes.fill_between(curve.smooth_predicted, *band, color=color, alpha=0.15, linewidth=0)
        axes.plot(curve.smooth_predicted, curve.smooth_observed, color=color, linewidth=1.6)
    ends = curve.observed_low, curve.observed_high
    axes.vlines(curve.predicted, *ends, color=color, linewidth=1, alpha=0.6)
    axes.scatter(curve.predicted, curve.observed, color=color, s=18, zorder=3)
    lines = (
        f"Brier {number(model.brier.value, 2)}, of the share {number(model.brier_of_share, 2)}",
        f"slope {slope_words(model)}",
        f"intercept {number(model.calibration_intercept.value, 2)}",
    )
    axes.text(0, 1.02, "\n".join(lines), fontsize=8, va="bottom", transform=axes.transAxes)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.grid()


def decision_figure(figures: SetFigures, protocol: Protocol, banner: str) -> Figure:
    """Draw net benefit over threshold probability, family by family."""
    figure, panels = _families(figures, protocol, 3.5, banner)
    share = max(figures.malignant / max(figures.cases, 1), 0.05)
    thresholds, faint = figures.decision_thresholds, {"color": canvas.FAINT, "linewidth": 1}
    for axes, lines in panels:
        axes.plot(thresholds, figures.net_benefit_of_all, **faint, label="all")
        axes.axhline(0, **faint, linestyle=(0, (3, 3)), label="none")
        for model, line in lines:
            axes.plot(thresholds, model.net_benefit, label=model.name, **line)
        axes.set(xlim=(0, 1), ylim=(-0.12 * share, _ROOM_FOR_LEGEND * share))
        axes.set_xlabel("Threshold probability")
        axes.set_ylabel("Net benefit")
        axes.grid()
        axes.legend(loc="upper right")
    return figure


def confusion_figure(figures: SetFigures, banner: str) -> Figure:
    """Draw calls against outcomes, one panel a model."""
    figure, panels = canvas.small_multiples(len(figures.models), 4, (2.75, 2.35), banner)
    for axes, model in zip(panels, figures.models.values(), strict=True):
        _confusion_panel(axes, model)
    return figure


def _confusion_panel(axes: Axes, model: ModelFigures) -> None:
    counts = np.reshape(astuple(model.confusion), (2, 2))  # malignant ones first
    for row, color in enumerate((canvas.MALIGNANT_COLOR, canvas.BENIGN_COLOR)):
        for column, count in enumerate(counts[row]):
            share = count / max(counts[row].sum(), 1)
            # From nearly white to the outcome's colour with the share of its cases.
            paled = tuple(1 - (1 - part) * (0.06 + 0.94 * share) for part in to_rgb(color))
            corner = column - 0.48, row - 0.46
            axes.add_patch(Rectangle(corner, 0.96, 0.92, facecolor=paled))
            axes.text(
                column, row, str(count), ha="center", va="center", fontsize=13,
                color="white" if share >= _WHITE_FROM else canvas.INK,
            )  # fmt: skip
    axes.set(xlim=(-0.5, 1.5), ylim=(1.5, -0.5))
    axes.set_xticks([0, 1], ["called\nmalignant", "called\nbenign"], fontsize=8)
    axes.set_yticks([0, 1], ["malignant", "benign"], fontsize=8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"{model.name}\n", fontsize=9.5, pad=2)
    axes.text(
        0, 1.03, f"threshold {number(model.threshold, 2)}", transform=axes.transAxes, fontsize=8,
        color=canvas.FAINT,
    )  # fmt: skip
