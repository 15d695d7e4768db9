"""Boxes and arrows: the flow of the cases and the way from an image to a probability."""

import textwrap
from collections import Counter
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ...base.words import counted
from ...network.inputs import INPUT_WORDS
from ...protocol import Protocol
from ...statistics.results import CaseFlow
from .canvas import FAINT, INK, families_of, new_figure

_FILL, _ASIDE, _INPUT = "#eef3f7", "#fbf3ec", "#f4f5f6"
_MOST_REASONS = 4


@dataclass(frozen=True)
class _Box:
    """A box around (x, y), in inches from the lower left."""

    x: float
    y: float
    width: float
    height: float
    text: str
    fill: str = _FILL

    def at(self, across: float, up: float) -> tuple[float, float]:
        """Return a place of its border: 1 for the right and the top, -1 for the left and bottom."""
        return self.x + across * self.width / 2, self.y + up * self.height / 2


def flow_figure(flow: CaseFlow, protocol: Protocol, banner: str) -> Figure:
    """Draw how the rows of the table became training and test cases."""
    figure, axes = _sheet(8.4, 5.0, banner)
    used = sum(flow.training) + sum(flow.test)
    listed = _Box(2.6, 4.5, 3.2, 0.62, f"Rows of the cohort table\nn = {flow.listed}")
    usable = _Box(2.6, 2.75, 3.2, 0.62, f"Cases with image, outline and outcome\nn = {used}")
    names = " and ".join(model.name for model in protocol.models.values() if model.clinical)
    lacking = textwrap.shorten(names, 28, placeholder=" …")  # as far as a box has room
    titles, sets = ("Training", "Test"), (flow.training, flow.test)
    texts = [
        _set_text(title, counts, incomplete, lacking)
        for title, counts, incomplete in zip(titles, sets, flow.clinically_incomplete, strict=True)
        if any(counts)
    ]
    height = max(map(_height, texts), default=0.0)
    left_out = _Box(6.4, 3.62, 3.5, _height(_left_out(flow)), _left_out(flow), _ASIDE)
    places = (1.75, 5.35) if len(texts) == len(sets) else (usable.x,) * len(texts)
    used_sets = [_Box(x, 0.95, 3.0, height, text) for x, text in zip(places, texts, strict=True)]
    for box in (listed, usable, left_out, *used_sets):
        _draw(axes, box)
    _arrow(axes, (listed.x, left_out.y), left_out.at(-1, 0))
    for above, below in ((listed, usable), *((usable, box) for box in used_sets)):
        _arrow(axes, above.at(0, -1), below.at(0, 1))
    return figure


def _height(text: str) -> float:
    """Inches that a box around `text` takes."""
    return 0.28 + 0.17 * len(text.splitlines())


def _left_out(flow: CaseFlow) -> str:
    reasons = Counter(flow.unusable.values()).most_common()
    lines = [f"Left out: n = {len(flow.unusable)}"]
    for reason, count in reasons[:_MOST_REASONS]:
        lines.append(textwrap.shorten(f"{count} × {reason}", 46, placeholder=" …"))
    if len(reasons) > _MOST_REASONS:
        rest = sum(count for _, count in reasons[_MOST_REASONS:])
        lines.append(f"{rest} × other reasons, see the list")
    return "\n".join(lines)


def _set_text(title: str, counts: tuple[int, int], incomplete: int, lacking: str) -> str:
    benign, malignant = counts
    text = f"{title}: n = {benign + malignant}\n{benign} benign, {malignant} malignant"
    if incomplete:
        text += f"\n{counted(incomplete, 'case')} without a probability\nof {lacking}"
    return text


def pipeline_figure(columns: int, most: int, protocol: Protocol, banner: str) -> Figure:
    """Draw the way from a CT to the models: of `columns` features a region at most `most` stay."""
    figure, axes = _sheet(10.4, 4.1, banner)
    inputs = _Box(0.95, 2.6, 1.6, 1.0, "CT, outline\nof the tumour", _INPUT)
    findings = ",\n".join(v.name.replace("_", " ") for v in protocol.predictors.values())
    clinical = _Box(0.95, 0.75, 1.6, 1.0, findings or "no findings", _INPUT)
    rings = ", ".join(region.name for region in protocol.rings)
    drawn = f";\n{textwrap.fill(f'ring {rings}', 20)}\nby distance" if rings else ""
    grid = _Box(3.05, 2.6, 1.8, 1.25, f"crop, 1 mm grid,\nwhole HU{drawn}")
    features = _Box(5.3, 3.4, 1.9, 0.95, f"{columns} radiomic\nfeatures per region")
    network = _Box(5.3, 1.9, 1.9, 0.95, f"network on\n{INPUT_WORDS} voxels\nper region")
    chosen = _Box(7.6, 3.4, 1.9, 0.95, f"reader agreement,\ncorrelation, LASSO:\nat most {most}")
    families = families_of(protocol, protocol.models).items()
    kinds = [f"{len(of)} {textwrap.fill(family.lower(), 13)}" for family, of in families]
    models = _Box(9.45, 2.4, 1.35, 2.95, "\n".join(("logistic\nmodels:", *kinds)))
    for box in (inputs, clinical, grid, features, network, chosen, models):
        _draw(axes, box)
    for before, after in ((inputs, grid), (grid, features), (grid, network), (features, chosen)):
        _arrow(axes, before.at(1, 0), after.at(-1, 0))
    for before, height in ((chosen, chosen.y), (network, network.y), (clinical, 1.05)):
        _arrow(axes, before.at(1, 0), (models.x - models.width / 2, height))
    return figure


def _sheet(width: float, height: float, banner: str) -> tuple[Figure, Axes]:
    figure = new_figure(width, height, banner)
    axes = figure.add_subplot()
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.set_axis_off()
    return figure, axes


def _draw(axes: Axes, box: _Box) -> None:
    style = {"boxstyle": "round,pad=0,rounding_size=0.08", "edgecolor": FAINT}
    axes.add_patch(
        FancyBboxPatch(box.at(-1, -1), box.width, box.height, facecolor=box.fill, **style)
    )
    axes.text(box.x, box.y, box.text, ha="center", va="center", fontsize=9, linespacing=1.35)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 1}
    )
