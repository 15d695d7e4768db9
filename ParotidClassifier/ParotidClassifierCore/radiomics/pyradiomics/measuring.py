"""PyRadiomics as the engine: every number is its own, computed by its filters and classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import SimpleITK as sitk

from ...base.errors import FeatureExtractionError
from ..names import FeatureColumn
from ..settings import RadiomicsSettings
from ..wanted import Measured, WantedRegion
from .at_work import pyradiomics_at_work
from .filters import mask_images, shared_images

# How PyRadiomics and the libraries under it fail on regions or settings that they do not cover.
_FAILURES = (ValueError, RuntimeError, ArithmeticError, LookupError, SystemError)


def measured(
    image: sitk.Image, regions: list[WantedRegion], settings: RadiomicsSettings
) -> Iterator[Measured]:
    """Yield every region with every image it is measured on, and the values there.

    Args:
        image: (x, y, z) of the grid of the masks.

    Raises:
        FeatureExtractionError: PyRadiomics cannot compute something.
        MissingPackageError: it is not installed.
    """
    with pyradiomics_at_work():
        masks = [_Mask(region, image) for region in regions]
        wanted = {name for region in regions for name in region.images}
        for name, filtered in _told(shared_images(image, wanted, settings)):
            for mask in masks:
                if name in mask.region.images:
                    yield mask.region, name, mask.values(name, filtered, settings)
        for mask in masks:
            images = mask_images(image, mask.whole, mask.region.images, settings)
            for name, filtered in _told(images):
                yield mask.region, name, mask.values(name, filtered, settings)


def _told(images: Iterable[tuple[str, sitk.Image]]) -> Iterator[tuple[str, sitk.Image]]:
    """Yield filtered images; say so where PyRadiomics cannot make one."""
    try:
        yield from images
    except _FAILURES as error:
        raise FeatureExtractionError(
            f"PyRadiomics cannot make a filtered image: {error}.",
            "Use the built-in engine, or other radiomics settings.",
        ) from error


class _Mask:
    """A region's mask as PyRadiomics takes it: whole, and cut to its box."""

    def __init__(self, region: WantedRegion, image: sitk.Image):
        self.region = region
        # PyRadiomics casts masks to uint32.
        self.whole = sitk.GetImageFromArray(region.mask.astype(np.uint32))
        self.whole.CopyInformation(image)
        self._cropped = self._cut(self.whole)

    def values(
        self, name: str, image: sitk.Image, settings: RadiomicsSettings
    ) -> dict[FeatureColumn, float]:
        """Return what is wanted of this (filtered) image (x, y, z) of the grid."""
        cropped = self._cut(image)
        inside = sitk.GetArrayViewFromImage(cropped)[self.region.mask[self.region.box.slices]]
        self.region.refuse_too_many_levels(name, inside, settings)
        found: dict[FeatureColumn, float] = {}
        for feature_class, features in self.region.features[name].items():
            values = self._class_values(name, cropped, feature_class, features, settings)
            found |= self.region.columns(name, feature_class, values)
        return found

    def _cut(self, image: sitk.Image) -> sitk.Image:
        box = self.region.box
        return sitk.RegionOfInterest(image, box.size[::-1], box.first[::-1])

    def _class_values(
        self,
        name: str,
        image: sitk.Image,
        feature_class: str,
        features: list[str],
        settings: RadiomicsSettings,
    ) -> dict[str, float]:
        import radiomics

        try:
            measured = radiomics.getFeatureClasses()[feature_class](
                image, self._cropped, **settings.pyradiomics()
            )
            for feature in features:
                measured.enableFeatureByName(feature)
            return {feature: float(value) for feature, value in measured.execute().items()}
        except _FAILURES as error:
            raise self.region.failed(name, feature_class, error) from error
