"""Compare the tumour with the gland of the other side, as a reader does by eye.

Both are measured on the 1 mm lattice of the case. Nothing of it enters a model.
"""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..base.errors import UnusableMaskError
from ..imaging.lattice import Box
from ..imaging.side import Side, side_of
from ..imaging.working_grid import Geometry
from .grid import index_range, tumor_on_lattice
from .loading import Case

RADIUS_MM = 5.0  # of the ball around a point
LEAST_MM3 = 50  # below this, noise of 20 HU alone moves the mean by 3 HU
LONGEST_MM = 150  # far more than any gland: a mask of the body is not resampled in vain
_ANOTHER = "Choose a segment or a point in the gland of the other side."


@dataclass(frozen=True)
class Tissue:
    """What the voxels of a region measure.

    Attributes:
        mean_hu: of all of them.
        sd_hu: their standard deviation (divided by n).
        volume_mm3: how many there are, of 1 mm³.
        side: of the body; None where that cannot be told.
    """

    mean_hu: float
    sd_hu: float
    volume_mm3: int
    side: Side | None


@dataclass(frozen=True)
class GlandComparison:
    """The tumour beside a region of the other gland."""

    tumor: Tissue
    gland: Tissue

    @property
    def difference_hu(self) -> float:
        """By how much the tumour is brighter; negative where it is darker."""
        return self.tumor.mean_hu - self.gland.mean_hu

    @property
    def sentence(self) -> str:
        """What is told of it; the difference is that of the whole HU beside it."""
        tumor, gland = round(self.tumor.mean_hu), round(self.gland.mean_hu)
        brighter = f"{abs(tumor - gland)} HU {'brighter' if tumor > gland else 'darker'}"
        return (
            f"Tumour {tumor} HU on average (SD {self.tumor.sd_hu:.0f}), other gland {gland} HU "
            f"(SD {self.gland.sd_hu:.0f}): the tumour is "
            f"{'as bright' if tumor == gland else brighter}. This enters no model."
        )

    @property
    def measured(self) -> str:
        """How much tissue was measured."""
        tumor, gland = (part.volume_mm3 / 1000 for part in (self.tumor, self.gland))
        return f"Measured in {tumor:.1f} ml of tumour and {gland:.1f} ml of the other gland."

    @property
    def doubt(self) -> str:
        """Why the region is not the other gland, by its side; empty where nothing says so."""
        if self.gland.side is Side.ACROSS:
            return "The region reaches across the middle of the body, or lies in it."
        if self.gland.side is not None and self.gland.side is self.tumor.side:
            side = self.gland.side.value
            return f"Both lie on the patient's {side}: this is not the other gland."
        return ""


def compare(case: Case, gland: sitk.Image) -> GlandComparison:
    """Return tumour and other gland side by side.

    Args:
        case: CT and outline.
        gland: binary volume on a grid of its own in the same space.

    Raises:
        UnusableMaskError: the region does not lie on the CT, overlaps the tumour, or is too small
            or too large for a gland; or the outline of the tumour cannot be used.
    """
    box, tumor = tumor_on_lattice(case, margin=0)
    other_box, other = _on_lattice(case, gland)
    shared = np.count_nonzero(box.transferred(tumor, other_box) & other)
    if shared:
        raise UnusableMaskError(f"The region overlaps the tumour by {shared} mm³.", _ANOTHER)
    return GlandComparison(_measured(case, box, tumor), _measured(case, other_box, other))


def ball_at(ct: sitk.Image, centre: tuple[float, float, float]) -> sitk.Image:
    """Return a ball of RADIUS_MM around a point, (x, y, z) in mm, as a mask along the CT's axes."""
    reach = int(RADIUS_MM)
    offsets = np.indices((2 * reach + 1,) * 3) - reach
    axes = np.reshape(ct.GetDirection(), (3, 3))
    corner = np.array(centre) - axes @ np.full(3, float(reach))
    inside = np.linalg.norm(offsets, axis=0) <= RADIUS_MM
    return Geometry(tuple(corner.tolist()), ct.GetDirection()).image(inside)


def _on_lattice(case: Case, gland: sitk.Image) -> tuple[Box, np.ndarray]:
    """Return the region, bool (z, y, x), over its box on the CT."""
    lattice = case.lattice
    box = lattice.box_of_index_range(gland, *index_range(gland, "gland"))
    box = box.intersection(lattice.box_of_image(case.ct))
    if box.is_empty:
        raise UnusableMaskError("The region does not lie on the CT.", _ANOTHER)
    if max(box.size) > LONGEST_MM:
        raise UnusableMaskError(
            f"The region is more than {LONGEST_MM} mm long: it is no gland.", _ANOTHER
        )
    inside = lattice.sample_mask(gland, box)
    volume = np.count_nonzero(inside)
    if volume < LEAST_MM3:
        raise UnusableMaskError(
            f"The region has {volume} mm³ on the CT: fewer than {LEAST_MM3} tell no mean.", _ANOTHER
        )
    return box, inside


def _measured(case: Case, box: Box, inside: np.ndarray) -> Tissue:
    tight = box.box_of(inside)
    values = case.lattice.sample_ct(case.ct, box)[inside]
    side = side_of(case.ct, case.lattice.geometry(tight).corners(tight.size))
    return Tissue(float(values.mean()), float(values.std()), len(values), side)
