"""What CT can measure of the recorded clinical variables, by the published definitions.

Shen et al. 2026, Methods: the maximum diameter is that of the largest cross-section; the limits in
HU are below. The paper does not say how it was kept from taking noise for a cyst: what is decided
here stands beside each constant. A measurement is an offer to the reader, never a finding.
"""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from ..base.errors import UnusableImageError
from ..imaging.findings import max_axial_diameter_mm
from ..imaging.lattice import Box, lattice_of
from ..imaging.volumes import require_hu, require_volume
from ..protocol import Protocol, shen2026
from .checks import THE_PLAIN_CT
from .grid import tumor_on_lattice
from .loading import Case

CYST_HU = 20.0
CALCIFICATION_HU = 100.0
SLIGHT_ENHANCEMENT_HU = 20.0
OBVIOUS_ENHANCEMENT_HU = 40.0

# Voxels so near to the outline are left out: they share their volume with fat, air or bone.
BORDER_MM = 1.5
# Below this it is fat rather than fluid; between, noise that smoothing has left.
LEAST_FLUID_HU = -30.0
# Standard deviation of the smoothing, within the tumour alone: of a noise of 35 HU, the most that
# passes as usual, it leaves about 7 HU, and of a cyst of 6 mm or a speck of calcium enough to find.
SMOOTHING_MM = 0.8
# The smallest connected cyst: a ball of 4 mm, so more than one voxel of any scan. In 60 simulated
# cases (slices of 5 mm) these choices found 16 of 22 drawn cysts and called 6 of the other 38
# cystic, for dark patches of the solid part; single voxels of at most 20 HU lay in 49 of the 60.
LEAST_CYST_MM3 = 33
# The smallest connected calcification: two voxels each way.
LEAST_CALCIFICATION_MM3 = 8

_LEVELS = ("without", "with")


@dataclass(frozen=True)
class Measurement:
    """One clinical variable as CT shows it.

    Attributes:
        value: word of its level there, or number; None if it cannot be measured.
        how: one sentence with the numbers, or why it cannot be measured.
    """

    variable: str
    value: str | float | None
    how: str


def measurements(
    case: Case, plain_ct: sitk.Image | None = None, protocol: Protocol | None = None
) -> tuple[Measurement, ...]:
    """Return what can be measured: diameter, cystic areas, calcification, enhancement.

    Args:
        protocol: whose variables are measured, if they are those of the published study.
        plain_ct: of the same examination, on any grid in the same space. Without it calcification
            is not offered, as enhanced vessels and tissue are as bright, and neither is the
            enhancement.

    Raises:
        UnusableMaskError: the outline is empty or does not lie on the CT.
    """
    protocol = protocol or shen2026()
    return tuple(
        found
        for found in _measured(case, plain_ct)
        if (found.value is None and found.variable in protocol.clinical)
        or protocol.has(found.variable, found.value)
    )


def _measured(case: Case, plain_ct: sitk.Image | None) -> tuple[Measurement, ...]:
    box, tumor = tumor_on_lattice(case, margin=0)
    inside = _inside(tumor)
    enhanced = lattice_of(case.ct).sample_ct(case.ct, box)
    cysts = _cysts(enhanced, inside)
    try:
        plain = _plain_over(plain_ct, case.ct, box)
    except UnusableImageError as reason:
        of_plain_ct = [
            Measurement(variable, None, reason.message)
            for variable in ("calcification", "enhancement_degree")
        ]
    else:
        solid = inside & ~cysts
        of_plain_ct = [_calcification(plain, inside), _enhancement(enhanced, plain, solid)]
    return (_diameter(tumor), _cystic_areas(cysts), *of_plain_ct)


def _plain_over(plain: sitk.Image | None, ct: sitk.Image, box: Box) -> np.ndarray:
    """Return the plain CT at the lattice points of `box`, HU (z, y, x)."""
    if plain is None:
        raise UnusableImageError("This is measured on plain CT, and none was chosen.")
    require_volume(plain, THE_PLAIN_CT)
    require_hu(plain, THE_PLAIN_CT)
    corners = lattice_of(ct).geometry(box).corners(box.size)
    indices = np.array([plain.TransformPhysicalPointToContinuousIndex(at) for at in corners])
    if (indices < -0.5).any() or (indices > np.array(plain.GetSize()) - 0.5).any():
        raise UnusableImageError(f"{THE_PLAIN_CT} does not show the whole tumour.")
    return lattice_of(ct).sample_ct(plain, box)


def _inside(tumor: np.ndarray) -> np.ndarray:
    """Return the tumour without its border; all of it where nothing else is left."""
    padded = np.pad(tumor, 1)
    inner = (ndimage.distance_transform_edt(padded) > BORDER_MM)[1:-1, 1:-1, 1:-1]
    return inner if inner.any() else tumor


def _smoothed(hu: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return `hu` smoothed within `mask` alone, so that nothing outside darkens its border."""
    weight = ndimage.gaussian_filter(mask.astype(float), SMOOTHING_MM)
    total = ndimage.gaussian_filter(np.where(mask, hu, 0).astype(float), SMOOTHING_MM)
    return np.divide(total, weight, out=hu.astype(float), where=mask)


def _in_pieces_of(mask: np.ndarray, least: int) -> np.ndarray:
    """Return the connected parts of `mask` with at least so many voxels (of 1 mm³)."""
    labels, _ = ndimage.label(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return (sizes >= least)[labels]


def _cysts(enhanced: np.ndarray, inside: np.ndarray) -> np.ndarray:
    hu = _smoothed(enhanced, inside)
    fluid = inside & (hu <= CYST_HU) & (hu >= LEAST_FLUID_HU)
    return _in_pieces_of(fluid, LEAST_CYST_MM3)


def _diameter(tumor: np.ndarray) -> Measurement:
    diameter = max_axial_diameter_mm(tumor)
    how = f"The largest diameter in any axial slice is {diameter:.0f} mm."
    return Measurement("max_diameter_cm", round(diameter / 10, 1), how)


def _cystic_areas(cysts: np.ndarray) -> Measurement:
    volume, limit = int(cysts.sum()), f"{CYST_HU:.0f} HU or less"
    how = f"No connected part of {LEAST_CYST_MM3} mm³ inside the outline has {limit}."
    if volume:
        how = f"{volume / 1000:.2f} ml inside the outline are connected parts of {limit}."
    return Measurement("cystic_areas", _LEVELS[volume > 0], how)


def _calcification(plain: np.ndarray, inside: np.ndarray) -> Measurement:
    hu = _smoothed(plain, inside)
    dense = _in_pieces_of(inside & (hu > CALCIFICATION_HU), LEAST_CALCIFICATION_MM3)
    volume, limit = int(dense.sum()), f"more than {CALCIFICATION_HU:.0f} HU on plain CT"
    how = f"No connected part of {LEAST_CALCIFICATION_MM3} mm³ has {limit}."
    if volume:
        how = f"{volume} mm³ inside the outline have {limit}."
    return Measurement("calcification", _LEVELS[volume > 0], how)


def _enhancement(enhanced: np.ndarray, plain: np.ndarray, solid: np.ndarray) -> Measurement:
    if not solid.any():
        return Measurement("enhancement_degree", None, "The tumour has no solid part.")
    after, before = float(enhanced[solid].mean()), float(plain[solid].mean())
    how = (
        f"The solid part has {after:.0f} HU in the enhanced and {before:.0f} HU in the plain CT: "
        f"{after - before:.0f} HU more."
    )
    return Measurement("enhancement_degree", enhancement_level(after - before), how)


def enhancement_level(hu: float) -> str:
    """Return the degree of an enhancement of so many HU over plain CT."""
    if hu < SLIGHT_ENHANCEMENT_HU:
        return "slight"
    return "obvious" if hu > OBVIOUS_ENHANCEMENT_HU else "moderate"
