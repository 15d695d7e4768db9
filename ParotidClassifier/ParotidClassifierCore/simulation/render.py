"""Pictures of simulated cases, for whoever judges or tunes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from matplotlib.axes import Axes as Panel
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from ..base.files import written_whole
from ..imaging.working_grid import window_hu
from .case import SimulatedCase

_CLOSE_UP_MM = 38.0  # from the tumour's centre to the picture's border
_OUTLINE = "#ffb000"


def render_slices(case: SimulatedCase, path: Path) -> None:
    """Draw the three planes through the tumour and twelve axial slices as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = _figure(15, 11.5)
    rows = figure.add_gridspec(3, 6, height_ratios=(2.1, 1, 1))
    _planes(figure, rows, case)
    ct, mask = _arrays(case)
    for index, level in enumerate(np.linspace(0, len(ct) - 1, 12).round().astype(int)):
        panel = figure.add_subplot(rows[1 + index // 6, index % 6])
        _show(panel, ct[level], mask[level], f"slice {level + 1} of {len(ct)}")
    figure.suptitle(_title(case), color="white", fontsize=12)
    _save(figure, path)


def render_overview(case: SimulatedCase, others: Sequence[SimulatedCase], path: Path) -> None:
    """Draw one case in three planes, and close-ups of others, benign above malignant, as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    classes = [[c for c in others if c.malignant is malignant] for malignant in (False, True)]
    columns = max(len(cases) for cases in classes)
    figure = _figure(2.5 * columns, 11)
    rows = figure.add_gridspec(3, columns, height_ratios=(2.0, 1, 1))
    _planes(figure, rows, case)
    for row, cases in enumerate(classes, start=1):
        for column, other in enumerate(cases):
            # No outline here: it would hide what tells a clear from an unclear margin.
            panel = figure.add_subplot(rows[row, column])
            _show(panel, close_up(other)[0], None, _title(other))
    figure.suptitle("Simulated CT, window 400/40 HU: no patient data", color="white", fontsize=12)
    _save(figure, path)


def render_contact_sheet(
    cases: Sequence[SimulatedCase], path: Path, columns: int = 6, *, outlines: bool = False
) -> None:
    """Draw a close-up of every case's largest cross-section, benign ones first, as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    ordered = sorted(cases, key=lambda case: case.malignant)
    lines = -(-len(ordered) // columns)
    figure = _figure(2.7 * columns, 2.9 * lines + 0.4)
    for index, case in enumerate(ordered):
        panel = figure.add_subplot(lines, columns, index + 1)
        plane, outline = close_up(case)
        _show(panel, plane, outline if outlines else None, _title(case))
    _save(figure, path)


def close_up(case: SimulatedCase, half_mm: float = _CLOSE_UP_MM) -> tuple[np.ndarray, np.ndarray]:
    """Return CT and mask (y, x) of the largest cross-section, `half_mm` around its centre."""
    ct, mask = _arrays(case)
    z = int(mask.sum(axis=(1, 2)).argmax())
    y, x = np.argwhere(mask[z]).mean(axis=0).round().astype(int)
    half = int(half_mm / case.ct.GetSpacing()[0])
    window = (z, slice(max(y - half, 0), y + half), slice(max(x - half, 0), x + half))
    return ct[window], mask[window]


def _planes(figure: Figure, rows: GridSpec, case: SimulatedCase) -> None:
    """Draw axial, coronal and sagittal plane through the tumour's centre into the first row."""
    ct, mask = _arrays(case)
    z, y, x = (round(float(c)) for c in np.argwhere(mask).mean(axis=0))
    dx, _, dz = case.ct.GetSpacing()
    planes = (
        ("axial", ct[z], mask[z], 1.0),
        ("coronal", ct[::-1, y], mask[::-1, y], dz / dx),
        ("sagittal", ct[::-1, :, x], mask[::-1, :, x], dz / dx),
    )
    width = rows.ncols // len(planes)
    for column, (name, plane, outline, aspect) in enumerate(planes):
        panel = figure.add_subplot(rows[0, width * column : width * (column + 1)])
        _show(panel, plane, outline, name, aspect)


def _arrays(case: SimulatedCase) -> tuple[np.ndarray, np.ndarray]:
    return sitk.GetArrayFromImage(case.ct), sitk.GetArrayFromImage(case.tumor).astype(bool)


def _title(case: SimulatedCase) -> str:
    outcome = "malignant" if case.malignant else "benign"
    return f"{case.case_id}: {outcome} (simulated), {case.record['max_diameter_cm']} cm"


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="black")
    FigureCanvasAgg(figure)
    figure.subplots_adjust(0.005, 0.005, 0.995, 0.955, 0.02, 0.12)
    return figure


def _show(
    panel: Panel, plane: np.ndarray, outline: np.ndarray | None, title: str, aspect: float = 1.0
) -> None:
    low, high = window_hu()
    panel.imshow(plane, cmap="gray", vmin=low, vmax=high, aspect=aspect, interpolation="bilinear")
    if outline is not None and outline.any():
        panel.contour(outline, [0.5], colors=_OUTLINE, linewidths=0.8)
    panel.set_title(title, color="white", fontsize=8, pad=3)
    panel.axis("off")


def _save(figure: Figure, path: Path) -> None:
    with written_whole(path) as beside:
        figure.savefig(beside, format="png", dpi=80, facecolor=figure.get_facecolor())
