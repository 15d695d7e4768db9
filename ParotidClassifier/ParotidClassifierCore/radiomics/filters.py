"""The filtered images that PyRadiomics' features are computed on, only those asked for."""

from __future__ import annotations

import logging
import threading
import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ..errors import FeatureExtractionError
from .names import ORIGINAL, image_names, log_image_name
from .scipy_names import scipy_names_of_pyradiomics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import ModuleType

    import SimpleITK as sitk

    from .settings import RadiomicsSettings

LBP3D = "LBP3D"
_quiet_lock = threading.Lock()
# Loggers and warning filters are the process's: the first thread silences, the last one restores.
_quiet_users: list[None] = []
_restore = ExitStack()


def shared_images(
    image: sitk.Image, wanted: Collection[str], settings: RadiomicsSettings
) -> Iterator[tuple[str, sitk.Image]]:
    """Yield name and image of every image of `wanted` that does not depend on a mask.

    All but LBP3D are such: they are computed once, however many regions are measured on them.

    Raises:
        FeatureExtractionError: PyRadiomics did not produce an image of `wanted`.
    """
    # Shape is measured with the original image even where the settings leave that type out.
    if ORIGINAL in wanted:
        yield ORIGINAL, image
    for image_type, names in _by_type(wanted, settings).items():
        if image_type not in ("Original", LBP3D):
            yield from _generated(image_type, image, None, names, settings)


def mask_images(
    image: sitk.Image, mask: sitk.Image, wanted: Collection[str], settings: RadiomicsSettings
) -> Iterator[tuple[str, sitk.Image]]:
    """Yield name and image of every image of `wanted` that is computed inside a mask: LBP3D.

    The dtype of `image` is part of the method: on int16, PyRadiomics rounds the samples on the
    sphere to whole HU, which keeps their comparison with the centre free of rounding noise.

    Raises:
        FeatureExtractionError: scipy or trimesh lack what LBP3D needs.
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


@contextmanager
def quiet_pyradiomics() -> Iterator[None]:
    """Keep PyRadiomics' own handler silent meanwhile; warnings still reach the program's log.

    PyRadiomics writes to stderr through a handler of its own, tells every step at level INFO and
    lets numpy warn of every flat region. All is as it was when the last extraction of all threads
    has ended.

    Raises:
        FeatureExtractionError: PyRadiomics is not installed.
    """
    radiomics = _pyradiomics()
    with _quiet_lock:
        _quiet_users.append(None)
        if len(_quiet_users) == 1:
            _silence(logging.getLogger("radiomics"), radiomics.handler)
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_users.pop()
            if not _quiet_users:
                _restore.close()


def _silence(logger: logging.Logger, handler: logging.Handler) -> None:
    _restore.callback(logger.setLevel, logger.level)
    _restore.callback(handler.setLevel, handler.level)
    _restore.enter_context(warnings.catch_warnings())
    logger.setLevel(logging.WARNING)
    handler.setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore")


def _pyradiomics() -> ModuleType:
    try:
        import radiomics
    except ImportError as error:
        raise FeatureExtractionError(
            f"PyRadiomics cannot be imported: {error}.",
            "In 3D Slicer install the SlicerRadiomics extension; elsewhere run `make setup`.",
        ) from error
    return radiomics
