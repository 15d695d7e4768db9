"""Convert values to what JSON can hold."""

import dataclasses
import math
from collections.abc import Mapping, Set
from enum import Enum
from pathlib import Path

import numpy as np


def as_plain(value: object) -> object:
    """Return `value` as dicts, lists, texts, numbers and None.

    Dataclasses become dicts by field, arrays and tuples lists, enums their words, paths texts;
    a number that is not finite becomes None.
    """
    if isinstance(value, Enum):
        return as_plain(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.ndarray | np.generic):
        return as_plain(value.tolist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: as_plain(getattr(value, field.name)) for field in fields}
    return _collection_as_plain(value)


def _collection_as_plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(as_plain(key)): as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(item) for item in value]
    if isinstance(value, Set):
        return sorted(as_plain(item) for item in value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"A {type(value).__name__} has no plain form.")
