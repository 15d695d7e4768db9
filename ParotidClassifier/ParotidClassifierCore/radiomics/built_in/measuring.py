"""The built-in engine at work: from a CT and masks to the values of the wanted features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..kept_images import KeptImages
from ..names import LBP3D, ORIGINAL, FeatureColumn, images_by_type
from ..settings import SHAPE, RadiomicsSettings
from ..wanted import Measured, WantedRegion, refuse_missing_images
from .features import Features
from .filters import Source, filtered_images
from .firstorder import FIRSTORDER, Intensities
from .glcm import GLCM, CoOccurrence
from .gldm import GLDM, dependences
from .glrlm import GLRLM, run_lengths
from .glszm import GLSZM, zones
from .lbp import Samples
from .levels import GreyLevels
from .ngtdm import NGTDM, ToneDifferences
from .region import MaskGeometry
from .shape import SHAPE_FEATURES, Form

FIRST_ORDER = "firstorder"
# By class: its features, and what they are measured on.
CLASSES: dict[str, tuple[Features, Callable[..., Any]]] = {
    SHAPE: (SHAPE_FEATURES, Form),
    FIRST_ORDER: (FIRSTORDER, Intensities),
    "glcm": (GLCM, CoOccurrence),
    "glrlm": (GLRLM, run_lengths),
    "glszm": (GLSZM, zones),
    "gldm": (GLDM, dependences),
    "ngtdm": (NGTDM, ToneDifferences),
}


def measured(
    image: sitk.Image,
    regions: list[WantedRegion],
    settings: RadiomicsSettings,
    kept: KeptImages | None,
) -> Iterator[Measured]:
    """Yield every region with every image it is measured on, and the values there.

    Args:
        image: (x, y, z) of the grid of the masks.
        kept: filtered images of this one, to be used and added to.

    Raises:
        FeatureExtractionError: an image cannot be made, or has no values to measure.
    """
    kept = kept or KeptImages.around(np.any([region.mask for region in regions], axis=0))
    source = Source(image, kept.box)
    places = [_MeasuredRegion(region, source) for region in regions]
    for name, values in _shared(source, regions, settings, kept):
        for place in places:
            if name in place.region.images:
                inside = values[place.region.box.within(kept.box)][place.geometry.mask]
                yield place.region, name, place.values(name, inside, settings)
    for place in places:
        for name, values in place.patterns(source, settings):
            yield place.region, name, place.values(name, values, settings)


def _shared(
    source: Source, regions: list[WantedRegion], settings: RadiomicsSettings, kept: KeptImages
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield name and values on the box of every wanted image but LBP3D."""
    wanted = {name for region in regions for name in region.images}
    # Shape is measured with the original image even where the settings leave that type out.
    if ORIGINAL in wanted:
        yield ORIGINAL, source.part
    known = kept.among(wanted)
    yield from known.items()
    missing = wanted - known.keys() - {ORIGINAL}
    for image_type, names in images_by_type(missing, settings).items():
        if image_type != LBP3D:
            made = set()
            for name, values in kept.keeping(filtered_images(source, image_type, names, settings)):
                made.add(name)
                yield name, values
            refuse_missing_images(set(names) - made, source.image.GetSize())


class _MeasuredRegion:
    """One region, with what its images share."""

    def __init__(self, region: WantedRegion, source: Source):
        self.region = region
        self.geometry = MaskGeometry(region.mask[region.box.slices], source.spacing)

    def patterns(
        self, source: Source, settings: RadiomicsSettings
    ) -> Iterator[tuple[str, np.ndarray]]:
        """Yield name and values by voxel of the wanted local binary patterns."""
        wanted = images_by_type(self.region.images, settings).get(LBP3D)
        if wanted:
            yield from Samples(source.values, self.region.mask, settings).images(wanted)

    def values(
        self, image: str, values: np.ndarray, settings: RadiomicsSettings
    ) -> dict[FeatureColumn, float]:
        """Return what is wanted of an image's values (n,) by voxel."""
        self.region.refuse_too_many_levels(image, values, settings)
        # Of flat regions some formulas divide by 0; what is not finite then is refused later.
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._values(image, values, settings)

    def _values(
        self, image: str, values: np.ndarray, settings: RadiomicsSettings
    ) -> dict[FeatureColumn, float]:
        found: dict[FeatureColumn, float] = {}
        levels = None
        for feature_class, features in self.region.features[image].items():
            table, measure = CLASSES[feature_class]
            if feature_class == SHAPE:
                inputs: tuple[Any, ...] = (self.geometry,)
            else:
                levels = levels or self._levels(image, feature_class, values, settings)
                inputs = (values, levels) if feature_class == FIRST_ORDER else (levels,)
            found |= self.region.columns(image, feature_class, table.of(measure(*inputs), features))
        return found

    def _levels(
        self, image: str, feature_class: str, values: np.ndarray, settings: RadiomicsSettings
    ) -> GreyLevels:
        if not np.isfinite(values[~np.isnan(values)]).all() or np.isnan(values).all():
            raise self.region.failed(image, feature_class, "its values there are not numbers")
        return GreyLevels(values, self.geometry, settings)
