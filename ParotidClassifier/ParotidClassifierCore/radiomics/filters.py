"""The filtered images that PyRadiomics' features are computed on, only those asked for."""

from collections.abc import Collection, Iterator

import SimpleITK as sitk

from ..base.errors import FeatureExtractionError
from .kept_images import KeptImages
from .names import ORIGINAL, image_names, log_image_name
from .scipy_names import scipy_names_of_pyradiomics
from .settings import RadiomicsSettings

LBP3D = "LBP3D"


def shared_images(
    image: sitk.Image,
    wanted: Collection[str],
    settings: RadiomicsSettings,
    kept: KeptImages | None = None,
) -> Iterator[tuple[str, sitk.Image]]:
    """Yield name and image of every image of `wanted` that does not depend on a mask.

    All but LBP3D are such: they are computed once, however many regions are measured on them.
    With `kept` they are cut to its box, and those that it has are not computed again.
    """
    # Shape is measured with the original image even where the settings leave that type out.
    if ORIGINAL in wanted:
        yield ORIGINAL, image
    known = {} if kept is None else kept.among(wanted)
    yield from known.items()
    for image_type, names in _by_type(set(wanted) - known.keys(), settings).items():
        if image_type not in ("Original", LBP3D):
            filtered = _generated(image_type, image, None, names, settings)
            yield from filtered if kept is None else kept.keeping(filtered)


def mask_images(
    image: sitk.Image, mask: sitk.Image, wanted: Collection[str], settings: RadiomicsSettings
) -> Iterator[tuple[str, sitk.Image]]:
    """Yield name and image of every image of `wanted` that is computed inside a mask: LBP3D.

    The dtype of `image` is part of the method: on int16, PyRadiomics rounds the samples on the
    sphere to whole HU, which keeps their comparison with the centre free of rounding noise.
    """
    names = _by_type(wanted, settings).get(LBP3D)
    if names:
        with scipy_names_of_pyradiomics():
            images = list(_generated(LBP3D, image, mask, names, settings))
        yield from images


def _by_type(wanted: Collection[str], settings: RadiomicsSettings) -> dict[str, list[str]]:
    types: dict[str, list[str]] = {}
    for name, image_type in image_names(settings).items():
        if name in wanted:
            types.setdefault(image_type, []).append(name)
    return types


def _generated(
    image_type: str,
    image: sitk.Image,
    mask: sitk.Image | None,
    names: list[str],
    settings: RadiomicsSettings,
) -> Iterator[tuple[str, sitk.Image]]:
    from radiomics import imageoperations

    options = settings.pyradiomics()
    options["sigma"] = [s for s in settings.log_sigma_mm if log_image_name(s) in names]
    missing = set(names)
    generator = getattr(imageoperations, f"get{image_type}Image")
    for filtered, name, _ in generator(image, mask, **options):
        if name in missing:
            missing.remove(name)
            yield name, filtered
    if missing:
        raise FeatureExtractionError(
            f"PyRadiomics did not produce the image {min(missing)!r}: the grid of "
            f"{' × '.join(map(str, image.GetSize()))} voxels is too small for the filter.",
            "Use a CT that shows more of the tissue around the lesion.",
        )
