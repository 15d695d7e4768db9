"""Reading and writing volumes: NRRD, NIfTI and MetaImage files, and folders with DICOM series."""

from __future__ import annotations

import errno
import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

from ..errors import SeveralSeriesError, UnreadableFileError, UnusableImageError, UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

VOLUME_SUFFIXES = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd")
LARGEST_SPACING_MM = 10.0

# HU span from air to bone; images in other units (MR, PET, scaled to 0…1) do not go below water.
_LEAST_HU_SPAN = 200.0
_SPACING_TOLERANCE = 0.01
# Of each product of two axes: 0.06 degrees, more than the rounding of any header.
_RIGHT_ANGLE_TOLERANCE = 1e-3
_STRAIGHTEN = (
    "Resample the series to upright slices first, for example in 3D Slicer with the DICOM option "
    "'acquisition geometry regularization'."
)


def load_ct(path: Path, series_uid: str | None = None) -> sitk.Image:
    """Return the CT at `path` in HU, its axes reordered to run left, posterior, superior (LPS).

    Args:
        path: a NRRD, NIfTI or MetaImage file, or a folder with a DICOM series.
        series_uid: which series, where the folder holds several.

    Raises:
        UnreadableFileError: missing, unreadable or no image.
        SeveralSeriesError: several series and none named.
        UnusableImageError: not a 3D scalar CT in HU, or its axes are not at right angles.
        UsageError: a series was named for a file.
    """
    if path.is_dir():
        image = _read_series(path, series_uid)
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
    return sitk.DICOMOrient(image, "LPS")


def read_volume(path: Path) -> sitk.Image:
    """Return the image in the file `path`, as it is stored.

    Raises:
        UnreadableFileError: missing, of another format, or damaged.
    """
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise UnreadableFileError(f"{path} {what}.", "Check the path.")
    if not path.name.lower().endswith(VOLUME_SUFFIXES):
        raise UnreadableFileError(
            f"{path} is not a volume this program reads.",
            f"Use {', '.join(VOLUME_SUFFIXES)} or a folder with a DICOM series.",
        )
    try:
        image = sitk.ReadImage(str(path))
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
        sitk.WriteImage(image, str(path), useCompression=compress)
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


def require_volume(image: sitk.Image, name: Path | str) -> None:
    """Raise UnusableImageError unless `image` is a 3D scalar volume of sensible voxel size.

    Args:
        image: any image.
        name: what the message calls it: its path, or words.
    """
    if image.GetDimension() != 3 or 1 in image.GetSize():
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
            f"{name} has axes that do not stand at right angles to each other.", _STRAIGHTEN
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


@dataclass(frozen=True)
class _Slice:
    path: Path
    series: str
    description: str
    modality: str
    position: tuple[float, ...]
    orientation: tuple[float, ...]

    @property
    def along_normal(self) -> float:
        row, column = np.array(self.orientation).reshape(2, 3)
        return float(np.cross(row, column) @ np.array(self.position))


def _read_series(folder: Path, series_uid: str | None) -> sitk.Image:
    series = _series_in(folder)
    uid = _chosen_series(folder, series, series_uid)
    slices = sorted(series[uid], key=lambda item: item.along_normal)
    _require_regular_ct(folder, slices)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(item.path) for item in slices])
    try:
        return reader.Execute()
    except RuntimeError as error:
        raise UnreadableFileError(
            f"The DICOM series {uid} in {folder} cannot be read: {_reason(error)}",
            "Export the series again, uncompressed if it is compressed.",
        ) from error


def _series_in(folder: Path) -> dict[str, list[_Slice]]:
    series: dict[str, list[_Slice]] = {}
    for path in sorted(folder.rglob("*")):
        item = _read_header(path) if path.is_file() else None
        if item is not None:
            series.setdefault(item.series, []).append(item)
    if not series:
        raise UnreadableFileError(
            f"{folder} holds no DICOM images with one slice a file.",
            "Choose the folder with the CT series; convert an enhanced multi-frame CT to NIfTI.",
        )
    return series


def _read_header(path: Path) -> _Slice | None:
    """Return what is needed of a DICOM image's header, None for any other file."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    tags = ["SeriesInstanceUID", "SeriesDescription", "Modality", "ImagePositionPatient",
            "ImageOrientationPatient"]  # fmt: skip
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags)
        position = tuple(map(float, header.ImagePositionPatient))
        orientation = tuple(map(float, header.ImageOrientationPatient))
        uid = str(header.SeriesInstanceUID)
    except (InvalidDicomError, AttributeError, TypeError, ValueError, EOFError, OSError):
        return None  # not DICOM, or an object without slices such as an RTSTRUCT
    if len(position) != 3 or len(orientation) != 6:
        return None
    description, modality = header.get("SeriesDescription", ""), header.get("Modality", "")
    return _Slice(path, uid, str(description), str(modality), position, orientation)


def _chosen_series(folder: Path, series: dict[str, list[_Slice]], series_uid: str | None) -> str:
    listed = "\n".join(
        f"  {uid}  {items[0].modality}, {len(items)} images, {items[0].description!r}"
        for uid, items in series.items()
    )
    if series_uid is None and len(series) == 1:
        return next(iter(series))
    if series_uid is None:
        raise SeveralSeriesError(
            f"{folder} holds {len(series)} series:\n{listed}\n", "Name one with --series UID."
        )
    if series_uid not in series:
        raise UnreadableFileError(
            f"{folder} holds no series {series_uid}; it holds:\n{listed}\n", "Name one of these."
        )
    return series_uid


def _require_regular_ct(folder: Path, slices: list[_Slice]) -> None:
    first = slices[0]
    if first.modality != "CT":
        raise UnusableImageError(
            f"The series {first.series} in {folder} is {first.modality or 'unnamed'}, not CT.",
            "Choose the contrast-enhanced CT series.",
        )
    if any(not np.allclose(s.orientation, first.orientation, atol=1e-4) for s in slices):
        raise UnusableImageError(
            f"The slices of series {first.series} in {folder} have different orientations.",
            "Choose an axial series without its scout images.",
        )
    _require_upright(folder, slices)
    gaps = np.diff([item.along_normal for item in slices])
    if len(gaps) and gaps.max() - gaps.min() > _SPACING_TOLERANCE * max(gaps.max(), 1.0):
        raise UnusableImageError(
            f"The slices of series {first.series} in {folder} lie {gaps.min():.2f} to "
            f"{gaps.max():.2f} mm apart: slices are missing or doubled.",
            "Export the whole series once.",
        )


def _require_upright(folder: Path, slices: list[_Slice]) -> None:
    """Refuse slices that are shifted in their plane, as by a tilted gantry: ITK ignores it."""
    first, last = slices[0], slices[-1]
    offset = np.subtract(last.position, first.position)
    row, column = np.array(first.orientation).reshape(2, 3)
    shift = float(np.hypot(offset @ row, offset @ column))
    if shift > _SPACING_TOLERANCE * max(1.0, float(np.linalg.norm(offset))):
        raise UnusableImageError(
            f"The slices of series {first.series} in {folder} are shifted by {shift:.1f} mm from "
            "first to last: the gantry was tilted.",
            _STRAIGHTEN,
        )


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
