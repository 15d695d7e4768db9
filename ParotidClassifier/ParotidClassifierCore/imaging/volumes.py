"""Read and write volumes: NRRD, NIfTI and MetaImage files."""

import errno
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import ArrayLike

from ..base.disk import extended
from ..base.errors import UnreadableFileError, UnusableImageError
from .header_values import ImageHeader
from .hounsfield import HuHistogram, display_window, intercept_shift
from .image_headers import VOLUME_SUFFIXES, read_header
from .itk_files import read_image, write_image
from .nifti_header import NiftiHeader, lay_plain
from .working_grid import Geometry

LARGEST_SPACING_MM = 10.0
STRAIGHTEN = (
    "Resample the series to upright slices first, for example in 3D Slicer with the DICOM option "
    "'acquisition geometry regularization'."
)

# HU span from air to bone; images in other units (MR, PET, scaled to 0…1) do not go below water.
_LEAST_HU_SPAN = 200.0
# Of each product of two axes: 0.06 degrees, more than the rounding of any header.
_RIGHT_ANGLE_TOLERANCE = 1e-3
_SAME_PLACE_MM = 1e-2


def read_volume(path: Path) -> sitk.Image:
    """Return the image in the file `path`, as it is stored.

    Raises:
        UnreadableFileError: missing, of another format, damaged, or too large.
        UnusableImageError: its axes are not at right angles.
    """
    path = extended(path)
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise UnreadableFileError(f"{path} {what}.", "Check the path.")
    if not path.name.lower().endswith(VOLUME_SUFFIXES):
        raise UnreadableFileError(
            f"{path} is not a volume this program reads.",
            f"Use {', '.join(VOLUME_SUFFIXES)} or a folder with a DICOM series.",
        )
    try:
        return _read(path, read_header(path))
    except (RuntimeError, OSError) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as an image: {_reason(error)}",
            "Export it again; the file may be damaged or incomplete.",
        ) from error


def write_volume(path: Path, image: sitk.Image, compress: bool = True) -> None:
    """Write `image` to `path`."""
    try:
        write_image(path, image, compress)
    except RuntimeError as error:  # SimpleITK's word for a full disk and a missing folder alike
        raise OSError(errno.EIO, "the image could not be stored whole") from error


def _read(path: Path, header: ImageHeader) -> sitk.Image:
    if not isinstance(header, NiftiHeader):
        return read_image(path, header.image_io)
    named_otherwise = header.compressed_whole and not path.name.lower().endswith(".gz")
    try:
        image = read_image(path, header.image_io, lay_plain if named_otherwise else None)
    except RuntimeError:
        if header.qform is not None or header.sform is None:
            raise
        # ITK takes no sform with a shear, not even one that is rounding.
        image = read_image(path, header.image_io, partial(lay_plain, placed=False))
        return _placed(image, _unsheared(header.sform, path))
    return _placed(image, Geometry.of_affine(header.qform)) if header.has_unit_sform else image


def _unsheared(affine: np.ndarray, path: Path) -> Geometry:
    """Return the place that an affine gives, its axes at right angles.

    Rounded positions of slices lean the third axis; so the first stays, and the others follow.
    """
    sheared = Geometry.of_affine(affine)
    require_right_angles(sheared.direction, path)
    axes, lengths = np.linalg.qr(np.reshape(sheared.direction, (3, 3)))
    upright = axes * np.sign(np.diag(lengths))
    return replace(sheared, direction=tuple(upright.ravel().tolist()))


def _placed(image: sitk.Image, geometry: Geometry) -> sitk.Image:
    """Return the image at this place, unless it lies there as well as ITK's rounding goes."""
    there = Geometry.of(image)
    if image.GetDimension() == 3 and not np.allclose(
        there.corners(image.GetSize()), geometry.corners(image.GetSize()), atol=_SAME_PLACE_MM
    ):
        image.SetOrigin(geometry.origin)
        image.SetSpacing(geometry.spacing)
        image.SetDirection(geometry.direction)
    return image


def require_volume(image: sitk.Image, name: Path | str, is_mask: bool = False) -> None:
    """Raise UnusableImageError unless `image` is a 3D scalar volume of sensible voxel size.

    Args:
        name: what the message calls it: its path, or words.
        is_mask: a mask may be one slice of a volume.
    """
    if image.GetDimension() != 3 or (1 in image.GetSize() and not is_mask):
        size = " × ".join(map(str, image.GetSize()))
        raise UnusableImageError(
            f"{name} is not a 3D volume: its size is {size}.", "Use one volume of several slices."
        )
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise UnusableImageError(
            f"{name} has {image.GetNumberOfComponentsPerPixel()} values per voxel.",
            "Use a scalar volume, not a colour image or a vector field.",
        )
    spacing = image.GetSpacing()
    if not all(0 < length <= LARGEST_SPACING_MM for length in spacing):
        shown = " × ".join(f"{length:g}" for length in spacing)
        raise UnusableImageError(
            f"{name} has voxels of {shown} mm.",
            f"The method needs spacings above 0 and up to {LARGEST_SPACING_MM:g} mm.",
        )


def require_right_angles(direction: ArrayLike, name: Path | str) -> None:
    """Raise UnusableImageError unless the axes of an image stand at right angles.

    Args:
        direction: 3 × 3 matrix, or its nine numbers row by row, whose columns are the axes.
    """
    axes = np.asarray(direction, float).reshape(3, 3)
    if not np.allclose(axes.T @ axes, np.eye(3), rtol=0, atol=_RIGHT_ANGLE_TOLERANCE):
        raise UnusableImageError(
            f"{name} has axes that do not stand at right angles to each other.", STRAIGHTEN
        )


def require_hu(image: sitk.Image, name: Path | str) -> None:
    """Raise UnusableImageError unless the values of `image` can be a CT's in HU."""
    values = sitk.GetArrayViewFromImage(image)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise UnusableImageError(
            f"{name} has voxels that are not numbers.", "Export the CT again without NaN or inf."
        )
    low, high = float(values.min()), float(values.max())
    if low == high:
        raise UnusableImageError(
            f"{name} has the same value {low:g} in every voxel.", "Choose the volume with the CT."
        )
    histogram = HuHistogram.of(values)
    if shift := intercept_shift(histogram):
        applied = "was not applied" if shift > 0 else "was applied twice"
        raise UnusableImageError(
            f"{name} is not in HU: its fat and soft tissue lie about {abs(shift)} too "
            f"{'high' if shift > 0 else 'low'}, as where the rescale intercept {applied}.",
            "Give the DICOM series itself, or convert it with a program that applies rescale slope "
            "and intercept, once.",
        )
    if window := display_window(histogram):
        raise UnusableImageError(
            f"{name} was cut to a display window: its values end at {window[0]} and {window[1]}, "
            "and are piled up there.",
            "Use the CT with all its HU; export it without the window.",
        )
    if low >= 0 or high - low < _LEAST_HU_SPAN:
        raise UnusableImageError(
            f"{name} does not look like CT in HU: its values run from {low:g} to {high:g}.",
            "Use a CT with its rescale slope and intercept applied, not MR, PET, scaled values or "
            "the outline (are CT and outline swapped?).",
        )


def _reason(error: Exception) -> str:
    """Return the last line of what a library says, as the end of a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].removeprefix("sitk::ERROR:").strip().rstrip(".") + "."
