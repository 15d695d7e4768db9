"""The models of a bundle applied to every case of a cohort, by the code that judges one case."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..bundle.bundle import Bundle
from ..models.probabilities import ModelResult, probabilities
from ..network.records import NetworkValues
from ..protocol.names import ELEVEN_MODELS, ColumnKind, column_kind
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
            bundle.models,
            {**{column: of_all[i] for column, of_all in values.items()}, **case.record.coded()},
            bundle.thresholds,
        )
        for i, case in enumerate(features.cases)
    ]
    held = [name for name in ELEVEN_MODELS if name in bundle.models]
    of_model = {name: [result[name] for result in results] for name in held}
    return CohortPredictions(
        case_ids=tuple(case.case_id for case in features.cases),
        malignant=features.malignant,
        training=features.training,
        records=tuple(case.record for case in features.cases),
        probabilities={name: _numbers(of_model[name], "probability") for name in held},
        log_odds={name: _numbers(of_model[name], "log_odds") for name in held},
        thresholds={name: bundle.thresholds[name] for name in held},
        out_of_fold=dict(out_of_fold or {}),
    )


def _model_inputs(
    bundle: Bundle, features: CohortFeatures, network: NetworkValues | None
) -> dict[str, list[float]]:
    """Return, of the columns that a model reads, those at hand; a list of n numbers each."""
    place = {column: i for i, column in enumerate(features.columns)}
    read = dict.fromkeys(column for model in bundle.models.values() for column in model.columns)
    radiomic = [c for c in read if column_kind(c) is ColumnKind.RADIOMIC and c in place]
    values = {column: features.radiomics[:, place[column]].tolist() for column in radiomic}
    if network is not None:
        values |= {column: v.tolist() for column, v in network.columns(read).items()}
    return values


def _numbers(results: list[ModelResult], name: str) -> np.ndarray:
    values = [getattr(result, name) for result in results]
    return np.array([np.nan if value is None else value for value in values], float)
