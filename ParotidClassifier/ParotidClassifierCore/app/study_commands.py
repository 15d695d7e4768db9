"""What the commands of a study do: simulate, check, train, evaluate."""

import argparse
from dataclasses import asdict, fields, replace

from ..base.errors import UsageError
from ..base.files import require_file, write_parquet
from ..base.parallel import Machines
from ..base.progress import bar_on_terminal
from ..base.result import Result
from ..base.words import counted
from ..protocol import Protocol
from ..protocol.outcome import MALIGNANT, outcome_word
from ..radiomics.engines import Engine
from ..simulation.case import simulate_case
from ..simulation.cohort import write_case, write_cohort
from ..study.batch import predict_cases
from ..study.cache import CohortCache, default_cache
from ..study.checks import check_cohort
from ..study.extraction import extract_cohort
from ..study.learn import TrainingOptions
from ..study.manifest import TEST, CohortCase, read_manifest, with_random_split
from ..study.runs import evaluate_bundle
from ..study.train import train_bundle
from .case_options import protocol_of
from .commands import asked_of, bundle_of


def predict_cohort(options: argparse.Namespace) -> Result:
    """Classify every case of a table."""
    bundle = bundle_of(options)
    asked = asked_of(options, bundle)
    cases = _cases(options, bundle.protocol, outcomes_needed=False)
    machines = replace(_machines(options), apart=True)
    with bar_on_terminal("predict") as progress:
        return predict_cases(
            cases, bundle, asked, machines, options.out, options.cohort.stem, progress
        )


def simulate(options: argparse.Namespace) -> Result:
    """Make one simulated case or a cohort."""
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
    text = f"{counted(options.cohort, 'simulated case')} in {table}"
    return Result(text, {"cohort": str(table)})


def cohort_check(options: argparse.Namespace) -> Result:
    """Check every row, image and outline of a cohort."""
    protocol = protocol_of(options)
    cases = _cases(options, protocol)
    with bar_on_terminal("check") as progress:
        check = check_cohort(cases, protocol, _machines(options), progress)
    check.require_sound()
    return Result(check.text, asdict(check))


def cohort_features(options: argparse.Namespace) -> Result:
    """Write all radiomic features of a cohort as a table."""
    require_file(options.out)
    protocol = protocol_of(options)
    listed = _cases(options, protocol)
    with bar_on_terminal("features") as progress:
        features = extract_cohort(listed, protocol, _cache(options), progress=progress)
    write_parquet(options.out, features.table())
    failures = {case_id: why.reason for case_id, why in features.failures.items()}
    lines = [f"{case_id} was left out: {why}" for case_id, why in failures.items()]
    cases = counted(len(features.cases), "case")
    text = f"{len(features.columns)} features of {cases} in {options.out}"
    data = {"features": str(options.out), "failures": failures}
    return Result("\n".join([*lines, text]), data)


def train(options: argparse.Namespace) -> Result:
    """Train the models of a study on a cohort and evaluate them."""
    protocol = protocol_of(options)
    cases = _cases(options, protocol)
    if options.test_share is not None:
        cases = with_random_split(cases, options.test_share, options.seed)
    chosen = {known.name: getattr(options, known.name) for known in fields(TrainingOptions)}
    training = TrainingOptions(**chosen | {"protocol": protocol})
    report = options.report or options.out.with_name(f"{options.out.name}-report")
    cache, name = _cache(options), options.cohort.stem
    with bar_on_terminal("train") as progress:
        return train_bundle(cases, training, cache, options.out, report, name, progress)


def evaluate(options: argparse.Namespace) -> Result:
    """Judge a bundle on a cohort."""
    bundle = bundle_of(options)
    cases = _cases(options, bundle.protocol, default_split=TEST)
    cache, name = _cache(options), options.cohort.stem
    asked = options.bootstraps, options.steadiness
    with bar_on_terminal("evaluate") as progress:
        return evaluate_bundle(bundle, cases, cache, options.out, name, *asked, progress)


def _cases(options: argparse.Namespace, protocol: Protocol, **more: object) -> list[CohortCase]:
    return read_manifest(options.cohort, protocol, encoding=options.encoding, **more)


def _cache(options: argparse.Namespace) -> CohortCache:
    folder = options.cache or default_cache(options.cohort)
    return CohortCache(folder, _machines(options), Engine(options.radiomics_engine))


def _machines(options: argparse.Namespace) -> Machines:
    import joblib

    jobs = options.jobs or joblib.cpu_count()
    return Machines(jobs, options.dask, getattr(options, "device", "cpu"))
