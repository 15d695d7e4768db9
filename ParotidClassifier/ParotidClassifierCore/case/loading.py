"""One case from its files: CT, outlines and clinical record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import SimpleITK as sitk

from ..base.disk import extended
from ..base.errors import ClinicalValueError, UnreadableFileError
from ..base.files import read_json
from ..dicom.source import SourceSeries
from ..imaging.choosing import Sought
from ..imaging.file_cache import FileCache
from ..imaging.lattice import Lattice, lattice_of
from ..imaging.masks import load_regions
from ..protocol import ClinicalRecord, Protocol, shen2026
from .ct import load_ct

CT_FILE = "ct.nrrd"
SEGMENTATION_FILE = "segmentation.seg.nrrd"
CLINICAL_FILE = "clinical.json"
SOURCE_FILE = "source.json"
_LONGEST_NAME = 30  # characters, of these files
_SAVED_CASE = (
    f"Give the folder of a saved case: it holds {CT_FILE}, {SEGMENTATION_FILE} and, where the "
    f"findings are known, {CLINICAL_FILE}."
)


@dataclass(frozen=True)
class Case:
    """One CT with one outlined tumour, as loaded; nothing is resampled yet.

    Attributes:
        ct: scalar volume in HU, axes in LPS order.
        tumor: binary volume on a grid of its own in the same space.
        rings: those that a reader drew, by region, likewise; others are computed.
        source: the DICOM series that the CT was read from; None where it came from another file.
        moved_lattice: takes the place of the lattice that goes with CT and outline.
    """

    ct: sitk.Image
    tumor: sitk.Image
    rings: Mapping[str, sitk.Image] = field(default_factory=dict)
    record: ClinicalRecord = field(default_factory=ClinicalRecord)
    source: SourceSeries | None = None
    moved_lattice: Lattice | None = None

    @cached_property
    def lattice(self) -> Lattice:
        """The 1 mm lattice on which everything of the case is computed."""
        return self.moved_lattice or lattice_of(self.ct, self.tumor)


def load_case_folder(
    folder: Path,
    record: ClinicalRecord | None = None,
    files: FileCache | None = None,
    protocol: Protocol | None = None,
) -> Case:
    """Return the case in a folder with ct.nrrd, segmentation.seg.nrrd and clinical.json.

    The segments of rings and the file clinical.json may be missing: the rings are then computed and
    the clinical variables are unknown. Where there is a source.json, it tells of the DICOM series
    that the CT came from, whose files are not known any more.

    Args:
        record: takes the place of clinical.json, which is then not read.
        files: gives the same images again where their files have not changed.
        protocol: whose segments and clinical variables there are; None for the published study's.

    Raises:
        ParotidClassifierError: what is wrong with which file.
    """
    folder = extended(folder, below=_LONGEST_NAME)
    if not folder.is_dir():
        raise UnreadableFileError(f"{folder} is not a folder.", _SAVED_CASE)
    for name in (CT_FILE, SEGMENTATION_FILE):
        if not (folder / name).exists():
            raise UnreadableFileError(f"{folder} holds no {name}.", _SAVED_CASE)
    files = files or FileCache()
    ct = files.read(folder / CT_FILE, load_ct)
    protocol = protocol or shen2026()
    regions = tuple(Sought.of(protocol, name) for name in protocol.regions)
    tumor, rings = files.read(folder / SEGMENTATION_FILE, _Outlines(regions))
    if record is None:
        record = _record_in(folder, protocol)
    return Case(ct, tumor, rings, record, _source_in(folder))


@dataclass(frozen=True)
class _Outlines:
    """Reads the tumour, and those rings that are there, from a segmentation."""

    regions: tuple[Sought, ...]

    def __call__(self, segmentation: Path) -> tuple[sitk.Image, dict[str, sitk.Image]]:
        drawn = load_regions(segmentation, self.regions)
        return drawn.pop(self.regions[0].name), drawn


def _record_in(folder: Path, protocol: Protocol) -> ClinicalRecord:
    path = folder / CLINICAL_FILE
    if not path.exists():
        return ClinicalRecord()
    remedy = 'Write the clinical variables as an object such as {"margin": "clear"}.'
    try:
        return protocol.record(_json_object(path, "clinical variables", remedy))
    except ClinicalValueError as error:
        told = f"{path}, of the protocol {protocol.name}: {error.message}"
        raise ClinicalValueError(told, error.remedy) from error


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


def _json_object(path: Path, what: str, remedy: str) -> dict[str, object]:
    try:
        content = read_json(path)
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{path} cannot be read as JSON: {error}.", remedy) from error
    if not isinstance(content, dict):
        raise UnreadableFileError(f"{path} holds no {what}.", remedy)
    return content
