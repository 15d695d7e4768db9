"""How every drawing looks and how it is written: one style, the same bytes for the same numbers."""

import contextlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...protocol import ColumnKind, ModelSpec, Protocol
from ...protocol.outcome import BENIGN, COLORS_ON_LIGHT, MALIGNANT
from ..panels.look import PAPER

INK, FAINT, GRID = PAPER.text, PAPER.faint, PAPER.track
MALIGNANT_COLOR, BENIGN_COLOR = COLORS_ON_LIGHT[MALIGNANT], COLORS_ON_LIGHT[BENIGN]
_PRINT_DPI = 300
_FOOT_INCHES = 0.22  # kept for the banner
_NARROWEST = 5.0  # inches, for the banner to have room

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "legend.fontsize": 8.5,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    # Hinted letters are as wide as the resolution has them: long names would be cut in an SVG.
    "text.hinting": "none",
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    # Identifiers in an SVG are random without a salt of one's own.
    "svg.hashsalt": "ParotidClassifier",
}

# Colour tells the regions and dashes tell the method, both as the protocol says for each model,
# so that lines stay apart for readers who see few colours and on paper.
_DASHES = {
    "solid": "solid",
    "dotted": (0, (1.2, 1.4)),
    "dashed": (0, (5, 2)),
    "dashdotted": (0, (6, 1.5, 1.2, 1.5)),
}
_FAMILIES = {
    (ColumnKind.RADIOMIC,): "Radiomics",
    (ColumnKind.NETWORK,): "Deep network",
    (ColumnKind.RADIOMIC, ColumnKind.NETWORK): "Radiomics and network",
}
_OTHERS = "Models on findings"


@contextlib.contextmanager
def one_style() -> Iterator[None]:
    """Draw and save within: neither the user's matplotlibrc nor an earlier change shows."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def new_figure(width: float, height: float, banner: str) -> Figure:
    """Return an empty figure of so many inches with `banner` under it: figures travel alone."""
    size = width, height
    figure = Figure(figsize=size, dpi=_PRINT_DPI, layout="constrained", facecolor="white")
    foot = _FOOT_INCHES / height
    figure.get_layout_engine().set(rect=(0, foot, 1, 1 - foot), w_pad=0.07, h_pad=0.08)
    figure.text(0.995, foot / 4, banner, fontsize=7.5, color=FAINT, ha="right", va="bottom")
    return figure


def small_multiples(
    count: int, columns: int, size: tuple[float, float], banner: str
) -> tuple[Figure, list[Axes]]:
    """Return a figure with `count` axes in rows of `columns`, each of `size` inches."""
    columns = min(columns, count)
    rows = -(-count // columns)
    width = max(size[0] * columns, _NARROWEST)
    figure = new_figure(width, size[1] * rows + 0.3, banner)
    return figure, [figure.add_subplot(rows, columns, i + 1) for i in range(count)]


def settle(figure: Figure) -> None:
    """Lay the figure out once and for all: the same on paper, on the page, and thrice as fast."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")


def save_print(figure: Figure, stem: Path) -> None:
    """Write <stem>.png (300 dpi) and <stem>.pdf."""
    figure.savefig(f"{stem}.png", metadata={"Software": None})
    figure.savefig(f"{stem}.pdf", metadata={"CreationDate": None})


def svg_bytes(figure: Figure) -> bytes:
    """Return the figure as SVG, to be set into the page."""
    target = io.BytesIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()


def families_of(protocol: Protocol, names: Iterable[str]) -> dict[str, list[ModelSpec]]:
    """Return models that are drawn together, by what they read."""
    families: dict[str, list[ModelSpec]] = {}
    for name in names:
        model = protocol.models[name]
        families.setdefault(_FAMILIES.get(model.kinds, ""), []).append(model)
    others = families.get("", [])
    title = " and ".join(model.name for model in others) if len(others) < 3 else _OTHERS
    return {family or title: models for family, models in families.items()}


def line_of(protocol: Protocol, model: ModelSpec) -> dict[str, object]:
    """Return the keyword arguments of a matplotlib line."""
    width = 2.4 if model.name == protocol.reference else 1.8
    return {"color": model.color, "linestyle": _DASHES[model.dash], "linewidth": width}
