"""The IBSI-1 phantoms as the standard prepares them, and its published reference values.

Zwanenburg et al., The Image Biomarker Standardisation Initiative, Radiology 2020; 295:328-338.
"""

import csv
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from ParotidClassifierCore.radiomics.extraction import extract_from_image
from ParotidClassifierCore.radiomics.names import FeatureColumn, feature_names
from ParotidClassifierCore.radiomics.settings import RadiomicsSettings, default_settings

from .ibsi_names import PYRADIOMICS_NAMES

IBSI_FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "ibsi"
DIGITAL, CONFIG_C, CONFIG_D = "digital_phantom", "config_C", "config_D"
GRID_SPACING_MM = 2.0
SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True)
class Reference:
    """One published value; `tolerance` includes half a unit of its last published digit."""

    value: float
    tolerance: float


def references(configuration: str) -> dict[str, Reference]:
    """Return IBSI tag → published value, for the features of PYRADIOMICS_NAMES."""
    file = IBSI_FOLDER / "reference" / f"ibsi_1_reference_values_{configuration}.csv"
    with file.open(encoding="utf-8-sig") as lines:
        return {
            row["tag"]: _reference(row["reference value"], float(row["tolerance"]))
            for row in csv.DictReader(lines)
            if row["tag"] in PYRADIOMICS_NAMES
        }


@lru_cache(maxsize=3)
def measured(configuration: str) -> dict[str, float]:
    """Return "class_feature" → value of this project's extraction on a prepared phantom."""
    phantom = _prepared(configuration)
    names = [name for name in feature_names(phantom.settings) if "_shape_" not in name]
    shape = [name for name in feature_names(phantom.settings) if "_shape_" in name]
    return {
        **_extracted(phantom.image, phantom.shape_mask, shape, phantom.settings),
        **_extracted(phantom.image, phantom.intensity_mask, names, phantom.settings),
    }


@lru_cache(maxsize=1)
def measured_with_bins_from_lower_limit() -> dict[str, float]:
    """Return the texture of configuration C with grey level 1 at -1000 HU, as IBSI defines it.

    PyRadiomics gives level 1 to the bin of the darkest voxel in the region. One voxel of -1000 HU,
    added where it touches nothing, moves level 1 there. It has no pairs; as a run, zone or
    neighbourhood of size 1 at level 1 it adds exactly 1 to every sum of emphases, which is taken
    out again.
    """
    phantom = _prepared(CONFIG_C)
    corner = (slice(0, 2),) * 3
    assert not phantom.intensity_mask[corner].any()
    hu, mask = sitk.GetArrayFromImage(phantom.image), phantom.intensity_mask.copy()
    hu[0, 0, 0], mask[0, 0, 0] = -1000, True
    image = sitk.GetImageFromArray(hu)
    image.CopyInformation(phantom.image)
    texture = [n for n in feature_names(phantom.settings) if n.split("_")[1].startswith(("g", "n"))]
    values = _extracted(image, mask, texture, phantom.settings)
    voxels = int(mask.sum())
    elements = {
        "glrlm": values["glrlm_RunPercentage"] * voxels,
        "glszm": values["glszm_ZonePercentage"] * voxels,
        "gldm": voxels,
    }
    for name, value in values.items():
        count = elements.get(name.split("_")[0])
        if count and name.endswith("Emphasis"):
            values[name] = (value * count - 1) / (count - 1)
    values["ngtdm_Busyness"] = _busyness_without_added_level(values)
    return values


def _busyness_without_added_level(values: dict[str, float]) -> float:
    """Take the added, nearly empty level 1 out of busyness = Σ p s / Σᵢ Σⱼ |i pᵢ - j pⱼ|.

    It adds nothing to the numerator, which is 1 / coarseness, and 2 Σ j pⱼ, twice the mean grey
    level, to the denominator.
    """
    numerator = 1 / values["ngtdm_Coarseness"]
    mean_level = math.sqrt(values["gldm_HighGrayLevelEmphasis"] - values["gldm_GrayLevelVariance"])
    return numerator / (numerator / values["ngtdm_Busyness"] - 2 * mean_level)


def digital_phantom_voxels() -> int:
    """Return the number of voxels in the region of the digital phantom."""
    return int(_prepared(DIGITAL).shape_mask.sum())


def _extracted(
    image: sitk.Image, mask: np.ndarray, names: list[str], settings: RadiomicsSettings
) -> dict[str, float]:
    columns = [FeatureColumn("Tumor", *name.split("_")) for name in names]
    values = extract_from_image(image, {"Tumor": mask}, columns, settings)
    return {column.partition("_original_")[2]: value for column, value in values.items()}


def _reference(text: str, tolerance: float) -> Reference:
    value = float(text)
    last_digit = 10.0 ** (np.floor(np.log10(abs(value))) - SIGNIFICANT_DIGITS + 1)
    return Reference(value, tolerance + last_digit / 2)


@dataclass(frozen=True)
class Phantom:
    """Image (x, y, z), masks bool (z, y, x) and the settings of one configuration."""

    image: sitk.Image
    shape_mask: np.ndarray
    intensity_mask: np.ndarray
    settings: RadiomicsSettings


def _prepared(configuration: str) -> Phantom:
    settings = replace(default_settings(), image_types=("Original",))
    if configuration == DIGITAL:
        image, mask = _read("digital_phantom")
        return Phantom(image, mask, mask, replace(settings, bin_width=1.0))
    image, mask = _resampled(*_read("ct_phantom"))
    hu = sitk.GetArrayFromImage(image)
    if configuration == CONFIG_C:
        return Phantom(image, mask, mask & (hu >= -1000) & (hu <= 400), settings)
    mean, deviation = hu[mask].mean(), hu[mask].std()
    inside = mask & (np.abs(hu - mean) <= 3 * deviation)
    return Phantom(image, mask, inside, replace(settings, bin_count=32))


def _read(phantom: str) -> tuple[sitk.Image, np.ndarray]:
    folder = IBSI_FOLDER / phantom
    mask = sitk.ReadImage(str(folder / "mask.nii.gz"))
    return sitk.ReadImage(str(folder / "image.nii.gz")), sitk.GetArrayFromImage(mask) > 0


def _resampled(image: sitk.Image, mask: np.ndarray) -> tuple[sitk.Image, np.ndarray]:
    """Resample to 2 mm, trilinear, grids aligned at their centres (IBSI 2.4); HU rounded."""
    grid = _centred_grid(image)
    weights = sitk.GetImageFromArray(mask.astype(np.float64))
    weights.CopyInformation(image)
    hu = sitk.GetArrayFromImage(_linear(sitk.Cast(image, sitk.sitkFloat64), grid))
    rounded = sitk.GetImageFromArray(np.round(hu))
    rounded.CopyInformation(grid)
    return rounded, sitk.GetArrayFromImage(_linear(weights, grid)) >= 0.5


def _centred_grid(image: sitk.Image) -> sitk.Image:
    # Spacing is stored in single precision; 0.977 mm is meant.
    old = np.round(image.GetSpacing(), 6)
    size = np.ceil(np.array(image.GetSize()) * old / GRID_SPACING_MM).astype(int)
    grid = sitk.Image(size.tolist(), sitk.sitkUInt8)
    extent_old, extent = (np.array(image.GetSize()) - 1) * old, (size - 1) * GRID_SPACING_MM
    grid.SetSpacing([GRID_SPACING_MM] * 3)
    grid.SetOrigin((np.array(image.GetOrigin()) + (extent_old - extent) / 2).tolist())
    return grid


def _linear(image: sitk.Image, grid: sitk.Image) -> sitk.Image:
    resample = sitk.ResampleImageFilter()
    resample.SetReferenceImage(grid)
    resample.SetInterpolator(sitk.sitkLinear)
    resample.SetOutputPixelType(sitk.sitkFloat64)
    # The outermost 2 mm voxels lie partly outside: they take the value of the border.
    resample.UseNearestNeighborExtrapolatorOn()
    return resample.Execute(image)
