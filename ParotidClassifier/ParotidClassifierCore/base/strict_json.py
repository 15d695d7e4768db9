"""Read JSON from a stranger: whatever was not expected is refused."""

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from .controls import holds_controls

# Bounds of all that a bundle says. Within these of its numbers no prediction overflows: what is
# computed of them is a product of a few, (value - mean) / sd * coefficient, and once more of that.
LARGEST = 1e30
SMALLEST_SCALE = 1 / LARGEST
_LARGEST_COUNT = 10**9
MOST_CHARACTERS = 2_000
_MOST_KEYS = 1_000
DECIMAL_POINT = "decimals are written with a point, not a comma"
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


class MalformedError(ValueError):
    """Content that is not what its file must hold; the message says where and why."""


def parsed(content: bytes) -> dict[str, Any]:
    """Return the JSON object in `content`.

    Raises:
        MalformedError: not UTF-8, not JSON, not an object, a key twice, NaN or infinity.
    """
    if not content.strip():
        raise MalformedError("it is empty")
    try:
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=_without_twins, parse_constant=_no_constant
        )
    except MalformedError:
        raise
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        name_wanted = isinstance(error, json.JSONDecodeError) and "property name" in error.msg
        is_comma = name_wanted and error.doc[error.pos : error.pos + 1].isdigit()
        hint = f"; {DECIMAL_POINT}" if is_comma else ""
        raise MalformedError(f"it is not JSON ({error}){hint}") from error
    return as_object(value, "the file")


def as_object(value: Any, where: str) -> dict[str, Any]:
    """Return `value` as a JSON object of at most 1000 keys."""
    if not isinstance(value, dict) or len(value) > _MOST_KEYS:
        raise _refused(f"is not an object of at most {_MOST_KEYS} keys", value, where)
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
        raise _refused(f"is not a list of at most {most}", value, where)
    return value


def as_text(value: Any, where: str, most: int = MOST_CHARACTERS) -> str:
    """Return `value` as text of at most so many characters, none of them a control."""
    if not isinstance(value, str):
        raise _refused("is not a text", value, where)
    if len(value) > most:
        raise MalformedError(f"{where} has {len(value)} characters, more than {most}")
    if holds_controls(value):
        raise MalformedError(f"{where} holds control characters")
    return value


def as_number(value: Any, where: str) -> float:
    """Return `value` as a float within ±LARGEST."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused("is not a number", value, where)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise MalformedError(f"{where} is not finite")
    if abs(number) > LARGEST:
        raise MalformedError(f"{where}: {number:g} is outside {-LARGEST:g} to {LARGEST:g}")
    return number


def as_scale(value: Any, where: str) -> float:
    """Return `value` as a float that may be divided by."""
    number = as_number(value, where)
    if number < SMALLEST_SCALE:
        raise MalformedError(f"{where}: {number:g} is not positive, or below {SMALLEST_SCALE:g}")
    return number


def as_probability(value: Any, where: str) -> float:
    """Return `value` as a float from 0 to 1."""
    number = as_number(value, where)
    if not 0.0 <= number <= 1.0:
        raise MalformedError(f"{where} is {number:g}, outside 0 to 1")
    return number


def as_count(value: Any, where: str) -> int:
    """Return `value` as a whole number from 0 to a billion."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_COUNT:
        raise _refused(f"is not a whole number from 0 to {_LARGEST_COUNT}", value, where)
    return value


def as_flag(value: Any, where: str) -> bool:
    """Return `value` as true or false."""
    if not isinstance(value, bool):
        raise _refused("is not true or false", value, where)
    return value


def as_numbers(
    value: Any, where: str, most: int, as_item: Callable[[Any, str], float] = as_number
) -> tuple[float, ...]:
    """Return `value` as at most `most` numbers, each as `as_item` has it."""
    return tuple(as_item(item, where) for item in as_items(value, where, most))


def _refused(reason: str, value: Any, where: str) -> MalformedError:
    if value is None:
        return MalformedError(f"{where} is empty (null): fill it in, or leave it out")
    is_comma = isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value)
    return MalformedError(f"{where} {reason}{f': {DECIMAL_POINT}' if is_comma else ''}")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = {as_text(key, "a key"): value for key, value in pairs}
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twin = next(key for key in keys if keys.count(key) > 1)
        raise MalformedError(f"the key {twin!r} comes twice")
    return content


def _no_constant(word: str) -> float:
    raise MalformedError(f"it holds {word}, which is not a finite number")
