"""The stages of one case, run over a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ..base.errors import CohortError
from ..base.files import clear_unfinished
from ..base.parallel import Failure
from ..base.progress import Progress, silent
from ..dicom.source import Acquisition
from ..protocol import Protocol
from ..protocol.outcome import outcome_word
from ..radiomics.engines import Engine
from ..radiomics.settings import RadiomicsSettings, default_settings
from .cache import CohortCache
from .manifest import TRAIN, CohortCase
from .reading import CaseFeatures, Reading

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CohortFeatures:
    """What the models read of n cases.

    Attributes:
        cases: the rows of the table, without those that failed.
        columns: (p,) radiomic columns.
        radiomics: (n, p) float64.
        network_inputs: float32 (n, regions, 16, 96, 96), mapped from a file.
        spacings: (n, 3) of the CTs (x, y, z) in mm.
        volumes: (n, regions) in mm³.
        acquisitions: (n,) of the CTs; None for one that did not come from DICOM.
        failures: why a case is missing, by case id.
        engine: that measured the radiomic features.
    """

    protocol: Protocol
    cases: tuple[CohortCase, ...]
    columns: tuple[str, ...]
    radiomics: np.ndarray
    network_inputs: np.ndarray
    fingerprints: tuple[str, ...] = ()
    spacings: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))
    volumes: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))
    acquisitions: tuple[Acquisition | None, ...] = ()
    failures: dict[str, Failure] = field(default_factory=dict)
    engine: Engine = Engine.BUILT_IN

    @property
    def malignant(self) -> np.ndarray:
        """(n,) bool."""
        return np.array([case.malignant for case in self.cases], bool)

    @property
    def training(self) -> np.ndarray:
        """(n,) bool: the rows that models may learn from."""
        return np.array([case.split == TRAIN for case in self.cases], bool)

    @property
    def simulated(self) -> bool:
        """Whether the cases are simulated; a table holds patients or simulated cases, not both."""
        return any(case.simulated for case in self.cases)

    @property
    def clinical(self) -> np.ndarray:
        """(n, c) in the order of the protocol's predictors, NaN where unknown."""
        codes = [list(self.protocol.coded(case.record).values()) for case in self.cases]
        return np.array(codes, float).reshape(len(self.cases), len(self.protocol.predictors))

    def table(self) -> pd.DataFrame:
        """Return one row a case: who it is, clinical variables, all radiomic columns.

        Columns: case_id, split, outcome, simulated, scanner, image_sha256, spacing_x_mm …,
        Tumor_mm3 … of the regions, the clinical variables by their names, then the radiomic
        columns <region>_<feature>.
        """
        import pandas as pd

        cases = self.cases
        who = {
            "case_id": [case.case_id for case in cases],
            "split": [case.split for case in cases],
            "outcome": [outcome_word(case.malignant) for case in cases],
            "simulated": [case.simulated for case in cases],
            "scanner": [case.scanner for case in cases],
            "image_sha256": self.fingerprints,
        }
        spacing = {f"spacing_{axis}_mm": self.spacings[:, i] for i, axis in enumerate("xyz")}
        regions = self.protocol.regions
        volumes = {f"{region}_mm3": self.volumes[:, i] for i, region in enumerate(regions)}
        words = [self.protocol.words(case.record) for case in cases]
        clinical = {name: [word[name] for word in words] for name in self.protocol.clinical}
        radiomics = pd.DataFrame(np.asarray(self.radiomics), columns=list(self.columns))
        return pd.concat([pd.DataFrame(who | spacing | volumes | clinical), radiomics], axis=1)


def extract_cohort(
    cases: Sequence[CohortCase],
    protocol: Protocol,
    cache: CohortCache,
    radiomics: RadiomicsSettings | None = None,
    progress: Progress = silent,
) -> CohortFeatures:
    """Return what the models read of every case; a case that cannot be used is reported.

    Args:
        cache: what is there is not computed again.

    Raises:
        CohortError: no case could be used, or an image is in training and in test.
        OutputError: the cache cannot be written.
        ClusterError: there is no Dask scheduler at the address, or it was lost.
    """
    clear_unfinished(cache.folder)
    radiomics = radiomics or default_settings()
    readings = [Reading(protocol, case, radiomics=radiomics, engine=cache.engine) for case in cases]
    names = [case.case_id for case in cases]
    keys = cache.store_all(readings, names, progress)
    failures = {n: k for n, k in zip(names, keys, strict=True) if isinstance(k, Failure)}
    if len(failures) == len(cases):
        listed = "\n  ".join(f"{case_id}: {k.reason}" for case_id, k in failures.items())
        raise CohortError(f"No case of the cohort could be used:\n  {listed}", "Correct them.")
    usable = tuple(case for case in cases if case.case_id not in failures)
    stored = [key for key in keys if isinstance(key, str)]
    features = _gathered(protocol, usable, stored, cache, failures)
    require_no_leakage(usable, features.fingerprints)
    return features


def require_no_leakage(cases: Sequence[CohortCase], fingerprints: Sequence[str]) -> None:
    """Raise CohortError where an image is among the training and the test cases."""
    pairs = [
        f"rows {first.row} and {second.row} ({first.case_id}, {second.case_id})"
        for first, second in same_images(cases, fingerprints)
        if first.split != second.split
    ]
    if pairs:
        raise CohortError(
            f"The same CT is in training and in test, column ct: {', '.join(pairs)}.",
            "Keep each patient in one of them.",
        )


def same_images(
    cases: Sequence[CohortCase], fingerprints: Sequence[str]
) -> list[tuple[CohortCase, CohortCase]]:
    """Return the pairs of cases whose CTs are the same, voxel by voxel."""
    first: dict[str, CohortCase] = {}
    pairs = []
    for case, fingerprint in zip(cases, fingerprints, strict=True):
        if fingerprint in first:
            pairs.append((first[fingerprint], case))
        first.setdefault(fingerprint, case)
    return pairs


def _gathered(
    protocol: Protocol,
    cases: tuple[CohortCase, ...],
    keys: Sequence[str],
    cache: CohortCache,
    failures: dict[str, Failure],
) -> CohortFeatures:
    """Read the features of all cases, one case in memory at a time."""
    columns = tuple(cache.load(keys[0]).radiomics)
    radiomics = np.empty((len(keys), len(columns)))
    facts: list[CaseFeatures] = []
    for row, key in enumerate(keys):
        features = cache.load(key)
        radiomics[row] = [features.radiomics[column] for column in columns]
        facts.append(replace(features, radiomics={}, network_input=np.empty(0)))
    return CohortFeatures(
        protocol=protocol,
        cases=cases,
        columns=columns,
        radiomics=radiomics,
        network_inputs=cache.network_inputs(keys),
        fingerprints=tuple(fact.fingerprint for fact in facts),
        spacings=np.array([fact.spacing for fact in facts]),
        volumes=np.array([list(fact.volumes.values()) for fact in facts]),
        acquisitions=tuple(fact.acquisition for fact in facts),
        failures=failures,
        engine=cache.engine,
    )
