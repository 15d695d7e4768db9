"""From a cohort to a bundle: extraction, network, the models, their evaluation.

Prediction runs the same stages; only what is learnt is made here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..base.disk import place_of
from ..base.errors import UsageError
from ..base.extras import require_package
from ..base.progress import Progress, part, silent
from ..base.result import Result
from ..bundle.bundle import DEMONSTRATION, RESEARCH, Bundle, TrainingCohort
from ..bundle.store import require_bundle_folder, require_bundle_name, save_bundle
from ..models.reference import reference_of
from ..models.training import checked_size
from ..prediction.predict import software_of
from ..radiomics.engines import Engine
from ..radiomics.settings import default_settings
from ..reporting.study import Study
from ..statistics.results import CohortPredictions, Evaluation
from .cache import CohortCache
from .extraction import CohortFeatures, extract_cohort
from .learn import Learnt, TrainingOptions, learn
from .manifest import TEST, TRAIN, CohortCase
from .reading import short_fingerprint
from .runs import (
    FEATURES_FILE,
    brief_figures,
    cohort_predictions,
    flow_of,
    prediction_files,
    study_result,
)
from .steadiness import steadiness_of_tests

if TYPE_CHECKING:
    from ..network.cross_fitting import CrossFittedNetwork

_INTENDED_USE = {
    DEMONSTRATION: "Shows how the method works. Not for patients: the cases it learnt from are "
    "simulated.",
    RESEARCH: "Research on patients like those of the training cohort. Not a medical device.",
}


def train_bundle(
    cases: Sequence[CohortCase],
    options: TrainingOptions,
    cache: CohortCache,
    folder: Path,
    report: Path,
    cohort_name: str,
    progress: Progress = silent,
) -> Result:
    """Train on the cases of the split "train", evaluate on those of "test".

    Args:
        cases: from the cohort's table; simulated ones make the bundle a demonstration.
        cache: of what was done before: a run that is cut off goes on from there.
        folder: of the bundle; it appears whole or not at all.

    Raises:
        CohortError: the cohort cannot be trained on.
        OutputError: bundle or report cannot be written.
    """
    from ..reporting.study_report import require_report_folder, write_report
    from .evaluate import evaluate

    _require_trainable(cases, options, cache.machines.device, folder)
    require_report_folder(report)
    if place_of(report) == place_of(folder):
        raise UsageError(
            f"{report} cannot hold both bundle and report.", "Give them a folder each."
        )
    started = time.perf_counter()
    step = part(progress, 0.0, 0.8 if options.steadiness else 0.96)
    features = extract_cohort(cases, options.protocol, cache, progress=part(step, 0.0, 0.42))
    checked_size(features.malignant[features.training], options.models)
    learnt = learn(features, options, cache, part(step, 0.42, 0.98))
    draft = draft_bundle(features, learnt, options)
    predictions = _predictions(draft, features, learnt)
    evaluation = evaluate(
        predictions,
        flow_of(len(cases), features),
        draft.models,
        draft.protocol,
        options.bootstraps,
        options.seed,
        part(step, 0.98, 1.0),
    )
    bundle = save_bundle(_judged(draft, evaluation, learnt), folder)
    minutes = (time.perf_counter() - started) / 60
    study = _study(bundle, evaluation, learnt, cohort_name, minutes, cache.engine)
    steadiness = steadiness_of_tests(
        bundle, features, predictions, options.steadiness, cache.machines, options.seed,
        part(progress, 0.8, 0.96), cache.engine,
    )  # fmt: skip
    study = dataclasses.replace(study, steadiness=steadiness)
    tables = {
        FEATURES_FILE: features.table(),
        **prediction_files(features, predictions),
    }
    write_report(study, report, tables, part(progress, 0.96, 1.0))
    if learnt.network is not None:
        from ..network.cross_fitting import remove_checkpoints

        remove_checkpoints(cache.networks)
    places = {"bundle": str(folder), "report": str(report)}
    more = {"minutes": round(minutes, 1)}
    return study_result(evaluation, bundle, places, features.failures, bundle.notes, more)


def _require_trainable(
    cases: Sequence[CohortCase], options: TrainingOptions, device: str, folder: Path
) -> None:
    """Refuse before the long work what would be refused after it."""
    require_bundle_name(options.name)
    require_bundle_folder(folder)
    if options.steadiness and all(case.split != TEST for case in cases):
        raise UsageError(
            "--steadiness is measured on test cases, and the table has none.",
            "Mark some test in the column split, draw them with --test-share, or leave it out.",
        )
    outcomes = [case.malignant for case in cases if case.split == TRAIN]
    checked_size(np.array(outcomes, bool), options.models)
    if options.protocol.network_heads:
        _require_trainable_network(options, device)


def _require_trainable_network(options: TrainingOptions, device: str) -> None:
    from ..network.device import choose_device

    require_package("torch")
    choose_device(device)
    if options.imagenet is not None:
        from ..network.imagenet import imagenet_weights
        from ..network.training import NetworkTrainingSettings

        imagenet_weights(NetworkTrainingSettings.variant, options.imagenet)


def draft_bundle(features: CohortFeatures, learnt: Learnt, options: TrainingOptions) -> Bundle:
    """Return the bundle before it was judged: without test figures and model card."""
    from ..network.weights import stored_network

    simulated, trained = features.simulated, features.training
    fingerprints = [f for f, t in zip(features.fingerprints, trained, strict=True) if t]
    made = [a for a, t in zip(features.acquisitions, trained, strict=True) if t]
    kind = DEMONSTRATION if simulated else RESEARCH
    cohort = TrainingCohort(
        cases=int(trained.sum()),
        malignant=int(learnt.table.malignant.sum()),
        simulated=simulated,
        description="Simulated CT of the parotid region." if simulated else "",
        fingerprints=tuple(sorted(map(short_fingerprint, fingerprints))),
    )
    draft = Bundle(
        name=options.name,
        kind=kind,
        protocol=options.protocol,
        models=learnt.fitted.models,
        thresholds=learnt.fitted.thresholds,
        stacking=learnt.fitted.settings.stacking,
        radiomics_yaml=default_settings().yaml(),
        cohort=cohort,
        intended_use=_INTENDED_USE[kind],
        model_card="",
        network=learnt.network and stored_network(learnt.network.final.network),
        reference=reference_of(learnt.table, learnt.fitted, features.spacings[trained], made),
        refits=learnt.fitted.refits,
        notes=(*learnt.fitted.notes, *learnt.notes),
    )
    provenance = {
        **software_of(draft, features.engine, training=True),
        "seed": options.seed,
        "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
    }
    notes = (*draft.notes, *draft.lacking)
    return dataclasses.replace(draft, provenance=provenance, notes=notes)


def _predictions(bundle: Bundle, features: CohortFeatures, learnt: Learnt) -> CohortPredictions:
    out_of_fold = {}
    for name, probabilities in learnt.fitted.out_of_fold.items():
        out_of_fold[name] = np.full(len(features.cases), np.nan)
        out_of_fold[name][features.training] = probabilities
    return cohort_predictions(bundle, features, learnt.values, out_of_fold)


def _judged(draft: Bundle, evaluation: Evaluation, learnt: Learnt) -> Bundle:
    """Return the bundle with what the test set said of it."""
    from ..reporting.model_card import model_card

    test = evaluation.test
    judged = dataclasses.replace(draft, test_figures=brief_figures(test))
    counts = (0, 0) if test is None else (test.cases, test.malignant)
    card = model_card(judged, learnt.fitted.settings, counts)
    return dataclasses.replace(judged, model_card=card)


def _study(
    bundle: Bundle,
    evaluation: Evaluation,
    learnt: Learnt,
    cohort_name: str,
    minutes: float,
    engine: Engine,
) -> Study:
    from ..reporting.study import Study, TrainingDetails

    details = TrainingDetails(
        fitted=learnt.fitted,
        agreement=learnt.agreement,
        columns=learnt.table.columns,
        stacking=bundle.stacking,
        seeds={"folds, network and intervals": int(bundle.provenance["seed"])},
        minutes=minutes,
        **({} if learnt.network is None else _of_network(learnt.network)),
    )
    software = software_of(bundle, engine, training=True)
    return Study(bundle, evaluation, details, cohort_name, bundle.cohort.simulated, software)


def _of_network(network: CrossFittedNetwork) -> dict[str, object]:
    tried = network.candidate_losses
    return {
        "fold_histories": network.histories,
        "final_history": network.final.history,
        "epochs": network.epochs,
        "candidate_losses": tried if len(tried) > 1 else {},
        "network_settings": dataclasses.asdict(network.settings),
    }
