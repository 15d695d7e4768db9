"""Reading and writing volumes: NRRD, NIfTI and MetaImage files, and DICOM series as a CT."""

from __future__ import annotations

import errno
import gzip
import math
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

from ..disk import extended
from ..errors import UnreadableFileError, UnusableImageError, UsageError
from ..progress import Progress, silent
from .dicom_checks import STRAIGHTEN
from .dicom_files import is_dicomdir
from .dicom_series import read_series
from .itk_files import read_image, write_image
from .source import SourceSeries

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

VOLUME_SUFFIXES = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd")
LARGEST_SPACING_MM = 10.0

# HU span from air to bone; images in other units (MR, PET, scaled to 0…1) do not go below water.
_LEAST_HU_SPAN = 200.0
# Of each product of two axes: 0.06 degrees, more than the rounding of any header.
_RIGHT_ANGLE_TOLERANCE = 1e-3


def load_ct(path: Path, series_uid: str | None = None) -> sitk.Image:
    """Return the CT at `path`; see `load_sourced_ct`."""
    return load_sourced_ct(path, series_uid)[0]


def load_sourced_ct(
    path: Path, series_uid: str | None = None, progress: Progress = silent
) -> tuple[sitk.Image, SourceSeries | None]:
    """Return the CT at `path` in HU, its axes reordered to run left, posterior, superior (LPS).

    What the file says beside the voxels, which may name the patient, is left behind.

    Args:
        path: a NRRD, NIfTI or MetaImage file, a folder with a DICOM series, or a DICOMDIR.
        series_uid: which series, where there are several.
        progress: told how far it is with a long series.

    Returns:
        The CT, and the DICOM series that it was read from; None for another file.

    Raises:
        UnreadableFileError: missing, unreadable or no image.
        SeveralSeriesError: several series and none named.
        UnusableImageError: not a 3D scalar CT in HU, or its axes are not at right angles.
        UsageError: a series was named for a file.
    """
    source, path = None, extended(path)
    if path.is_dir() or is_dicomdir(path):
        image, source = read_series(path, series_uid, progress)
    elif series_uid is not None:
        raise UsageError(
            f"A series was named, but {path} is not a DICOM folder.", "Leave the series out."
        )
    else:
        image = read_volume(path)
    require_volume(image, path)
    require_right_angles(image.GetDirection(), path)
    require_hu(image, path)
    # One order of axes, so that a feature does not depend on how the file stores its voxels.
    oriented = sitk.DICOMOrient(image, "LPS")
    for key in oriented.GetMetaDataKeys():
        oriented.EraseMetaData(key)
    return oriented, source


def read_volume(path: Path) -> sitk.Image:
    """Return the image in the file `path`, as it is stored.

    Raises:
        UnreadableFileError: missing, of another format, or damaged.
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
        image = read_image(path)
        _require_whole_nifti(path, image)
        return image
    except (RuntimeError, OSError, EOFError, zlib.error) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as an image: {_reason(error)}",
            "Export it again; the file may be damaged or incomplete.",
        ) from error


def write_volume(path: Path, image: sitk.Image, compress: bool = True) -> None:
    """Write `image` to `path`.

    Raises:
        OSError: it could not be written whole.
    """
    try:
        write_image(path, image, compress)
    except RuntimeError as error:  # SimpleITK's word for a full disk and a missing folder alike
        raise OSError(errno.EIO, "the image could not be stored whole") from error


def _require_whole_nifti(path: Path, image: sitk.Image) -> None:
    """Raise EOFError for a NIfTI that was cut off: ITK fills what is missing with zeros."""
    # ITK passes a NIfTI's keys on to what is converted from it: the name tells the format.
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rb") as stream:
        stored = sum(map(len, iter(lambda: stream.read(1 << 22), b"")))
    needed = math.prod(image.GetSize()) * int(image.GetMetaData("bitpix")) // 8
    if stored < needed:
        raise EOFError(f"it ends after {stored} of {needed} bytes.")


def require_volume(image: sitk.Image, name: Path | str, fewest_slices: int = 2) -> None:
    """Raise UnusableImageError unless `image` is a 3D scalar volume of sensible voxel size.

    Args:
        image: any image.
        name: what the message calls it: its path, or words.
        fewest_slices: 1 for an outline, which may be cut to the one slice that it was drawn on.
    """
    if image.GetDimension() != 3 or min(image.GetSize()) < fewest_slices:
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
        name: what the message calls the image: its path, or words.
    """
    axes = np.asarray(direction, float).reshape(3, 3)
    if not np.allclose(axes.T @ axes, np.eye(3), rtol=0, atol=_RIGHT_ANGLE_TOLERANCE):
        raise UnusableImageError(
            f"{name} has axes that do not stand at right angles to each other.", STRAIGHTEN
        )


def require_hu(image: sitk.Image, name: Path | str) -> None:
    """Raise UnusableImageError unless the values of `image` can be a CT's in HU.

    Args:
        image: a 3D scalar volume.
        name: what the message calls it: its path, or words.
    """
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
