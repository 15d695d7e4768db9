"""One outline of one case, and what the models read of it."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.cache import content_key
from ..base.errors import ParotidClassifierError, UnreadableFileError
from ..case.ct import load_sourced_ct
from ..case.grid import prepare
from ..case.loading import Case
from ..case.outlines import load_outline
from ..dicom.files import is_dicomdir
from ..dicom.source import Acquisition
from ..imaging.choosing import Choice, Sought
from ..imaging.file_cache import files_key
from ..imaging.perturbation import perturbed_outline
from ..protocol import Protocol
from ..radiomics.settings import RadiomicsSettings, default_settings
from .manifest import CohortCase

# Raise it with every change of grid, ring, features or network input, or of how a CT is read, that
# changes a number.
FEATURES_VERSION = 2
_SHORT = 16
_OPTION = re.compile(r"--([a-z][a-z-]*)(?: (?:N|NAME|UID))?")
_DECIDING_LIBRARIES = ("pyradiomics", "SimpleITK", "PyWavelets", "scipy", "numpy")


@dataclass(frozen=True)
class CaseFeatures:
    """What the models read of one outline, and what is known of the image behind it.

    Attributes:
        radiomics: by column.
        network_input: float32 (regions, 16, 96, 96), of those that the network is shown.
        fingerprint: of the CT's voxels, see `image_fingerprint`.
        spacing: of the CT (x, y, z) in mm.
        volumes: in mm³ by region.
        findings: codes of what the image shows.
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
        ct: file or DICOM folder.
        tumor: file with the outline.
        ring: file with the first ring as drawn; None where it is computed.
        ct_choice: which of several CTs is meant, as arguments of `load_sourced_ct`.
        choices: which part of a file is the outline, by the column that names the file.
        column: that names the file with the outline.
        radiomics: of the features.
        perturbation: seed of a slightly different outline to read instead; None for this one.
    """

    protocol: Protocol
    ct: Path
    tumor: Path
    ring: Path | None = None
    ct_choice: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    column: str = "tumor"
    radiomics: RadiomicsSettings = field(default_factory=default_settings)
    perturbation: int | None = None

    @classmethod
    def of_row(
        cls,
        row: CohortCase,
        protocol: Protocol,
        column: str = "tumor",
        *,
        drawn_ring: bool = True,
    ) -> Reading:
        """Return the outline that a row names in a column.

        Args:
            row: of the table.
            protocol: says how rings are computed.
            column: "tumor", "second_reader" or "repeat".
            drawn_ring: whether a ring that the row names takes the place of the computed one.
        """
        ring = row.ring if drawn_ring else None
        outline = getattr(row, column)
        return cls(protocol, row.ct, outline, ring, row.ct_choice, row.choices, column)

    @cached_property
    def key(self) -> str:
        """SHA-256 of everything that decides the features: bytes of the files, settings, versions.

        Raises:
            UnreadableFileError: a file cannot be read.
        """
        files = (self.ct, self.tumor, self.ring)
        choices = [self._choice(column) for column in (self.column, "ring")]
        decisive = {
            "files": [None if path is None else content_hash(path) for path in files],
            "chosen": [dict(self.ct_choice), *map(dataclasses.asdict, choices)],
            "rings": [(r.name, dataclasses.asdict(r.ring), r.around) for r in self.protocol.rings],
            "regions": [self.protocol.outlined.name, self.protocol.network_regions],
            "radiomics": self.radiomics.yaml(),
            "perturbation": self.perturbation,
            "version": FEATURES_VERSION,
            "libraries": [metadata.version(name) for name in _DECIDING_LIBRARIES],
        }
        return content_key(decisive)

    def _choice(self, column: str) -> Choice:
        return self.choices.get(column, Choice())

    def load(self) -> Case:
        """Return the case with the outline of this reading.

        Raises:
            ParotidClassifierError: a file cannot be used.
        """
        with _remedies_of_a_table(self.column):
            ct, source = load_sourced_ct(self.ct, **self.ct_choice)
            chosen = self._choice(self.column), self._choice("ring")
            sought = Sought.of(self.protocol, self.protocol.outlined.name)
            tumor = load_outline(self.tumor, sought, ct, source, chosen[0])
            rings = {}
            if self.ring is not None:
                first = Sought.of(self.protocol, self.protocol.rings[0].name)
                rings = {first.name: load_outline(self.ring, first, ct, source, chosen[1])}
            case = Case(ct, tumor, rings, source=source)
        if self.perturbation is None:
            return case
        grid = prepare(case, self.protocol).grid
        outline = perturbed_outline(grid.tumor, np.random.default_rng(self.perturbation))
        return dataclasses.replace(case, tumor=grid.geometry.image(outline))

    def features(self) -> CaseFeatures:
        """Return what the models read, by the same stages as a prediction.

        Raises:
            ParotidClassifierError: the case cannot be used.
        """
        from ..network.inputs import REGION_SHAPE, network_input
        from ..radiomics.extraction import extract

        case = self.load()
        prepared = prepare(case, self.protocol)
        grid, shown = prepared.grid, self.protocol.network_regions
        return CaseFeatures(
            radiomics=extract(grid, settings=self.radiomics),
            network_input=network_input(grid, shown) if shown else np.empty((0, *REGION_SHAPE)),
            fingerprint=image_fingerprint(case.ct),
            spacing=case.ct.GetSpacing(),
            volumes={n: float(mask.sum()) for n, mask in grid.masks.items()},  # of 1 mm³
            findings=tuple(finding.code for finding in prepared.findings),
            acquisition=None if case.source is None else case.source.acquisition,
        )


def second_outline(case: Case, row: CohortCase, protocol: Protocol) -> sitk.Image | None:
    """Return the tumour of a case as the second reader of its row outlined it; None without one.

    Raises:
        ParotidClassifierError: the file cannot be used.
    """
    if row.second_reader is None:
        return None
    with _remedies_of_a_table("second_reader"):
        choice = row.choices.get("second_reader", Choice())
        sought = Sought.of(protocol, protocol.outlined.name)
        return load_outline(row.second_reader, sought, case.ct, case.source, choice)


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
    import SimpleITK as sitk

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
