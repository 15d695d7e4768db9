"""From a loaded case to its working grid: cropped first, then resampled.

Cropping by a fixed margin comes first because PyRadiomics normalises its square, squareroot,
logarithm and exponential images by the maximum of the whole image it is given: with a fixed crop a
feature is a property of the lesion, not of how much of the patient was scanned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import SimpleITK as sitk

from ..base.errors import EmptyRingError, UnusableMaskError
from ..imaging.findings import AIR_HU, QualityFinding, info, quality_findings, warning
from ..imaging.lattice import Box, Lattice, lattice_of
from ..imaging.origin import origin_of
from ..imaging.ring import Refinement, Ring, RingSettings, automatic_ring, require_ring
from ..imaging.side import Side, side_finding, side_of
from ..imaging.working_grid import WorkingGrid
from ..protocol.region_names import EXTERNAL2, TUMOR
from .loading import Case
from .outline_names import name_finding

MARGIN_MM = 25

# An outline that fills half of the scan is a mask of the body or an inverted one.
_LARGEST_SHARE_OF_CT = 0.5
# A ring drawn by hand starts at the tumour; one that lies elsewhere belongs to another lesion.
_FARTHEST_RING_MM = 20


@dataclass(frozen=True)
class DrawnRing:
    """Tumor and ring of a case on the 1 mm lattice, with little around them.

    Attributes:
        box: their place on the lattice; `lattice_of(case.ct).geometry(box)` is that in the patient.
        tumor: bool (z, y, x) over `box`.
        ring: External2 as it counts, bool (z, y, x) over `box`; may be empty.
        automatic: the automatic ring over `box`, before any refinement by hand.
        settings: of the automatic ring.
        overlap: voxels of a ring as it was given that lie in the tumour; they count as Tumor.
    """

    box: Box
    tumor: np.ndarray
    ring: np.ndarray
    automatic: Ring
    settings: RingSettings
    overlap: int = 0


def require_drawn_ring(drawn: DrawnRing) -> None:
    """Raise EmptyRingError where no voxel of the ring is left, saying what took them."""
    if drawn.automatic.mask.any() and not drawn.ring.any():
        raise EmptyRingError(
            "Nothing of the ring is left after it was edited by hand.",
            "Drop the refinement of the ring, or draw External2 again.",
        )
    require_ring(drawn.ring, drawn.settings)


@dataclass(frozen=True)
class PreparedCase:
    """A case on its working grid.

    Attributes:
        grid: CT, Tumor and External2.
        box: the grid's place on the lattice.
        automatic: the automatic ring over `grid`, before any refinement by hand.
        findings: what the image shows.
        side: of the body that the tumour lies on; None where that cannot be told.
    """

    grid: WorkingGrid
    box: Box
    automatic: Ring
    findings: tuple[QualityFinding, ...]
    side: Side | None = None


def draw_ring(
    case: Case,
    settings: RingSettings = RingSettings(),  # noqa: B008  frozen
    refinement: Refinement | None = None,
) -> DrawnRing:
    """Return the ring that `prepare` works with; quick, as only the CT around it is looked at.

    Args:
        case: CT and outlines; a ring that the case brings takes the place of the automatic one.
        settings: of the automatic ring.
        refinement: changes by hand, applied to the automatic ring; not with a case's own ring.

    Raises:
        UnusableMaskError: the outline is empty, misses the CT, touches its border, fills it or is
            too small for the grid; or the ring lies elsewhere.
    """
    lattice = lattice_of(case.ct)
    ct_box = lattice.box_of_image(case.ct)
    near, tumor = tumor_on_lattice(case, settings.reach + 1)
    automatic = automatic_ring(lattice.sample_ct(case.ct, near), tumor, settings)
    box, ring = near, automatic.mask
    if case.ring is not None:
        box, ring = _given_ring(case.ring, lattice, near, ct_box)
    elif refinement is not None:
        box, ring = _refined(refinement, automatic.mask, tumor, near, ct_box)
    tumor = near.transferred(tumor, box)
    overlap = int(np.count_nonzero(ring & tumor))
    return DrawnRing(box, tumor, ring & ~tumor, _moved(automatic, near, box), settings, overlap)


def prepare(
    case: Case,
    settings: RingSettings = RingSettings(),  # noqa: B008  frozen
    refinement: Refinement | None = None,
) -> PreparedCase:
    """Return the case on its 1 mm grid: the box of Tumor ∪ ring and 25 mm around it.

    Args:
        case, settings, refinement: see `draw_ring`.

    Raises:
        UnusableMaskError: as `draw_ring`, or the outline lies in air.
        EmptyRingError: no voxel of the ring is left.
    """
    drawn = draw_ring(case, settings, refinement)
    require_drawn_ring(drawn)
    prepared = on_working_grid(case, drawn)
    require_tissue(prepared.grid)
    findings = quality_findings(prepared.grid, prepared.automatic, case.ct.GetSpacing())
    if prepared.side is Side.ACROSS:
        findings.append(side_finding(prepared.side))
    return replace(prepared, findings=(*findings, *prepared.findings))


def on_working_grid(case: Case, drawn: DrawnRing) -> PreparedCase:
    """Return the case on the grid around its drawn ring, which may be empty.

    Its findings are those of grid and outline alone; `prepare` looks at the lesion too.
    """
    lattice = lattice_of(case.ct)
    wanted = drawn.box.box_of(drawn.tumor | drawn.ring).padded(MARGIN_MM)
    box = wanted.intersection(lattice.box_of_image(case.ct))
    grid = WorkingGrid(
        lattice.sample_ct(case.ct, box),
        drawn.box.transferred(drawn.tumor, box),
        drawn.box.transferred(drawn.ring, box),
        lattice.geometry(box),
    )
    findings = (*_crop_findings(box, wanted), *_origin_findings(case, drawn))
    side = side_of(case.ct, drawn.box, drawn.tumor)
    return PreparedCase(grid, box, _moved(drawn.automatic, drawn.box, box), findings, side)


def _moved(ring: Ring, box: Box, target: Box) -> Ring:
    return replace(ring, mask=box.transferred(ring.mask, target))


def require_tissue(grid: WorkingGrid) -> None:
    """Raise UnusableMaskError where the outline lies in air."""
    median = float(np.median(grid.ct[grid.tumor]))
    if median < AIR_HU:
        raise UnusableMaskError(
            f"The {TUMOR} outline lies in air: its median is {median:.0f} HU.",
            "Choose the outline drawn on this scan, and check that both are in the same space.",
        )


def tumor_on_lattice(case: Case, margin: int) -> tuple[Box, np.ndarray]:
    """Return the tumour, bool (z, y, x), over a box with `margin` mm of the CT around it.

    Raises:
        UnusableMaskError: the outline is empty, misses the CT, touches its border, fills it or is
            too small for the grid.
    """
    lattice = lattice_of(case.ct)
    ct_box = lattice.box_of_image(case.ct)
    box = _box_of(case.tumor, TUMOR, lattice)
    if box.intersection(ct_box).is_empty:
        raise UnusableMaskError(
            f"The {TUMOR} outline does not overlap the CT.",
            "Choose the outline drawn on this scan; check that both are in the same space.",
        )
    _require_inside(case, box, ct_box)
    near = box.padded(margin).intersection(ct_box)
    tumor = lattice.sample_mask(case.tumor, near)
    if not tumor.any():
        raise _too_small(TUMOR)
    return near, tumor


def _box_of(mask: sitk.Image, region: str, lattice: Lattice) -> Box:
    """Return the lattice points in the box of a mask; a few voxels may hold none."""
    box = lattice.box_of_index_range(mask, *index_range(mask, region))
    if box.is_empty:
        raise _too_small(region)
    return box


def _too_small(region: str) -> UnusableMaskError:
    return UnusableMaskError(
        f"The {region} outline is too small for the 1 mm grid.", "Outline the whole lesion."
    )


def _require_inside(case: Case, box: Box, ct_box: Box) -> None:
    inner = _without_border_voxels(case.ct, ct_box)
    if not inner.contains(box):
        raise UnusableMaskError(
            f"The {TUMOR} outline touches the border of the CT: the lesion may be cut off.",
            "Use a scan that shows the whole lesion, or correct the outline.",
        )
    voxels = sitk.GetArrayViewFromImage(case.tumor)
    voxel_volume = float(np.prod(case.tumor.GetSpacing()))
    share = int(np.count_nonzero(voxels)) * voxel_volume / float(np.prod(ct_box.size))
    if share > _LARGEST_SHARE_OF_CT:
        raise UnusableMaskError(
            f"The {TUMOR} outline fills {share:.0%} of the CT.",
            "Outline the lesion alone; the mask may be of the body, or inverted.",
        )


def _without_border_voxels(ct: sitk.Image, ct_box: Box) -> Box:
    last = tuple(n - 2 for n in ct.GetSize())
    if min(last) < 1:
        return Box(ct_box.lower, ct_box.lower)
    return lattice_of(ct).box_of_index_range(ct, (1, 1, 1), last)


def _given_ring(
    ring: sitk.Image, lattice: Lattice, near: Box, ct_box: Box
) -> tuple[Box, np.ndarray]:
    box = _box_of(ring, EXTERNAL2, lattice).intersection(ct_box)
    if box.is_empty or not near.padded(_FARTHEST_RING_MM).contains(box):
        raise UnusableMaskError(
            f"The {EXTERNAL2} outline does not lie around the {TUMOR} outline.",
            "Choose the ring that belongs to this lesion, or leave it out to have it computed.",
        )
    box = box.hull(near)
    return box, lattice.sample_mask(ring, box)


def _refined(
    refinement: Refinement, automatic: np.ndarray, tumor: np.ndarray, near: Box, ct_box: Box
) -> tuple[Box, np.ndarray]:
    box = near
    if len(refinement.added):
        lower = tuple(refinement.added.min(axis=0)[::-1].tolist())
        upper = tuple((refinement.added.max(axis=0)[::-1] + 1).tolist())
        box = near.hull(Box(lower, upper)).intersection(ct_box)
    corner = box.lower[::-1]
    return box, refinement.applied(
        near.transferred(automatic, box), near.transferred(tumor, box), corner
    )


def index_range(mask: sitk.Image, region: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the first and last voxel (x, y, z) of a mask.

    Raises:
        UnusableMaskError: it is empty; `region` names it.
    """
    voxels = sitk.GetArrayViewFromImage(mask)
    slices = voxels.any(axis=(1, 2))
    if not slices.any():
        raise UnusableMaskError(f"The {region} outline is empty.", "Outline the lesion.")
    plane = voxels[slices].any(axis=0)
    filled = [np.flatnonzero(along) for along in (plane.any(axis=0), plane.any(axis=1), slices)]
    return tuple(int(at[0]) for at in filled), tuple(int(at[-1]) for at in filled)


def _crop_findings(box: Box, wanted: Box) -> list[QualityFinding]:
    if box == wanted:
        return []
    return [
        warning(
            "scan_ends_near_lesion",
            f"The scan ends less than {MARGIN_MM} mm from the lesion, so some features depend on "
            "where it ends.",
        )
    ]


def _origin_findings(case: Case, drawn: DrawnRing) -> list[QualityFinding]:
    origin = origin_of(case.tumor)
    findings = list(origin.notes) if origin else []
    findings += filter(None, [name_finding(origin)])
    if not (_same_grid(case.ct, case.tumor) or lattice_of(case.ct).holds(case.tumor)):
        findings.append(
            info(
                "outline_resampled",
                f"The {TUMOR} outline lay on another grid than the CT and was resampled.",
            )
        )
    if case.ring is not None:
        ring = origin_of(case.ring)
        findings += ring.notes if ring else ()
        findings.append(info("ring_given", f"{EXTERNAL2} was taken as given, not computed."))
    if drawn.overlap:
        findings.append(
            info(
                "ring_overlaps_tumor",
                f"{EXTERNAL2} as given overlaps {TUMOR} by {drawn.overlap} mm³, which count as "
                f"{TUMOR} alone.",
            )
        )
    return findings


def _same_grid(ct: sitk.Image, mask: sitk.Image) -> bool:
    def corners(image: sitk.Image) -> np.ndarray:
        last = tuple(n - 1 for n in image.GetSize())
        ends = (
            image.TransformIndexToPhysicalPoint((0, 0, 0)),
            image.TransformIndexToPhysicalPoint(last),
        )
        return np.sort(np.array(ends), axis=0)

    return sorted(ct.GetSize()) == sorted(mask.GetSize()) and np.allclose(
        corners(ct), corners(mask), atol=1e-2
    )
