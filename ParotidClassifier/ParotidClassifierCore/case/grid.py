"""From a loaded case to its working grid: cropped first, then resampled.

Cropping by a fixed margin comes first because PyRadiomics normalises its square, squareroot,
logarithm and exponential images by the maximum of the whole image it is given: with a fixed crop a
feature is a property of the lesion, not of how much of the patient was scanned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce

import numpy as np
import SimpleITK as sitk

from ..base.errors import EmptyRingError, UnusableMaskError
from ..base.words import listed, share_of
from ..imaging.findings import AIR_HU, QualityFinding, info, quality_findings, warning
from ..imaging.lattice import Box, Lattice, bounds
from ..imaging.origin import origin_of
from ..imaging.ring import Refinement, Ring, automatic_ring, require_ring
from ..imaging.side import Side, side_finding, side_of
from ..imaging.working_grid import Geometry, WorkingGrid
from ..protocol import Protocol, Region
from .loading import Case
from .outline_names import name_finding

MARGIN_MM = 25

# An outline that fills half of the scan is a mask of the body or an inverted one.
_LARGEST_SHARE_OF_CT = 0.5
_SHARE_BEYOND_LIMITS = 0.02  # a slip of the brush
# A ring drawn by hand starts at the tumour; one that lies elsewhere belongs to another lesion.
_FARTHEST_RING_MM = 20
_NO_REFINEMENTS: Mapping[str, Refinement] = {}


@dataclass(frozen=True)
class DrawnRegions:
    """The regions of a case on the 1 mm lattice, with little around them.

    Attributes:
        lattice: of the case.
        box: their place on the lattice; `lattice.geometry(box)` is that in the patient.
        masks: bool (z, y, x) over `box` by region, as they count; rings may be empty.
        automatic: the automatic rings over `box`, before any refinement by hand.
        overlaps: by ring, voxels of it as it was given that lie in what it surrounds; they count
            as that alone.
    """

    lattice: Lattice
    box: Box
    masks: Mapping[str, np.ndarray]
    automatic: Mapping[str, Ring]
    protocol: Protocol
    overlaps: Mapping[str, int]


def require_rings(drawn: DrawnRegions) -> None:
    """Raise EmptyRingError where no voxel of a ring is left, saying what took them."""
    for ring in drawn.protocol.rings:
        mask = drawn.masks[ring.name]
        if drawn.automatic[ring.name].mask.any() and not mask.any():
            raise nothing_left(ring)
        require_ring(mask, ring.ring)


def nothing_left(ring: Region) -> EmptyRingError:
    """Return what is wrong with a ring drawn by hand of which no voxel counts."""
    return EmptyRingError(
        f"Nothing of {ring.name} is left outside {listed(ring.around)}.",
        f"Drop the refinement of the ring, or draw {ring.name} again.",
    )


@dataclass(frozen=True)
class PreparedCase:
    """A case on its working grid, and what is to be said of it.

    Attributes:
        box: the grid's place on the lattice.
        automatic: the automatic rings over `grid`, before any refinement by hand.
        of_outline: findings of grid and outline alone.
    """

    case: Case
    grid: WorkingGrid
    box: Box
    automatic: Mapping[str, Ring]
    of_outline: tuple[QualityFinding, ...]
    protocol: Protocol

    @cached_property
    def side(self) -> Side | None:
        """Of the body that the tumour lies on; None where that cannot be told."""
        tumor = self.box.box_of(self.grid.tumor)
        corners = self.case.lattice.geometry(tumor).corners(tumor.size)
        return side_of(self.case.ct, corners)

    @cached_property
    def findings(self) -> tuple[QualityFinding, ...]:
        """What speaks against, or should be known about, classifying it."""
        found = quality_findings(self.grid, self.automatic, self.case.ct.GetSpacing())
        if self.side is Side.ACROSS:
            found.append(side_finding(self.side))
        return (*found, *self.of_outline)


def draw_regions(
    case: Case, protocol: Protocol, refinements: Mapping[str, Refinement] = _NO_REFINEMENTS
) -> DrawnRegions:
    """Return the regions that `prepare` works with; quick, as only the CT around is looked at.

    Args:
        case: CT and outlines; a ring that the case brings takes the place of the automatic one.
        refinements: changes by hand by ring, applied to the automatic one; not with a case's own.

    Raises:
        UnusableMaskError: the outline is empty, misses the CT, touches its border, fills it or is
            too small for the grid; or a ring lies elsewhere.
    """
    lattice = case.lattice
    ct_box = lattice.box_of_image(case.ct)
    near, tumor = tumor_on_lattice(case, _reach(protocol) + 1, protocol.outlined.name)
    given = {
        ring.name: _box_of_ring(case, ring.name, lattice, near, protocol.outlined.name)
        for ring in protocol.rings
        if ring.name in case.rings
    }
    box = reduce(Box.hull, given.values(), near)
    for ring in refinements.keys() - given.keys():
        box = _with_added(box, refinements[ring])
    # What lies around a ring that reaches far needs room too.
    box = (box if box == near else box.padded(_reach(protocol))).intersection(ct_box)
    ct = lattice.sample_ct(case.ct, box)
    masks = {protocol.outlined.name: near.transferred(tumor, box)}
    surrounded, automatic, overlaps = dict(masks), {}, {}
    for ring in protocol.rings:
        name, inside = ring.name, np.logical_or.reduce([surrounded[r] for r in ring.around])
        automatic[name] = automatic_ring(ct, inside, ring.ring)
        mask = automatic[name].mask
        if name in given:
            mask = lattice.sample_mask(case.rings[name], box)
        elif name in refinements:
            mask = refinements[name].applied(mask, inside, box.lower[::-1])
        masks[name], surrounded[name] = mask & ~inside, mask | inside
        overlaps[name] = int(np.count_nonzero(mask & inside))
    return DrawnRegions(lattice, box, masks, automatic, protocol, overlaps)


def _reach(protocol: Protocol) -> int:
    """Return how many whole voxels beyond the tumour the automatic rings can fill."""
    reach = {protocol.outlined.name: 0}
    for ring in protocol.rings:
        reach[ring.name] = ring.ring.reach + max(reach[region] for region in ring.around)
    return max(reach.values())


def prepare(case: Case, protocol: Protocol) -> PreparedCase:
    """Return the case on its 1 mm grid: the box of all regions and 25 mm around it.

    Raises:
        UnusableMaskError: as `draw_regions`, or the outline lies in air.
        EmptyRingError: no voxel of a ring is left.
    """
    drawn = draw_regions(case, protocol)
    require_rings(drawn)
    prepared = on_working_grid(case, drawn)
    require_tissue(prepared.grid)
    return prepared


def on_working_grid(case: Case, drawn: DrawnRegions) -> PreparedCase:
    """Return the case on the grid around its regions; rings may be empty."""
    lattice = drawn.lattice
    lesion = np.logical_or.reduce(list(drawn.masks.values()))
    wanted = drawn.box.box_of(lesion).padded(MARGIN_MM)
    box = wanted.intersection(lattice.box_of_image(case.ct))
    grid = WorkingGrid(
        lattice.sample_ct(case.ct, box),
        {name: drawn.box.transferred(mask, box) for name, mask in drawn.masks.items()},
        lattice.geometry(box),
    )
    automatic = {
        name: replace(ring, mask=drawn.box.transferred(ring.mask, box))
        for name, ring in drawn.automatic.items()
    }
    findings = [*_origin_findings(case, drawn), *_beyond_limits(grid, drawn.protocol)]
    if box != wanted:
        told = (
            f"The scan ends less than {MARGIN_MM} mm from the lesion, so some features depend on "
            "where it ends."
        )
        findings = [warning("scan_ends_near_lesion", told), *findings]
    return PreparedCase(case, grid, box, automatic, tuple(findings), drawn.protocol)


def _beyond_limits(grid: WorkingGrid, protocol: Protocol) -> list[QualityFinding]:
    """Return a warning for each ring that was drawn by hand into what its HU limits leave out."""
    found = []
    for ring in protocol.rings:
        low, high = ring.ring.hu_range
        hu = grid.ct[grid.mask(ring.name)]
        share = float(np.mean((hu < low) | (hu > high))) if hu.size else 0.0
        if share > _SHARE_BEYOND_LIMITS:
            told = (
                f"{share_of(share).capitalize()} the ring {ring.name} lies outside its HU limits, "
                "in bone or air: it was drawn there by hand. The limits hold for the automatic "
                "ring alone."
            )
            found.append(warning("ring_beyond_limits", told))
    return found


def require_tissue(grid: WorkingGrid) -> None:
    """Raise UnusableMaskError where the outline lies in air."""
    median = float(np.median(grid.ct[grid.tumor]))
    if median < AIR_HU:
        raise UnusableMaskError(
            f"The {next(iter(grid.masks))} outline lies in air: its median is {median:.0f} HU.",
            "Choose the outline drawn on this scan, and check that both are in the same space.",
        )


def tumor_on_lattice(case: Case, margin: int, name: str = "tumour") -> tuple[Box, np.ndarray]:
    """Return the tumour, bool (z, y, x), over a box with `margin` mm of the CT around it.

    Messages call it by `name`.
    """
    lattice = case.lattice
    ct_box = lattice.box_of_image(case.ct)
    box = _box_of(case.tumor, name, lattice)
    if box.intersection(ct_box).is_empty:
        raise UnusableMaskError(
            f"The {name} outline does not overlap the CT.",
            "Choose the outline drawn on this scan; check that both are in the same space.",
        )
    _require_inside(case, box, ct_box, name)
    near = box.padded(margin).intersection(ct_box)
    tumor = lattice.sample_mask(case.tumor, near)
    if not tumor.any():
        raise _too_small(name)
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


def _require_inside(case: Case, box: Box, ct_box: Box, name: str) -> None:
    inner = _without_border_voxels(case, ct_box)
    if not inner.contains(box):
        raise UnusableMaskError(
            f"The {name} outline touches the border of the CT: the lesion may be cut off.",
            "Use a scan that shows the whole lesion, or correct the outline.",
        )
    voxels = sitk.GetArrayViewFromImage(case.tumor)
    voxel_volume = float(np.prod(case.tumor.GetSpacing()))
    share = int(np.count_nonzero(voxels)) * voxel_volume / float(np.prod(ct_box.size))
    if share > _LARGEST_SHARE_OF_CT:
        raise UnusableMaskError(
            f"The {name} outline fills {share_of(share)} the CT.",
            "Outline the lesion alone; the mask may be of the body, or inverted.",
        )


def _without_border_voxels(case: Case, ct_box: Box) -> Box:
    last = tuple(n - 2 for n in case.ct.GetSize())
    if min(last) < 1:
        return Box(ct_box.lower, ct_box.lower)
    return case.lattice.box_of_index_range(case.ct, (1, 1, 1), last)


def _box_of_ring(case: Case, ring: str, lattice: Lattice, near: Box, tumor: str) -> Box:
    """Return the box of a ring that the case brings."""
    ct_box = lattice.box_of_image(case.ct)
    box = _box_of(case.rings[ring], ring, lattice).intersection(ct_box)
    if box.is_empty or not near.padded(_FARTHEST_RING_MM).contains(box):
        raise UnusableMaskError(
            f"The {ring} outline does not lie around the {tumor} outline.",
            "Choose the ring that belongs to this lesion, or leave it out to have it computed.",
        )
    return box


def _with_added(box: Box, refinement: Refinement) -> Box:
    """Return the box with the points that were added by hand."""
    if not len(refinement.added):
        return box
    lower = tuple(refinement.added.min(axis=0)[::-1].tolist())
    upper = tuple((refinement.added.max(axis=0)[::-1] + 1).tolist())
    return box.hull(Box(lower, upper))


def index_range(mask: sitk.Image, region: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the first and last voxel (x, y, z) of a mask."""
    voxels = sitk.GetArrayViewFromImage(mask)
    if not voxels.any():
        raise UnusableMaskError(f"The {region} outline is empty.", "Outline the lesion.")
    return bounds(voxels)


def _origin_findings(case: Case, drawn: DrawnRegions) -> list[QualityFinding]:
    tumor, origin = drawn.protocol.outlined.name, origin_of(case.tumor)
    findings = list(origin.notes) if origin else []
    findings += filter(None, [name_finding(origin)])
    if not (_same_grid(case.ct, case.tumor) or case.lattice.holds(case.tumor)):
        told = f"The {tumor} outline lay on another grid than the CT and was resampled."
        findings.append(info("outline_resampled", told))
    for ring in drawn.protocol.rings:
        if ring.name in case.rings:
            origin = origin_of(case.rings[ring.name])
            findings += origin.notes if origin else ()
            findings.append(info("ring_given", f"{ring.name} was taken as given, not computed."))
        if overlap := drawn.overlaps[ring.name]:
            inside = " and ".join(ring.around)
            told = f"{ring.name} as given overlaps {inside} by {overlap} mm³, which count as "
            findings.append(info("ring_overlaps_tumor", f"{told}{inside} alone."))
    return findings


def _same_grid(ct: sitk.Image, mask: sitk.Image) -> bool:
    corners = (np.sort(Geometry.of(i).corners(i.GetSize()), axis=0) for i in (ct, mask))
    return sorted(ct.GetSize()) == sorted(mask.GetSize()) and np.allclose(*corners, atol=1e-2)
