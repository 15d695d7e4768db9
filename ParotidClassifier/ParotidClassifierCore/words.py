"""Numbers in sentences, wherever they are told."""

from __future__ import annotations

import math

DASH = "–"


def counted(count: int, noun: str) -> str:
    """Return "1 case" or "2 cases"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def share_of(share: float) -> str:
    """Return "all", "none of", or the per cent "of" what is named next; never 100% of a part."""
    if share in (0.0, 1.0):
        return "all" if share else "none of"
    if not 0.01 <= share <= 0.99:
        return "more than 99% of" if share > 0.99 else "less than 1% of"
    return f"{share:.0%} of"


def p_value(p: float | None) -> str:
    """Return P with three decimals, never as 0 or 1; a dash where it is not defined."""
    if p is None or math.isnan(p):
        return DASH
    if p < 0.001:
        return "< 0.001"
    return "> 0.999" if p > 0.999 else f"{p:.3f}"
