"""How well readers agree on each radiomic column of a cohort."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..base.errors import CohortError
from ..base.parallel import Failure
from ..base.progress import Progress, part, silent
from ..base.words import counted
from ..statistics.intraclass import ReaderAgreement, icc_2_1, icc_3_1
from .cache import CohortCache
from .extraction import CohortFeatures
from .manifest import CohortCase
from .reading import Reading

PERTURBED_CASES = 20
# Fewer second readings say too little of 1874 features; perturbed outlines then stand in.
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
    fewer than FEWEST_READINGS of either, the outlines of PERTURBED_CASES training cases drawn with
    `seed` are perturbed (case.perturbation) and compared by ICC(2,1). The ring of a second reading
    is the computed one, and so is then that of the first: a ring refined by hand would differ for
    another reason than the outline.

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
        values, failures = compare.pairs(rows[column], seconds, FEWEST_READINGS, step)
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
        return Reading(self.features.protocol, self.features.cases[row], column, drawn_ring=False)

    def pairs(
        self, rows: Sequence[int], seconds: Sequence[Reading], fewest: int, progress: Progress
    ) -> tuple[np.ndarray, dict[str, str]]:
        """Return (cases, 2, columns) of the rows that could be read twice, and the failures."""
        names = [self.features.cases[row].case_id for row in rows]
        readings = [*map(self.reading, rows), *seconds]
        keys = self.cache.store_all(readings, names * 2, progress)
        both = list(zip(keys[: len(rows)], keys[len(rows) :], strict=True))
        failures = {
            name: key
            for name, pair in zip(names, both, strict=True)
            for key in pair
            if isinstance(key, Failure)
        }
        values = [
            [self._values(key) for key in pair]
            for name, pair in zip(names, both, strict=True)
            if name not in failures
        ]
        if len(values) < fewest:
            listed = "\n  ".join(f"{name}: {why.reason}" for name, why in failures.items())
            raise CohortError(
                f"Only {len(values)} second readings could be used:\n  {listed}",
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
    seeds = rng.integers(2**32, size=len(rows)).tolist()
    seconds = [
        replace(compare.reading(row), perturbation=own)
        for row, own in zip(rows, seeds, strict=True)
    ]
    values, failures = compare.pairs(rows, seconds, _FEWEST_PERTURBED, progress)
    return ReaderAgreement("perturbed outlines", "ICC(2,1)", len(values), icc_2_1(values), failures)
