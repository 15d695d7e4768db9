"""Read the voxels of a DICOM series in HU."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.errors import UnreadableFileError, UnusableImageError
from ..base.progress import Progress
from ..imaging.itk_files import read_image
from .headers import Header
from .slice_checks import grid_of

_QUIET_SECONDS = 2.0
_TURNED = b"MONOCHROME1"  # of which black is to be shown as white
# What GDCM, the decoder within SimpleITK, reads: PS3.5 section 10 and GDCM's list of codecs.
_DECODED = frozenset(
    f"1.2.840.10008.1.2{end}"
    for end in (
        "", ".1", ".1.99", ".2", ".5", ".4.50", ".4.51", ".4.57", ".4.70", ".4.80", ".4.81",
        ".4.90", ".4.91",
    )
) | {"1.2.840.113619.5.2"}  # fmt: skip
_DECODE_FIRST = (
    "Store the series uncompressed first: `gdcmconv --raw IN OUT` or `dcmdjpeg IN OUT` for each "
    "file, or an export without compression."
)


def require_decodable(series: str, slices: Sequence[Header]) -> None:
    """Raise UnreadableFileError where pixels are compressed in a way that nothing here undoes."""
    from pydicom.uid import UID

    for header in slices:
        syntax = header.transfer_syntax
        if syntax and syntax not in _DECODED:
            name = UID(syntax).name
            words = "an unknown transfer syntax" if name == syntax else name
            raise UnreadableFileError(
                f"The pixels of {series} are compressed as {words} ({syntax}), which cannot be "
                "decoded here.",
                _DECODE_FIRST,
            )


def read_slices(series: str, slices: Sequence[Header], progress: Progress) -> sitk.Image:
    """Return the volume of slices that were found to fit together, in HU.

    Each slice is rescaled by its own slope and intercept. What the image says of the patient is
    left behind.

    Args:
        series: what a message calls it.
        slices: sorted along their normal, at even distances.
        progress: told the slice at hand, once reading takes longer than two seconds.

    Raises:
        UnreadableFileError: a slice is damaged or cut off.
        UnusableImageError: a slice has several values a pixel.
    """
    start = time.monotonic()
    planes = []
    for number, header in enumerate(slices, start=1):
        if time.monotonic() - start > _QUIET_SECONDS:
            progress((number - 1) / len(slices), f"reading slice {number} of {len(slices)}")
        planes.append(_plane(series, header))
    # Slices of unlike slopes may be whole numbers here and fractions there.
    volume = np.stack(planes, dtype=np.result_type(*planes))
    planes.clear()
    return _placed(sitk.GetImageFromArray(volume), slices)


def _plane(series: str, header: Header) -> np.ndarray:
    """Return one slice (y, x) in HU."""
    try:
        values = sitk.GetArrayFromImage(_image(header))
    except (RuntimeError, OSError) as error:
        raise UnreadableFileError(
            f"The pixels of {header.path} in {series} cannot be decoded: the file is damaged or "
            "cut off.",
            "Export the series again.",
        ) from error
    if values.ndim != 3:
        raise UnusableImageError(
            f"{header.path} in {series} has several values for each pixel, as a colour image has.",
            "Choose the CT series, not a screenshot.",
        )
    return _smallest(values[0])


def _image(header: Header) -> sitk.Image:
    """Return one slice; GDCM turns dark and bright round where black is to be shown as white."""
    turned = header.text("PhotometricInterpretation") == _TURNED.decode()
    return read_image(header.path, "GDCMImageIO", _lay_unturned if turned else None)


def _lay_unturned(path: Path, folder: Path) -> Path:
    """Write a copy of a slice that is to be shown as its values are, and return its path.

    Only that word is changed, so that a slice that is cut off stays so.
    """
    import pydicom

    keyword, content = "PhotometricInterpretation", path.read_bytes()
    header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=[keyword], force=True)
    before, _, behind = content.partition(_TURNED)
    if len(before) != header.get_item(keyword).value_tell:  # as in a header that is compressed
        raise RuntimeError(f"{keyword} was not found")
    (folder / "slice.dcm").write_bytes(before + b"MONOCHROME2" + behind)
    return folder / "slice.dcm"


def _smallest(values: np.ndarray) -> np.ndarray:
    """Return whole numbers in the two bytes that HU need, for the memory of a long scan."""
    whole, limits = values.dtype.kind in "iu", np.iinfo(np.int16)
    fits = whole and limits.min <= values.min() and values.max() <= limits.max
    return values.astype(np.int16) if fits else values


def _placed(image: sitk.Image, slices: Sequence[Header]) -> sitk.Image:
    """Give a volume its place in space (LPS, mm), as ITK does for a series."""
    first = slices[0]
    row, column = np.array(first.orientation).reshape(2, 3)
    origin, normal, apart = first.position, np.cross(row, column), 1.0
    if len(slices) > 1:
        origin, step = grid_of(slices)
        apart = float(np.linalg.norm(step))
        normal = step / apart
    image.SetOrigin(tuple(map(float, origin)))
    image.SetSpacing((first.pixel_mm[1], first.pixel_mm[0], apart))
    image.SetDirection(np.column_stack([row, column, normal]).ravel().tolist())
    return image


def read_multi_frame(series: str, header: Header) -> sitk.Image:
    """Return the volume in one enhanced CT, in HU.

    Raises:
        UnreadableFileError: it is damaged, or its compression cannot be decoded here.
        UnusableImageError: its frames are not one volume.
    """
    import highdicom
    import pydicom

    try:
        stored = highdicom.Image.from_dataset(pydicom.dcmread(header.path, force=True), copy=False)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, EOFError) as error:
        raise UnreadableFileError(
            f"{header.path}, an enhanced multi-frame CT, cannot be read: {_said(error)}",
            "Export the series again, best as single slices (classic CT).",
        ) from error
    try:
        volume = stored.get_volume(
            apply_modality_transform=True,
            apply_real_world_transform=False,
            apply_presentation_lut=False,
        )
    except (RuntimeError, ValueError, AttributeError, KeyError, NotImplementedError) as error:
        raise UnusableImageError(
            f"The frames of {header.path}, an enhanced multi-frame CT of {series}, cannot be read "
            f"as one volume: {_said(error)}",
            "Export the series as single slices (classic CT), one phase a series, uncompressed.",
        ) from error
    return _from_volume(volume)


def _said(error: Exception) -> str:
    return str(error).strip().rstrip(".") + "."


def _from_volume(volume) -> sitk.Image:
    """Return a highdicom Volume, whose axes are (slice, row, column), as an image."""
    values, whole = volume.array, np.rint(volume.array)
    image = sitk.GetImageFromArray(
        _smallest(whole.astype(np.int32)) if np.array_equal(whole, values) else values
    )
    image.SetOrigin(tuple(map(float, volume.position)))
    image.SetSpacing(tuple(map(float, volume.spacing))[::-1])
    image.SetDirection(np.asarray(volume.direction)[:, ::-1].ravel().tolist())
    return image
