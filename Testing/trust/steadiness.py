"""How far the headline's log-odds move with what nobody can see, before and after."""

from collections.abc import Sequence
from pathlib import Path

from ParotidClassifierCore.base.cache import content_key
from ParotidClassifierCore.base.errors import BundleError, CohortError
from ParotidClassifierCore.base.files import read_json, write_json
from ParotidClassifierCore.base.parallel import Machines
from ParotidClassifierCore.base.progress import Progress, silent
from ParotidClassifierCore.bundle.store import load_bundle, summarize_bundle
from ParotidClassifierCore.simulation.cohort import PlannedCase
from ParotidClassifierCore.study.manifest import CohortCase
from ParotidClassifierCore.study.one_case import NamedBundle
from ParotidClassifierCore.study.steadiness import measure_steadiness

from .cohorts import bundle_folder, program
from .plan import Cohort, Plan

CASES = 30
# Median and 95th percentile of the change of Combined's log-odds over 30 simulated cases, measured
# with the models and the lattice of before; none had been learnt from.
ORIGIN = "origin moved by a part of a millimetre"
BEFORE = {
    ORIGIN: (0.135, 0.401),
    "noise of 1 HU": (0.033, 0.116),
    "contour moved by half a voxel": (0.027, 0.226),
}

Moved = dict[str, tuple[float, float]]  # by change: median, 95th percentile


def measure_moved(
    plan: Plan, cases: Sequence[CohortCase], machines: Machines, progress: Progress = silent
) -> None:
    """Measure how far the headline's log-odds move, unless that was kept.

    Args:
        cases: those of `cases_of`.
    """
    if kept_moved(plan) is not None:
        return
    bundle = load_bundle(bundle_folder(plan, _cohort(plan)))
    found = measure_steadiness(cases, NamedBundle.of(bundle), machines, progress=progress)
    if not found.cases:
        listed = "\n  ".join(f"{name}: {why}" for name, why in found.failures.items())
        raise CohortError(f"No case could be classified:\n  {listed}", "Correct the cases.")
    model = bundle.protocol.first_shown(bundle.models)
    moved = {m.change: (m.median, m.percentile_95) for m in found.movements if m.model == model}
    write_json(_file(plan), {"key": _key(plan), "model": model, "moved": moved})


def kept_moved(plan: Plan) -> tuple[str, Moved] | None:
    """Return the model that was asked and how far it moved; None where it was not measured."""
    try:
        kept = read_json(_file(plan))
        if kept["key"] != _key(plan):
            return None
    except (OSError, ValueError, BundleError):
        return None
    return kept["model"], {change: tuple(figures) for change, figures in kept["moved"].items()}


def cases_of(plan: Plan) -> list[PlannedCase]:
    """Return the cases that are changed."""
    return plan.test_cases()[:CASES]


def _cohort(plan: Plan) -> Cohort:
    return Cohort(max(plan.sizes), 1)


def _file(plan: Plan) -> Path:
    return plan.folder / "results" / f"steadiness-{plan.kept_as(_cohort(plan))}.json"


def _key(plan: Plan) -> str:
    bundle = summarize_bundle(bundle_folder(plan, _cohort(plan)))
    every = ("case", "imaging", "models", "network", "prediction", "radiomics", "study")
    names = [case.case_id for case in cases_of(plan)]
    return content_key([bundle.bundle_hash, program(*every), names])
