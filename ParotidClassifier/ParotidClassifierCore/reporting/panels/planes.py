"""Axial, coronal and sagittal cuts with the outlines; over them, where the network looked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.patheffects import withStroke

from ...imaging.working_grid import WorkingGrid, window_hu
from ...prediction.saliency import SALIENCY_COLORS
from ...protocol import Region
from .look import DARK, ON_CT, Look, bare

_OPACITY = 0.7
_OPAQUE_FROM = 0.4  # what is weaker lets the CT through
_CLOSE_UP_MARGIN_MM = 6
_SCALE_BAR_MM = 10


@dataclass(frozen=True)
class _Plane:
    """One cut through the grid.

    Attributes:
        axis: of the array (z, y, x) that is cut.
        sides: what lies left, right, top and bottom of the picture, in radiological convention.
        origin: "lower" where the array's first remaining axis runs up the picture.
    """

    axis: int
    title: str
    sides: tuple[str, str, str, str]
    origin: str


_PLANES = (
    _Plane(0, "Axial", ("R", "L", "A", "P"), "upper"),
    _Plane(1, "Coronal", ("R", "L", "S", "I"), "lower"),
    _Plane(2, "Sagittal", ("A", "P", "S", "I"), "lower"),
)


def draw_outlines(
    row: Sequence[Axes], grid: WorkingGrid, regions: Iterable[Region], look: Look = DARK
) -> None:
    """Draw three cuts, each where the tumour is largest, with the outlines of regions."""
    for axes, plane in zip(row, _PLANES, strict=True):
        _draw_cut(axes, grid, plane, _fullest_cut(grid.tumor, plane.axis), regions, look)
        axes.set_title(plane.title, color=look.text, fontsize=12, pad=6)


def draw_saliency(
    row: Sequence[Axes],
    grid: WorkingGrid,
    saliency: np.ndarray,
    regions: Iterable[Region],
    look: Look = DARK,
) -> None:
    """Draw three cuts through the strongest place, from near, with `saliency` over the CT.

    `saliency` is (z, y, x) over `grid`, 0…1.
    """
    near = _close_up(grid)
    marked = saliency[near]
    masks = {region: mask[near] for region, mask in grid.masks.items()}
    close = replace(grid, ct=grid.ct[near], masks=masks)
    strongest = np.unravel_index(marked.argmax(), marked.shape)
    for axes, plane in zip(row, _PLANES, strict=True):
        at = int(strongest[plane.axis])
        _draw_cut(axes, close, plane, at, regions, look)
        colors = _colored(marked.take(at, plane.axis))
        axes.imshow(colors, origin=plane.origin, interpolation="bilinear")


def draw_saliency_scale(axes: Axes, look: Look = DARK) -> None:
    """Draw what the colours mean."""
    bar = axes.figure.colorbar(ScalarMappable(cmap=SALIENCY_COLORS), axes, orientation="horizontal")
    bar.set_ticks([0, 1], labels=["nothing", "most"])
    for label, side in zip(axes.get_xticklabels(), ("left", "right"), strict=True):
        label.set_horizontalalignment(side)
    bar.outline.set_visible(False)
    bare(axes, look)


def _draw_cut(
    axes: Axes, grid: WorkingGrid, plane: _Plane, at: int, regions: Iterable[Region], look: Look
) -> None:
    low, high = window_hu()
    axes.imshow(
        grid.ct.take(at, plane.axis), cmap="gray", vmin=low, vmax=high, origin=plane.origin,
        interpolation="bilinear",
    )  # fmt: skip
    for region in reversed(tuple(regions)):  # the tumour's line lies over those of the rings
        _outline(axes, grid.mask(region.name).take(at, plane.axis), region, look)
    _label_sides(axes, plane)
    _draw_scale_bar(axes)
    axes.set_anchor("N")
    axes.set_axis_off()


def _fullest_cut(mask: np.ndarray, axis: int) -> int:
    others = tuple(a for a in range(3) if a != axis)
    return int(mask.sum(axis=others).argmax())


def _close_up(grid: WorkingGrid) -> tuple[slice, slice, slice]:
    occupied = np.argwhere(grid.lesion)
    first = np.maximum(occupied.min(axis=0) - _CLOSE_UP_MARGIN_MM, 0)
    return tuple(map(slice, first, occupied.max(axis=0) + _CLOSE_UP_MARGIN_MM + 1))


def _colored(marked: np.ndarray) -> np.ndarray:
    colors = colormaps[SALIENCY_COLORS](marked)
    colors[..., 3] = _OPACITY * np.minimum(marked / _OPAQUE_FROM, 1.0)
    return colors


def _outline(axes: Axes, mask: np.ndarray, region: Region, look: Look) -> None:
    if not mask.any():
        return
    drawn = axes.contour(
        mask, levels=[0.5], colors=[region.rgb], linewidths=1.4, linestyles=look.line_of(region)
    )
    if look.halo:
        drawn.set(path_effects=[withStroke(linewidth=2.8, foreground=look.halo)])


def _on_bone(width: float) -> list[withStroke]:
    """Return what keeps bright letters and lines visible on bone."""
    return [withStroke(linewidth=width, foreground="black")]


def _label_sides(axes: Axes, plane: _Plane) -> None:
    places = ((0.02, 0.5), (0.98, 0.5), (0.5, 0.97), (0.5, 0.03))
    for side, (x, y) in zip(plane.sides, places, strict=True):
        axes.text(
            x, y, side, transform=axes.transAxes, color=ON_CT, fontsize=11, ha="center",
            va="center", path_effects=_on_bone(2.5),
        )  # fmt: skip


def _draw_scale_bar(axes: Axes) -> None:
    # 1 mm voxels: one unit of the picture is one millimetre.
    left, right = axes.get_xlim()
    start = right - _SCALE_BAR_MM - 0.05 * (right - left)
    bottom, top = axes.get_ylim()
    y = bottom + 0.06 * (top - bottom)
    axes.plot(
        [start, start + _SCALE_BAR_MM], [y, y], color=ON_CT, linewidth=2.5,
        path_effects=_on_bone(4.5),
    )  # fmt: skip
    axes.text(
        start + _SCALE_BAR_MM / 2, bottom + 0.085 * (top - bottom), "1 cm", color=ON_CT,
        fontsize=9, ha="center", va="bottom", path_effects=_on_bone(2.5),
    )  # fmt: skip
