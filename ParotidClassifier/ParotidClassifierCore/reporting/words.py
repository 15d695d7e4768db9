"""Numbers as a reader sees them: how many digits, and a dash for what is not defined."""

import math

from ..base.words import DASH
from ..statistics.results import Estimate

NOT_FOUND = "not found"  # by a search that has an answer
NOT_ESTIMABLE = "not estimable"


def number(value: float | None, digits: int = 3) -> str:
    """Return `value` with so many decimals; a dash for None and NaN."""
    if value is None or math.isnan(value):
        return DASH
    text = f"{value:.{digits}f}"
    # A small negative number must not read as "-0.00".
    return text.lstrip("-") if float(text) == 0 else text


def interval(estimate: Estimate, digits: int = 3) -> str:
    """Return "low, high"; a dash where the interval is not defined."""
    if estimate.low is None or estimate.high is None:
        return DASH
    return f"{number(estimate.low, digits)}, {number(estimate.high, digits)}"


def with_interval(estimate: Estimate, digits: int = 3, absent: str = DASH) -> str:
    """Return "value (low, high)"; `absent` where the value is not defined."""
    if estimate.value is None:
        return absent
    return f"{number(estimate.value, digits)} ({interval(estimate, digits)})"


def ratio(value: float | None) -> str:
    """Return an odds ratio with three significant digits, large ones without decimals."""
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value) or value >= 1e4:
        return "> 10 000"
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def ratio_with_interval(estimate: Estimate, absent: str = DASH) -> str:
    """Return an odds ratio as "value (low, high)", with `absent` for each that is not there."""
    if estimate.value is None:
        return absent
    bounds = [absent if bound is None else ratio(bound) for bound in (estimate.low, estimate.high)]
    return f"{ratio(estimate.value)} ({', '.join(bounds)})"
