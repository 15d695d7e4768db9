"""What training and evaluating have in common: machines, predictions of a cohort, their report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .cohort.manifest import TRAIN
from .cohort.reading import short_fingerprint
from .errors import CohortError
from .files import require_folder
from .models.eleven import outcome_word
from .models.names import ColumnKind, column_kind
from .progress import Progress, part, silent
from .result import Result

if TYPE_CHECKING:
    import pandas as pd

    from .cohort.cache import CohortCache
    from .cohort.extraction import CohortFeatures
    from .cohort.manifest import CohortCase
    from .deep.prediction import NetworkValues
    from .evaluation.results import CaseFlow, CohortPredictions, Evaluation, SetFigures
    from .models.bundle import Bundle
    from .parallel import Machines

BOOTSTRAPS = 2000
PREDICTIONS_FILE = "predictions.parquet"
FEATURES_FILE = "features.parquet"


def evaluate_bundle(
    bundle: Bundle,
    cases: Sequence[CohortCase],
    cache: CohortCache,
    machines: Machines,
    folder: Path,
    cohort_name: str,
    bootstraps: int,
    progress: Progress = silent,
) -> Result:
    """Judge a bundle on a cohort and write the report.

    Rows of the split "train" are shown apart, as cases the models learnt from.

    Args:
        bundle: the models.
        cases: from the cohort's table.
        cache: of what was computed of the cases before.
        machines: where the work is done.
        folder: of the report.
        cohort_name: shown in the report.
        bootstraps: resamples of the intervals.
        progress: told the share done and the step.

    Raises:
        CohortError: no case can be used, or a test case is one the bundle learnt from.
        OutputError: the report cannot be written.
    """
    from .evaluation.apply import cohort_predictions
    from .evaluation.evaluate import EvaluationSettings, evaluate
    from .report.study import Study, write_report

    require_folder(folder)
    features = _features(bundle, cases, cache, machines, part(progress, 0.0, 0.7))
    _require_unseen(bundle, features)
    progress(0.7, "network")
    values = _network_values(bundle, features, machines.device)
    predictions = cohort_predictions(bundle, features, values)
    evaluation = evaluate(
        predictions,
        flow_of(len(cases), features),
        bundle.models,
        EvaluationSettings(bootstraps),
        part(progress, 0.8, 0.9),
    )
    simulated = bundle.cohort.simulated or any(case.simulated for case in features.cases)
    study = Study(bundle, evaluation, None, cohort_name, simulated)
    tables = {PREDICTIONS_FILE: prediction_table(features, predictions)}
    write_report(study, folder, tables, part(progress, 0.9, 1.0))
    return study_result(evaluation, bundle, {"report": str(folder)}, features.failures)


def _features(
    bundle: Bundle,
    cases: Sequence[CohortCase],
    cache: CohortCache,
    machines: Machines,
    progress: Progress,
) -> CohortFeatures:
    """Return what the bundle's models read of the cases; no image for those that read none."""
    from .cohort.extraction import CohortFeatures, extract_cohort
    from .radiomics.settings import load_settings

    columns = {column for model in bundle.models.values() for column in model.columns}
    if all(column_kind(column) is ColumnKind.CLINICAL for column in columns):
        return CohortFeatures(tuple(cases), (), np.empty((len(cases), 0)), np.empty(0))
    radiomics = load_settings(bundle.radiomics_yaml)
    return extract_cohort(cases, bundle.ring, cache, machines, radiomics, progress)


def _network_values(bundle: Bundle, features: CohortFeatures, device: str) -> NetworkValues | None:
    if bundle.network is None:
        return None
    from .deep.prediction import predict_values
    from .deep.weights import load_network

    with bundle.network_file() as path:
        network = load_network(path)
    return predict_values(network, features.network_inputs, device)


def _require_unseen(bundle: Bundle, features: CohortFeatures) -> None:
    """Raise CohortError where a case outside the split "train" is one the bundle learnt from."""
    if not features.fingerprints:
        return
    known = set(bundle.cohort.fingerprints)
    seen = [
        case.case_id
        for case, fingerprint in zip(features.cases, features.fingerprints, strict=True)
        if case.split != TRAIN and short_fingerprint(fingerprint) in known
    ]
    if seen:
        raise CohortError(
            f"The bundle {bundle.name} learnt from {len(seen)} of the cases it is to be tested "
            f"on: {', '.join(seen[:5])}{' and others' if len(seen) > 5 else ''}.",
            'Mark them "train" in the column split, or leave them out.',
        )


def flow_of(listed: int, features: CohortFeatures) -> CaseFlow:
    """Return how `listed` rows of a table became the cases of `features`."""
    from .evaluation.results import CaseFlow

    training, malignant = features.training, features.malignant
    incomplete = np.isnan(features.clinical).any(axis=1)
    return CaseFlow(
        listed=listed,
        unusable=features.failures,
        training=(int((training & ~malignant).sum()), int((training & malignant).sum())),
        test=(int((~training & ~malignant).sum()), int((~training & malignant).sum())),
        clinically_incomplete=(
            int((training & incomplete).sum()),
            int((~training & incomplete).sum()),
        ),
    )


def prediction_table(features: CohortFeatures, predictions: CohortPredictions) -> pd.DataFrame:
    """Return what each model says of each case, one row a case.

    Columns: case_id, split, outcome; by model its probability under the model's name, then
    `<model>:log_odds` and, where they are known, `<model>:out_of_fold`.
    """
    import pandas as pd

    table: dict[str, object] = {
        "case_id": predictions.case_ids,
        "split": [case.split for case in features.cases],
        "outcome": [outcome_word(bool(value)) for value in predictions.malignant],
    }
    for name, probabilities in predictions.probabilities.items():
        table[name] = probabilities
        table[f"{name}:log_odds"] = predictions.log_odds[name]
        if name in predictions.out_of_fold:
            table[f"{name}:out_of_fold"] = predictions.out_of_fold[name]
    return pd.DataFrame(table)


def study_result(
    evaluation: Evaluation,
    bundle: Bundle,
    places: Mapping[str, str],
    failures: Mapping[str, str],
    more: Mapping[str, object] | None = None,
) -> Result:
    """Return the table of the test set, what was left out and where everything lies."""
    figures = brief_figures(evaluation.test)
    lines = [
        *_table_lines(evaluation.test),
        *(f"{case_id} was left out: {reason}" for case_id, reason in failures.items()),
        *bundle.notes,
        bundle.banner,
        *(f"{what}: {where}" for what, where in places.items()),
    ]
    data = {
        **places,
        "hash": bundle.bundle_hash,
        "test_figures": figures,
        "failures": dict(failures),
        "notes": list(bundle.notes),
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
            "cases": float(figures.cases),
            "malignant": float(figures.malignant),
        }
        for name, figures in test.models.items()
        if figures.cases
    }


def _table_lines(test: SetFigures | None) -> list[str]:
    if test is None:
        return ["There was no test case: the report shows out-of-fold figures."]
    header = f"{'model':<24} {'AUC':>6} {'95% CI':>13} {'SEN':>6} {'SPE':>6}"
    title = f"Test set: {test.cases} cases, {test.malignant} malignant"
    return [title, header, *(_table_line(name, test) for name in test.models)]


def _table_line(name: str, test: SetFigures) -> str:
    figures = test.models[name]
    low, high = _number(figures.auc.low), _number(figures.auc.high)
    return (
        f"{name:<24} {_number(figures.auc.value):>6} {f'{low} – {high}':>13} "
        f"{_number(figures.sensitivity.value):>6} {_number(figures.specificity.value):>6}"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
