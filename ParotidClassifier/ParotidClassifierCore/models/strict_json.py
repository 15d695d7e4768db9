"""Reading JSON from a stranger: nothing is taken that was not expected."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterable
from typing import Any


class MalformedError(ValueError):
    """Content that is not what its file must hold; the message says where and why."""


def parsed(content: bytes) -> dict[str, Any]:
    """Return the JSON object in `content`.

    Raises:
        MalformedError: not UTF-8, not JSON, not an object, a key twice, NaN or infinity.
    """
    try:
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=_without_twins, parse_constant=_no_constant
        )
    except MalformedError:
        raise
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise MalformedError(f"it is not JSON ({error})") from error
    return as_object(value, "the file")


def as_object(value: Any, where: str) -> dict[str, Any]:
    """Return `value` as a JSON object."""
    if not isinstance(value, dict):
        raise MalformedError(f"{where} is not an object")
    return value


def with_keys(
    value: Any, keys: Iterable[str], where: str, optional: Iterable[str] = ()
) -> dict[str, Any]:
    """Return `value` as a JSON object that has exactly `keys`, and maybe some of `optional`."""
    content, expected = as_object(value, where), set(keys)
    for key in sorted(expected ^ (set(content) - set(optional))):
        raise MalformedError(
            f"{where} lacks {key!r}" if key in expected else f"{where} has the unknown key {key!r}"
        )
    return content


def as_items(value: Any, where: str, most: int) -> list[Any]:
    """Return `value` as a list of at most `most` items."""
    if not isinstance(value, list) or len(value) > most:
        raise MalformedError(f"{where} is not a list of at most {most}")
    return value


def as_text(value: Any, where: str) -> str:
    """Return `value` as text without control characters, which could drive a terminal."""
    if not isinstance(value, str):
        raise MalformedError(f"{where} is not a text")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in value):
        raise MalformedError(f"{where} holds control characters")
    return value


def as_number(value: Any, where: str) -> float:
    """Return `value` as a finite float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedError(f"{where} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise MalformedError(f"{where} is not finite")
    return number


def as_probability(value: Any, where: str) -> float:
    """Return `value` as a float from 0 to 1."""
    number = as_number(value, where)
    if not 0.0 <= number <= 1.0:
        raise MalformedError(f"{where} is {number:g}, outside 0 to 1")
    return number


def as_count(value: Any, where: str) -> int:
    """Return `value` as a whole number ≥ 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedError(f"{where} is not a whole number ≥ 0")
    return value


def as_flag(value: Any, where: str) -> bool:
    """Return `value` as true or false."""
    if not isinstance(value, bool):
        raise MalformedError(f"{where} is not true or false")
    return value


def as_numbers(value: Any, where: str, most: int) -> tuple[float, ...]:
    """Return `value` as at most `most` finite floats."""
    return tuple(as_number(item, where) for item in as_items(value, where, most))


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twin = next(key for key in keys if keys.count(key) > 1)
        raise MalformedError(f"the key {twin!r} comes twice")
    return content


def _no_constant(word: str) -> float:
    raise MalformedError(f"it holds {word}, which is not a finite number")
