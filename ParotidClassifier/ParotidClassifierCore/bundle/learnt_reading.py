"""Reading the learnt parts of a bundle: models and network weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..base.safetensors_header import check_safetensors
from ..base.strict_json import (
    MalformedError,
    as_items,
    as_number,
    as_numbers,
    as_scale,
    as_text,
    with_keys,
)
from ..models.logistic import LogisticModel
from ..protocol.names import ELEVEN_MODELS, ColumnKind, column_kind, may_read, source_model

MOST_COLUMNS = 64
_OF_COLUMNS = {"means": as_number, "sds": as_scale, "coefficients": as_number}


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
    columns = tuple(read_column(c) for c in as_items(fields["columns"], name, MOST_COLUMNS))
    model = LogisticModel(
        name,
        columns,
        *(
            as_numbers(fields[key], f"{key} of {name}", MOST_COLUMNS, as_item)
            for key, as_item in _OF_COLUMNS.items()
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
    return model


def read_column(value: Any) -> str:
    """Return the name of a column that a model may read.

    Raises:
        MalformedError: there is no such column.
    """
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
