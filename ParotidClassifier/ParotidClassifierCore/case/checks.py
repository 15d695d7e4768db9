"""What a user is told before anything runs: what was looked at, in order or not, one line each."""

import numpy as np
import SimpleITK as sitk

from ..base.errors import ParotidClassifierError
from ..base.words import share_of
from ..imaging.findings import (
    METAL_HU,
    METAL_VOXELS,
    QualityFinding,
    Severity,
    error,
    lesion_checks,
    noise_finding,
    noise_sd_hu,
    ok,
    refused,
    slice_thickness,
    warning,
)
from ..imaging.lattice import Box, Lattice, lattice_of
from ..imaging.side import side_finding
from ..imaging.volumes import require_hu, require_right_angles, require_volume
from .grid import DrawnRegions, on_working_grid, require_rings, require_tissue
from .loading import Case

THE_CT = "The CT"
THE_PLAIN_CT = "The plain CT"
_RIGHT_ANGLES = ok("axes_at_right_angles", "The axes stand at right angles.")

# A whole scan is judged by so many of its planes, which takes a tenth of the time.
_PLANES = 12
# Contrast agent brightens muscle, gland and vessels together by 10 HU and more; two plain scans, or
# two of the same phase, differ by less than this in the mean over a million voxels.
_LEAST_ENHANCEMENT_HU = 2.0
_TISSUE_HU = (0, 300)  # without fat, where nothing enhances, and without bone
_LARGE_SHARE_COVERED = 0.5


def check_ct(image: sitk.Image, name: str = THE_CT) -> list[QualityFinding]:
    """Return what an enhanced CT shows before anything is outlined on it; never raises.

    Returns:
        Size, axes, values, slices, noise and metal; only up to the first error.
    """
    findings = _volume_checks(image, name)
    if findings[-1].severity is Severity.ERROR:
        return findings
    noise = noise_sd_hu(_planes(image, _scan_box(image)))
    return [*findings, slice_thickness(image.GetSpacing()), noise_finding(noise), _metal(image)]


def check_plain_ct(ct: sitk.Image, plain: sitk.Image) -> list[QualityFinding]:
    """Return whether `plain` can be the plain CT that goes with the enhanced `ct`; never raises."""
    findings = _volume_checks(plain, THE_PLAIN_CT)
    if findings[-1].severity is Severity.ERROR:
        return findings
    whole = _scan_box(ct)
    common = whole.intersection(lattice_of(ct).box_of_image(plain))
    if common.is_empty:
        apart = error(
            "plain_ct_elsewhere",
            f"{THE_PLAIN_CT} does not overlap the enhanced CT. Choose the plain series of the same "
            "examination.",
        )
        return [*findings, apart]
    return [*findings, _coverage(common, whole), _enhancement(ct, plain, common)]


def check_outline(case: Case, drawn: DrawnRegions) -> list[QualityFinding]:
    """Return what outline and rings show, as they are being drawn; never raises."""
    prepared = on_working_grid(case, drawn)
    lesion = lesion_checks(prepared.grid, prepared.automatic)
    refusals = []
    for require, of in ((require_tissue, prepared.grid), (require_rings, drawn)):
        try:
            require(of)
        except ParotidClassifierError as reason:
            refusals.append(refused(reason))
    return [*refusals, *lesion, side_finding(prepared.side), *prepared.of_outline]


def _volume_checks(image: sitk.Image, name: str) -> list[QualityFinding]:
    """Return size, axes and values, up to the first error."""
    findings: list[QualityFinding] = []
    try:
        require_volume(image, name)
        findings.append(_size(image))
        require_right_angles(image.GetDirection(), name)
        findings.append(_RIGHT_ANGLES)
        require_hu(image, name)
        findings.append(_values(image))
    except ParotidClassifierError as reason:
        findings.append(refused(reason))
    return findings


def _size(image: sitk.Image) -> QualityFinding:
    size = " × ".join(map(str, image.GetSize()))
    spacing = " × ".join(f"{length:.2f}" for length in image.GetSpacing())
    return ok("volume", f"{size} voxels of {spacing} mm.")


def _values(image: sitk.Image) -> QualityFinding:
    values = sitk.GetArrayViewFromImage(image)
    return ok("hounsfield_units", f"Values from {values.min():.0f} to {values.max():.0f} HU: CT.")


def _metal(image: sitk.Image) -> QualityFinding:
    # The limit is a volume in mm³: voxels of the 1 mm grid.
    bright = int((sitk.GetArrayViewFromImage(image) >= METAL_HU).sum())
    if bright * float(np.prod(image.GetSpacing())) < METAL_VOXELS:
        return ok("no_metal", "No metal in the scan.")
    return warning(
        "metal_in_scan",
        f"There is metal in the scan (voxels above {METAL_HU} HU): look whether its streaks reach "
        "the tumour.",
    )


def _scan_box(ct: sitk.Image) -> Box:
    return lattice_of(ct).box_of_image(ct)


def _planes(image: sitk.Image, box: Box, lattice: Lattice | None = None) -> np.ndarray:
    """Return some planes of `box` on the 1 mm lattice, (plane, y, x) in HU."""
    lattice = lattice or lattice_of(image)
    (x, y, low), (x_end, y_end, high) = box.lower, box.upper
    heights = np.unique(np.linspace(low, high - 1, _PLANES + 2).round().astype(int)[1:-1])
    return np.concatenate(
        [lattice.sample_ct(image, Box((x, y, z), (x_end, y_end, z + 1))) for z in heights.tolist()]
    )


def _coverage(common: Box, whole: Box) -> QualityFinding:
    share = float(np.prod(common.size) / np.prod(whole.size))
    told = f"{THE_PLAIN_CT} covers {share_of(share)} the enhanced CT"
    if share >= _LARGE_SHARE_COVERED:
        return ok("plain_ct_covers", f"{told}.")
    return warning("plain_ct_covers_little", f"{told}: look whether the tumour lies in it.")


def _enhancement(ct: sitk.Image, plain: sitk.Image, common: Box) -> QualityFinding:
    """Return whether tissue is brighter in the enhanced CT than in the plain one."""
    lattice = lattice_of(ct)
    enhanced, before = (_planes(image, common, lattice).astype(int) for image in (ct, plain))
    if np.array_equal(enhanced, before):
        return warning(
            "plain_ct_is_enhanced_ct",
            f"{THE_PLAIN_CT} shows the same image as the enhanced CT; choose the plain series.",
        )
    low, high = _TISSUE_HU
    tissue = (before > low) & (before < high) & (enhanced > low) & (enhanced < high)
    brighter = float((enhanced - before)[tissue].mean()) if tissue.any() else 0.0
    if brighter >= _LEAST_ENHANCEMENT_HU:
        return ok(
            "plain_ct_unenhanced",
            f"Tissue is {brighter:.0f} HU brighter in the enhanced CT than in the plain CT.",
        )
    return warning(
        "plain_ct_not_darker",
        f"Tissue in the plain CT is not darker than in the enhanced CT (difference "
        f"{brighter:.0f} HU): check that it is the plain series and that the two are not swapped.",
    )
