"""Read the voxels of a DICOM series in HU."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.errors import UnreadableFileError, UnusableImageError
from ..base.progress import Progress, told_late
from ..imaging.itk_files import read_image
from ..imaging.working_grid import Geometry
from .headers import Header
from .slice_checks import grid_of

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

    Raises:
        UnreadableFileError: a slice is damaged or cut off.
        UnusableImageError: a slice has several values a pixel.
    """
    planes = [_plane(series, header) for header in told_late(progress, slices, "reading slice")]
    # Slices of unlike slopes may be whole numbers here and fractions there.
    volume = np.stack(planes, dtype=np.result_type(*planes))
    planes.clear()
    return _geometry(slices).image(volume)


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


def _geometry(slices: Sequence[Header]) -> Geometry:
    """Return the place of a volume in space (LPS, mm), as ITK has it for a series."""
    first = slices[0]
    row, column = np.array(first.orientation).reshape(2, 3)
    origin, normal, apart = first.position, np.cross(row, column), 1.0
    if len(slices) > 1:
        origin, step = grid_of(slices)
        apart = float(np.linalg.norm(step))
        normal = step / apart
    direction = np.column_stack([row, column, normal]).ravel().tolist()
    return Geometry(tuple(map(float, origin)), direction, (*first.pixel_mm[::-1], apart))


def read_multi_frame(series: str, header: Header) -> sitk.Image:
    """Return the volume in one enhanced CT, in HU."""
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
    geometry = Geometry(
        tuple(map(float, volume.position)),
        np.asarray(volume.direction)[:, ::-1].ravel().tolist(),
        tuple(map(float, volume.spacing))[::-1],
    )
    is_whole = np.array_equal(whole, values)
    return geometry.image(_smallest(whole.astype(np.int32)) if is_whole else values)
