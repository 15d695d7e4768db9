"""Coded concepts of the DICOM objects: standard ones where there are, else our own."""

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import CodedConcept

from ...models.words import column_label
from ...protocol import ClinicalVariable, Code, ColumnKind, column_of
from ...radiomics.ibsi import ibsi_code
from ...radiomics.names import ORIGINAL, FeatureColumn

OWN_SCHEME = "99PAROTID"  # PS3.16 8.2: "99" begins the designator of a private scheme
IBSI_SCHEME = "IBSI"
_IBSI_UID = "1.2.840.10008.2.16.13"  # PS3.16 table 8-1

# PS3.16 CID 7469 and 7470 (what is measured), 7464 (how it is derived), 7474 (by which method).
VOLUME = Code("118565006", "SCT", "Volume")
LONG_AXIS = Code("103339001", "SCT", "Long axis")
ATTENUATION = Code("112031", "DCM", "Attenuation Coefficient")
MEAN = Code("373098007", "SCT", "Mean")
MAXIMUM = Code("56851009", "SCT", "Maximum")
SUM_OF_VOXELS = Code("126030", "DCM", "Sum of segmented voxel method for volume")
AXIAL_DIAMETER = Code("max-axial", OWN_SCHEME, "Largest diameter in any axial slice")
PROBABILITY = Code("111047", "DCM", "Probability of cancer")
COMMENT = Code("121106", "DCM", "Comment")
CT = Code("25045-6", "LN", "CT unspecified body region")  # CID 100

NO_UNITS = Code("1", "UCUM", "no units")
PERCENT = Code("%", "UCUM", "Percent")
MM = Code("mm", "UCUM", "millimeter")
CUBIC_MM = Code("mm3", "UCUM", "cubic millimeter")
HU = Code("[hnsf'U]", "UCUM", "Hounsfield unit")
_SQUARE_HU = Code("[hnsf'U]2", "UCUM", "square Hounsfield unit")

_SHAPE_UNITS = {
    "MeshVolume": CUBIC_MM,
    "VoxelVolume": CUBIC_MM,
    "SurfaceArea": Code("mm2", "UCUM", "square millimeter"),
    "SurfaceVolumeRatio": Code("/mm", "UCUM", "per millimeter"),
    **dict.fromkeys(("Sphericity", "Elongation", "Flatness"), NO_UNITS),
}
_FIRST_ORDER_UNITS = {
    **dict.fromkeys(("Variance", "Energy"), _SQUARE_HU),
    "TotalEnergy": Code("[hnsf'U]2.mm3", "UCUM", "square Hounsfield unit cubic millimeter"),
    **dict.fromkeys(("Skewness", "Kurtosis", "Entropy", "Uniformity"), NO_UNITS),
}


def concept(code: Code) -> CodedConcept:
    """Return a code as highdicom takes it."""
    return CodedConcept(code.value, code.scheme, code.meaning)


def coding_schemes() -> list[CodingSchemeIdentificationItem]:
    """Return what says where the codes come from that are not DICOM's own."""
    title = "Image Biomarker Standardisation Initiative"
    ibsi = CodingSchemeIdentificationItem(IBSI_SCHEME, name=title)
    ibsi.CodingSchemeUID = _IBSI_UID  # highdicom takes one only with an external registry
    own = CodingSchemeIdentificationItem(
        OWN_SCHEME,
        name="ParotidClassifier: features by PyRadiomics' names, models, findings",
        responsible_organization="ParotidClassifier",
    )
    return [ibsi, own]


def feature_code(feature: FeatureColumn) -> Code:
    """Return the code of a radiomic feature: IBSI's, else one of our own with PyRadiomics' name.

    The region is not in it: whoever reports the feature says of what it is.
    """
    standard = ibsi_code(feature)
    if standard is not None:
        return Code(standard[0], IBSI_SCHEME, standard[1])
    meaning = column_label(str(feature)).removeprefix(f"{feature.region}, ")
    return Code(feature.name, OWN_SCHEME, meaning)


def feature_unit(feature: FeatureColumn) -> Code:
    """Return the unit of a radiomic feature; filtered images and texture have none."""
    if feature.feature_class == "shape":
        return _SHAPE_UNITS.get(feature.feature, MM)
    if feature.feature_class == "firstorder" and feature.image == ORIGINAL:
        return _FIRST_ORDER_UNITS.get(feature.feature, HU)
    return NO_UNITS


def network_code(column: str) -> Code:
    """Return the code of what the network says; see `models.names`."""
    kind = column_of(column).kind
    label = column_label(column)
    return Code(column, OWN_SCHEME, f"{label}, log-odds" if kind is ColumnKind.NETWORK else label)


def finding_code(variable: ClinicalVariable) -> Code:
    """Return the code of a clinical finding, by its name in the record."""
    return Code(variable.name, OWN_SCHEME, variable.name.replace("_", " ").capitalize())
