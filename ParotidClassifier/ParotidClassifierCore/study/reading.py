"""One outline of one case, and what the models read of it."""

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.cache import content_key
from ..base.errors import ParotidClassifierError, UnreadableFileError
from ..base.versions import library_versions
from ..case.ct import load_sourced_ct
from ..case.grid import prepare
from ..case.loading import Case
from ..case.outlines import load_outline
from ..case.perturbation import perturbed_case, widened
from ..dicom.files import is_dicomdir
from ..dicom.source import Acquisition, SourceSeries
from ..imaging.choosing import Choice, Sought
from ..imaging.file_cache import files_key
from ..imaging.perturbation import WIDTH_CHANGE_MM
from ..protocol import Protocol
from ..radiomics.engines import Engine
from ..radiomics.settings import RadiomicsSettings, default_settings
from .manifest import CohortCase

# Raise it with every change of grid, ring, features or network input, or of how a CT is read, that
# changes a number.
FEATURES_VERSION = 3
_SHORT = 16
_OPTION = re.compile(r"--([a-z][a-z-]*)(?: (?:N|NAME|UID))?")


@dataclass(frozen=True)
class CaseFeatures:
    """What the models read of one outline, and what is known of the image behind it.

    Attributes:
        network_input: float32 (regions, 16, 96, 96), of those that the network is shown.
        fingerprint: of the CT's voxels, see `image_fingerprint`.
        spacing: of the CT (x, y, z) in mm.
        volumes: in mm³ by region.
        acquisition: of the CT; None where it did not come from DICOM.
    """

    radiomics: dict[str, float]
    network_input: np.ndarray
    fingerprint: str
    spacing: tuple[float, float, float]
    volumes: dict[str, float]
    findings: tuple[str, ...]
    acquisition: Acquisition | None = None


@dataclass(frozen=True)
class Reading:
    """One outline of one case and the settings it is read with.

    Attributes:
        protocol: its regions, and which of them the network is shown.
        row: of the cohort's table.
        column: that names the outline: "tumor", "second_reader" or "repeat".
        drawn_ring: whether a ring that the row names takes the place of the computed one.
        perturbation: seed of a perturbed case to read instead; None for the case itself.
        engine: that measures the radiomic features.
    """

    protocol: Protocol
    row: CohortCase
    column: str = "tumor"
    drawn_ring: bool = True
    radiomics: RadiomicsSettings = field(default_factory=default_settings)
    perturbation: int | None = None
    engine: Engine = Engine.BUILT_IN

    @property
    def _tumor(self) -> Path:
        return getattr(self.row, self.column)

    @property
    def _ring(self) -> Path | None:
        return self.row.ring if self.drawn_ring else None

    @cached_property
    def key(self) -> str:
        """SHA-256 of everything that decides the features: bytes of the files, settings, versions.

        Raises:
            UnreadableFileError: a file cannot be read.
            MissingPackageError: the engine is not installed.
        """
        files = (self.row.ct, self._tumor, self._ring)
        choices = [self._choice(column) for column in (self.column, "ring")]
        decisive = {
            "files": [None if path is None else content_hash(path) for path in files],
            "chosen": [dict(self.row.ct_choice), *map(dataclasses.asdict, choices)],
            "rings": [(r.name, dataclasses.asdict(r.ring), r.around) for r in self.protocol.rings],
            "regions": [self.protocol.outlined.name, self.protocol.network_regions],
            "radiomics": [self.radiomics.yaml(), self.engine.identity],
            "perturbation": self.perturbation and f"{self.perturbation} ± {WIDTH_CHANGE_MM} mm",
            "version": FEATURES_VERSION,
            "libraries": library_versions(),
        }
        return content_key(decisive)

    def _choice(self, column: str) -> Choice:
        return self.row.choices.get(column, Choice())

    def load(self) -> Case:
        """Return the case with the outline of this reading, and the findings of the row.

        Raises:
            ParotidClassifierError: a file cannot be used.
        """
        with _remedies_of_a_table(self.column):
            ct, source = load_sourced_ct(self.row.ct, **self.row.ct_choice)
            tumor, rings = self.outline(ct, source), {}
            if self._ring is not None:
                first = Sought.of(self.protocol, self.protocol.rings[0].name)
                choice = self._choice("ring")
                rings = {first.name: load_outline(self._ring, first, ct, source, choice)}
        case = Case(ct, tumor, rings, self.row.record, source)
        if self.perturbation is None:
            return case
        return perturbed_case(case, np.random.default_rng(self.perturbation))

    def outline(self, ct: sitk.Image, source: SourceSeries | None) -> sitk.Image:
        """Return the outline on the CT that it belongs to.

        Raises:
            ParotidClassifierError: the file cannot be used.
        """
        with _remedies_of_a_table(self.column):
            sought = Sought.of(self.protocol, self.protocol.outlined.name)
            return load_outline(self._tumor, sought, ct, source, self._choice(self.column))

    def features(self) -> CaseFeatures:
        """Return what the models read, by the same stages as a prediction.

        Raises:
            ParotidClassifierError: the case cannot be used.
        """
        from ..network.inputs import REGION_SHAPE, network_input
        from ..radiomics.extraction import extract

        case, protocol = self.load(), self.protocol
        if self.perturbation is not None:
            protocol = widened(protocol, np.random.default_rng(self.perturbation).spawn(1)[0])
        prepared = prepare(case, protocol)
        grid, shown = prepared.grid, self.protocol.network_regions
        return CaseFeatures(
            radiomics=extract(grid, settings=self.radiomics, engine=self.engine),
            network_input=network_input(grid, shown) if shown else np.empty((0, *REGION_SHAPE)),
            fingerprint=image_fingerprint(case.ct),
            spacing=case.ct.GetSpacing(),
            volumes={n: float(mask.sum()) for n, mask in grid.masks.items()},  # of 1 mm³
            findings=tuple(finding.code for finding in prepared.findings),
            acquisition=None if case.source is None else case.source.acquisition,
        )


@contextlib.contextmanager
def _remedies_of_a_table(outline: str) -> Iterator[None]:
    """Name a column of the table where a remedy names an option of the command line."""

    def column(named: re.Match) -> str:
        return f"the column {named[1].replace('-', '_').replace('tumor_', f'{outline}_')}"

    try:
        yield
    except ParotidClassifierError as error:
        raise type(error)(error.message, _OPTION.sub(column, error.remedy)) from error


def image_fingerprint(ct: sitk.Image) -> str:
    """Return the SHA-256 of a CT's size and voxels in whole HU: alike for every file format of it.

    Where the scan lies in space is left out: copies of a scan differ in the last digits of that.
    """
    values = sitk.GetArrayViewFromImage(ct)
    whole = np.rint(values).astype("<i2") if values.dtype.kind == "f" else values.astype("<i2")
    return content_key(repr(whole.shape), whole)


def short_fingerprint(fingerprint: str) -> str:
    """Return the part of a fingerprint that a bundle keeps of its training cases.

    Enough to know an image again that one holds, and of no use to who does not hold it.
    """
    return fingerprint[:_SHORT]


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and contents of a folder's files.

    Of a DICOMDIR, the folder that it lists the files of counts; of an image whose voxels lie in
    another file, that one too.
    """
    if is_dicomdir(path):
        path = path.parent
    try:
        return files_key(path)
    except OSError as error:
        raise UnreadableFileError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the file and its rights."
        ) from error
