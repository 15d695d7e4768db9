"""From a working grid to radiomic features: only those asked for, by the engine that is chosen.

Filtered images are computed once for all regions; filters, texture matrices and features that
nobody asked for are not computed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import SimpleITK as sitk

from ..base.errors import FeatureExtractionError
from ..base.one_core import on_one_core
from ..base.progress import Progress, silent
from ..base.words import listed
from ..imaging.working_grid import WorkingGrid
from .engines import Engine
from .kept_images import KeptImages
from .names import FeatureColumn, columns_of, parse_column
from .settings import RadiomicsSettings, default_settings
from .wanted import REMEDY, Measured, WantedRegion


def extract(
    grid: WorkingGrid,
    columns: Collection[str] | None = None,
    settings: RadiomicsSettings | None = None,
    progress: Progress = silent,
    kept: KeptImages | None = None,
    engine: Engine = Engine.BUILT_IN,
) -> dict[str, float]:
    """Compute radiomic features of a case.

    Args:
        grid: CT and masks, arrays (z, y, x) in HU on 1 mm voxels.
        columns: what to compute, `<region>_<name>`; None for every feature of every region.
        settings: None for those of the method (1874 features per region).
        kept: filtered images of this CT under these settings, to be used and added to; PyRadiomics
            as the engine makes its own.

    Returns:
        Column → value, in the order of `columns`. A feature has the same value whichever others
        are asked for with it.

    Raises:
        FeatureExtractionError: an unknown column or region, a region without extent, or a feature
            that is not a finite number.
        MissingPackageError: the engine is not installed.
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
    image = grid.geometry.image(grid.ct)
    return extract_from_image(image, masks, parsed, settings, progress, kept, engine)


def extract_from_image(
    image: sitk.Image,
    masks: Mapping[str, np.ndarray],
    columns: Collection[FeatureColumn],
    settings: RadiomicsSettings,
    progress: Progress = silent,
    kept: KeptImages | None = None,
    engine: Engine = Engine.BUILT_IN,
) -> dict[str, float]:
    """Compute `columns` on an image (x, y, z) of any spacing in mm with masks bool (z, y, x)."""
    if not columns:
        return {}
    regions = [WantedRegion.of(name, masks[name], columns) for name in sorted(masks)]
    steps = sum(len(region.images) for region in regions)
    values: dict[FeatureColumn, float] = {}
    with on_one_core():
        found = _measured(engine, image, regions, settings, kept)
        for done, (region, name, of_image) in enumerate(found):
            progress(done / steps, f"{region.name}: {name}")
            values.update(of_image)
    _require_finite(values)
    progress(1.0, "radiomic features computed")
    return {str(column): values[column] for column in columns}


def _measured(
    engine: Engine,
    image: sitk.Image,
    regions: list[WantedRegion],
    settings: RadiomicsSettings,
    kept: KeptImages | None,
) -> Iterator[Measured]:
    """Yield every region with every image it is measured on, and the values there."""
    if engine is Engine.PYRADIOMICS:
        from .pyradiomics import measuring

        return measuring.measured(image, regions, settings)
    from .built_in import measuring as built_in

    return built_in.measured(image, regions, settings, kept)


def _require_finite(values: Mapping[FeatureColumn, float]) -> None:
    bad = [column for column, value in values.items() if not math.isfinite(value)]
    if bad:
        named = listed([*map(str, bad)], 5)
        raise FeatureExtractionError(
            f"{len(bad)} radiomic features are not finite numbers: {named}.", REMEDY
        )
