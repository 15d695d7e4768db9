"""The filtered images of a CT, each on the box of its voxels that is measured.

Where a filter looks at the whole image (LoG, the largest |HU|), so does this one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

import numpy as np
import SimpleITK as sitk

from ..box import VoxelBox
from ..names import WAVELET_PREFIX, log_image_name
from ..settings import RadiomicsSettings
from .laplacian import log_fits, log_image

WAVELET = "coif1"
# Half the length of that wavelet's filters, and the shift between its bands.
_WAVELET_REACH = 6


class Source:
    """A CT and the box of it that is measured.

    Args:
        image: (x, y, z).
    """

    def __init__(self, image: sitk.Image, box: VoxelBox):
        self.image = image
        self.box = box
        self.values = sitk.GetArrayViewFromImage(image)
        self.spacing = image.GetSpacing()[::-1]

    @cached_property
    def largest(self) -> float:
        """The largest |HU| of the whole image."""
        return max(abs(float(self.values.max())), abs(float(self.values.min())))

    @property
    def part(self) -> np.ndarray:
        """The values of the box."""
        return self.values[self.box.slices]


def filtered_images(
    source: Source, image_type: str, names: Collection[str], settings: RadiomicsSettings
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield name and values (z, y, x), on the box, of those images of a type that it can have."""
    if image_type == "LoG":
        yield from _log(source, names, settings)
    elif image_type == "Wavelet":
        yield from _wavelets(source, names)
    else:
        (name,) = names
        with np.errstate(divide="ignore", invalid="ignore"):  # of an image that is 0 everywhere
            filtered = _FILTERS[image_type](source)
        yield name, filtered


def _square(source: Source) -> np.ndarray:
    """(x / √largest)²."""
    return (1 / np.sqrt(source.largest) * source.part.astype(np.float64)) ** 2


def _square_root(source: Source) -> np.ndarray:
    """√(largest |x|) with the sign of x."""
    x = source.part.astype(np.float64)
    return np.sign(x) * np.sqrt(np.abs(x) * source.largest)


def _logarithm(source: Source) -> np.ndarray:
    """Log(|x| + 1) with the sign of x, scaled so that `largest` stays what it is."""
    x = source.part.astype(np.float64)
    return np.sign(x) * np.log(np.abs(x) + 1) * (source.largest / np.log(source.largest + 1))


def _exponential(source: Source) -> np.ndarray:
    """exp(x log(largest) / largest)."""
    return np.exp(np.log(source.largest) / source.largest * source.part.astype(np.float64))


def _gradient(source: Source) -> np.ndarray:
    """Magnitude of the gradient by central differences, float32, by SimpleITK."""
    size, box = source.values.shape, source.box
    first = [max(a - 1, 0) for a in box.first]
    last = [min(a + n, m - 1) for a, n, m in zip(box.first, box.size, size, strict=True)]
    outer = VoxelBox(tuple(first), tuple(b - a + 1 for a, b in zip(first, last, strict=True)))
    part = sitk.RegionOfInterest(source.image, outer.size[::-1], outer.first[::-1])
    return sitk.GetArrayFromImage(sitk.GradientMagnitude(part))[box.within(outer)]


def _log(
    source: Source, names: Collection[str], settings: RadiomicsSettings
) -> Iterator[tuple[str, np.ndarray]]:
    values = source.values.astype(np.float64)
    for sigma in settings.log_sigma_mm:
        name = log_image_name(sigma)
        if name in names and log_fits(values.shape, sigma, source.spacing):
            yield name, log_image(values, source.box, sigma, source.spacing)


def _wavelets(source: Source, names: Collection[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield bands of the undecimated transform: L or H for low or high, along x, y and z.

    The image goes on periodically, each axis of odd length with its first voxel repeated.
    """
    import pywt

    part = _with_margin(source)
    # PyWavelets takes whole numbers for float64 and leaves float32 as it is.
    bands = {"": part if part.dtype.kind == "f" else part.astype(np.float64)}
    for axis in (2, 1, 0):
        filtered = {}
        for band, values in bands.items():
            ((low, high),) = pywt.swt(values, WAVELET, level=1, axis=axis)
            filtered |= {f"{band}L": low, f"{band}H": high}
        inside = [slice(None)] * 3
        inside[axis] = slice(_WAVELET_REACH, _WAVELET_REACH + source.box.size[axis])
        wanted = {name.removeprefix(WAVELET_PREFIX)[: len(band) + 1] for name in names}
        bands = {band: part[tuple(inside)] for band, part in filtered.items() if band in wanted}
    for name in names:
        yield name, bands[name.removeprefix(WAVELET_PREFIX)]


def _with_margin(source: Source) -> np.ndarray:
    """Return the box with as much around it as the wavelets read, even along each axis."""
    values = source.values
    for axis, (first, size) in enumerate(zip(source.box.first, source.box.size, strict=True)):
        beyond = size + _WAVELET_REACH + size % 2
        at = first + np.arange(-_WAVELET_REACH, beyond)
        voxels = values.shape[axis]
        at %= voxels + voxels % 2
        at[at == voxels] = 0
        values = values.take(at, axis)
    return values


_FILTERS = {
    "Square": _square,
    "SquareRoot": _square_root,
    "Logarithm": _logarithm,
    "Exponential": _exponential,
    "Gradient": _gradient,
}
