"""Reading the learnt parts of a bundle: models, reference distributions and network weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .eleven import BENIGN, MALIGNANT
from .logistic import LogisticModel
from .names import ELEVEN_MODELS, ColumnKind, column_kind, may_read, source_model
from .reference import Reference
from .safetensors_header import check_safetensors
from .strict_json import (
    MalformedError,
    as_items,
    as_number,
    as_numbers,
    as_object,
    as_probability,
    as_text,
    with_keys,
)

_MOST_COLUMNS = 64
_MOST_LEVELS = 101
_MOST_SCORES = 100_000


def read_models(content: Mapping[str, Any]) -> dict[str, LogisticModel]:
    """Return the models of models.json, in the order of ELEVEN_MODELS.

    Raises:
        MalformedError: a model that cannot be evaluated, or none at all.
    """
    if not content:
        raise MalformedError("it holds no model")
    for name in sorted(set(content) - set(ELEVEN_MODELS)):
        raise MalformedError(f"{name!r} is none of the eleven models")
    names = [name for name in ELEVEN_MODELS if name in content]
    models = {name: _model(name, content[name]) for name in names}
    for place, name in enumerate(names):
        _check_sources(models[name], names[:place])
    return models


def read_reference(content: Mapping[str, Any]) -> Reference:
    """Return the distributions of reference.json.

    Raises:
        MalformedError: quantiles or scores that are not what their names say.
    """
    fields = with_keys(content, ("quantile_levels", "quantiles", "scores"), "the file")
    levels = tuple(
        as_probability(level, "quantile_levels")
        for level in as_items(fields["quantile_levels"], "quantile_levels", _MOST_LEVELS)
    )
    quantiles = {
        _column(column): as_numbers(values, f"the quantiles of {column}", _MOST_LEVELS)
        for column, values in as_object(fields["quantiles"], "quantiles").items()
    }
    for values in (levels, *quantiles.values()):
        if len(values) != len(levels) or list(values) != sorted(values):
            raise MalformedError("its quantiles do not rise, or are not one for each level")
    scores = as_object(fields["scores"], "scores")
    return Reference(levels, quantiles, {name: _scores(name, scores[name]) for name in scores})


def check_network(models: Mapping[str, LogisticModel], weights: bytes | None) -> None:
    """Refuse weights that are missing though a model reads them, or are not safetensors.

    Raises:
        MalformedError: says what is wrong with the weights.
    """
    if weights is not None:
        check_safetensors(weights)
        return
    for model in models.values():
        if {ColumnKind.NETWORK, ColumnKind.DEEP} & set(map(column_kind, model.columns)):
            raise MalformedError(f"it is missing and {model.name} reads it")


def _model(name: str, value: Any) -> LogisticModel:
    fields = with_keys(value, ("columns", "means", "sds", "coefficients", "intercept"), name)
    columns = tuple(_column(c) for c in as_items(fields["columns"], name, _MOST_COLUMNS))
    model = LogisticModel(
        name,
        columns,
        *(
            as_numbers(fields[key], f"{key} of {name}", _MOST_COLUMNS)
            for key in ("means", "sds", "coefficients")
        ),
        as_number(fields["intercept"], f"intercept of {name}"),
    )
    lengths = {len(model.means), len(model.sds), len(model.coefficients), len(columns)}
    if len(lengths) > 1 or not columns or len(set(columns)) < len(columns):
        raise MalformedError(
            f"{name} does not have one mean, sd and coefficient for each of its columns"
        )
    foreign = [column for column in columns if not may_read(name, column)]
    if foreign:
        raise MalformedError(f"{name} reads {foreign[0]!r}, which is no input of that model")
    if min(model.sds) <= 0:
        raise MalformedError(f"{name} has an sd that is not positive")
    return model


def _column(value: Any) -> str:
    column = as_text(value, "columns")
    if column_kind(column) is None:
        raise MalformedError(f"{column!r} is no column that a model may read")
    return column


def _check_sources(model: LogisticModel, earlier: list[str]) -> None:
    for column in model.columns:
        source = source_model(column)
        if source is not None and source not in earlier:
            raise MalformedError(
                f"{model.name} reads {source}, which is not among the models before it"
            )


def _scores(name: str, value: Any) -> dict[str, tuple[float, ...]]:
    if name not in ELEVEN_MODELS:
        raise MalformedError(f"{name!r} is none of the eleven models")
    by_class = with_keys(value, (BENIGN, MALIGNANT), f"scores of {name}")
    return {
        outcome: tuple(
            as_probability(score, f"scores of {name}")
            for score in as_items(scores, f"scores of {name}", _MOST_SCORES)
        )
        for outcome, scores in by_class.items()
    }
