"""Reports whose figures are hardly drawn, for tests of the words and numbers beside them.

To draw all figures of a report for paper, print and page takes half a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from ParotidClassifierCore.report import page
from ParotidClassifierCore.report.figures import canvas

_COARSE_DPI = 20


@contextmanager
def undrawn_figures() -> Iterator[None]:
    """Within it the files of a figure are empty."""
    with _figures_by(lambda _figure, png: png.touch()):
        yield


@contextmanager
def coarse_figures() -> Iterator[None]:
    """Within it a figure is drawn once, coarsely: what it cannot show fails."""
    with _figures_by(draw_coarsely):
        yield


def draw_coarsely(figure: Figure, png: object) -> None:
    """Draw a figure, with what it holds wherever it lies, into a file or its name."""
    figure.set_layout_engine("none")
    figure.savefig(png, format="png", dpi=_COARSE_DPI)


@contextmanager
def _figures_by(draw: Callable[[Figure, Path], None]) -> Iterator[None]:
    def save(figure: Figure, stem: Path) -> None:
        draw(figure, Path(f"{stem}.png"))
        Path(f"{stem}.pdf").touch()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas, "settle", lambda figure: None)
        patch.setattr(canvas, "save_print", save)
        patch.setattr(page, "svg_bytes", lambda figure: b"<svg/>")
        yield
