"""Regions of the image: the one that is outlined by hand, and the rings around it."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from ..base.errors import UsageError
from ..base.words import listed

SMALLEST_WIDTH_MM, LARGEST_WIDTH_MM = 1.0, 20.0


class Code(NamedTuple):
    """A coded concept.

    Attributes:
        scheme: designator of the scheme that defines it, such as SCT for SNOMED CT.
    """

    value: str
    scheme: str
    meaning: str


PAROTID_GLAND = Code("45289007", "SCT", "Parotid gland")  # DICOM CID 4031


@dataclass(frozen=True)
class RingSettings:
    """How an automatic ring is made.

    Attributes:
        width_mm: largest distance from what the ring surrounds, 1 to 20.
        hu_range: lower and upper limit in HU, both included.

    Raises:
        UsageError: a setting outside its range.
    """

    width_mm: float
    hu_range: tuple[float, float]

    def __post_init__(self):
        if not SMALLEST_WIDTH_MM <= self.width_mm <= LARGEST_WIDTH_MM:
            raise UsageError(
                f"A ring width of {self.width_mm:g} mm is not between {SMALLEST_WIDTH_MM:g} and "
                f"{LARGEST_WIDTH_MM:g} mm.",
                "Choose a width between them.",
            )
        low, high = self.hu_range
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise UsageError(
                f"The ring's HU limits {low:g} to {high:g} are not a range.",
                "Give the lower limit first.",
            )

    @property
    def reach(self) -> int:
        """Whole voxels beyond what it surrounds that the ring can fill."""
        return math.floor(self.width_mm)


@dataclass(frozen=True)
class Region:
    """A region of the image that features are taken of.

    Attributes:
        color: of its outline, "#rrggbb".
        words: what it is called where no researcher reads; its name if empty.
        category: code of the category of what it is, of DICOM's CID 7150.
        ring: how it is made; None for the region that is outlined by hand.
        around: the regions that the ring surrounds, all together and with what they surround
            themselves; none without a ring.
    """

    name: str
    color: str
    category: Code
    kind: Code
    ring: RingSettings | None = None
    around: tuple[str, ...] = ()
    words: str = ""

    @property
    def plain(self) -> str:
        """What it is called where no researcher reads, as in "tumour" and "ring (2 mm)"."""
        width = f" ({self.ring.width_mm:g} mm)" if self.words and self.ring else ""
        return f"{self.words or self.name}{width}"

    @property
    def ring_words(self) -> str:
        """How its ring is made, as in "2 mm around Tumor, -200 to 400 HU"."""
        low, high = self.ring.hu_range
        return f"{self.ring.width_mm:g} mm around {listed(self.around)}, {low:g} to {high:g} HU"

    @property
    def rgb(self) -> tuple[float, float, float]:
        """The colour as red, green and blue, 0 to 1, to two decimals."""
        red, green, blue = bytes.fromhex(self.color[1:])
        return round(red / 255, 2), round(green / 255, 2), round(blue / 255, 2)
