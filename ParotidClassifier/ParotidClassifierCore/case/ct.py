"""Load a CT from a file or a DICOM series."""

from pathlib import Path

import SimpleITK as sitk

from ..base.disk import extended
from ..base.errors import UsageError
from ..base.progress import Progress, silent
from ..dicom.files import is_dicomdir
from ..dicom.series import read_series
from ..dicom.source import SourceSeries
from ..imaging.volumes import read_volume, require_hu, require_right_angles, require_volume

_AXES = "LPS"


def load_ct(path: Path, series_uid: str | None = None) -> sitk.Image:
    """Return the CT at `path`; see `load_sourced_ct`."""
    return load_sourced_ct(path, series_uid)[0]


def load_sourced_ct(
    path: Path,
    series_uid: str | None = None,
    acquisition: str | None = None,
    progress: Progress = silent,
) -> tuple[sitk.Image, SourceSeries | None]:
    """Return the CT at `path` in HU, its axes reordered to run left, posterior, superior (LPS).

    What the file says beside the voxels, which may name the patient, is left behind.

    Args:
        path: a NRRD, NIfTI or MetaImage file, a folder with a DICOM series, or a DICOMDIR.

    Returns:
        The CT, and the DICOM series that it was read from; None for another file.

    Raises:
        UnreadableFileError: missing, unreadable or no image.
        SeveralSeriesError: several series, or acquisitions, and none named.
        UnusableImageError: not a 3D scalar CT in HU, or its axes are not at right angles.
        UsageError: a series or an acquisition was named for a file.
    """
    source, path = None, extended(path)
    if path.is_dir() or is_dicomdir(path):
        image, source = read_series(path, series_uid, acquisition, progress)
    elif (series_uid, acquisition) != (None, None):
        what = "A series" if series_uid is not None else "An acquisition"
        raise UsageError(f"{what} was named, but {path} is not a DICOM folder.", "Leave it out.")
    else:
        image = read_volume(path)
    require_volume(image, path)
    require_right_angles(image.GetDirection(), path)
    require_hu(image, path)
    image = _oriented(image)
    for key in image.GetMetaDataKeys():
        image.EraseMetaData(key)
    return image, source


def _oriented(image: sitk.Image) -> sitk.Image:
    """Return a CT in one order of axes, so that no feature depends on how a file stores it."""
    stored = sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(image.GetDirection())
    return image if stored == _AXES else sitk.DICOMOrient(image, _AXES)
