"""How well readers agree on each radiomic column of a cohort."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..base.errors import CohortError
from ..base.parallel import Failure
from ..base.progress import Progress, part, silent
from ..base.words import counted
from ..statistics.intraclass import ReaderAgreement, icc_1_1, icc_2_1, icc_3_1
from .cache import CohortCache
from .extraction import CohortFeatures
from .manifest import CohortCase
from .reading import Reading

# The standard error of an ICC of 0.9 is then 0.026; with 20 cases read twice it is 0.044.
PERTURBED_CASES = 40
PERTURBATIONS = 3
# Fewer second readings say too little of 1874 features; perturbed images then stand in.
FEWEST_READINGS = 10
_FEWEST_PERTURBED = 2
# By column of the table: what it holds, and the coefficient that compares it.
_SOURCES = {
    "second_reader": ("second reader", "ICC(2,1)", icc_2_1),
    "repeat": ("repeat reading", "ICC(3,1)", icc_3_1),
}


def reader_agreement(
    features: CohortFeatures,
    seed: int,
    cache: CohortCache,
    progress: Progress = silent,
) -> tuple[ReaderAgreement, ...]:
    """Compare second readings of training cases with the first, feature by feature.

    Masks of a second reader give ICC(2,1), those of a repeat reading ICC(3,1). Where a cohort has
    fewer than FEWEST_READINGS of either, image and outline of PERTURBED_CASES training cases drawn
    with `seed` are perturbed (case.perturbation) PERTURBATIONS times, and these compared by
    ICC(1,1), as Zwanenburg et al. 2019 do. The ring of a second reading is the computed one, and
    so is then that of the first: a ring refined by hand would differ for another reason than the
    outline.

    Raises:
        CohortError: hardly any second reading can be used.
    """
    compare = _Comparison(features, cache)
    training = np.flatnonzero(features.training)
    rows = {
        column: [row for row in training if getattr(features.cases[row], column) is not None]
        for column in _SOURCES
    }
    present = [column for column in rows if len(rows[column]) >= FEWEST_READINGS]
    if not present:
        return (_perturbed(compare, seed, progress),)
    found, ends = [], np.linspace(0, 1, len(present) + 1)
    for i, column in enumerate(present):
        name, coefficient, icc = _SOURCES[column]
        seconds = [compare.reading(row, column) for row in rows[column]]
        step = part(progress, *ends[i : i + 2])
        firsts = [compare.reading(row) for row in rows[column]]
        values, failures = compare.ratings(rows[column], [firsts, seconds], FEWEST_READINGS, step)
        found.append(ReaderAgreement(name, coefficient, len(values), icc(values), failures))
    return tuple(found)


def unused_readings(training: Sequence[CohortCase]) -> list[str]:
    """Say which second readings of the training cases are too few to be compared."""
    counts = {c: sum(getattr(case, c) is not None for case in training) for c in _SOURCES}
    return [
        f"Column {column}: {counted(count, 'training case')} read again, fewer than "
        f"{FEWEST_READINGS}: not compared."
        for column, count in counts.items()
        if 0 < count < FEWEST_READINGS
    ]


@dataclass(frozen=True)
class _Comparison:
    features: CohortFeatures
    cache: CohortCache

    def reading(self, row: int, column: str = "tumor") -> Reading:
        return Reading(
            self.features.protocol,
            self.features.cases[row],
            column,
            drawn_ring=False,
            engine=self.cache.engine,
        )

    def ratings(
        self,
        rows: Sequence[int],
        readings: Sequence[Sequence[Reading]],
        fewest: int,
        progress: Progress,
        what: str = "reading",
    ) -> tuple[np.ndarray, dict[str, str]]:
        """Return (cases, readings, columns) of the rows that could be read, and the failures.

        Args:
            readings: the first of every row, the second of every row, and so on.
            what: a reading is, in what is told of the progress.
        """
        names = [self.features.cases[row].case_id for row in rows]
        together = [reading for each in readings for reading in each]
        keys = self.cache.store_all(together, names * len(readings), progress, what)
        of_cases = [keys[row :: len(rows)] for row in range(len(rows))]
        failures = {
            name: key
            for name, of_case in zip(names, of_cases, strict=True)
            for key in of_case
            if isinstance(key, Failure)
        }
        values = [
            [self._values(key) for key in of_case]
            for name, of_case in zip(names, of_cases, strict=True)
            if name not in failures
        ]
        if len(values) < fewest:
            listed = "\n  ".join(f"{name}: {why.reason}" for name, why in failures.items())
            raise CohortError(
                f"Only {counted(len(values), 'second reading')} could be used:\n  {listed}",
                "Correct the outlines or leave them out of the table.",
            )
        return np.array(values), {name: why.shared_reason for name, why in failures.items()}

    def _values(self, key: str) -> list[float]:
        radiomics = self.cache.load(key).radiomics
        return [radiomics[column] for column in self.features.columns]


def _perturbed(compare: _Comparison, seed: int, progress: Progress) -> ReaderAgreement:
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(compare.features.training)
    rows = np.sort(rng.permutation(rows)[:PERTURBED_CASES]).tolist()
    seeds = rng.integers(2**32, size=(PERTURBATIONS, len(rows))).tolist()
    readings = [
        [replace(compare.reading(r), perturbation=own) for r, own in zip(rows, each, strict=True)]
        for each in seeds
    ]
    what = "perturbed outline"
    values, failures = compare.ratings(rows, readings, _FEWEST_PERTURBED, progress, what)
    return ReaderAgreement("perturbed images", "ICC(1,1)", len(values), icc_1_1(values), failures)
