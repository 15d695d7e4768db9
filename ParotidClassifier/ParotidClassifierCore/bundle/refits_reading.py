"""Reading the refits of a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..base.strict_json import MalformedError, as_items, as_numbers, as_object, as_text, with_keys
from ..models.logistic import LogisticModel
from ..models.refits import Refits
from .learnt_reading import MOST_COLUMNS

_MOST_REFITS = 2000


def read_refits(content: Mapping[str, Any], models: Mapping[str, LogisticModel]) -> Refits:
    """Return the refits of refits.json.

    Args:
        content: of the file.
        models: that were refitted.

    Raises:
        MalformedError: they are not of these models, or neither there nor said to be absent.
    """
    fields = with_keys(content, ("absent", "coefficients"), "the file")
    absent = as_text(fields["absent"], "absent")
    by_model = as_object(fields["coefficients"], "coefficients")
    if bool(absent) == bool(by_model):
        raise MalformedError("it must hold either refits or the reason why there are none")
    if not by_model:
        return Refits(absent=absent)
    with_keys(by_model, models, "coefficients")
    refits = {name: _refits_of(model, by_model[name]) for name, model in models.items()}
    if len({len(rows) for rows in refits.values()}) > 1:
        raise MalformedError("its models were not refitted equally often")
    return Refits(refits, absent="")


def _refits_of(model: LogisticModel, value: Any) -> tuple[tuple[float, ...], ...]:
    where = f"coefficients of {model.name}"
    rows = tuple(
        as_numbers(row, where, MOST_COLUMNS + 1) for row in as_items(value, where, _MOST_REFITS)
    )
    if not rows or {len(row) for row in rows} != {1 + len(model.columns)}:
        raise MalformedError(
            f"{where} are not an intercept and a number for each column, once for each refit"
        )
    return rows
