"""The tumour-free head: its variation from case to case and how its planes are painted."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from .anatomy import group, structure
from .canvas import Canvas, Window
from .noise import Axes, SmoothNoise
from .strokes import Stroke, grown, signed_distance

AIR, FAT, SKIN, MUSCLE, MUCOSA = -1000.0, -104.0, 48.0, 64.0, 82.0
CORTEX, MARROW, TOOTH, CELL_WALL = 1250.0, 240.0, 1900.0, 420.0
BRAIN, CORD, FLUID = 38.0, 44.0, 14.0
LOBULE, SUBMANDIBULAR, NODE = 82.0, 86.0, 78.0
# Not made larger or smaller with the other muscles.
_FIRM_MUSCLES = (
    "buccinator", "lips", "pharyngeal wall", "styloid muscles", "nasal soft tissue", "tongue",
    "disc",
)  # fmt: skip
SKIN_MM = 1.7
COVER_MM = 3.2  # skin and fat that are left over a tumour which lifts the skin


@dataclass(frozen=True)
class HeadVariation:
    """What differs between two tumour-free heads.

    Attributes:
        scale: size relative to the canonical head along (x, y, z).
        yaw: rotation about the z axis, radians.
        shift_mm: position of the canonical origin in the field of view (x, y).
        slope: change of that position (x, y) per mm of height: lean and neck flexion.
        fat_mm: subcutaneous fat added to the canonical outline.
        bulk_mm: growth of the muscles.
        gland_mm: growth of the parotid glands.
        gland_fat: share of fat between the lobules, 0 to 1.
        artery_hu, vein_hu: enhancement of the vessels.
        noise_hu: standard deviation of the image noise.
    """

    scale: tuple[float, float, float]
    yaw: float
    shift_mm: tuple[float, float]
    slope: tuple[float, float]
    fat_mm: float
    bulk_mm: float
    gland_mm: float
    gland_fat: float
    artery_hu: float
    vein_hu: float
    noise_hu: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> HeadVariation:
        """Draw one head."""
        size = rng.normal(1.0, 0.022)
        return cls(
            scale=tuple(np.clip(size + rng.normal(0, 0.012, 3), 0.94, 1.05).tolist()),
            yaw=float(np.clip(rng.normal(0, 0.035), -0.09, 0.09)),
            shift_mm=tuple(np.clip(rng.normal(0, (1.5, 2.5)), -5, 5).tolist()),
            slope=tuple(np.clip(rng.normal(0, (0.03, 0.07)), -0.15, 0.15).tolist()),
            fat_mm=float(rng.triangular(-2.0, 0.0, 3.5)),
            bulk_mm=float(np.clip(rng.normal(0, 0.5), -1, 1.2)),
            gland_mm=float(np.clip(rng.normal(0, 0.7), -1.4, 1.6)),
            gland_fat=float(rng.beta(3, 5) * 0.62 + 0.08),
            artery_hu=float(np.clip(rng.normal(275, 40), 190, 370)),
            vein_hu=float(np.clip(rng.normal(140, 28), 90, 210)),
            noise_hu=float(rng.uniform(8, 13)),
        )

    def to_image(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Return where a canonical point (mm) lies in the field of view (mm, warp left out)."""
        image_z = z * self.scale[2]
        cosine, sine = np.cos(self.yaw), np.sin(self.yaw)
        sx, sy = x * self.scale[0], y * self.scale[1]
        return (
            float(cosine * sx - sine * sy + self.shift_mm[0] + self.slope[0] * image_z),
            float(sine * sx + cosine * sy + self.shift_mm[1] + self.slope[1] * image_z),
            float(image_z),
        )

    def to_canonical(
        self, x: np.ndarray, y: np.ndarray, z: float
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Inverse of `to_image` for arrays x, y (mm) of one plane at height z (mm)."""
        cosine, sine = np.float32(np.cos(self.yaw)), np.float32(np.sin(self.yaw))
        x = x - np.float32(self.shift_mm[0] + self.slope[0] * z)
        y = y - np.float32(self.shift_mm[1] + self.slope[1] * z)
        return (
            (cosine * x + sine * y) * np.float32(1 / self.scale[0]),
            (cosine * y - sine * x) * np.float32(1 / self.scale[1]),
            z / self.scale[2],
        )


class Textures:
    """The random fields of one head, each with its own correlation length."""

    def __init__(self, rng: np.random.Generator, axes: Axes):
        self.warp_x = SmoothNoise(rng, 34, axes)
        self.warp_y = SmoothNoise(rng, 34, axes)
        self.coarse = SmoothNoise(rng, 9, axes)
        self.lobules = SmoothNoise(rng, 2.4, axes)
        self.fine = SmoothNoise(rng, 1.7, axes)


@dataclass(frozen=True)
class TexturePlane:
    """The fields of `Textures` at one level, each float32 (y, x), unit variance."""

    coarse: np.ndarray
    lobules: np.ndarray
    fine: np.ndarray

    @classmethod
    def at(cls, textures: Textures, z: float) -> TexturePlane:
        """Evaluate the fields at height `z` in mm of the field of view."""
        return cls(textures.coarse.plane(z), textures.lobules.plane(z), textures.fine.plane(z))


@dataclass(frozen=True)
class HeadPainter:
    """Paints the soft tissue, then (after the tumour) bone, air and vessels of a plane."""

    variation: HeadVariation

    def soft_tissue(
        self, canvas: Canvas, texture: TexturePlane, bulge: tuple[Window, np.ndarray] | None = None
    ) -> np.ndarray:
        """Paint skin, fat, muscles and glands; return the signed distance (mm) to the skin."""
        body = self._body(canvas, texture, bulge)
        self._muscles(canvas, texture, body)
        for nodes in canvas.strokes(structure("glands", "submandibular")):
            window, distance = canvas.distance(nodes)
            distance = distance + 1.2 * texture.lobules[window]
            canvas.paint(window, distance, SUBMANDIBULAR + 12 * texture.fine[window], 1.4)
        self._parotids(canvas, texture, body)
        for stroke in group("nodes").values():
            self._simple(canvas, stroke, NODE)
        return body

    def hard_tissue(self, canvas: Canvas, texture: TexturePlane) -> None:
        """Paint the skull, spine and jaws, then the airways."""
        self._skull(canvas, texture)
        for stroke in group("bones").values():
            for nodes in canvas.strokes(stroke):
                self._bone(canvas, nodes, texture)
        self._mastoid(canvas, texture)
        self._simple(canvas, structure("canal", "canal"), FLUID, rigid=True)
        self._simple(canvas, structure("canal", "cord"), CORD, rigid=True)
        self._simple(canvas, structure("teeth", "upper teeth"), TOOTH, rigid=True)
        for stroke in group("airways").values():
            self._simple(canvas, stroke, AIR, rigid=True, wobble=0.7 * texture.coarse)
        self._simple(
            canvas, structure("nasal", "turbinate"), MUCOSA, rigid=True, wobble=texture.coarse
        )
        if structure("nasal", "turbinate").nodes(canvas.z) is not None:  # nasal septum
            window, distance = canvas.distance(
                np.array([(0, -84, 0.9), (0.6, -36, 1.1)]), rigid=True
            )
            canvas.paint(window, distance, 180.0)

    def vessels(self, canvas: Canvas) -> None:
        """Paint the enhanced arteries and veins."""
        for stroke in group("arteries").values():
            self._simple(canvas, stroke, self.variation.artery_hu)
        for stroke in group("veins").values():
            self._simple(canvas, stroke, self.variation.vein_hu)

    def _simple(
        self,
        canvas: Canvas,
        stroke: Stroke,
        hu: float,
        *,
        rigid: bool = False,
        wobble: np.ndarray | None = None,
    ) -> None:
        for nodes in canvas.strokes(stroke):
            window, distance = canvas.distance(nodes, rigid=rigid)
            canvas.paint(window, distance if wobble is None else distance + wobble[window], hu)

    def _body(
        self, canvas: Canvas, texture: TexturePlane, bulge: tuple[Window, np.ndarray] | None
    ) -> np.ndarray:
        whole = (slice(None), slice(None))
        nodes = grown(canvas.strokes(structure("outline", "body"))[0], self.variation.fat_mm)
        body = signed_distance(np.abs(canvas.rigid_x), canvas.rigid_y, nodes)
        if bulge is not None:
            window, distance = bulge
            body[window] = _smooth_minimum(body[window], distance - COVER_MM, 7.0)
        for stroke in (structure("outline", "nose"), structure("outline", "ear")):
            for part in canvas.strokes(stroke):
                window, distance = canvas.distance(part)
                body[window] = _smooth_minimum(body[window], distance, 4.0)
        septa = np.clip(1 - np.abs(texture.coarse) / 0.07, 0, 1)
        fat = FAT + 5 * texture.fine + 38 * septa
        # Superficial fascia: a thin sheet under the fat of face and neck.
        fat += 45 * np.clip(1 - np.abs(body + 5.2 + 0.8 * texture.coarse) / 0.55, 0, 1)
        canvas.paint(whole, body, SKIN + 6 * texture.fine)
        canvas.paint(whole, body + np.float32(SKIN_MM), fat)
        self._simple(canvas, structure("outline", "ear"), SKIN)
        return body

    def _muscles(self, canvas: Canvas, texture: TexturePlane, body: np.ndarray) -> None:
        streaks = np.clip(texture.lobules - 1.5, 0, 1)
        muscle = MUSCLE + 5 * texture.fine - 85 * streaks
        for name, stroke in group("muscles").items():
            firm = name in _FIRM_MUSCLES
            for nodes in canvas.strokes(stroke):
                bulk = 0.0 if firm else min(self.variation.bulk_mm, float(nodes[:, 2].min()))
                window, distance = canvas.distance(grown(nodes, bulk))
                distance = distance + (0.5 if firm else 0.95) * texture.coarse[window]
                distance = np.maximum(distance, body[window] + np.float32(SKIN_MM + 1))
                if not firm:  # the fat plane between muscles
                    canvas.paint(window, distance - 0.7, FAT + 15)
                wall = name == "pharyngeal wall"
                canvas.paint(window, distance, MUCOSA if wall else muscle[window], 1.1)

    def _parotids(self, canvas: Canvas, texture: TexturePlane, body: np.ndarray) -> None:
        for nodes in canvas.strokes(structure("glands", "parotid")):
            window, distance = canvas.distance(grown(nodes, self.variation.gland_mm))
            distance = np.maximum(distance, body[window] + 4.0)
            distance = distance + 0.8 * texture.lobules[window] + 0.6 * texture.coarse[window]
            # Fat between lobules: where the field is low, more of it in a fatty gland.
            field = 0.7 * texture.fine[window] + 0.7 * texture.lobules[window]
            field += 0.3 * texture.coarse[window]
            level = 2.2 * (self.variation.gland_fat - 0.5)
            fat = np.clip(0.5 + 0.44 * (field + level), 0.12, 0.92)
            canvas.paint(window, distance, LOBULE + (FAT - LOBULE) * fat, 1.3)

    def _bone(self, canvas: Canvas, nodes: np.ndarray, texture: TexturePlane) -> None:
        window, distance = canvas.distance(nodes, rigid=True, reach_mm=6)
        distance = distance + 0.35 * texture.coarse[window]
        canvas.paint(window, distance, CORTEX)
        inner = np.clip(-distance - 1.5, 0, 1)
        canvas.blend(window, inner, MARROW + 60 * texture.fine[window])

    def _mastoid(self, canvas: Canvas, texture: TexturePlane) -> None:
        for nodes in canvas.strokes(structure("skull", "mastoid")):
            window, distance = canvas.distance(nodes, rigid=True, reach_mm=6)
            distance = distance + 0.5 * texture.coarse[window]
            canvas.paint(window, distance, 900.0)
            cells = np.clip(0.75 + 1.6 * texture.lobules[window], 0, 1)
            hu = CELL_WALL + (AIR + 120 - CELL_WALL) * cells
            canvas.blend(window, np.clip(-distance - 1.4, 0, 1), hu)

    def _skull(self, canvas: Canvas, texture: TexturePlane) -> None:
        """The occipital bone slopes, so its tables blur into one another in a 5 mm slice."""
        fossae = (structure("skull", f"{name} fossa") for name in ("middle", "posterior"))
        for nodes in itertools.chain.from_iterable(map(canvas.strokes, fossae)):
            window, distance = canvas.distance(nodes, rigid=True)
            distance = distance + 0.5 * texture.coarse[window]
            canvas.paint(window, distance, 950.0, 2.4)
            canvas.paint(window, distance + 5.5, FLUID, 2.4)
            inside = distance + 7.5 + 0.7 * texture.coarse[window]
            canvas.paint(window, inside, BRAIN + 3 * texture.coarse[window], 2.4)
        self._simple(canvas, structure("skull", "sphenoid sinus"), CORTEX, rigid=True)
        for nodes in canvas.strokes(structure("skull", "sphenoid sinus")):
            window, distance = canvas.distance(grown(nodes, -1.4), rigid=True)
            canvas.paint(window, distance + 0.5 * texture.coarse[window], AIR)


def _smooth_minimum(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    share = np.clip(0.5 + (b - a) * np.float32(0.5 / width), 0, 1)
    return b + (a - b) * share - np.float32(width) * share * (1 - share)
