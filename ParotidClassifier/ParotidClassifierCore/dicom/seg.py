"""Read one segment from a DICOM Segmentation (DICOM PS3.3, A.51)."""

import math
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from highdicom.seg import Segmentation
from pydicom import Dataset

from ..base.errors import UnreadableFileError, UnusableMaskError
from ..imaging.choosing import Choice, Sought, place_of
from ..imaging.image_headers import MOST_VOXELS
from ..imaging.origin import Origin, with_origin
from ..imaging.working_grid import Geometry
from .objects import damage_named, drawn_on, require_few_frames
from .source import SourceSeries

_HALF = 0.5


def segment_of(
    file: Path,
    dataset: Dataset,
    region: Sought,
    source: SourceSeries | None = None,
    choice: Choice = Choice(),  # noqa: B008  frozen
) -> sitk.Image:
    """Return a segment as a binary uint8 volume on the grid of the segmentation.

    A plane without a frame is empty, as the standard has it. Of a fractional segmentation, voxels
    of one half and more count. Other segments may overlap this one: it is read as it is.

    Raises:
        UnreadableFileError: the object is damaged, or its planes make no regular volume.
        AmbiguousMaskError: it is not clear which segment is meant.
        UnusableMaskError: drawn on another CT, on tiles of a slide, or empty.
    """
    with damage_named(file, "DICOM SEG"):
        frame = dataset.get("FrameOfReferenceUID")
        notes = drawn_on(file, region, source, frame, _series(dataset), choice)
        segments = [
            (str(item.SegmentLabel), item.SegmentNumber) for item in dataset.SegmentSequence
        ]
    place = place_of(file, region, "segment", [label for label, _ in segments], choice.segment)
    name, number = segments[place]
    with damage_named(file, "DICOM SEG"):
        require_few_frames(file, len(dataset.get("PerFrameFunctionalGroupsSequence", ())))
        segmentation = Segmentation.from_dataset(dataset, copy=False)
        if segmentation.is_tiled:
            raise UnusableMaskError(
                f"{file} segments tiles of a slide, not slices of a CT.",
                "Choose the outline drawn on the CT.",
            )
        _require_small(file, segmentation)
        volume = segmentation.get_volume(segment_numbers=[number])
        inside = np.asarray(volume.array)[..., 0] >= _HALF  # (slice, row, column)
    if not inside.any():
        raise UnusableMaskError(
            f"The segment {name!r} in {file} is empty.", "Outline the lesion and save it again."
        )
    # highdicom counts slice, row, column; images count x, y, z.
    mask = Geometry.of_affine(volume.affine[:, [2, 1, 0, 3]]).image(inside)
    return with_origin(mask, Origin("segment", name, tuple(notes)))


def _require_small(file: Path, segmentation: Segmentation) -> None:
    """Refuse planes so far apart that the empty ones between them fill the memory."""
    geometry = segmentation.get_volume_geometry()
    size = (0,) if geometry is None else geometry.spatial_shape  # None: get_volume says why
    if math.prod(size) > MOST_VOXELS:
        raise UnreadableFileError(
            f"{file} spans {' × '.join(map(str, size))} voxels (planes, rows, columns); at most "
            f"{MOST_VOXELS:,} are read.",
            "Export the outline of the lesion alone; a plane may lie at a wrong place.",
        )


def _series(dataset: Dataset) -> set[str]:
    studies = dataset, *dataset.get("StudiesContainingOtherReferencedInstancesSequence", ())
    items = (item for study in studies for item in study.get("ReferencedSeriesSequence", ()))
    return {str(item.SeriesInstanceUID) for item in items}
