"""A small picture of a case: three planes through the tumour with both outlines."""

from __future__ import annotations

from pathlib import Path

from ..base.files import written_whole
from ..imaging.working_grid import WorkingGrid
from .panels.look import PAPER
from .panels.planes import draw_outlines

_SIZE_INCHES = (9.0, 3.2)  # as in the overview, so that letters and lines keep their proportions
_DPI = 55
_QUALITY = 80


def save_thumbnail(path: Path, grid: WorkingGrid) -> None:
    """Write a JPEG of about 500 x 180 pixels.

    Raises:
        OutputError: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_INCHES, dpi=_DPI, facecolor=PAPER.background)
    FigureCanvasAgg(figure)
    planes = figure.subplots(1, 3, gridspec_kw={
        "left": 0.01, "right": 0.99, "bottom": 0.02, "top": 0.89, "wspace": 0.03,
    })  # fmt: skip
    draw_outlines(planes, grid, PAPER)
    with written_whole(path) as beside:
        figure.savefig(
            beside, facecolor=PAPER.background, format="jpeg", pil_kwargs={"quality": _QUALITY}
        )
