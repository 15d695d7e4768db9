"""How the models came about: reader agreement, selection, the network's training."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...base.words import counted
from ...models.signature import Selection
from ...statistics.intraclass import ReaderAgreement
from ...statistics.results import Table
from .canvas import BENIGN_COLOR, FAINT, INK, MALIGNANT_COLOR, new_figure, small_multiples

_STEPS = {
    "all": "all columns",
    "agreeing": "readers agree",
    "varying": "not constant",
    "z-score": None,  # scales, drops nothing
    "uncorrelated": "not correlated",
    "lasso": "LASSO, at most 20",
}
_PANELS_A_ROW = 3
_CHOSEN = {"color": INK, "linewidth": 1.2, "linestyle": (0, (4, 2))}


def agreement_figure(comparisons: Sequence[ReaderAgreement], minimum: float, banner: str) -> Figure:
    """Draw the distribution of the columns' intraclass correlations, one panel a comparison."""
    figure, panels = small_multiples(len(comparisons), len(comparisons), (4.6, 3.2), banner)
    for axes, comparison in zip(panels, comparisons, strict=True):
        values = comparison.values[~np.isnan(comparison.values)]
        edges = np.linspace(0, 1, 41)
        counts, _ = np.histogram(np.clip(values, 0, 1), edges)
        passes = edges[:-1] >= minimum - 1e-9
        colors = [BENIGN_COLOR if passed else "#c3c9ce" for passed in passes]
        axes.bar(edges[:-1], counts, width=0.025, align="edge", color=colors, edgecolor="white")
        axes.axvline(minimum, **_CHOSEN)
        axes.set_title(f"{comparison.source} ({counted(comparison.cases, 'case')})")
        axes.set_xlabel(f"{comparison.coefficient} of a column (below 0 shown at 0)")
        axes.set_ylabel("Columns")
        axes.set_xlim(0, 1)
    return figure


def steps_figure(
    signatures: Mapping[str, Selection], colors: Mapping[str, str], banner: str
) -> Figure:
    """Draw how many columns are left after each step, one panel a signature."""
    figure, panels = small_multiples(len(signatures), _PANELS_A_ROW, (3.5, 2.5), banner)
    for place, name in enumerate(signatures):
        axes, steps = panels[place], step_names(signatures[name])
        counts = [signatures[name].remaining[step] for step, _ in steps]
        axes.barh(range(len(steps)), counts, color=colors[name], height=0.62)
        for row, count in enumerate(counts):
            axes.text(count * 1.12, row, str(count), va="center", fontsize=9)
        _plain_log(axes)
        axes.set_xlim(1, 4 * max(counts))
        axes.set_ylim(len(steps) - 0.5, -0.5)
        named = place % _PANELS_A_ROW == 0
        axes.set_yticks(range(len(steps)), [words if named else "" for _, words in steps])
        axes.tick_params(axis="y", length=0)
        axes.set_title(name)
        axes.set_xlabel("Columns left")
    return figure


def _plain_log(axes: Axes) -> None:
    """Logarithmic x axis with 0.01 and 100 instead of powers of ten."""
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter("")


def step_names(signature: Selection) -> list[tuple[str, str]]:
    """Return the steps that can drop columns, as (name in the code, name in words)."""
    named = ((step, _STEPS.get(step, step)) for step in signature.remaining)
    return [(step, words) for step, words in named if words is not None]


def lasso_figure(
    signatures: Mapping[str, Selection], colors: Mapping[str, str], banner: str
) -> Figure:
    """Draw coefficients and cross-validated error over the penalty, one row a signature."""
    figure = new_figure(9.6, 2.7 * len(signatures) + 0.2, banner)
    rows = figure.subplots(len(signatures), 2, squeeze=False)
    for (path_axes, error_axes), (name, signature) in zip(rows, signatures.items(), strict=True):
        _path_panel(path_axes, signature)
        _error_panel(error_axes, signature, colors[name])
        path_axes.set_title(f"{name}: coefficients")
        error_axes.set_title(f"{name}: error on held-out folds")
    for axes in rows[-1]:
        axes.set_xlabel("Penalty, weaker to the right")
    return figure


def _path_panel(axes: Axes, signature: Selection) -> None:
    path, chosen = signature.path, set(signature.columns)
    for column in np.flatnonzero(path.coefficients.any(axis=0)):
        kept = signature.path_columns[column] in chosen
        color, width = (BENIGN_COLOR, 1.2) if kept else ("#c3c9ce", 0.7)
        axes.plot(path.alphas, path.coefficients[:, column], color=color, linewidth=width)
    axes.set_ylabel("Coefficient")
    _penalty_axis(axes, signature)


def _error_panel(axes: Axes, signature: Selection, color: str) -> None:
    errors = signature.path.squared_errors
    mean = errors.mean(axis=1)
    spread = errors.std(axis=1, ddof=1) / np.sqrt(errors.shape[1])
    axes.fill_between(
        signature.path.alphas, mean - spread, mean + spread, color=color, alpha=0.2, linewidth=0
    )
    axes.plot(signature.path.alphas, mean, color=color, linewidth=1.8)
    axes.set_ylabel("Mean squared error")
    axes.grid(axis="y")
    _penalty_axis(axes, signature)


def _penalty_axis(axes: Axes, signature: Selection) -> None:
    _plain_log(axes)
    axes.set_xlim(signature.path.alphas[0], signature.path.alphas[-1])
    axes.axvline(signature.path.alphas[signature.path.best], **_CHOSEN)


def coefficients_figure(signatures: Mapping[str, Selection], banner: str) -> Figure:
    """Draw the LASSO coefficients of the selected columns, one panel a signature."""
    rows = [len(signature.columns) + 2.2 for signature in signatures.values()]
    figure = new_figure(9.2, 0.22 * sum(rows) + 0.5, banner)
    panels = figure.subplots(len(signatures), 1, squeeze=False, height_ratios=rows)[:, 0]
    for axes, (name, signature) in zip(panels, signatures.items(), strict=True):
        values = signature.coefficients
        colors = [MALIGNANT_COLOR if value > 0 else BENIGN_COLOR for value in values]
        axes.barh(range(len(values)), values, color=colors, height=0.7)
        axes.axvline(0, color=FAINT, linewidth=1)
        axes.set_yticks(range(len(values)), signature.columns, fontsize=7.5)
        axes.set_ylim(len(values) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=8)
        axes.grid(axis="x")
        axes.set_title(name)
    panels[-1].set_xlabel("LASSO coefficient per standard deviation (right: malignant)")
    return figure


def network_figure(history: Table, epochs: int, banner: str) -> Figure:
    """Draw loss and AUCs over the epochs: every fold thin, their mean thick.

    Args:
        history: a row an epoch of each fold's network and of the final one, see
            `sections.learning`; "held_out:" begins the columns of AUCs on held-out cases.
        epochs: for which the final network was trained.
    """
    import pandas as pd

    rows = pd.DataFrame(history.rows, columns=history.columns)
    held_out = [column for column in rows if column.startswith("held_out:")]
    figure, panels = small_multiples(1 + len(held_out), 2, (4.8, 3.0), banner)
    _curves(panels[0], rows, "loss", "held_out_loss")
    panels[0].set_title("Loss")
    for axes, column in zip(panels[1:], held_out, strict=True):
        head = column.removeprefix("held_out:")
        _curves(axes, rows, head, column)
        axes.set_title(f"AUC of {head}")
        axes.set_ylim(min(0.45, axes.get_ylim()[0]), 1.0)
    for axes in panels:
        axes.axvline(epochs, **_CHOSEN)
        axes.set_xlabel("Epoch")
        axes.grid(axis="y")
    panels[0].legend(loc="best")
    return figure


def _curves(axes: Axes, rows, seen: str, held_out: str) -> None:
    """Draw a column of the cases learnt from, and one of held-out cases, judged at few epochs."""
    is_final = rows["network"] == "final"
    for column, line, color, label in (
        (seen, "-", FAINT, "folds, while training"),
        (held_out, ".-", MALIGNANT_COLOR, "folds, held-out cases"),
    ):
        folds = rows[~is_final].pivot(index="epoch", columns="network", values=column).astype(float)
        for fold in folds:
            axes.plot(folds[fold].dropna(), color=color, linewidth=0.5, alpha=0.5)
        mean = folds.dropna().mean(axis=1)
        axes.plot(mean, line, color=color, linewidth=2, label=label)
    style = {"color": BENIGN_COLOR, "linewidth": 1.4, "linestyle": (0, (5, 2))}
    final = rows[is_final].set_index("epoch")[seen]
    axes.plot(final, label="final network, while training", **style)


def epochs_figure(candidate_losses: Mapping[int, float], epochs: int, banner: str) -> Figure:
    """Draw the held-out loss of each number of epochs that was tried."""
    figure = new_figure(6.2, 2.9, banner)
    axes = figure.add_subplot()
    tried = sorted(candidate_losses)
    axes.plot(tried, [candidate_losses[n] for n in tried], "o-", color=BENIGN_COLOR)
    axes.axvline(epochs, **_CHOSEN)
    axes.set_xticks(tried)
    axes.set_xlabel("Epochs of a whole training")
    axes.set_ylabel("Loss on held-out cases")
    axes.grid(axis="y")
    return figure
