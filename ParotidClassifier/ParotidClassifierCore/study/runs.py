"""What training and evaluating have in common: machines, predictions of a cohort, their report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..base.errors import CohortError, UsageError
from ..base.parallel import Failure
from ..base.plain import as_plain
from ..base.progress import Progress, part, silent
from ..base.result import Result
from ..base.words import counted, listed
from ..bundle.bundle import Bundle
from ..models.answers import Limits
from ..models.domain import DomainStatus
from ..models.probabilities import ModelResult, probabilities
from ..network.records import NetworkValues
from ..prediction.predict import software_of
from ..protocol import ColumnKind, column_of
from ..protocol.outcome import outcome_word
from ..radiomics.settings import load_settings
from ..statistics.results import (
    CaseFlow,
    CohortPredictions,
    Evaluation,
    ModelFigures,
    SetFigures,
)
from .cache import CohortCache
from .extraction import CohortFeatures, extract_cohort
from .manifest import TEST, TRAIN, CohortCase
from .reading import short_fingerprint
from .steadiness import steadiness_of_tests

if TYPE_CHECKING:
    import pandas as pd

PREDICTION_FILES = ("predictions.csv", "predictions.parquet")
FEATURES_FILE = "features.parquet"


def evaluate_bundle(
    bundle: Bundle,
    cases: Sequence[CohortCase],
    cache: CohortCache,
    folder: Path,
    cohort_name: str,
    bootstraps: int,
    steadiness: int = 0,
    progress: Progress = silent,
) -> Result:
    """Judge a bundle on a cohort and write the report.

    Cases the bundle learnt from must be marked "train" and are shown apart.

    Args:
        bootstraps: resamples of the test set's intervals.
        steadiness: test cases that are classified again with changes that nobody can see.

    Raises:
        UsageError: the bundle reads no image, so that no such change could move anything.
        CohortError: no case can be used, or a test case is one the bundle learnt from.
        OutputError: the report cannot be written.
    """
    from ..reporting.study import Study
    from ..reporting.study_report import require_report_folder, write_report
    from .evaluate import evaluate

    require_report_folder(folder)
    if steadiness and not bundle.reads_image:
        raise UsageError(
            f"The bundle {bundle.name} reads no image, so no change of one can move it.",
            "Leave --steadiness out.",
        )
    software = software_of(bundle, cache.engine, cache.machines.device)  # says what is not there
    step = part(progress, 0.0, 0.4 if steadiness else 0.9)
    if bundle.reads_image:
        radiomics = load_settings(bundle.radiomics_yaml)
        features = extract_cohort(cases, bundle.protocol, cache, radiomics, part(step, 0.0, 0.8))
    else:
        none = np.empty((len(cases), 0))
        features = CohortFeatures(bundle.protocol, tuple(cases), (), none, np.empty(0))
    features, notes = _as_the_bundle_saw_them(bundle, features)
    step(0.8, "network")
    values = _network_values(bundle, features, cache.machines.device)
    predictions = cohort_predictions(bundle, features, values)
    evaluation = evaluate(
        predictions,
        flow_of(len(cases), features),
        bundle.models,
        bundle.protocol,
        bootstraps,
        progress=part(step, 0.9, 1.0),
    )
    steady = steadiness_of_tests(
        bundle, features, predictions, steadiness, cache.machines,
        progress=part(progress, 0.4, 0.9), engine=cache.engine,
    )  # fmt: skip
    study = Study(
        bundle, evaluation, None, cohort_name, features.simulated, software, notes, steady
    )
    tables = prediction_files(features, predictions)
    write_report(study, folder, tables, part(progress, 0.9, 1.0))
    places = {"report": str(folder)}
    notes = (*notes, *bundle.notes)
    return study_result(evaluation, bundle, places, features.failures, notes)


def _network_values(bundle: Bundle, features: CohortFeatures, device: str) -> NetworkValues | None:
    if bundle.network is None:
        return None
    from ..network.inference import predict_values
    from ..network.weights import load_network

    return predict_values(
        load_network(bundle.weights(), bundle.protocol), features.network_inputs, device
    )


def _as_the_bundle_saw_them(
    bundle: Bundle, features: CohortFeatures
) -> tuple[CohortFeatures, tuple[str, ...]]:
    """Return the cases, those in "train" that the bundle learnt from, and what must be said of it.

    Raises:
        CohortError: a case outside the split "train" is one the bundle learnt from.
    """
    known = set(bundle.cohort.fingerprints)
    learnt = {
        case.case_id
        for case, fingerprint in zip(features.cases, features.fingerprints, strict=False)
        if short_fingerprint(fingerprint) in known
    }
    seen = [c.case_id for c in features.cases if c.case_id in learnt and c.split != TRAIN]
    if seen:
        raise CohortError(
            f"The bundle {bundle.name} learnt from {len(seen)} of the cases it is to be tested "
            f"on: {listed(seen, 5)}.",
            'Mark them "train" in the column split, or leave them out.',
        )
    unseen = [c for c in features.cases if c.split == TRAIN and c.case_id not in learnt]
    notes = []
    known_apart = bool(known) and len(features.fingerprints) > 0
    if unseen:
        because = "this bundle did not learn from them, so they are" if known_apart else "they are"
        notes.append(
            f"{counted(len(unseen), 'case')} of the split train: {because} judged with the test "
            "cases."
        )
    if not known_apart:
        why = "reads no image" if known else "does not say which images it learnt from"
        notes.append(
            f"The bundle {why}: whether it learnt from one of the test cases could not be checked."
        )
    notes += [told for told in bundle.lacking if told not in bundle.notes]
    cases = tuple(
        replace(case, split=TRAIN if case.case_id in learnt else TEST) for case in features.cases
    )
    return replace(features, cases=cases), tuple(notes)


def cohort_predictions(
    bundle: Bundle,
    features: CohortFeatures,
    network: NetworkValues | None,
    out_of_fold: Mapping[str, np.ndarray] | None = None,
) -> CohortPredictions:
    """Return what each model that the bundle holds says of each case.

    Args:
        features: of n cases; a radiomic column that is not among them is unknown of every case.
        network: what the bundle's network says of the cases; None without a network.
        out_of_fold: by model, (n,) probabilities by models that had not seen the case.
    """
    protocol, columns = bundle.protocol, _model_inputs(bundle, features, network)
    values = [
        {column: of_all[i] for column, of_all in columns.items()} | protocol.coded(case.record)
        for i, case in enumerate(features.cases)
    ]
    results = [
        probabilities(protocol, bundle.models, of_case, bundle.thresholds) for of_case in values
    ]
    held = {name: [result[name] for result in results] for name in bundle.models}
    return CohortPredictions(
        case_ids=tuple(case.case_id for case in features.cases),
        malignant=features.malignant,
        training=features.training,
        records=tuple(case.record for case in features.cases),
        probabilities={name: _numbers(of_all, "probability") for name, of_all in held.items()},
        log_odds={name: _numbers(of_all, "log_odds") for name, of_all in held.items()},
        thresholds={name: bundle.thresholds[name] for name in held},
        out_of_fold=dict(out_of_fold or {}),
        answer_limits={n: of for n, of in bundle.answer_limits.items() if isinstance(of, Limits)},
        domain=_domain(bundle, features, values),
    )


def _domain(
    bundle: Bundle, features: CohortFeatures, values: Sequence[Mapping[str, float | None]]
) -> tuple[str, ...]:
    """Return where each case lies that the bundle did not learn from; nothing without a domain."""
    if bundle.reference.domain.absent:
        return ()
    return tuple(
        "" if learnt else bundle.reference.judge(bundle.protocol, of_case, spacing).status.value
        for learnt, of_case, spacing in zip(
            features.training, values, features.spacings.tolist(), strict=True
        )
    )


def _model_inputs(
    bundle: Bundle, features: CohortFeatures, network: NetworkValues | None
) -> dict[str, list[float]]:
    """Return, of the columns that a model reads, those at hand; a list of n numbers each."""
    place = {column: i for i, column in enumerate(features.columns)}
    radiomic = [c for c in bundle.columns if column_of(c).kind is ColumnKind.RADIOMIC]
    values = {c: features.radiomics[:, place[c]].tolist() for c in radiomic if c in place}
    if network is not None:
        values |= {column: v.tolist() for column, v in network.columns(bundle.columns).items()}
    return values


def _numbers(results: list[ModelResult], name: str) -> np.ndarray:
    values = [getattr(result, name) for result in results]
    return np.array([np.nan if value is None else value for value in values], float)


def flow_of(listed: int, features: CohortFeatures) -> CaseFlow:
    """Return how `listed` rows of a table became the cases of `features`."""
    training, malignant = features.training, features.malignant
    incomplete = np.isnan(features.clinical).any(axis=1)
    return CaseFlow(
        listed=listed,
        unusable={name: why.shared_reason for name, why in features.failures.items()},
        training=(int((training & ~malignant).sum()), int((training & malignant).sum())),
        test=(int((~training & ~malignant).sum()), int((~training & malignant).sum())),
        clinically_incomplete=(
            int((training & incomplete).sum()),
            int((~training & incomplete).sum()),
        ),
    )


def prediction_files(
    features: CohortFeatures, predictions: CohortPredictions
) -> dict[str, pd.DataFrame]:
    """Return the table of all cases by the names of the files that hold it."""
    return dict.fromkeys(PREDICTION_FILES, prediction_table(features, predictions))


def prediction_table(features: CohortFeatures, predictions: CohortPredictions) -> pd.DataFrame:
    """Return what each model says of each case, one row a case.

    Columns: case_id, split, outcome and, where it is known, domain; by model its probability under
    the model's name, then `<model>:log_odds`, `<model>:threshold`, `<model>:call` and, where they
    are known, `<model>:answer` and `<model>:out_of_fold`. A case outside the domain has no call
    and no answer.
    """
    import pandas as pd

    table: dict[str, object] = {
        "case_id": predictions.case_ids,
        "split": [case.split for case in features.cases],
        "outcome": [outcome_word(bool(value)) for value in predictions.malignant],
    }
    if predictions.domain:
        table["domain"] = predictions.domain
    outside = [i for i, at in enumerate(predictions.domain) if at == DomainStatus.OUTSIDE.value]
    for name, values in predictions.probabilities.items():
        table[name] = values
        table[f"{name}:log_odds"] = predictions.log_odds[name]
        table[f"{name}:threshold"] = threshold = predictions.thresholds[name]
        told = values.copy()
        told[outside] = np.nan
        table[f"{name}:call"] = [
            None if np.isnan(value) else outcome_word(bool(value >= threshold)) for value in told
        ]
        if name in predictions.answer_limits:
            answer = Limits(*predictions.answer_limits[name]).answer
            table[f"{name}:answer"] = [None if np.isnan(v) else answer(v) for v in told]
        if name in predictions.out_of_fold:
            table[f"{name}:out_of_fold"] = predictions.out_of_fold[name]
    return pd.DataFrame(table)


def study_result(
    evaluation: Evaluation,
    bundle: Bundle,
    places: Mapping[str, str],
    failures: Mapping[str, Failure],
    notes: Sequence[str],
    more: Mapping[str, object] | None = None,
) -> Result:
    """Return the models' figures, what was left out and where everything lies."""
    from ..reporting.answers import answer_lines
    from ..reporting.optimism import optimism, optimism_lines

    reasons = {case_id: why.reason for case_id, why in failures.items()}
    lines = [
        bundle.banner,
        *optimism_lines(evaluation),
        *_table_lines(evaluation.test),
        *answer_lines(evaluation),
        *(f"{case_id} was left out: {why}" for case_id, why in reasons.items()),
        *notes,
        *(f"{what}: {where}" for what, where in places.items()),
    ]
    data = {
        **places,
        "hash": bundle.bundle_hash,
        "optimism": as_plain(optimism(evaluation)),
        "test_figures": brief_figures(evaluation.test),
        "failures": reasons,
        "notes": list(notes),
        **(more or {}),
    }
    return Result("\n".join(lines), data)


def brief_figures(test: SetFigures | None) -> dict[str, dict[str, float | None]]:
    """Return what a bundle remembers of its test set, by model."""
    if test is None:
        return {}
    return {
        name: {
            "auc": figures.auc.value,
            "auc_low": figures.auc.low,
            "auc_high": figures.auc.high,
            "threshold": figures.threshold,
            "sensitivity": figures.sensitivity.value,
            "specificity": figures.specificity.value,
            "calibration_slope": figures.calibration_slope.value,
            "brier": figures.brier.value,
            "brier_of_share": figures.brier_of_share,
            "cases": float(figures.cases),
            "malignant": float(figures.malignant),
        }
        for name, figures in test.models.items()
        if figures.cases
    }


def _table_lines(test: SetFigures | None) -> list[str]:
    if test is None:
        return ["There was no test case: the report shows out-of-fold figures."]
    header = f"{'model':<24} {'cases':>5} {'AUC':>6} {'95 % CI':>13} {'SEN':>6} {'SPE':>6}"
    title = f"Test set: {counted(test.cases, 'case')}, {test.malignant} malignant"
    return [title, header, *(_table_line(*of_model) for of_model in test.models.items())]


def _table_line(name: str, figures: ModelFigures) -> str:
    auc, sensitivity, specificity = figures.auc, figures.sensitivity, figures.specificity
    values = (auc.value, auc.low, auc.high, sensitivity.value, specificity.value)
    area, low, high, sen, spe = ("–" if v is None else f"{v:.2f}" for v in values)
    interval = "–" if auc.low is None else f"{low} – {high}"
    return f"{name:<24} {figures.cases:>5} {area:>6} {interval:>13} {sen:>6} {spe:>6}"
