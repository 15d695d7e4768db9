"""The models of a bundle applied to every case of a cohort, by the code that judges one case."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..bundle.bundle import Bundle
from ..models.probabilities import ModelResult, probabilities
from ..network.records import NetworkValues
from ..protocol import ColumnKind, column_of
from ..statistics.results import CohortPredictions
from .extraction import CohortFeatures


def cohort_predictions(
    bundle: Bundle,
    features: CohortFeatures,
    network: NetworkValues | None,
    out_of_fold: Mapping[str, np.ndarray] | None = None,
) -> CohortPredictions:
    """Return what each model that the bundle holds says of each case.

    Args:
        bundle: the models with their thresholds.
        features: of n cases; a radiomic column that is not among them is unknown of every case.
        network: what the bundle's network says of the cases; None without a network.
        out_of_fold: by model, (n,) probabilities by models that had not seen the case.
    """
    values = _model_inputs(bundle, features, network)
    results = [
        probabilities(
            bundle.protocol,
            bundle.models,
            {column: of_all[i] for column, of_all in values.items()}
            | bundle.protocol.coded(case.record),
            bundle.thresholds,
        )
        for i, case in enumerate(features.cases)
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
