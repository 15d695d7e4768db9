"""Simulated cohorts: who is in them, and writing cases and cohorts to disk."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..base.errors import CohortError, UsageError
from ..base.files import write_csv, write_json, written_together
from ..base.parallel import Failure, Machines, run_each
from ..base.progress import Progress, silent
from ..base.words import counted
from ..case.loading import CT_FILE, SEGMENTATION_FILE, Case
from ..case.saving import save_case_folder
from ..protocol import ClinicalRecord, Protocol, published, shen2026
from ..protocol.outcome import outcome_word
from ..study.manifest import TEST, TRAIN
from .case import SimulatedCase, simulate_case

TRUTH_FILE, COHORT_FILE = "truth.json", "cohort.csv"


@dataclass(frozen=True)
class PlannedCase:
    """One case of a cohort before it is simulated; enough to simulate it alone."""

    case_id: str
    seed: int
    malignant: bool
    split: str

    def simulate(self, protocol: Protocol | None = None) -> SimulatedCase:
        """Simulate this case."""
        return simulate_case(self.seed, self.malignant, None, self.case_id, protocol)


def cohort_plan(n: int, seed: int) -> list[PlannedCase]:
    """Say which cases a cohort consists of, in its order.

    Returns:
        n cases with the published share of malignant ones, 89 of 357, in random order, each class
        split into training and test in the published ratio of 249 to 108.

    Raises:
        UsageError: n is below 1.
    """
    if n < 1:
        raise UsageError(f"A cohort of {n} cases cannot be simulated.", "Ask for at least one.")
    rng = np.random.default_rng([seed, n])
    malignant = rng.permutation(np.arange(n) < round(n * published.MALIGNANT / published.PATIENTS))
    training = np.zeros(n, bool)
    for members in (np.flatnonzero(malignant), np.flatnonzero(~malignant)):
        chosen = rng.permutation(members)[: round(len(members) * published.TRAINING_SHARE)]
        training[chosen] = True
    seeds = np.random.SeedSequence(seed).generate_state(n, np.uint64)
    width = max(3, len(str(n)))
    return [
        PlannedCase(
            f"sim-{index + 1:0{width}d}",
            int(seeds[index]),
            bool(malignant[index]),
            TRAIN if training[index] else TEST,
        )
        for index in range(n)
    ]


def write_case(case: SimulatedCase, folder: Path) -> None:
    """Write a case folder: ct.nrrd, segmentation.seg.nrrd (Tumor), clinical.json; and truth.json.

    All files or none.
    """
    with written_together(folder) as beside:
        save_case_folder(beside, Case(case.ct, case.tumor, record=case.record))
        write_json(beside / TRUTH_FILE, truth(case))


def truth(case: SimulatedCase) -> dict[str, object]:
    """Return what only a simulation knows of a case: its outcome and how it was drawn."""
    return {
        "simulated": True,
        "case_id": case.case_id,
        "outcome": outcome_word(case.malignant),
        "seed": case.seed,
        "traits": asdict(case.traits),
        "difficulty": asdict(case.difficulty),
    }


def write_cohort(
    n: int,
    seed: int,
    folder: Path,
    jobs: int = 1,
    progress: Progress = silent,
    *,
    protocol: Protocol | None = None,
) -> Path:
    """Simulate the cases of `cohort_plan` and write their folders and the table cohort.csv.

    Args:
        folder: of the table; each case gets a folder in it.
        jobs: processes; the result does not depend on it.

    Returns:
        The path of the table: case_id, ct, tumor (relative to it), outcome, split, the clinical
        variables.

    Raises:
        UsageError: a cohort that cannot be planned.
        CohortError: a case could not be simulated; the table names the others.
        OutputError: the folder cannot be written.
    """
    plan, protocol = cohort_plan(n, seed), protocol or shen2026()
    work = [(planned, folder, protocol) for planned in plan]
    names = [planned.case_id for planned in plan]
    records = run_each(_write_planned, work, names, Machines(jobs), progress)
    rows, failed = [], {}
    for planned, record in zip(plan, records, strict=True):
        if isinstance(record, Failure):
            failed[planned.case_id] = record.reason
            continue
        name = planned.case_id
        files = [f"{name}/{CT_FILE}", f"{name}/{SEGMENTATION_FILE}"]
        facts = [outcome_word(planned.malignant), planned.split, "yes"]
        rows.append([name, *files, *facts, *protocol.words(record).values()])
    header = ["case_id", "ct", "tumor", "outcome", "split", "simulated", *protocol.clinical]
    write_csv(folder / COHORT_FILE, header, rows)
    if failed:
        raise CohortError(
            f"{', '.join(failed)} could not be simulated; {COHORT_FILE} names the other "
            f"{counted(len(rows), 'case')}.",
            next(iter(failed.values())),
        )
    return folder / COHORT_FILE


def _write_planned(planned: PlannedCase, folder: Path, protocol: Protocol) -> ClinicalRecord:
    case = planned.simulate(protocol)
    write_case(case, folder / planned.case_id)
    return case.record
