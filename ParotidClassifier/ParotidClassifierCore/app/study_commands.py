"""What the commands of a study do: simulate, check, train, evaluate."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from ..base.errors import UsageError
from ..base.files import require_file, write_parquet
from ..base.parallel import Machines
from ..base.progress import bar_on_terminal
from ..base.result import Result
from ..protocol import Protocol
from ..protocol.outcome import MALIGNANT, outcome_word
from ..study.cache import CohortCache
from ..study.manifest import CohortCase
from . import commands
from .case_options import protocol_of, require_no_case
from .commands import asked_of_any_case, bundle_of, bundle_path


def predict(options: argparse.Namespace) -> Result:
    """Classify one case, or every case of a table."""
    return commands.predict(options) if options.cohort is None else _predict_cohort(options)


def _predict_cohort(options: argparse.Namespace) -> Result:
    from ..study.batch import Bundles, predict_cases

    require_no_case(options)
    bundle = bundle_of(options)
    asked = asked_of_any_case(options, bundle)
    other = options.second_bundle
    bundles = Bundles(
        bundle,
        bundle_path(options.bundle),
        asked.second_bundle,
        None if other is None else bundle_path(other),
    )
    cases = _cases(options, bundle.protocol, outcomes_needed=False)
    machines = replace(_machines(options), apart=True)
    with bar_on_terminal("predict") as progress:
        return predict_cases(
            cases, bundles, asked, machines, options.out, options.cohort.stem, progress
        )


def simulate(options: argparse.Namespace) -> Result:
    """Make one simulated case or a cohort."""
    from ..simulation.case import simulate_case
    from ..simulation.cohort import write_case, write_cohort

    if options.outcome is not None and options.cohort is not None:
        raise UsageError("--outcome names the outcome of one case.", "Leave it out with --cohort.")
    protocol = protocol_of(options)
    if options.cohort is None:
        malignant = None if options.outcome is None else options.outcome == MALIGNANT
        case = simulate_case(options.seed, malignant, protocol=protocol)
        write_case(case, options.out)
        data = {"case": str(options.out), "malignant": case.malignant}
        return Result(
            f"A simulated {outcome_word(case.malignant)} case lies in {options.out}", data
        )
    with bar_on_terminal("simulate") as progress:
        table = write_cohort(
            options.cohort, options.seed, options.out, options.jobs, progress, protocol=protocol
        )
    return Result(f"{options.cohort} simulated cases are listed in {table}", {"cohort": str(table)})


def cohort_check(options: argparse.Namespace) -> Result:
    """Check every row, image and outline of a cohort."""
    from ..study.checks import check_cohort

    protocol = protocol_of(options)
    cases = _cases(options, protocol)
    with bar_on_terminal("check") as progress:
        check = check_cohort(cases, protocol, _machines(options), progress)
    check.require_sound()
    return Result(check.text, check.as_dict())


def cohort_features(options: argparse.Namespace) -> Result:
    """Write all radiomic features of a cohort as a table."""
    from ..study.extraction import extract_cohort
    from ..study.feature_table import feature_table

    require_file(options.out)
    protocol = protocol_of(options)
    cases = _cases(options, protocol)
    with bar_on_terminal("features") as progress:
        features = extract_cohort(
            cases, protocol, _cache(options), _machines(options), None, progress
        )
    write_parquet(options.out, feature_table(features))
    failures = {case_id: why.reason for case_id, why in features.failures.items()}
    lines = [f"{case_id} was left out: {why}" for case_id, why in failures.items()]
    text = f"{len(features.columns)} features of {len(features.cases)} cases in {options.out}"
    data = {"features": str(options.out), "failures": failures}
    return Result("\n".join([*lines, text]), data)


def train(options: argparse.Namespace) -> Result:
    """Train the models of a study on a cohort and evaluate them."""
    from ..study.learn import TrainingOptions
    from ..study.train import train_bundle

    protocol = protocol_of(options)
    cases = _split(_cases(options, protocol), options)
    training = TrainingOptions(
        name=options.name,
        protocol=protocol,
        stacking=options.stacking,
        force=options.force,
        epochs=options.epochs,
        imagenet=options.imagenet,
        seed=options.seed,
        bootstraps=options.bootstraps,
    )
    report = options.report or options.out.with_name(f"{options.out.name}-report")
    name = options.cohort.stem
    with bar_on_terminal("train") as progress:
        return train_bundle(
            cases, training, _cache(options), _machines(options), options.out, report, name,
            progress,
        )  # fmt: skip


def evaluate(options: argparse.Namespace) -> Result:
    """Judge a bundle on a cohort."""
    from ..study.manifest import TEST
    from ..study.runs import evaluate_bundle

    bundle = bundle_of(options)
    cases = _cases(options, bundle.protocol, default_split=TEST)
    name = options.cohort.stem
    with bar_on_terminal("evaluate") as progress:
        return evaluate_bundle(
            bundle, cases, _cache(options), _machines(options), options.out, name,
            options.bootstraps, progress,
        )  # fmt: skip


def _cases(options: argparse.Namespace, protocol: Protocol, **more: object) -> list[CohortCase]:
    from ..study.manifest import read_manifest

    return read_manifest(options.cohort, protocol, encoding=options.encoding, **more)


def _split(cases: Sequence[CohortCase], options: argparse.Namespace) -> Sequence[CohortCase]:
    from ..study.manifest import with_random_split

    if options.test_share is None:
        return cases
    return with_random_split(cases, options.test_share, options.seed)


def _cache(options: argparse.Namespace) -> CohortCache:
    from ..study.cache import CohortCache, default_cache

    return CohortCache(options.cache or default_cache(options.cohort))


def _machines(options: argparse.Namespace) -> Machines:
    import joblib

    from ..base.parallel import Machines

    jobs = options.jobs or joblib.cpu_count()
    return Machines(jobs, options.dask, getattr(options, "device", "cpu"))
