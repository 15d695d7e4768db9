"""What the image and the outlines show about whether a case may be classified.

The study's criteria that an image can answer: a tumour that is large enough, soft tissue, no severe
artefact or noise (Shen et al. 2026, inclusion and exclusion). The rest is a checklist for the user.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy import ndimage

from ..base.errors import ParotidClassifierError
from ..base.words import share_of
from ..protocol import RingSettings
from .lattice import occupied
from .ring import Ring
from .working_grid import WorkingGrid

SMALLEST_DIAMETER_MM = 10.0
THICKEST_SLICE_MM = 5.0
USUAL_TUMOR_HU = (-20.0, 200.0)
AIR_HU = -200
MOST_AIR = 0.02
METAL_HU = 2500
METAL_VOXELS = 30
NOISY_SD_HU = 35.0
_SOFT_TISSUE_HU = (-150, 250)
_LARGE_SHARE_REMOVED = 0.5
OTHER_BODY_PART = "other_body_part"
DEMONSTRATION = "demonstration_bundle"
# What puts in doubt that there is anything to classify: told before the probability.
FIRST_CODES = frozenset({OTHER_BODY_PART})


class Severity(str, Enum):
    """How much a finding matters to the reader of a probability."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class QualityFinding:
    """One thing worth knowing about a case.

    Attributes:
        code: stable name, for machines.
        severity: ok for what was looked at and is in order, error for what cannot be used.
    """

    code: str
    severity: Severity
    message: str

    @property
    def line(self) -> str:
        """The finding in one line."""
        return f"{self.severity.value}: {self.message}"

    def as_dict(self) -> dict[str, str]:
        """Return the finding as plain words."""
        return {"code": self.code, "severity": self.severity.value, "message": self.message}


def warning(code: str, message: str) -> QualityFinding:
    """Return a finding that speaks against relying on the probability."""
    return QualityFinding(code, Severity.WARNING, message)


def info(code: str, message: str) -> QualityFinding:
    """Return a finding that is only worth knowing."""
    return QualityFinding(code, Severity.INFO, message)


def ok(code: str, message: str) -> QualityFinding:
    """Return what was looked at and is in order."""
    return QualityFinding(code, Severity.OK, message)


def error(code: str, message: str) -> QualityFinding:
    """Return why a case cannot be used, and what to do about it."""
    return QualityFinding(code, Severity.ERROR, message)


def refused(reason: ParotidClassifierError) -> QualityFinding:
    """Return an error that was raised as a finding: its message and its remedy."""
    return error(reason.kind, str(reason))


def first_ones_first(findings: Sequence[QualityFinding]) -> tuple[QualityFinding, ...]:
    """Return the findings, those that are told before the probability before all others."""
    return tuple(sorted(findings, key=lambda finding: finding.code not in FIRST_CODES))


def max_axial_diameter_mm(mask: np.ndarray) -> float:
    """Return the largest diameter of a mask (z, y, x; 1 mm) in any axial slice, in mm.

    Measured from outer edge to outer edge, as with a caliper.
    """
    return max((_diameter(plane) for plane in mask if plane.any()), default=0.0)


def _diameter(plane: np.ndarray) -> float:
    rows = np.flatnonzero(plane.any(axis=1))
    filled = plane[rows]
    # What lies between the first and the last voxel of a row is never farthest from another.
    first, last = filled.argmax(axis=1), filled.shape[1] - 1 - filled[:, ::-1].argmax(axis=1)
    up, across = np.concatenate([rows, rows]), np.concatenate([first, last])
    squares = np.subtract.outer(up, up) ** 2 + np.subtract.outer(across, across) ** 2
    return float(np.sqrt(squares.max())) + 1.0


def noise_sd_hu(ct: np.ndarray) -> float:
    """Return a robust estimate of the noise in soft tissue, of whole HU (z, y, x).

    Half the spread of differences between voxels two columns apart, which anatomy hardly moves in
    flat tissue: 1.4826 · MAD / √2 (Rousseeuw & Croux 1993).
    """
    low, high = _SOFT_TISSUE_HU
    soft = (ct > low) & (ct < high)
    both_soft = soft[:, :, :-2] & soft[:, :, 2:]
    if not both_soft.any():
        return 0.0
    twice = 2 * (ct[:, :, 2:] - ct[:, :, :-2])[both_soft].astype(np.int64)
    # Of twice the differences, the median is a whole number too.
    spread = _median(np.abs(twice - int(_median(twice)))) / 2
    return float(1.4826 * spread / np.sqrt(2))


def _median(whole: np.ndarray) -> float:
    """Return the median of whole numbers (n,) near each other, which need not be sorted for it."""
    lowest, middle = whole.min(), len(whole) // 2
    up_to = np.cumsum(np.bincount(whole - lowest))
    below, above = np.searchsorted(up_to, (middle - (len(whole) + 1) % 2, middle), side="right")
    return float(lowest + (below + above) / 2)


def quality_findings(
    grid: WorkingGrid, rings: Mapping[str, Ring], ct_spacing: tuple[float, float, float]
) -> list[QualityFinding]:
    """Return what speaks against, or should be known about, classifying this case."""
    checks = lesion_checks(grid, rings)
    checks.insert(len(checks) - len(rings), slice_thickness(ct_spacing))
    return [finding for finding in checks if finding.severity is not Severity.OK]


def lesion_checks(grid: WorkingGrid, rings: Mapping[str, Ring]) -> list[QualityFinding]:
    """Return what was looked at around the lesion, one finding each, in order or not."""
    return [
        _size(grid),
        _components(grid),
        _density(grid),
        _air(grid),
        _metal(grid),
        noise_finding(noise_sd_hu(grid.ct), "near the lesion "),
        *(_bone_and_air(grid, name, rings) for name in rings),
    ]


def _size(grid: WorkingGrid) -> QualityFinding:
    diameter = max_axial_diameter_mm(grid.tumor)
    if diameter >= SMALLEST_DIAMETER_MM:
        volume = grid.tumor.sum() / 1000
        return ok("tumor_size", f"The tumour measures {diameter:.0f} mm and {volume:.1f} ml.")
    return warning(
        "tumor_small",
        f"The tumour measures {diameter:.1f} mm; the study included tumours of at least "
        f"{SMALLEST_DIAMETER_MM:.0f} mm.",
    )


def _components(grid: WorkingGrid) -> QualityFinding:
    _, count = ndimage.label(grid.tumor[occupied(grid.tumor)], np.ones((3, 3, 3)))
    if count == 1:
        return ok("tumor_in_one_piece", "The outline is one piece.")
    return warning(
        "tumor_in_pieces",
        f"The outline consists of {count} separate pieces; outline one lesion at a time.",
    )


def _density(grid: WorkingGrid) -> QualityFinding:
    median = float(np.median(grid.ct[grid.tumor]))
    low, high = USUAL_TUMOR_HU
    if low <= median <= high:
        return ok(
            "tumor_density_usual",
            f"The outlined tissue has a median of {median:.0f} HU, as an enhanced tumour may have.",
        )
    return warning(
        "tumor_density_unusual",
        f"The outlined tissue has a median of {median:.0f} HU, outside the {low:.0f} to "
        f"{high:.0f} HU expected of an enhanced parotid tumour; check outline and phase.",
    )


def _air(grid: WorkingGrid) -> QualityFinding:
    share = float((grid.ct[grid.tumor] < AIR_HU).mean())
    if share <= MOST_AIR:
        return ok("no_air_in_outline", "The outline holds no air.")
    return warning(
        "air_in_outline",
        f"Air fills {share_of(share)} the outline: it reaches beyond the tissue.",
    )


def _metal(grid: WorkingGrid) -> QualityFinding:
    if int((grid.ct >= METAL_HU).sum()) < METAL_VOXELS:
        return ok("no_metal_near_lesion", "No metal lies near the lesion.")
    return warning(
        "metal_near_lesion",
        f"Voxels of at least {METAL_HU} HU lie near the lesion: metal, whose artefacts may change "
        "the features.",
    )


def noise_finding(sd_hu: float, where: str = "") -> QualityFinding:
    """Return whether a noise of `sd_hu`, as `noise_sd_hu` estimates it, is usable."""
    told = f"Soft tissue {where}varies by {sd_hu:.0f} HU from voxel to voxel"
    if sd_hu <= NOISY_SD_HU:
        return ok("noise_usual", f"{told}.")
    return warning("noisy", f"{told}: a noisy scan.")


def slice_thickness(spacing: tuple[float, float, float]) -> QualityFinding:
    """Return whether the slices of a CT with this spacing are as thin as the study's."""
    apart = f"Slices lie {max(spacing):.1f} mm apart"
    if max(spacing) <= THICKEST_SLICE_MM + 0.01:
        return ok("slices_thin", f"{apart}.")
    return warning("slices_thick", f"{apart}; the study used {THICKEST_SLICE_MM:.0f} mm.")


def other_ring(trained: RingSettings, used: RingSettings | None) -> QualityFinding | None:
    """Return how a ring differs from that of the training; None if it does not, or was given."""
    if used is None or used == trained:
        return None
    return warning(
        "ring_settings_differ",
        f"The models were trained with a ring of {trained.width_mm:g} mm between "
        f"{trained.hu_range[0]:g} and {trained.hu_range[1]:g} HU; this ring has "
        f"{used.width_mm:g} mm between {used.hu_range[0]:g} and {used.hu_range[1]:g} HU.",
    )


def _bone_and_air(grid: WorkingGrid, name: str, rings: Mapping[str, Ring]) -> QualityFinding:
    share = rings[name].removed_by_hu_fraction
    called, removed = "ring" if len(rings) == 1 else f"ring {name}", share_of(share)
    if share <= _LARGE_SHARE_REMOVED:
        return ok(
            "ring_size",
            f"The {called} measures {grid.mask(name).sum() / 1000:.1f} ml; the HU limits removed "
            f"{removed} what lies within its width.",
        )
    return warning(
        "ring_mostly_removed",
        f"The HU limits removed {removed} what lies within the width of the {called}, as bone "
        "or air; little tissue is left to judge.",
    )
