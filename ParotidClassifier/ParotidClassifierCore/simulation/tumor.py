"""The tumour: where it lies, its form, and how a plane of it and its surroundings is painted."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .canvas import EDGE_MM, Canvas, Window, coverage
from .head import SKIN_MM, HeadVariation
from .noise import Axes, SmoothNoise
from .traits import Findings, Traits

STRAND_HU = 74.0
_SOLID_RANGE_HU = (12.0, 165.0)
_SURROUNDINGS_MM = 11.0  # how far infiltration and the window around the tumour reach
_GRAIN_FLATTENING = 0.5
_OUTWARD = 0.3  # share of a blurred margin's width by which it is moved outwards
_NORMAL = NormalDist()

# Centre of a small tumour (canonical head, mm) and how far it moves per mm of radius: superficial
# ones grow outwards, deep ones towards the parapharyngeal space.
_SITES = {
    "superficial": ((61.0, 2.0), (0.20, 0.05)),
    "both": ((55.0, 6.0), (0.12, 0.05)),
    "deep": ((46.5, 6.0), (-0.10, 0.0)),
}


@dataclass(frozen=True)
class Blob:
    """A sphere inside the tumour, in mm relative to its centre (x, y, z)."""

    center: tuple[float, float, float]
    radius: float
    hu: float


@dataclass(frozen=True)
class TumorShape:
    """Geometry and appearance of one tumour.

    Attributes:
        center: in the field of view (x, y, z), mm.
        axes: semi-axes in mm; the first two lie in the axial plane, turned by `turn` radians.
        lobulation_mm: displacement of the visible outline (standard deviation).
        spicule_mm: reach of the spicules beyond it.
        edge_mm: width of the transition to the surroundings.
        infiltration: density of strands in the surroundings, 0 to 1.
        mass_effect: share of the tumour's volume by which the surroundings are pushed away.
        solid_hu: mean of the solid part.
        texture_hu, grain_mm: heterogeneity of the solid part: amplitude and grain.
        raggedness_mm: irregularity of the border of cysts and necrosis.
        cysts, calcifications: low and high density parts.
    """

    center: tuple[float, float, float]
    axes: tuple[float, float, float]
    turn: float
    lobulation_mm: float
    spicule_mm: float
    edge_mm: float
    infiltration: float
    mass_effect: float
    solid_hu: float
    texture_hu: float
    grain_mm: float
    raggedness_mm: float
    cysts: tuple[Blob, ...]
    calcifications: tuple[Blob, ...]

    @property
    def radius_mm(self) -> float:
        """Radius of the sphere of the same volume."""
        return float(np.prod(self.axes) ** (1 / 3))

    @property
    def reach_mm(self) -> float:
        """Largest distance from the centre that the visible outline may have."""
        return max(self.axes) + 2.5 * self.lobulation_mm + 1.5

    def displaced(
        self, x: np.ndarray, y: np.ndarray, z: float
    ) -> tuple[Window, np.ndarray, np.ndarray] | None:
        """Return where tissue at (x, y, z) mm lay before the tumour pushed it, near the tumour.

        The surroundings give way without changing volume: a shell of radius r comes from
        (r³ - k R³)^(1/3).
        """
        reach = 3.5 * self.radius_mm
        if abs(z - self.center[2]) > reach:
            return None
        window = _window(x, y, self.center, reach)
        dx = (x[window[1]] - self.center[0])[None, :]
        dy = (y[window[0]] - self.center[1])[:, None]
        dz = z - self.center[2]
        r = np.sqrt(dx * dx + dy * dy + dz * dz) + np.float32(1e-3)
        taken = self.mass_effect * self.radius_mm**3
        fade = np.clip((reach - r) / (0.5 * reach), 0, 1)
        before = np.cbrt(np.maximum(r**3 - taken * fade, 0.02 * r**3))
        share = (before / r).astype(np.float32)
        return window, self.center[0] + dx * share, self.center[1] + dy * share


def draw_tumor(
    rng: np.random.Generator, traits: Traits, findings: Findings, head: HeadVariation
) -> TumorShape:
    """Turn traits and findings into the geometry and appearance of a tumour in this head."""
    tumor, ring, shape = (_NORMAL.cdf(v) for v in (traits.tumor, traits.ring, traits.shape))
    half = 5.0 * traits.diameter_cm
    lobulation = half * (0.02 + 0.10 * shape)
    half -= 0.35 * lobulation
    wide = (0.86, 1.0) if findings["shape"] == "round" else (0.66, 0.92)
    axes = (half, half * rng.uniform(*wide), half * rng.uniform(0.75, 1.05))
    return TumorShape(
        center=_place(rng, findings["location"], axes, head),
        axes=tuple(float(axis) for axis in axes),
        turn=float(rng.uniform(0, np.pi)),
        lobulation_mm=float(lobulation),
        spicule_mm=float(4.5 * max(0.0, 0.6 * shape + 0.6 * ring - 0.45)),
        edge_mm=float(EDGE_MM + 4.2 * ring**2),
        infiltration=float(0.95 * ring),
        mass_effect=float(0.85 - 0.45 * ring),
        solid_hu=traits.plain_hu + traits.enhancement_hu,
        texture_hu=float(3 + 60 * tumor),
        grain_mm=float(2.1 + 0.9 * tumor),
        raggedness_mm=float(0.06 * half + 0.22 * half * tumor),
        cysts=_cysts(rng, half, tumor) if findings["cystic_areas"] == "with" else (),
        calcifications=_calcifications(rng, half) if findings["calcification"] == "with" else (),
    )


def _place(
    rng: np.random.Generator, location: str, axes: tuple[float, float, float], head: HeadVariation
) -> tuple[float, float, float]:
    (x, y), (outward, backward) = _SITES[location]
    radius = float(np.mean(axes))
    side = 1 if rng.random() < 0.5 else -1
    x += outward * radius + rng.normal(0, 0.8)
    y += backward * radius + rng.normal(0, 2.0)
    return head.to_image(side * x, y, float(np.clip(rng.normal(-6, 6), -18, 12)))


def _cysts(rng: np.random.Generator, half: float, tumor: float) -> tuple[Blob, ...]:
    """One to three low-density parts; more of the tumour in heterogeneous ones."""
    share = rng.uniform(0.05, 0.12) + 0.10 * tumor
    count = int(rng.integers(1, 4))
    radius = max(half * (share / count) ** (1 / 3), 2.6)
    return tuple(
        Blob(
            _inside(rng, half - radius),
            float(radius * rng.uniform(0.9, 1.15)),
            float(rng.uniform(3, 12)),
        )
        for _ in range(count)
    )


def _calcifications(rng: np.random.Generator, half: float) -> tuple[Blob, ...]:
    return tuple(
        Blob(_inside(rng, 0.7 * half), float(rng.uniform(1.4, 2.4)), float(rng.uniform(500, 900)))
        for _ in range(int(rng.integers(1, 5)))
    )


def _inside(rng: np.random.Generator, radius: float) -> tuple[float, float, float]:
    direction = rng.standard_normal(3) * (1, 1, 0.6)
    length = max(radius, 0.0) * 0.75 * rng.random() ** 0.5
    x, y, z = direction / np.linalg.norm(direction) * length
    return float(x), float(y), float(z)


class TumorPainter:
    """Paints one tumour and says where its visible outline lies."""

    def __init__(self, rng: np.random.Generator, shape: TumorShape, x: np.ndarray, y: np.ndarray):
        self.shape = shape
        self._reach = shape.reach_mm + _SURROUNDINGS_MM
        self.window = _window(x, y, shape.center, self._reach)
        self._x = (x[self.window[1]] - shape.center[0]).astype(np.float32)[None, :]
        self._y = (y[self.window[0]] - shape.center[1]).astype(np.float32)[:, None]
        axes = Axes(self._x[0], self._y[:, 0], (-self._reach - 3, self._reach + 3))
        self._lobules = SmoothNoise(rng, max(0.42 * shape.radius_mm, 3.0), axes)
        self._spicules = SmoothNoise(rng, 2.6, axes)
        self._grain = SmoothNoise(rng, shape.grain_mm, axes)
        self._strands = SmoothNoise(rng, 2.2, axes)
        self._wobble = SmoothNoise(rng, 5.5, axes)

    def reaches(self, z: float) -> bool:
        """Whether the tumour or its surroundings meet the plane at height `z` mm."""
        return abs(z - self.shape.center[2]) < self._reach

    def paint(self, canvas: Canvas, z: float, skin: np.ndarray) -> np.ndarray:
        """Paint the plane at height `z` (field of view, mm).

        Returns:
            Signed distance (mm) of the window's pixels to the visible outline.
        """
        level = z - self.shape.center[2]
        outline = np.maximum(self._outline(level), skin + np.float32(SKIN_MM + 0.6))
        self._surroundings(canvas, outline, level)
        self._solid(canvas, outline, level)
        return outline

    def reading(self, level_mm: float) -> np.ndarray:
        """Displacement (mm) of a reader's contour from the outline, on one slice."""
        doubt = 0.30 + 0.12 * (self.shape.edge_mm - EDGE_MM)
        return np.float32(doubt) * self._wobble.plane(level_mm)

    def bulge(self, z: float) -> tuple[Window, np.ndarray]:
        """Return the window and the signed distance (mm) to the tumour without its lobules."""
        return self.window, self._ellipsoid(z - self.shape.center[2])

    def _outline(self, level: float) -> np.ndarray:
        lobules = np.float32(self.shape.lobulation_mm) * self._lobules.plane(level)
        return self._ellipsoid(level) - lobules

    def _ellipsoid(self, level: float) -> np.ndarray:
        cosine, sine = np.float32(np.cos(self.shape.turn)), np.float32(np.sin(self.shape.turn))
        a, b, c = (np.float32(axis) for axis in self.shape.axes)
        along = (cosine * self._x + sine * self._y) / a
        across = (cosine * self._y - sine * self._x) / b
        up = np.float32(level) / c
        f = np.sqrt(along**2 + across**2 + up**2) + np.float32(1e-4)
        gradient = np.sqrt((along / a) ** 2 + (across / b) ** 2 + (up / c) ** 2) / f
        return (f - 1) / np.maximum(gradient, np.float32(0.5 / a))

    def _surroundings(self, canvas: Canvas, outline: np.ndarray, level: float) -> None:
        """Strands and haze: fat and gland around the tumour take on soft-tissue density."""
        strands = np.clip(1.25 - np.abs(self._strands.plane(level)) / 0.55, 0, 1)
        fade = np.exp(-np.maximum(outline, 0) * np.float32(1 / 3.2)) * (outline > -2)
        share = np.float32(self.shape.infiltration) * (0.35 + 0.65 * strands) * fade
        share *= coverage(outline - np.float32(_SURROUNDINGS_MM - 2), 3.0)
        target = canvas.hu[self.window]
        share *= target < np.float32(150)  # vessels stay bright
        share *= target > np.float32(-400)
        hu = STRAND_HU + 0.25 * (self.shape.solid_hu - STRAND_HU)
        canvas.blend(self.window, share, hu)

    def _solid(self, canvas: Canvas, outline: np.ndarray, level: float) -> None:
        shape = self.shape
        # Patches longer than wide along z, so that slices of 5 mm do not average them away.
        grain = self._grain.plane(_GRAIN_FLATTENING * level)
        patches = grain - 0.35 * np.abs(grain)  # low patches are deeper than high ones are bright
        hu = np.float32(shape.solid_hu) + np.float32(shape.texture_hu) * (patches + 0.25)
        np.clip(hu, *_SOLID_RANGE_HU, out=hu)
        ragged = np.float32(shape.raggedness_mm) * self._lobules.plane(level)
        ragged += np.float32(0.5 * shape.raggedness_mm) * grain
        for cyst in shape.cysts:
            share = coverage(self._sphere(cyst, level) + ragged, 1.4)
            hu += share * (np.float32(cyst.hu) - hu)
        for speck in shape.calcifications:
            hu += coverage(self._sphere(speck, level)) * (np.float32(speck.hu) - hu)
        spicules = np.clip(1 - np.abs(self._spicules.plane(level)) / 0.45, 0, 1)
        edge = outline - np.float32(shape.spicule_mm) * spicules
        # A blurred margin reaches further out than in: the tumour seeps into its surroundings.
        edge -= np.float32(_OUTWARD * (shape.edge_mm - EDGE_MM))
        canvas.blend(self.window, coverage(edge, shape.edge_mm), hu)

    def _sphere(self, blob: Blob, level: float) -> np.ndarray:
        x, y, z = blob.center
        square = (self._x - np.float32(x)) ** 2 + (self._y - np.float32(y)) ** 2
        return np.sqrt(square + np.float32((level - z) ** 2)) - np.float32(blob.radius)


def _window(
    x: np.ndarray, y: np.ndarray, center: tuple[float, float, float], reach: float
) -> Window:
    return (
        slice(*np.searchsorted(y, (center[1] - reach, center[1] + reach)).tolist()),
        slice(*np.searchsorted(x, (center[0] - reach, center[0] + reach)).tolist()),
    )
