"""What is wanted of a region: by image and class, the features."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..base.errors import FeatureExtractionError
from .box import VoxelBox
from .names import FeatureColumn
from .settings import RadiomicsSettings

# PyRadiomics' default minimumROIDimensions: a region must extend in at least two directions.
MIN_DIMENSIONS = 2
# A texture matrix has this size squared in 13 directions. CT at bin width 25 stays below 500.
MAX_GREY_LEVELS = 1024
REMEDY = (
    "Correct the tumour's outline, or widen the ring or its HU limits; the CT must not be constant "
    "there."
)


@dataclass(frozen=True)
class WantedRegion:
    """One mask on the grid, and what is wanted of it.

    Attributes:
        mask: bool (z, y, x).
        box: around the mask.
        features: by image and class.
    """

    name: str
    mask: np.ndarray
    box: VoxelBox
    features: dict[str, dict[str, list[str]]]

    @classmethod
    def of(cls, name: str, mask: np.ndarray, columns: Collection[FeatureColumn]) -> WantedRegion:
        """Take what is wanted of a region from the columns of all.

        Raises:
            FeatureExtractionError: the mask is empty or extends in fewer than two directions.
        """
        box = VoxelBox.around(mask) if mask.any() else VoxelBox((), ())
        if sum(voxels > 1 for voxels in box.size) < MIN_DIMENSIONS:
            raise FeatureExtractionError(
                f"Region {name!r} has {int(mask.sum())} voxels of the working grid and extends in "
                f"fewer than {MIN_DIMENSIONS} directions: it has no texture to measure.",
                REMEDY,
            )
        features: dict[str, dict[str, list[str]]] = {}
        for column in columns:
            if column.region == name:
                classes = features.setdefault(column.image, {})
                classes.setdefault(column.feature_class, []).append(column.feature)
        return cls(name, mask, box, features)

    @property
    def images(self) -> Collection[str]:
        """The names of the images that it is measured on."""
        return self.features.keys()

    def columns(
        self, image: str, feature_class: str, values: dict[str, float]
    ) -> dict[FeatureColumn, float]:
        """Return the values of a class by column."""
        return {
            FeatureColumn(self.name, image, feature_class, feature): value
            for feature, value in values.items()
        }

    def refuse_too_many_levels(
        self, image: str, values: np.ndarray, settings: RadiomicsSettings
    ) -> None:
        """Refuse values inside the mask that would fall into too many bins.

        Raises:
            FeatureExtractionError: they do.
        """
        if settings.bin_count is not None:
            return
        if np.isnan(values).all():
            return  # refused later, by what they are
        levels = (float(np.nanmax(values)) - float(np.nanmin(values))) / settings.bin_width
        if levels > MAX_GREY_LEVELS:
            raise FeatureExtractionError(
                f"Region {self.name!r} has {levels:.5g} grey levels on the image {image!r}; "
                f"at most {MAX_GREY_LEVELS} can be worked on.",
                "Check that the CT is in HU, or use a larger bin width.",
            )

    def failed(self, image: str, feature_class: str, reason: object) -> FeatureExtractionError:
        """Return the error for a class of features that an image has no values for."""
        return FeatureExtractionError(
            f"The {feature_class} features of region {self.name!r} cannot be computed on the "
            f"image {image!r}: {reason}.",
            REMEDY,
        )


# A region, an image that it is measured on, and the values there.
Measured = tuple[WantedRegion, str, dict[FeatureColumn, float]]


def refuse_missing_images(missing: Collection[str], size: tuple[int, ...]) -> None:
    """Refuse a grid of that size (x, y, z) if a filter could not work on it.

    Raises:
        FeatureExtractionError: `missing` names an image.
    """
    if missing:
        raise FeatureExtractionError(
            f"The image {min(missing)!r} cannot be made: the grid of "
            f"{' × '.join(map(str, size))} voxels is too small for the filter.",
            "Use a CT that shows more of the tissue around the lesion.",
        )
