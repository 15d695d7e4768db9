"""Run the study, or go on with it, and write its page."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.base.files import write_text
from ParotidClassifierCore.base.parallel import Machines
from ParotidClassifierCore.base.progress import Progress, bar_on_terminal, part
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.manifest import CohortCase

from .cohorts import Judged, forget_other_networks, judged_cohort, kept_result, result_key
from .page import page
from .plan import Cohort, Plan
from .pool import real_cases, simulated_cases
from .steadiness import cases_of, kept_moved, measure_moved
from .targets import Results

ROOT = Path(__file__).resolve().parents[2]
# Of the time that a cohort takes, without and with its network, by its cases.
_MINUTES_A_CASE, _MINUTES_A_CASE_OF_NETWORK = 0.01, 0.06


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        plan = _plan(options)
        found = _found(plan, options)
    except ParotidClassifierError as error:
        print(f"{error.message}\n{error.remedy}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("Ended. The same command goes on from here.", file=sys.stderr)
        return 130
    text = page(found)
    if options.table is None:
        print(text)
    else:
        write_text(options.table, text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("trust", description=__doc__)
    default = Plan(ROOT / "out" / "trust")
    add = parser.add_argument
    add("--table", type=Path, help="write the page here; without it, to the terminal")
    add("--folder", type=Path, default=default.folder, help="where everything is kept")
    add("--jobs", type=int, default=0, help="processes; 0 for one for each core")
    add("--sizes", type=int, nargs="+", default=default.sizes, help="training cases of a cohort")
    add("--cohorts", type=int, default=default.cohorts, help="of each size")
    add("--test", type=int, default=default.test, help="test cases")
    add("--pool", type=int, help="cases to take cohorts from; without it, so many that none shares")
    add("--permutations", type=int, default=default.permutations, help="of the outcomes")
    add("--epochs", type=int, help="of the networks, to try the study out")
    add("--without-network", action="store_true", help="leave out the network: a quick run")
    add("--permuted-network", action="store_true", help="train it on permuted outcomes too")
    add("--real-ct", type=Path, default=ROOT.parent / "shared" / "data" / "real_ct",
        help="folder of scans from elsewhere")  # fmt: skip
    add("--only-page", action="store_true", help="compute nothing, write what is done so far")
    return parser


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        folder=options.folder.resolve(),
        sizes=tuple(options.sizes),
        cohorts=options.cohorts,
        test=options.test,
        pool=options.pool,
        permutations=options.permutations,
        network=not options.without_network,
        permuted_network=options.permuted_network,
        epochs=options.epochs,
    )


def _found(plan: Plan, options: argparse.Namespace) -> Results:
    import joblib

    cache = CohortCache(plan.folder / "features", Machines(options.jobs or joblib.cpu_count()))
    real = real_cases(options.real_ct, plan.folder / "balls")
    if not options.only_page:
        forget_other_networks(cache)
        with bar_on_terminal("trust") as progress:
            _do_what_is_left(plan, real, cache, part(progress, 0.0, 0.97))
            cases = simulated_cases(cases_of(plan), plan.folder / "cases", plan.protocol)
            measure_moved(plan, cases, cache.machines, part(progress, 0.97, 1.0))
    results = {c: kept_result(plan, c, result_key(plan, c, real)) for c in plan.every_cohort}
    return Results(plan, *_sorted_out(plan, results), kept_moved(plan))


def _do_what_is_left(
    plan: Plan, real: Sequence[CohortCase], cache: CohortCache, progress: Progress
) -> None:
    """Judge the cohorts that are not judged yet; progress and time left are of these alone."""
    left = [
        cohort
        for cohort in plan.every_cohort
        if kept_result(plan, cohort, result_key(plan, cohort, real)) is None
    ]
    whole, done = sum(_minutes(plan, cohort) for cohort in left), 0.0
    for number, cohort in enumerate(left):
        step = part(progress, done / whole, (done + _minutes(plan, cohort)) / whole)
        judged_cohort(plan, cohort, real, cache, _named(cohort, number, len(left), step))
        done += _minutes(plan, cohort)


def _named(cohort: Cohort, number: int, count: int, progress: Progress) -> Progress:
    name = f"cohort {cohort.name} ({number + 1} of {count})"
    return lambda share, step: progress(share, f"{name}, {step}")


def _minutes(plan: Plan, cohort: Cohort) -> float:
    of_network = _MINUTES_A_CASE_OF_NETWORK if plan.trains_network(cohort) else 0.0
    return cohort.size * (_MINUTES_A_CASE + of_network)


def _sorted_out(
    plan: Plan, results: dict[Cohort, Judged | None]
) -> tuple[dict[int, list[Judged]], list[Judged]]:
    """Return the results that there are, by size, and those of permuted outcomes."""
    there = {cohort: result for cohort, result in results.items() if result is not None}
    true = {
        size: [r for c, r in there.items() if c.size == size and not c.permuted]
        for size in plan.sizes
    }
    return true, [result for cohort, result in there.items() if cohort.permuted]


if __name__ == "__main__":
    sys.exit(main())
