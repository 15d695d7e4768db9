"""Reports whose figures are made but not drawn, for tests of the words and numbers beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from ParotidClassifierCore.report import page
from ParotidClassifierCore.report.figures import canvas


@contextmanager
def undrawn_figures() -> Iterator[None]:
    """Within it a figure's files are empty: to draw all of a report thrice takes half a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas, "settle", lambda figure: None)
        patch.setattr(canvas, "save_print", _touch)
        patch.setattr(page, "svg_bytes", lambda figure: b"<svg/>")
        yield


def _touch(_figure: Figure, stem: Path) -> None:
    for suffix in (".png", ".pdf"):
        Path(f"{stem}{suffix}").touch()
