"""The simulated scanner: from a head and a tumour to slices and a reader's outline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..imaging.perturbation import largest_piece
from ..imaging.working_grid import Geometry
from .anatomy import held_level, structure
from .canvas import Canvas, Window
from .head import NODE, HeadPainter, HeadVariation, TexturePlane, Textures
from .noise import Axes
from .streams import Stream, stream
from .traits import Findings
from .tumor import TumorPainter, TumorShape

FIELD_MM = 220.0
SLICE_MM = 5.0
MARGIN_MM = 31.0  # of the tumour to every border: ring, crop margin of 25 mm and a slice's half
_FEWEST_SLICES = 20
_PLANES_PER_SLICE = 4  # partial volume along z
_MOVED_HU = 150.0  # a pixel that bone or air has changed by more is not tumour
_WARP_MM = 1.6


@dataclass(frozen=True)
class ScanGrid:
    """The CT's voxels: square pixels, 5 mm slices, the tumour well inside on every side.

    Attributes:
        spacing_mm: of columns and rows.
        center: of the volume (x, y, z), mm in the field of view's frame.
    """

    spacing_mm: float
    columns: int
    slices: int
    center: tuple[float, float, float]

    @classmethod
    def around(cls, tumor: TumorShape, rng: np.random.Generator) -> ScanGrid:
        """Draw a grid that holds the head and leaves MARGIN_MM around the tumour."""
        spacing = round(float(rng.uniform(0.45, 0.65)), 3)
        columns = int(FIELD_MM / spacing)
        needed = tumor.reach_mm + MARGIN_MM
        slices = max(_FEWEST_SLICES, int(np.ceil(2 * (needed + 2) / SLICE_MM)))
        x = tumor.center[0]
        beyond = max(0.0, abs(x) + needed - columns * spacing / 2)
        return cls(
            spacing,
            columns,
            slices,
            (
                float(np.sign(x) * beyond),
                float(rng.uniform(-2, 2)),
                tumor.center[2] + float(rng.uniform(-2, 2)),
            ),
        )

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distances of the voxels (x, y, z), mm."""
        return self.spacing_mm, self.spacing_mm, SLICE_MM

    @property
    def positions(self) -> list[np.ndarray]:
        """Positions of columns, rows and slices (x, y, z), mm."""
        counts = (self.columns, self.columns, self.slices)
        return [
            ((np.arange(count) - (count - 1) / 2) * spacing + center).astype(np.float32)
            for count, spacing, center in zip(counts, self.spacing, self.center, strict=True)
        ]

    @property
    def geometry(self) -> Geometry:
        """Where the voxels lie in the patient."""
        origin = tuple(round(float(along[0]), 3) for along in self.positions)
        return Geometry(origin, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0), self.spacing)


class Scanner:
    """Paints every slice as the mean of thin planes and collects the reader's mask."""

    def __init__(
        self, seed: int, head: HeadVariation, tumor: TumorShape, findings: Findings, grid: ScanGrid
    ):
        self._head, self._shape, self._findings = head, tumor, findings
        self._x, self._y, self._z = grid.positions
        levels = (float(self._z[0]) - SLICE_MM, float(self._z[-1]) + SLICE_MM)
        axes = Axes(self._x, self._y, levels)
        self._textures = Textures(stream(seed, Stream.TEXTURE), axes)
        self._painter = HeadPainter(head)
        self._tumor = TumorPainter(stream(seed, Stream.TUMOR_TEXTURE), tumor, self._x, self._y)
        self._side = 1 if tumor.center[0] > 0 else -1

    def scan(self) -> tuple[np.ndarray, np.ndarray]:
        """Return HU without noise (float32) and the mask (bool), both (z, y, x)."""
        shape = (len(self._z), len(self._y), len(self._x))
        hu, mask = np.zeros(shape, np.float32), np.zeros(shape, bool)
        for index, z in enumerate(self._z.tolist()):
            hu[index], inside = self._slice(z)
            if inside is not None:
                mask[index][self._tumor.window] = inside > 0.5
        return hu, largest_piece(mask)

    def _slice(self, z: float) -> tuple[np.ndarray, np.ndarray | None]:
        texture = TexturePlane.at(self._textures, z)
        offsets = (np.arange(_PLANES_PER_SLICE) + 0.5) / _PLANES_PER_SLICE - 0.5
        total, inside = np.zeros_like(texture.fine), None
        for offset in offsets.tolist():
            plane, covered = self._plane(z + offset * SLICE_MM, z, texture)
            total += plane
            if covered is not None:
                inside = covered if inside is None else inside + covered
        return total / _PLANES_PER_SLICE, (None if inside is None else inside / _PLANES_PER_SLICE)

    def _plane(
        self, z: float, slice_z: float, texture: TexturePlane
    ) -> tuple[np.ndarray, np.ndarray | None]:
        canvas = self._canvas(z)
        near = self._tumor.reaches(z)
        bulge = self._tumor.bulge(z) if near else None
        body = self._painter.soft_tissue(canvas, texture, bulge)
        self._painter.vessels(canvas)
        self._other_lesions(canvas)
        if not near:
            self._painter.hard_tissue(canvas, texture)
            return canvas.hu, None
        window = self._tumor.window
        outline = self._tumor.paint(canvas, z, body[window])
        before = canvas.hu[window].copy()
        self._painter.hard_tissue(canvas, texture)
        free = np.abs(canvas.hu[window] - before) < _MOVED_HU
        read = outline + self._tumor.reading(slice_z - self._shape.center[2])
        return canvas.hu, ((read < 0) & free).astype(np.float32)

    def _other_lesions(self, canvas: Canvas) -> None:
        """Paint what was found beside the tumour: an enlarged node, a second lesion."""
        lesions = []
        if self._findings["lymph_nodes"] == "with":
            lesions.append(structure("lesions", "enlarged node").nodes(canvas.z, self._side))
        if self._findings["number"] == "multiple":
            lesions.append(
                structure("lesions", "contralateral lesion").nodes(canvas.z, -self._side)
            )
        for nodes in lesions:
            if nodes is not None:
                window, distance = canvas.distance(nodes)
                canvas.paint(window, distance, NODE + 12)

    def _canvas(self, z: float) -> Canvas:
        across, down = np.meshgrid(self._x, self._y)
        warp_x = np.float32(_WARP_MM) * self._textures.warp_x.plane(z)
        warp_y = np.float32(_WARP_MM) * self._textures.warp_y.plane(z)
        rigid_x, rigid_y, level = self._head.to_canonical(across + warp_x, down + warp_y, z)
        soft_x, soft_y = rigid_x, rigid_y
        pushed = self._shape.displaced(self._x, self._y, z)
        if pushed:
            window, px, py = pushed
            px, py = px + warp_x[window], py + warp_y[window]
            soft_x, soft_y = rigid_x.copy(), rigid_y.copy()
            soft_x[window], soft_y[window], _ = self._head.to_canonical(px, py, z)
        empty = np.full(rigid_x.shape, -1000, np.float32)
        return Canvas(
            empty, soft_x, soft_y, rigid_x, rigid_y, held_level(level), self._locator(level)
        )

    def _locator(self, level: float) -> Callable[[float, float, float, float], Window]:
        def locate(x0: float, x1: float, y0: float, y1: float) -> Window:
            corners = np.array(
                [self._head.to_image(x, y, level)[:2] for x in (x0, x1) for y in (y0, y1)]
            )
            (left, front), (right, back) = corners.min(axis=0), corners.max(axis=0)
            return (
                slice(*np.searchsorted(self._y, (front, back)).tolist()),
                slice(*np.searchsorted(self._x, (left, right)).tolist()),
            )

        return locate
