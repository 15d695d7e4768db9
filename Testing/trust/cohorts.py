"""A cohort as a user has it: learnt from as by `train`, then asked about the test cases."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from time import perf_counter

import numpy as np
import ParotidClassifierCore
from ParotidClassifierCore.base.cache import content_key
from ParotidClassifierCore.base.files import DAMAGED_ZIP, write_text, written_whole
from ParotidClassifierCore.base.progress import Progress, part, silent
from ParotidClassifierCore.base.versions import library_versions
from ParotidClassifierCore.bundle.bundle import Bundle
from ParotidClassifierCore.bundle.store import save_bundle
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.network.records import NetworkValues
from ParotidClassifierCore.prediction.predict import Prediction, judged
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.extraction import CohortFeatures, extract_cohort
from ParotidClassifierCore.study.learn import TrainingOptions, learn
from ParotidClassifierCore.study.manifest import CohortCase
from ParotidClassifierCore.study.train import draft_bundle

from .plan import Cohort, Plan
from .pool import simulated_cases

# Of the program: what decides how models learn and what they say; features have keys of their own.
_DECISIVE = ("models", "network", "prediction", "protocol", "statistics", "study")


@dataclass(frozen=True)
class Judged:
    """What m models of one cohort say of n cases.

    Attributes:
        models: (m,) names.
        malignant: (n,) bool; False for real CT, whose outcome is none of these.
        log_odds, low, high: (m, n) the log-odds, and the probabilities at the ends of the 95 %
            interval; NaN where there is none.
        answers: (m, n) benign, malignant or indeterminate; empty where there is none.
        domain: (n,) inside, borderline, outside or unknown.
        failed: (f,) ids of the cases that could not be used, to learn from or to judge.
        minutes: that learning took, without simulation and extraction; of the run that ended it.
    """

    models: np.ndarray
    malignant: np.ndarray
    real: np.ndarray
    log_odds: np.ndarray
    low: np.ndarray
    high: np.ndarray
    answers: np.ndarray
    domain: np.ndarray
    failed: np.ndarray
    minutes: np.ndarray

    @property
    def names(self) -> list[str]:
        """Names of the models."""
        return self.models.tolist()

    @property
    def outside(self) -> np.ndarray:
        """(n,) bool: no probability and no answer is shown."""
        return self.domain == DomainStatus.OUTSIDE.value

    @property
    def simulated(self) -> "Judged":
        """The test cases."""
        return self.of(~self.real)

    def of(self, rows: np.ndarray) -> "Judged":
        """Return what is said of the cases `rows` (n,) bool."""
        per_case = {
            f.name: getattr(self, f.name)[..., rows]
            for f in fields(self)
            if f.name not in ("models", "failed", "minutes")
        }
        return replace(self, **per_case)


def judged_cohort(
    plan: Plan,
    cohort: Cohort,
    real: Sequence[CohortCase],
    cache: CohortCache,
    progress: Progress = silent,
) -> Judged:
    """Return what the models of a cohort say of the test cases and of real CT; kept once done.

    Networks leave their epochs in `cache`, so that what was begun is gone on with, and what only
    fits models in another way does not train them again.
    """
    key = result_key(plan, cohort, real)
    found = kept_result(plan, cohort, key)
    if found is not None:
        return found
    planned = [*plan.training_cases(cohort), *plan.test_cases()]
    pool, step = plan.folder / "cases", part(progress, 0.0, 0.25)
    cases = simulated_cases(planned, pool, plan.protocol, cache.machines, step)
    cases = permuted(cases, cohort.number) if cohort.permuted else [*cases, *real]
    features = extract_cohort(cases, plan.protocol, cache, progress=part(progress, 0.25, 0.35))
    started = perf_counter()
    options = TrainingOptions(
        f"trust {cohort.name}", plan.protocol, epochs=plan.epochs, seed=cohort.number
    )
    step, with_network = part(progress, 0.35, 1.0), plan.trains_network(cohort)
    learnt = learn(features, options, cache, step, with_network)
    minutes = (perf_counter() - started) / 60
    bundle = save_bundle(draft_bundle(features, learnt, options), bundle_folder(plan, cohort))
    result = judge(bundle, features, learnt.values, minutes)
    _keep(_result_file(plan, cohort), key, result)
    return result


def bundle_folder(plan: Plan, cohort: Cohort) -> Path:
    """Return where the bundle of a cohort lies."""
    return plan.folder / "bundles" / plan.kept_as(cohort)


def permuted(cases: Sequence[CohortCase], seed: int) -> list[CohortCase]:
    """Return the cases with outcomes dealt anew: of those to learn from, and of the test cases.

    Were those of the test cases left as they are, a model that learnt the opposite by chance would
    judge them far below 0.5, and one number would tell of a few coins only.
    """
    rng, dealt = np.random.default_rng(seed), list(cases)
    for split in dict.fromkeys(case.split for case in cases):
        rows = [row for row, case in enumerate(cases) if case.split == split]
        for row, other in zip(rows, rng.permutation(rows).tolist(), strict=True):
            dealt[row] = replace(cases[row], malignant=cases[other].malignant)
    return dealt


def judge(
    bundle: Bundle, features: CohortFeatures, network: NetworkValues | None, minutes: float = 0.0
) -> Judged:
    """Return what a bundle says of the cases it did not learn from, by the way of a prediction."""
    values = dict(zip(features.columns, features.radiomics.T, strict=True))
    values |= {} if network is None else network.columns(bundle.columns)
    read = {c: of_cases.tolist() for c, of_cases in values.items() if c in bundle.columns}
    rows = np.flatnonzero(~features.training)
    said = [
        judged(
            bundle,
            features.cases[row].record,
            {column: of_cases[row] for column, of_cases in read.items()}
            | bundle.protocol.coded(features.cases[row].record),
            None,
            tuple(features.spacings[row].tolist()),
        )
        for row in rows.tolist()
    ]
    real = [not features.cases[row].simulated for row in rows.tolist()]
    return Judged(
        malignant=features.malignant[rows],
        real=np.array(real, bool),
        domain=np.array([prediction.applicability.domain.status.value for prediction in said]),
        failed=np.array([*features.failures], str),
        minutes=np.array(minutes),
        **_of_models([*bundle.models], said),
    )


def _of_models(models: list[str], said: Sequence[Prediction]) -> dict[str, np.ndarray]:
    """Return the fields of `Judged` that models have."""
    results = [[prediction.models[name] for prediction in said] for name in models]
    ends = np.array([[r.interval or (np.nan, np.nan) for r in of_model] for of_model in results])
    log_odds = [[np.nan if r.log_odds is None else r.log_odds for r in m] for m in results]
    return {
        "models": np.array(models),
        "log_odds": np.array(log_odds, float),
        "low": ends[..., 0],
        "high": ends[..., 1],
        "answers": np.array([[r.answer or "" for r in of_model] for of_model in results]),
    }


def forget_other_networks(cache: CohortCache) -> None:
    """Remove what trainings left that another version of the network's program did."""
    from ParotidClassifierCore.network.cross_fitting import remove_checkpoints  # PyTorch

    mark, now = cache.networks / "program.txt", program("network")
    if not mark.exists() or mark.read_text(encoding="ascii") != now:
        remove_checkpoints(cache.networks)
        write_text(mark, now)


def result_key(plan: Plan, cohort: Cohort, real: Sequence[CohortCase]) -> str:
    """Return the SHA-256 of all that decides what is said, but the voxels of the cases."""
    decisive = {
        "members": plan.members(cohort).tolist(),
        "test": plan.test,
        "kept as": plan.kept_as(cohort),
        "real": [] if cohort.permuted else [case.case_id for case in real],
        "protocol": plan.protocol.hash,
        "software": library_versions(by_torch=True),
        "program": program(*_DECISIVE),
    }
    return content_key(decisive)


@functools.cache
def program(*packages: str) -> str:
    """Return the SHA-256 of the sources of packages of the program."""
    core = Path(ParotidClassifierCore.__file__).parent
    files = sorted(f for name in packages for f in (core / name).rglob("*.py"))
    return content_key(*(file.read_bytes() for file in files))


def kept_result(plan: Plan, cohort: Cohort, key: str) -> Judged | None:
    """Return what was kept under this key; None where nothing was, or it is damaged."""
    try:
        with (
            _result_file(plan, cohort).open("rb") as file,
            np.load(file, allow_pickle=False) as kept,
        ):
            if str(kept["key"]) == key:
                return Judged(**{f.name: kept[f.name] for f in fields(Judged)})
    except (OSError, ValueError, KeyError, EOFError, *DAMAGED_ZIP):
        pass
    return None


def _keep(path: Path, key: str, result: Judged) -> None:
    arrays = {f.name: getattr(result, f.name) for f in fields(Judged)}
    with written_whole(path) as beside, beside.open("wb") as file:
        np.savez_compressed(file, key=np.array(key), **arrays)


def _result_file(plan: Plan, cohort: Cohort) -> Path:
    return plan.folder / "results" / f"{plan.kept_as(cohort)}.npz"
