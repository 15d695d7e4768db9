"""Format counts, shares and P values, and leave folders out of texts."""

import math
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

DASH = "–"
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
# The folders of a path from the root of a disk or network; a name in it may have spaces within.
_NAME = r"""[^\s/\\:*?"'<>|,;()][^/\\:*?"'<>|,;()\n]*(?<!\s)[/\\]"""
_FOLDERS = re.compile(rf"(?<![\w/\\.:])(?:[A-Za-z]:[/\\]+|[/\\]+)(?:{_NAME})*(?=[\w.])")


def counted(count: int, noun: str) -> str:
    """Return "1 case" or "2 cases"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first_of(words: Sequence[str], most: int) -> list[str]:
    """Return the words; of more than `most` the first ones, then "3 more"."""
    rest = len(words) - most
    return [*words] if rest <= 0 else [*words[:most], f"{rest} more"]


def listed(words: Sequence[str], most: int | None = None) -> str:
    """Return "a", "a and b", "a, b and c", or of more than `most` "a, b and 3 more"."""
    words = words if most is None else first_of(words, most)
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def number_word(number: int) -> str:
    """Return a small number as a word, as in "all three"; digits from thirteen on."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def spelled(count: int, noun: str) -> str:
    """Return "one case" or "two cases"; digits from thirteen on."""
    return counted(count, noun).replace(str(count), number_word(count), 1)


def share_of(share: float) -> str:
    """Return "all", "none of", or the per cent "of" what is named next; never 100 % of a part."""
    if share in (0.0, 1.0):
        return "all" if share else "none of"
    if not 0.01 <= share <= 0.99:
        return "more than 99 % of" if share > 0.99 else "less than 1 % of"
    return f"{100 * share:.0f} % of"


def p_value(p: float | None) -> str:
    """Return P with three decimals, never as 0 or 1; a dash where it is not defined."""
    if p is None or math.isnan(p):
        return DASH
    if p < 0.001:
        return "< 0.001"
    return "> 0.999" if p > 0.999 else f"{p:.3f}"


def without_folders(text: str, paths: Iterable[Path] = ()) -> str:
    """Return a text for others, in which files go by their names alone.

    Folders are named after patients and users. Letters that no text may hold, of a path that is not
    UTF-8, are spelled out.

    Args:
        paths: that it may name by paths without a root.
    """
    known = {f"{folder}{os.sep}" for path in paths for folder in (path, path.parent)}
    for folder in sorted(known - {f".{os.sep}"}, key=len, reverse=True):
        text = text.replace(folder, "")
    return _FOLDERS.sub("", text).encode(errors="backslashreplace").decode()
