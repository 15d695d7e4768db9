"""Coded concepts of the DICOM objects: standard ones where there are, else our own."""

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from ...imaging.side import SIDE_CODES
from ...models.words import column_label
from ...protocol import PAROTID_GLAND, ClinicalVariable, ColumnKind, column_of
from ...radiomics.ibsi import ibsi_code
from ...radiomics.names import ORIGINAL, FeatureColumn
from ..answering import Answer

SOFTWARE = "ParotidClassifier"
OWN_SCHEME = "99PAROTID"  # PS3.16 8.2: "99" begins the designator of a private scheme
IBSI_SCHEME = "IBSI"
_IBSI_UID = "1.2.840.10008.2.16.13"  # PS3.16 table 8-1

MM = Code("mm", "UCUM", "millimeter")  # in pydicom its meaning is "mm"
_SQUARE_HU = Code("[hnsf'U]2", "UCUM", "square Hounsfield unit")
_SHAPE_UNITS = {
    **dict.fromkeys(("MeshVolume", "VoxelVolume"), codes.UCUM.CubicMillimeter),
    "SurfaceArea": codes.UCUM.SquareMillimeter,
    "SurfaceVolumeRatio": Code("/mm", "UCUM", "per millimeter"),
    **dict.fromkeys(("Sphericity", "Elongation", "Flatness"), codes.UCUM.NoUnits),
}
_FIRST_ORDER_UNITS = {
    **dict.fromkeys(("Variance", "Energy"), _SQUARE_HU),
    "TotalEnergy": Code("[hnsf'U]2.mm3", "UCUM", "square Hounsfield unit cubic millimeter"),
    **dict.fromkeys(("Skewness", "Kurtosis", "Entropy", "Uniformity"), codes.UCUM.NoUnits),
}


def place(answered: Answer) -> tuple[Code, Code | None] | None:
    """Return the gland and its side, if known; None of a CT that says it shows another place."""
    if answered.view.is_elsewhere:
        return None
    side = answered.prepared.side
    return Code(*PAROTID_GLAND), None if side is None else Code(*SIDE_CODES[side])


def coding_schemes() -> list[CodingSchemeIdentificationItem]:
    """Return what says where the codes come from that are not DICOM's own."""
    title = "Image Biomarker Standardisation Initiative"
    ibsi = CodingSchemeIdentificationItem(IBSI_SCHEME, name=title)
    ibsi.CodingSchemeUID = _IBSI_UID  # highdicom takes one only with an external registry
    own = CodingSchemeIdentificationItem(
        OWN_SCHEME,
        name=f"{SOFTWARE}: features by PyRadiomics' names, models, findings",
        responsible_organization=SOFTWARE,
    )
    return [ibsi, own]


def code_of(value: str, meaning: str) -> Code:
    """Return a code of our own scheme."""
    return Code(value, OWN_SCHEME, meaning)


def feature_code(feature: FeatureColumn) -> Code:
    """Return the code of a radiomic feature: IBSI's, else one of our own with PyRadiomics' name.

    The region is not in it: whoever reports the feature says of what it is.
    """
    standard = ibsi_code(feature)
    if standard is not None:
        return Code(standard[0], IBSI_SCHEME, standard[1])
    return code_of(feature.name, column_label(str(feature)).removeprefix(f"{feature.region}, "))


def feature_unit(feature: FeatureColumn) -> Code:
    """Return the unit of a radiomic feature; filtered images and texture have none."""
    if feature.feature_class == "shape":
        return _SHAPE_UNITS.get(feature.feature, MM)
    if feature.feature_class == "firstorder" and feature.image == ORIGINAL:
        return _FIRST_ORDER_UNITS.get(feature.feature, codes.UCUM.HounsfieldUnit)
    return codes.UCUM.NoUnits


def network_code(column: str) -> Code:
    """Return the code of a logit or a deep feature of the network."""
    is_logit = column_of(column).kind is ColumnKind.NETWORK
    return code_of(column, f"{column_label(column)}{', log-odds' if is_logit else ''}")


def finding_code(variable: ClinicalVariable) -> Code:
    """Return the code of a clinical finding, by its name in the record."""
    return code_of(variable.name, variable.name.replace("_", " ").capitalize())
