"""Report the progress of long work."""

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from .controls import harmless
from .standard_streams import NotToldError, write_now

_LINE_EVERY_SECONDS = 30.0
_QUIET_SECONDS = 2.0
Item = TypeVar("Item")

# Called with the fraction done, 0…1, and the name of the step at hand.
Progress = Callable[[float, str], None]


def silent(fraction: float, step: str) -> None:
    """Tell nobody."""


def part(progress: Progress, start: float, stop: float) -> Progress:
    """Return a Progress for a piece of the work that spans `start` to `stop` of the whole."""

    def tell(fraction: float, step: str) -> None:
        progress(start + (stop - start) * fraction, step)

    return tell


def told_late(progress: Progress, items: Sequence[Item], step: str) -> Iterator[Item]:
    """Yield the items; tell the one at hand once they take longer than two seconds."""
    start = time.monotonic()
    for number, item in enumerate(items, start=1):
        if time.monotonic() - start > _QUIET_SECONDS:
            progress((number - 1) / len(items), f"{step} {number} of {len(items)}")
        yield item


def _lines(title: str) -> Progress:
    start = last = time.monotonic()

    def tell(fraction: float, step: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _LINE_EVERY_SECONDS:
            return
        last = now
        left = (now - start) * (1 / fraction - 1) if fraction else math.inf
        with contextlib.suppress(NotToldError):  # the work goes on
            write_now(sys.stderr, f"{title}: {step}, {fraction:.0%} done{_in_words(left)}\n")

    return tell


def _in_words(seconds_left: float) -> str:
    if math.isinf(seconds_left):
        return ""
    if seconds_left < 90:
        return f", {seconds_left:.0f} s left"
    return f", {seconds_left / 60:.0f} min left"


@contextlib.contextmanager
def bar_on_terminal(title: str) -> Iterator[Progress]:
    """Yield a Progress that tells on stderr what is done and the time left.

    A terminal gets a bar, a file a line every half minute.
    """
    if not sys.stderr.isatty():
        yield _lines(title)
        return
    from tqdm import tqdm

    # A bar is drawn with controls, which nobody else may write.
    terminal = getattr(sys.stderr, "unfiltered", sys.stderr)
    layout = "{desc:<44.44} {percentage:3.0f}%|{bar}| {elapsed} < {remaining}"
    with tqdm(total=1.0, desc=title, bar_format=layout, leave=False, file=terminal) as bar:

        def tell(fraction: float, step: str) -> None:
            # tqdm counts whole steps before it draws again; these are shares of one.
            bar.n = fraction
            bar.set_description_str(harmless(f"{title}: {step}"), refresh=True)

        yield tell
