"""The filtered images that PyRadiomics' features are computed on, only those asked for."""

from collections.abc import Collection, Iterator

import SimpleITK as sitk

from ..names import LBP3D, ORIGINAL, images_by_type, log_image_name
from ..settings import RadiomicsSettings
from ..wanted import refuse_missing_images
from .scipy_names import scipy_names_of_pyradiomics


def shared_images(
    image: sitk.Image,
    wanted: Collection[str],
    settings: RadiomicsSettings,
) -> Iterator[tuple[str, sitk.Image]]:
    """Yield name and image of every image of `wanted` that does not depend on a mask.

    All but LBP3D are such: they are computed once, however many regions are measured on them.
    """
    # Shape is measured with the original image even where the settings leave that type out.
    if ORIGINAL in wanted:
        yield ORIGINAL, image
    for image_type, names in images_by_type(wanted, settings).items():
        if image_type not in ("Original", LBP3D):
            yield from _generated(image_type, image, None, names, settings)


def mask_images(
    image: sitk.Image, mask: sitk.Image, wanted: Collection[str], settings: RadiomicsSettings
) -> Iterator[tuple[str, sitk.Image]]:
    """Yield name and image of every image of `wanted` that is computed inside a mask: LBP3D.

    The dtype of `image` is part of the method: on int16, PyRadiomics rounds the samples on the
    sphere to whole HU, which keeps their comparison with the centre free of rounding noise.
    """
    names = images_by_type(wanted, settings).get(LBP3D)
    if names:
        with scipy_names_of_pyradiomics():
            images = list(_generated(LBP3D, image, mask, names, settings))
        yield from images


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
    refuse_missing_images(missing, image.GetSize())
