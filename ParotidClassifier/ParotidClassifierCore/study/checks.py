"""A cohort examined before any work is put into it: every image, every outline, every pair."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..base.errors import CohortError
from ..base.parallel import Failure, Machines, run_each
from ..base.progress import Progress, silent
from ..base.words import counted, listed
from ..case.grid import prepare
from ..models.settings import ModelTrainingSettings
from ..models.words import all_findings
from ..protocol import Protocol
from ..protocol.outcome import outcome_word
from .agreement import unused_readings
from .extraction import require_no_leakage, same_images
from .likeness import alike_pairs, look
from .manifest import OPTIONAL_OUTLINES, SPLITS, TRAIN, CohortCase
from .reading import Reading, image_fingerprint

_MANY_UNKNOWN = 0.2
_OTHER_THICKNESS = 1.5
_MOST_NAMED, _MOST_PAIRS = 5, 20


@dataclass(frozen=True)
class _Examined:
    fingerprint: str
    slice_mm: float
    findings: tuple[str, ...]
    look: np.ndarray


@dataclass(frozen=True)
class CohortCheck:
    """What was found wrong, and odd, with a cohort.

    Attributes:
        counts: by split and outcome, such as "train benign".
        problems: why training would refuse the cohort or leave a case out.
        warnings: what should be known and may be intended.
    """

    counts: dict[str, int]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def text(self) -> str:
        """For people: counts, then warnings."""
        cases = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        return "\n".join(
            [f"The cohort is sound: {cases}.", *(f"warning: {line}" for line in self.warnings)]
        )

    def require_sound(self) -> None:
        """Raise CohortError that lists every problem, if there is any."""
        if self.problems:
            raise CohortError(
                f"The cohort has problems, {len(self.problems)} in all:\n  "
                + "\n  ".join(self.problems)
                + "".join(f"\n  (warning) {line}" for line in self.warnings),
                "Correct the table or the files and check again.",
            )


def check_cohort(
    cases: Sequence[CohortCase],
    protocol: Protocol,
    machines: Machines = Machines(),  # noqa: B008  frozen
    progress: Progress = silent,
) -> CohortCheck:
    """Read every image and every outline and look at the cohort as a whole."""
    outlines = [
        (case, column, reading) for case in cases for column, reading in _readings(case, protocol)
    ]
    names = [case.case_id for case, _, _ in outlines]
    results = run_each(_examine, [(r,) for *_, r in outlines], names, machines, progress, "outline")
    problems = [
        f"row {case.row}, columns ct and {column}: {result.reason}"
        for (case, column, _), result in zip(outlines, results, strict=True)
        if isinstance(result, Failure)
    ]
    examined = {
        case.case_id: (case, result)
        for (case, column, _), result in zip(outlines, results, strict=True)
        if column == "tumor" and not isinstance(result, Failure)
    }
    usable = [case for case, _ in examined.values()]
    facts = [fact for _, fact in examined.values()]
    fingerprints = [fact.fingerprint for fact in facts]
    try:
        require_no_leakage(usable, fingerprints)
    except CohortError as error:
        problems.append(str(error))
    counts = Counter(f"{case.split} {outcome_word(case.malignant)}" for case in usable)
    warnings = [
        *_pair_warnings(usable, fingerprints),
        *_likeness_warnings(usable, facts),
        *_size_warnings(usable),
        *_variable_warnings(usable, protocol),
        *_scan_warnings(usable, facts),
    ]
    return CohortCheck(dict(sorted(counts.items())), tuple(problems), tuple(warnings))


def _readings(case: CohortCase, protocol: Protocol) -> Iterator[tuple[str, Reading]]:
    """Yield the outlines of a case by the column that names them."""
    yield "tumor", Reading(protocol, case)
    for column in OPTIONAL_OUTLINES:
        if getattr(case, column) is not None and column != "ring":
            yield column, Reading(protocol, case, column, drawn_ring=False)


def _examine(reading: Reading) -> _Examined:
    case = reading.load()
    prepared = prepare(case, reading.protocol)
    findings = tuple(finding.code for finding in prepared.findings)
    slice_mm = case.ct.GetSpacing()[2]
    return _Examined(image_fingerprint(case.ct), slice_mm, findings, look(prepared.grid))


def _pair_warnings(cases: Sequence[CohortCase], fingerprints: Sequence[str]) -> Iterator[str]:
    for first, second in same_images(cases, fingerprints):
        if first.split == second.split:
            yield (
                f"rows {first.row} and {second.row}, column ct: the same CT twice; in training "
                "they share a fold"
            )


def _likeness_warnings(cases: Sequence[CohortCase], facts: Sequence[_Examined]) -> Iterator[str]:
    pairs = (
        (cases[first], cases[second])
        for first, second in alike_pairs(np.array([fact.look for fact in facts]))
        if facts[first].fingerprint != facts[second].fingerprint
    )
    for first, second in islice(pairs, _MOST_PAIRS):
        yield (
            f"rows {first.row} ({first.split}) and {second.row} ({second.split}), column ct: "
            "nearly the same image around the tumour; one patient belongs in training or in test"
        )
    if rest := sum(1 for _ in pairs):
        pair = counted(rest, "more pair")
        yield f"column ct: nearly the same image around the tumour in {pair} of rows"


def _size_warnings(cases: Sequence[CohortCase]) -> Iterator[str]:
    fewest = ModelTrainingSettings().min_cases_per_class
    for split in SPLITS:
        outcomes = Counter(case.malignant for case in cases if case.split == split)
        for malignant in (False, True):
            if sum(outcomes.values()) and outcomes[malignant] < fewest:
                cases_of = counted(outcomes[malignant], f"{outcome_word(malignant)} case")
                yield f"{split}: {cases_of}, fewer than {fewest}"
    yield from unused_readings([case for case in cases if case.split == TRAIN])


def _variable_warnings(cases: Sequence[CohortCase], protocol: Protocol) -> Iterator[str]:
    for split in SPLITS:
        known = [case.record for case in cases if case.split == split]
        complete = sum(None not in protocol.coded(record).values() for record in known)
        if complete < len(known):
            findings = all_findings(len(protocol.predictors))
            yield f"{split}: {complete} of {counted(len(known), 'case')} have {findings}"
    unknown = {n: sum(n not in case.record for case in cases) for n in protocol.clinical}
    for name, count in unknown.items():
        if _MANY_UNKNOWN * len(cases) < count < len(cases):
            yield f"column {name}: unknown for {count} of {len(cases)} cases"
    missing = [name for name, count in unknown.items() if count == len(cases)]
    if cases and missing:
        yield f"not recorded at all: {', '.join(missing)}"


def _scan_warnings(cases: Sequence[CohortCase], facts: Sequence[_Examined]) -> Iterator[str]:
    thickness = {
        split: float(np.median(values))
        for split in SPLITS
        if (values := [f.slice_mm for c, f in zip(cases, facts, strict=True) if c.split == split])
    }
    if len(thickness) > 1 and max(thickness.values()) > _OTHER_THICKNESS * min(thickness.values()):
        shown = ", ".join(f"{value:g} mm in {split}" for split, value in thickness.items())
        yield f"slices are of another distance in training and test: {shown}"
    scanners = {split: {c.scanner for c in cases if c.split == split} for split in SPLITS}
    if all(scanners.values()):
        for split, others in (SPLITS, SPLITS[::-1]):
            alone = sorted(scanners[split] - scanners[others] - {""})
            if alone:
                yield f"scanners that only {split} has: {', '.join(alone)}"
    found: dict[str, list[str]] = {}
    for case, fact in zip(cases, facts, strict=True):
        for code in fact.findings:
            found.setdefault(code, []).append(case.case_id)
    for code, names in sorted(found.items()):
        shown = listed(names, _MOST_NAMED)
        yield f"finding {code} in {len(names)} of {counted(len(cases), 'case')}: {shown}"
