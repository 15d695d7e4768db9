"""The stages of one case, run over a cohort."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..case.grid import prepare
from ..case.loading import Case
from ..case.masks import load_mask
from ..case.perturbation import perturbed_outline
from ..case.volumes import load_ct
from ..case.working_grid import TUMOR
from ..clinical import CLINICAL_COLUMNS
from ..errors import CohortError, ParotidClassifierError
from ..models.agreement import icc_2_1
from ..progress import Progress, silent
from ..ring import RingSettings
from .manifest import TRAIN, CohortCase


@dataclass(frozen=True)
class CaseFeatures:
    """What the models read of one case's image.

    Attributes:
        radiomics: by column.
        network_input: float32 (2, 16, 96, 96).
    """

    radiomics: dict[str, float]
    network_input: np.ndarray


@dataclass(frozen=True)
class CohortFeatures:
    """What the models read of n cases.

    Attributes:
        cases: the rows of the table, without those that failed.
        columns: (p,) radiomic columns.
        radiomics: (n, p) float64.
        network_inputs: float32 (n, 2, 16, 96, 96).
        failures: why a case is missing, by case id.
    """

    cases: tuple[CohortCase, ...]
    columns: tuple[str, ...]
    radiomics: np.ndarray
    network_inputs: np.ndarray
    failures: dict[str, str]

    @property
    def malignant(self) -> np.ndarray:
        """(n,) bool."""
        return np.array([case.malignant for case in self.cases])

    @property
    def training(self) -> np.ndarray:
        """(n,) bool: the rows that models may learn from."""
        return np.array([case.split == TRAIN for case in self.cases])

    @property
    def clinical(self) -> np.ndarray:
        """(n, 3) in the order of CLINICAL_COLUMNS, NaN where unknown."""
        codes = [case.record.coded() for case in self.cases]
        return np.array(
            [
                [np.nan if code[column] is None else code[column] for column in CLINICAL_COLUMNS]
                for code in codes
            ]
        )


def extract_cohort(
    cases: Sequence[CohortCase], ring: RingSettings, jobs: int = 1, progress: Progress = silent
) -> CohortFeatures:
    """Return what the models read of every case; a case that cannot be used is reported.

    Args:
        cases: from the cohort's table.
        ring: of every case.
        jobs: processes.
        progress: told the share done and the case at hand.

    Raises:
        CohortError: no case could be used.
    """
    done: list[CohortCase] = []
    features: list[CaseFeatures] = []
    failures: dict[str, str] = {}
    work = [(case, ring) for case in cases]
    results = _in_parallel(extract_case, work, jobs, progress)
    for case, result in zip(cases, results, strict=True):
        if isinstance(result, str):
            failures[case.case_id] = result
        else:
            done.append(case)
            features.append(result)
    if not features:
        raise _none_usable(failures)
    columns = tuple(features[0].radiomics)
    return CohortFeatures(
        tuple(done),
        columns,
        np.array([[item.radiomics[column] for column in columns] for item in features]),
        np.stack([item.network_input for item in features]),
        failures,
    )


def extract_case(case: CohortCase, ring: RingSettings) -> CaseFeatures:
    """Return what the models read of one case, by the same stages as a prediction.

    Raises:
        ParotidClassifierError: the case cannot be used.
    """
    from ..deep.inputs import network_input
    from ..radiomics.extraction import extract

    grid = prepare(_load(case), ring).grid
    return CaseFeatures(extract(grid), network_input(grid))


def perturbation_agreement(
    features: CohortFeatures,
    ring: RingSettings,
    seed: int,
    most_cases: int = 20,
    jobs: int = 1,
    progress: Progress = silent,
) -> np.ndarray:
    """Return how well each radiomic column survives another outline of the same tumour.

    Up to `most_cases` training cases, drawn with `seed`, are outlined a second time by
    `perturbed_outline`; the two readings are compared by ICC(2,1). This stands in for a second
    reader where a cohort has none.

    Returns:
        (p,) intraclass correlation, NaN where a column does not vary.
    """
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(features.training)
    rows = np.sort(rng.permutation(rows)[:most_cases])
    seeds = rng.integers(2**32, size=len(rows)).tolist()
    work = [(features.cases[row], ring, own) for row, own in zip(rows, seeds, strict=True)]
    results = list(_in_parallel(_second_reading, work, jobs, progress))
    read = [i for i, result in enumerate(results) if not isinstance(result, str)]
    if len(read) < 2:
        failed = dict(zip([w[0].case_id for w in work], results, strict=True))
        raise _none_usable(failed)
    second = np.array([[results[i][column] for column in features.columns] for i in read])
    return icc_2_1(np.stack([features.radiomics[rows[read]], second], axis=1))


def _second_reading(case: CohortCase, ring: RingSettings, seed: int) -> dict[str, float]:
    from ..radiomics.extraction import extract

    loaded = _load(case)
    grid = prepare(loaded, ring).grid
    outline = perturbed_outline(grid.tumor, np.random.default_rng(seed))
    again = dataclasses.replace(loaded, tumor=grid.geometry.image(outline))
    return extract(prepare(again, ring).grid)


def _load(case: CohortCase) -> Case:
    return Case(load_ct(case.ct), load_mask(case.tumor, TUMOR), record=case.record)


def _in_parallel(
    function: Callable, work: Sequence[tuple], jobs: int, progress: Progress
) -> Iterator[object]:
    """Yield function(*item) for each item in order, or why an item cannot be used."""
    from joblib import Parallel, delayed

    results = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_attempt)(function, item) for item in work
    )
    for number, result in enumerate(results, start=1):
        progress(number / len(work), f"case {number} of {len(work)}")
        yield result


def _attempt(function: Callable, item: tuple) -> object:
    import SimpleITK as sitk

    # The cases share the cores; threads inside each would only get in each other's way.
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        return function(*item)
    except ParotidClassifierError as error:
        return str(error)


def _none_usable(failures: dict[str, object]) -> CohortError:
    listed = "\n  ".join(f"{case_id}: {reason}" for case_id, reason in failures.items())
    return CohortError(f"No case of the cohort could be used:\n  {listed}", "Correct them.")
