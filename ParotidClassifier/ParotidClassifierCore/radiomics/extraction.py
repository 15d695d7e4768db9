"""From a working grid to radiomic features: PyRadiomics' numbers, only those asked for.

Filtered images are computed once for all regions; filters, texture matrices and features that
nobody asked for are not computed. Every number is PyRadiomics' own, computed by its classes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import SimpleITK as sitk

from ..base.errors import FeatureExtractionError
from ..base.progress import Progress, silent
from ..base.words import listed
from ..imaging.working_grid import WorkingGrid
from .filters import mask_images, shared_images
from .kept_images import KeptImages, extent
from .names import FeatureColumn, columns_of, parse_column
from .pyradiomics import pyradiomics_at_work
from .settings import RadiomicsSettings, default_settings

Wanted = dict[str, dict[str, list[str]]]

# PyRadiomics' default minimumROIDimensions: a region must extend in at least two directions.
MIN_DIMENSIONS = 2
# A texture matrix has this size squared in 13 directions. CT at bin width 25 stays below 500.
MAX_GREY_LEVELS = 1024
_REMEDY = (
    "Correct the tumour's outline, or widen the ring or its HU limits; the CT must not be constant "
    "there."
)
# How PyRadiomics and the libraries under it fail on regions that their formulas do not cover.
_PYRADIOMICS_FAILURES = (ValueError, RuntimeError, ArithmeticError, LookupError, SystemError)


def extract(
    grid: WorkingGrid,
    columns: Collection[str] | None = None,
    settings: RadiomicsSettings | None = None,
    progress: Progress = silent,
    kept: KeptImages | None = None,
) -> dict[str, float]:
    """Compute radiomic features of a case.

    Args:
        grid: CT and masks, arrays (z, y, x) in HU on 1 mm voxels.
        columns: what to compute, `<region>_<name>`; None for every feature of every region.
        settings: None for those of the method (1874 features per region).
        kept: filtered images of this CT under these settings, to be used and added to.

    Returns:
        Column → value, in the order of `columns`. A feature has the same value whichever others
        are asked for with it.

    Raises:
        FeatureExtractionError: an unknown column or region, a region without extent, or a feature
            that is not a finite number.
    """
    settings = settings or default_settings()
    asked = columns_of(grid.masks, settings) if columns is None else tuple(columns)
    parsed = [parse_column(column, settings) for column in asked]
    regions = {column.region for column in parsed}
    for unknown in regions - grid.masks.keys():
        raise FeatureExtractionError(
            f"The case has no region {unknown!r}.", f"Its regions are {', '.join(grid.masks)}."
        )
    masks = {region: grid.mask(region) for region in regions}
    return extract_from_image(grid.geometry.image(grid.ct), masks, parsed, settings, progress, kept)


def extract_from_image(
    image: sitk.Image,
    masks: Mapping[str, np.ndarray],
    columns: Collection[FeatureColumn],
    settings: RadiomicsSettings,
    progress: Progress = silent,
    kept: KeptImages | None = None,
) -> dict[str, float]:
    """Compute `columns` on an image (x, y, z) of any spacing in mm with masks bool (z, y, x)."""
    if not columns:
        return {}
    with pyradiomics_at_work():
        regions = [_Region(name, image, masks[name], columns) for name in sorted(masks)]
        steps = sum(len(region.wanted) for region in regions)
        values: dict[FeatureColumn, float] = {}
        for done, (region, name, filtered) in enumerate(_images(image, regions, settings, kept)):
            progress(done / steps, f"{region.name}: {name}")
            values.update(region.measure(name, filtered, settings))
    _require_finite(values)
    progress(1.0, "radiomic features computed")
    return {str(column): values[column] for column in columns}


def _images(
    image: sitk.Image, regions: list[_Region], settings: RadiomicsSettings, kept: KeptImages | None
) -> Iterator[tuple[_Region, str, sitk.Image]]:
    """Yield every region with every (filtered) image it needs; whole ones one at a time."""
    wanted = {name for region in regions for name in region.wanted}
    for name, filtered in shared_images(image, wanted, settings, kept):
        for region in regions:
            if name in region.wanted:
                yield region, name, filtered
    for region in regions:
        for name, filtered in mask_images(image, region.mask, region.wanted, settings):
            yield region, name, filtered


class _Region:
    """One mask on the grid, and what is wanted of it.

    Raises:
        FeatureExtractionError: the mask is empty or extends in fewer than two directions.
    """

    def __init__(
        self, name: str, image: sitk.Image, mask: np.ndarray, columns: Collection[FeatureColumn]
    ):
        self.name = name
        self.wanted = _wanted(name, columns)
        start, self._size = _extent(name, mask)
        self._first_voxel = image.TransformIndexToPhysicalPoint(start)
        # PyRadiomics casts masks to uint32.
        self.mask = sitk.GetImageFromArray(mask.astype(np.uint32))
        self.mask.CopyInformation(image)
        self._mask_cropped = self._cropped(self.mask)
        self._mask_array = sitk.GetArrayViewFromImage(self._mask_cropped) > 0

    def measure(
        self, image_name: str, image: sitk.Image, settings: RadiomicsSettings
    ) -> dict[FeatureColumn, float]:
        """Return what is wanted of this (filtered) image (x, y, z), of the grid or a part of it."""
        cropped = self._cropped(image)
        self._refuse_too_many_levels(image_name, cropped, settings)
        return {
            FeatureColumn(self.name, image_name, feature_class, feature): value
            for feature_class, features in self.wanted[image_name].items()
            for feature, value in self._class_values(
                cropped, image_name, feature_class, features, settings
            ).items()
        }

    def _cropped(self, image: sitk.Image) -> sitk.Image:
        start = image.TransformPhysicalPointToIndex(self._first_voxel)
        return sitk.RegionOfInterest(image, self._size, start)

    def _class_values(
        self,
        image: sitk.Image,
        image_name: str,
        feature_class: str,
        features: list[str],
        settings: RadiomicsSettings,
    ) -> dict[str, float]:
        import radiomics

        try:
            measured = radiomics.getFeatureClasses()[feature_class](
                image, self._mask_cropped, **settings.pyradiomics()
            )
            for feature in features:
                measured.enableFeatureByName(feature)
            return {name: float(value) for name, value in measured.execute().items()}
        except _PYRADIOMICS_FAILURES as error:
            raise FeatureExtractionError(
                f"The {feature_class} features of region {self.name!r} cannot be computed on the "
                f"image {image_name!r}: {error}.",
                _REMEDY,
            ) from error

    def _refuse_too_many_levels(
        self, image_name: str, image: sitk.Image, settings: RadiomicsSettings
    ) -> None:
        if settings.bin_count is not None:
            return
        inside = sitk.GetArrayViewFromImage(image)[self._mask_array]
        levels = (float(inside.max()) - float(inside.min())) / settings.bin_width
        if levels > MAX_GREY_LEVELS:
            raise FeatureExtractionError(
                f"Region {self.name!r} has {levels:.0f} grey levels on the image {image_name!r}; "
                f"at most {MAX_GREY_LEVELS} can be worked on.",
                "Check that the CT is in HU, or use a larger bin width.",
            )


def _wanted(region: str, columns: Collection[FeatureColumn]) -> Wanted:
    wanted: Wanted = {}
    for column in columns:
        if column.region == region:
            classes = wanted.setdefault(column.image, {})
            classes.setdefault(column.feature_class, []).append(column.feature)
    return wanted


def _extent(region: str, mask: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return first voxel and size of the mask's bounding box, (x, y, z)."""
    first, size = extent(mask) if mask.any() else ((), ())
    if sum(voxels > 1 for voxels in size) < MIN_DIMENSIONS:
        raise FeatureExtractionError(
            f"Region {region!r} has {int(mask.sum())} voxels of the working grid and extends in "
            f"fewer than {MIN_DIMENSIONS} directions: it has no texture to measure.",
            _REMEDY,
        )
    return first, size


def _require_finite(values: Mapping[FeatureColumn, float]) -> None:
    bad = [column for column, value in values.items() if not math.isfinite(value)]
    if bad:
        named = listed([*map(str, bad)], 5)
        raise FeatureExtractionError(
            f"{len(bad)} radiomic features are not finite numbers: {named}.", _REMEDY
        )
