"""What the regions are called in SNOMED CT, for 3D Slicer and for DICOM alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .region_names import EXTERNAL2, TUMOR


class Code(NamedTuple):
    """A coded concept.

    Attributes:
        value: the code.
        scheme: designator of the scheme that defines it, such as SCT for SNOMED CT.
        meaning: for people.
    """

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True)
class RegionCodes:
    """What a region is.

    Attributes:
        category: of what is outlined, of DICOM's CID 7150.
        kind: what is outlined.
    """

    category: Code
    kind: Code


PAROTID_GLAND = Code("45289007", "SCT", "Parotid gland")  # DICOM CID 4031
_TISSUE = Code("85756007", "SCT", "Tissue")
# There is no code for what lies around a mass: it is tissue.
REGION_CODES = {
    TUMOR: RegionCodes(
        Code("49755003", "SCT", "Morphologically Abnormal Structure"),
        Code("4147007", "SCT", "Mass"),
    ),
    EXTERNAL2: RegionCodes(_TISSUE, _TISSUE),
}
