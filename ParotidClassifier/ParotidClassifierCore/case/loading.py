"""One case from its files: CT, outlines and clinical record."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import SimpleITK as sitk

from ..base.disk import extended
from ..base.errors import UnreadableFileError
from ..base.files import read_json
from ..dicom.source import SourceSeries
from ..imaging.choosing import has_name
from ..imaging.file_cache import FileCache
from ..imaging.masks import load_mask, segment_names
from ..protocol.record import ClinicalRecord
from ..protocol.region_names import EXTERNAL2, TUMOR
from .ct import load_ct

CT_FILE = "ct.nrrd"
SEGMENTATION_FILE = "segmentation.seg.nrrd"
CLINICAL_FILE = "clinical.json"
SOURCE_FILE = "source.json"
_LONGEST_NAME = 30  # characters, of these files


@dataclass(frozen=True)
class Case:
    """One CT with one outlined tumour, as loaded; nothing is resampled yet.

    Attributes:
        ct: scalar volume in HU, axes in LPS order.
        tumor: binary volume on a grid of its own in the same space.
        ring: External2 as a reader drew it, likewise; None where it is to be computed.
        record: the clinical variables.
        source: the DICOM series that the CT was read from; None where it came from another file.
    """

    ct: sitk.Image
    tumor: sitk.Image
    ring: sitk.Image | None = None
    record: ClinicalRecord = field(default_factory=ClinicalRecord)
    source: SourceSeries | None = None


def load_case_folder(
    folder: Path, record: ClinicalRecord | None = None, files: FileCache | None = None
) -> Case:
    """Return the case in a folder with ct.nrrd, segmentation.seg.nrrd and clinical.json.

    The segment External2 and the file clinical.json may be missing: the ring is then computed and
    the clinical variables are unknown. Where there is a source.json, it tells of the DICOM series
    that the CT came from, whose files are not known any more.

    Args:
        folder: of the case.
        record: takes the place of clinical.json, which is then not read.
        files: gives the same images again where their files have not changed.

    Raises:
        ParotidClassifierError: what is wrong with which file.
    """
    folder = extended(folder, below=_LONGEST_NAME)
    if not folder.is_dir():
        raise UnreadableFileError(f"{folder} is not a folder.", "Give the folder of a saved case.")
    files = files or FileCache()
    ct = files.read(folder / CT_FILE, load_ct)
    tumor, ring = files.read(folder / SEGMENTATION_FILE, _outlines)
    return Case(ct, tumor, ring, record or _record_in(folder), _source_in(folder))


def _outlines(segmentation: Path) -> tuple[sitk.Image, sitk.Image | None]:
    names = segment_names(segmentation)
    ring = load_mask(segmentation, EXTERNAL2) if has_name(EXTERNAL2, names) else None
    return load_mask(segmentation, TUMOR), ring


def _record_in(folder: Path) -> ClinicalRecord:
    clinical = folder / CLINICAL_FILE
    return load_clinical_record(clinical) if clinical.exists() else ClinicalRecord()


def _source_in(folder: Path) -> SourceSeries | None:
    path = folder / SOURCE_FILE
    if not path.exists():
        return None
    facts = _json_object(path, "DICOM series", "Take it away, or save the case again.")
    try:
        return SourceSeries.from_facts(facts)
    except ValueError as error:
        raise UnreadableFileError(
            f"{path} does not tell of a DICOM series: {error}.",
            "Take it away, or save the case again.",
        ) from error


def load_clinical_record(path: Path) -> ClinicalRecord:
    """Return the clinical record in a JSON file of variables and their levels.

    Raises:
        UnreadableFileError: missing or not a JSON object.
        ClinicalValueError: an unknown variable or a value outside its levels.
    """
    remedy = 'Write the clinical variables as an object such as {"margin": "clear"}.'
    return ClinicalRecord.from_words(_json_object(path, "clinical variables", remedy))


def _json_object(path: Path, what: str, remedy: str) -> dict[str, object]:
    try:
        content = read_json(path)
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{path} cannot be read as JSON: {error}.", remedy) from error
    if not isinstance(content, dict):
        raise UnreadableFileError(f"{path} holds no {what}.", remedy)
    return content
