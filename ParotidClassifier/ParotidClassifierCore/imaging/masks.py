"""Reading and writing outlines: label maps and Slicer's segmentation files (.seg.nrrd)."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.disk import extended
from ..base.errors import AmbiguousMaskError, UnreadableFileError, UnusableMaskError
from ..base.files import written_whole
from ..base.words import listed
from ..protocol import PAROTID_GLAND, Code, Region
from .choosing import Choice, Sought, has_name, place_of
from .origin import Origin, with_origin
from .volumes import read_volume, require_volume, write_volume
from .working_grid import Geometry

_MOST_LABELS = 1000
_ROUNDED = 1e-3  # how far from a whole number conversions and scaling leave a label
_SEGMENT_FIELD = re.compile(r"Segment(\d{1,6})_")
# Of a segmentation: which outline a region was, before it was saved under the region's name.
_ORIGIN_FIELD = "ParotidClassifier_{region}"
# 3D Slicer's lists name the category otherwise than DICOM does; it looks codes up by their values.
_SLICER_MEANING = {"49755003": "Morphologically Altered Structure"}
_ENTRY = (
    "Segmentation category and type - 3D Slicer General Anatomy list~{category}~{type}~^^~"
    "Anatomic codes - DICOM master list~{region}~^^"
)


def _slicer_code(code: Code) -> str:
    return f"{code.scheme}^{code.value}^{_SLICER_MEANING.get(code.value, code.meaning)}"


def terminology_entry(region: Region) -> str:
    """Return 3D Slicer's terminology entry of a region, as the tags of its segments hold it."""
    return _ENTRY.format(
        category=_slicer_code(region.category),
        type=_slicer_code(region.kind),
        region="^^" if region.ring else _slicer_code(PAROTID_GLAND),
    )


def load_mask(
    path: Path, region: Sought, label: int | None = None, segment: str | None = None
) -> sitk.Image:
    """Return the outline of `region` in a label map or .seg.nrrd: binary uint8 on its own grid.

    `outlines.load_outline` reads DICOM SEG and RTSTRUCT too.

    Raises:
        UnreadableFileError: missing, unreadable or no image.
        UsageError: a label was named for a segmentation, or a segment for a label map.
        UnusableMaskError: empty, or it is not clear which label or segment is meant.
    """
    path = extended(path)
    return _mask_of(read_volume(path), path, region, Choice(label, segment))


def load_regions(path: Path, regions: Sequence[Sought]) -> dict[str, sitk.Image]:
    """Return the outlines of regions in one file, by name, as `load_mask` does.

    Rings that have no segment there are left out.
    """
    path = extended(path)
    image = read_volume(path)
    names = [name for name, *_ in _segments(path, image)]
    there = [region for region in regions if not region.is_ring or has_name(region.name, names)]
    return {region.name: _mask_of(image, path, region, Choice()) for region in there}


def _mask_of(image: sitk.Image, path: Path, region: Sought, choice: Choice) -> sitk.Image:
    if "Segment0_ID" in image.GetMetaDataKeys():
        choice.require_only("segment", f"{path} is a segmentation, not a label map.", region)
        mask = _segment(image, path, region, choice.segment)
        require_volume(mask, path, is_mask=True)
    else:
        choice.require_only("label", f"{path} is a label map without segments.", region)
        require_volume(image, path, is_mask=True)
        mask = _labelled(image, path, region, choice.label)
    if not sitk.GetArrayViewFromImage(mask).any():
        raise UnusableMaskError(
            f"The {region.name} outline in {path} is empty.",
            "Outline the lesion and save it again.",
        )
    return mask


def _labelled(image: sitk.Image, path: Path, region: Sought, label: int | None) -> sitk.Image:
    values = sitk.GetArrayViewFromImage(image)
    labels = _labels(values)
    if labels is None:
        raise UnusableMaskError(
            f"{path} is not a label map: its values are not whole numbers.",
            "Give the outline's file, not the CT. Of a mask with values in between, as a "
            "probability or an interpolated mask has them, save what lies above 0.5 as 1.",
        )
    names = list(dict.fromkeys(labels.values()))
    shown = listed([f"{value:g}" for value in names], 20)
    if label is None and len(names) > 1:
        raise AmbiguousMaskError(
            f"{path} holds several labels ({shown}) and none was named.",
            f"Name the {region.name}'s with {region.option('label')} N.",
        )
    if label is not None and names and label not in names:
        raise UnusableMaskError(f"{path} has no label {label}.", f"Its labels are {shown}.")
    stored = [value for value, name in labels.items() if label in (None, name)]
    mask = Geometry.of(image).image(np.isin(values, stored))
    return with_origin(mask, Origin("label", f"{labels[stored[0]]:g}")) if stored else mask


def _labels(values: np.ndarray) -> dict[float, float] | None:
    """Return the labels of a label map by the values that stand for them; None if it is none.

    Programs scale and convert masks: what lies by a rounding beside a whole number is that label, a
    single positive value is one label whatever it is (1/255), and what is no number is background.
    """
    found: set[float] = set()
    for plane in values:
        found.update(value for value in np.unique(plane).tolist() if value and value == value)
        if len(found) > _MOST_LABELS:
            return None
    stored = sorted(found)
    if not np.isfinite(stored).all():
        return None
    whole = {value: round(value) for value in stored if abs(value - round(value)) <= _ROUNDED}
    if len(stored) == 1 and stored[0] > 0:
        return {stored[0]: whole.get(stored[0]) or stored[0]}
    if len(whole) < len(stored):
        return None
    return {value: name for value, name in whole.items() if name}


def _segments(path: Path, image: sitk.Image) -> list[tuple[str, int, int]]:
    """Return name, label value and layer of each segment of a segmentation.

    A name that is not UTF-8, as old versions of 3D Slicer wrote them, is shown with the codes of
    its bytes: it is not guessed which letters they were.
    """
    keys = set(image.GetMetaDataKeys())
    numbers = {int(found[1]) for found in map(_SEGMENT_FIELD.match, keys) if found}
    try:
        return [_segment_fields(image, number) for number in sorted(numbers)]
    except (RuntimeError, ValueError) as error:  # RuntimeError: SimpleITK has no such field
        raise UnreadableFileError(
            f"{path} cannot be read as a segmentation: a segment lacks its name, value or layer.",
            "Save it again in 3D Slicer.",
        ) from error


def _segment_fields(image: sitk.Image, number: int) -> tuple[str, int, int]:
    name, label = (image.GetMetaData(f"Segment{number}_{key}") for key in ("Name", "LabelValue"))
    in_layers = image.GetNumberOfComponentsPerPixel() > 1  # where segments overlap
    layer = int(image.GetMetaData(f"Segment{number}_Layer")) if in_layers else 0
    if not 0 <= layer < image.GetNumberOfComponentsPerPixel():
        raise ValueError(layer)
    letters = name.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return letters, int(label), layer


def _segment(image: sitk.Image, path: Path, region: Sought, name: str | None) -> sitk.Image:
    segments = _segments(path, image)
    place = place_of(path, region, "segment", [named for named, *_ in segments], name)
    called, label, layer = segments[place]
    voxels = sitk.GetArrayViewFromImage(image)  # (z, y, x), and the layers behind them
    inside = (voxels if voxels.ndim == 3 else voxels[..., layer]) == label
    mask = Geometry.of(image).image(inside)
    return with_origin(mask, _saved_origin(image, region.name) or Origin("segment", called))


def _saved_origin(image: sitk.Image, region: str) -> Origin | None:
    field = _ORIGIN_FIELD.format(region=region)
    return Origin.from_text(image.GetMetaData(field)) if image.HasMetaDataKey(field) else None


def save_segmentation(
    path: Path,
    masks: Mapping[str, np.ndarray],
    geometry: Geometry,
    regions: Mapping[str, Region],
    origins: Mapping[str, Origin | None] | None = None,
) -> None:
    """Write masks (z, y, x) as one segmentation that 3D Slicer opens, or nothing at all.

    Masks that overlap lie in layers, as 3D Slicer writes them.

    Args:
        path: ends in .seg.nrrd.
        origins: where the masks were taken from, by region, as far as that is known.

    Raises:
        OutputError: the file cannot be written.
    """
    layers, layer_of = _in_layers(list(masks.values()))
    image = geometry.image(np.stack(layers, axis=-1) if len(layers) > 1 else layers[0])
    segments = [regions[name] for name in masks]
    for key, word in _slicer_keys(segments, layer_of, image.GetSize()).items():
        image.SetMetaData(key, word)
    for region, origin in (origins or {}).items():
        if origin is not None:
            image.SetMetaData(_ORIGIN_FIELD.format(region=region), origin.to_text())
    with written_whole(path) as beside:
        write_volume(beside, image)


def _in_layers(masks: Sequence[np.ndarray]) -> tuple[list[np.ndarray], list[int]]:
    """Return label maps that hold the masks, numbered from 1, and in which of them each lies."""
    layers: list[np.ndarray] = []
    places = []
    for value, mask in enumerate(masks, start=1):
        place = next((i for i, layer in enumerate(layers) if not layer[mask].any()), len(layers))
        if place == len(layers):
            layers.append(np.zeros(mask.shape, np.uint8))
        layers[place][mask] = value
        places.append(place)
    return layers, places


def _slicer_keys(
    segments: Sequence[Region], layers: Sequence[int], size: tuple[int, ...]
) -> dict[str, str]:
    """Return what makes a label map a segmentation (vtkMRMLSegmentationStorageNode's fields)."""
    keys = {
        "Segmentation_ContainedRepresentationNames": "Binary labelmap|",
        "Segmentation_MasterRepresentation": "Binary labelmap",
        "Segmentation_ReferenceImageExtentOffset": "0 0 0",
    }
    for place, (region, layer) in enumerate(zip(segments, layers, strict=True)):
        fields = {
            "ID": region.name,
            "Name": region.name,
            "NameAutoGenerated": "0",
            "Color": " ".join(map(str, region.rgb)),
            "ColorAutoGenerated": "0",
            "LabelValue": str(place + 1),
            "Layer": str(layer),
            "Extent": " ".join(f"0 {n - 1}" for n in size),
            "Tags": f"TerminologyEntry:{terminology_entry(region)}|",
        }
        keys |= {f"Segment{place}_{field}": word for field, word in fields.items()}
    return keys
