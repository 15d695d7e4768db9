"""Which cohorts are made, and of which cases."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.protocol import Protocol, shen2026
from ParotidClassifierCore.simulation.case import draw_class
from ParotidClassifierCore.simulation.cohort import PlannedCase
from ParotidClassifierCore.study.manifest import TEST, TRAIN

_POOL_SEED, _TEST_SEED = 1401, 1402


@dataclass(frozen=True)
class Cohort:
    """The training cases of one imagined study.

    Attributes:
        number: from 1; also the seed of everything that is drawn in its training.
        permuted: whether its outcomes, and those of the test cases, are dealt anew at random.
    """

    size: int
    number: int
    permuted: bool = False

    @property
    def name(self) -> str:
        """A name for files."""
        return f"{self.size}-{self.number}{'-permuted' if self.permuted else ''}"


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        folder: where everything is kept.
        sizes: training cases of a cohort.
        cohorts: of each size.
        test: cases that no cohort learns from and all are judged on.
        pool: cases that cohorts are drawn from; None for so many that no two cohorts of a size
            share one.
        permutations: cohorts of the smallest size that learn from permuted outcomes; those beyond
            `cohorts` deal the outcomes of the first ones' cases anew.
        network: whether the network is trained; without it the models that read it are missing.
        permuted_network: whether it is trained on permuted outcomes too.
        epochs: of the network; None for what training does by default.
    """

    folder: Path
    sizes: tuple[int, ...] = (120, 250)
    cohorts: int = 4
    test: int = 400
    pool: int | None = None
    permutations: int = 8
    network: bool = True
    permuted_network: bool = False
    epochs: int | None = None

    def __post_init__(self) -> None:
        if self.pool is not None and self.pool < max(self.sizes):
            raise UsageError(
                f"A pool of {self.pool} cases does not hold a cohort of {max(self.sizes)}.",
                "Make it larger, or leave it out.",
            )

    @property
    def protocol(self) -> Protocol:
        """The study that is repeated."""
        return shen2026()

    @property
    def every_cohort(self) -> list[Cohort]:
        """All cohorts, those of one number together, so that part of a run is a smaller study."""
        true = [Cohort(size, n + 1) for n in range(self.cohorts) for size in self.sizes]
        permuted = [Cohort(min(self.sizes), n + 1, True) for n in range(self.permutations)]
        return sorted([*true, *permuted], key=lambda cohort: cohort.number)

    @property
    def pool_size(self) -> int:
        """Cases that cohorts are taken from."""
        return self.pool or max(self.sizes) * self.cohorts

    def trains_network(self, cohort: Cohort) -> bool:
        """Whether a network is trained on a cohort."""
        return self.network and (self.permuted_network or not cohort.permuted)

    def kept_as(self, cohort: Cohort) -> str:
        """Return the name under which what a cohort gives is kept; runs of a kind share one."""
        if not self.trains_network(cohort):
            return f"{cohort.name}-without-network"
        return cohort.name if self.epochs is None else f"{cohort.name}-{self.epochs}-epochs"

    def members(self, cohort: Cohort) -> np.ndarray:
        """Return which cases of the pool a cohort learns from, a smaller one from part of them.

        Cohorts follow each other through a pool that is large enough, and are drawn from another.
        """
        if self.pool is None:
            place = (cohort.number - 1) % self.cohorts
            return place * max(self.sizes) + np.arange(cohort.size)
        return np.random.default_rng(cohort.number).permutation(self.pool)[: cohort.size]

    def shared(self, size: int) -> float:
        """Return the mean share of its cases that a cohort has in common with another one."""
        members = [set(self.members(Cohort(size, n + 1)).tolist()) for n in range(self.cohorts)]
        pairs = [(a, b) for i, a in enumerate(members) for b in members[:i]]
        return float(np.mean([len(a & b) / size for a, b in pairs])) if pairs else 0.0

    def training_cases(self, cohort: Cohort) -> list[PlannedCase]:
        """Return the cases that a cohort learns from.

        Their outcomes are drawn one by one, so that the share of malignant ones differs between
        cohorts as it does between hospitals' samples of the same patients.
        """
        seeds = _seeds(_POOL_SEED, self.pool_size)
        return [_planned("pool", i, seeds[i], TRAIN) for i in self.members(cohort).tolist()]

    def test_cases(self) -> list[PlannedCase]:
        """Return the cases that every cohort is judged on."""
        return [_planned("test", i, s, TEST) for i, s in enumerate(_seeds(_TEST_SEED, self.test))]


def _seeds(seed: int, count: int) -> list[int]:
    """Return seeds of cases; the first ones do not depend on their number."""
    return np.random.SeedSequence(seed).generate_state(count, np.uint64).tolist()


def _planned(name: str, index: int, seed: int, split: str) -> PlannedCase:
    return PlannedCase(f"{name}-{index + 1:05}", seed, draw_class(seed), split)
