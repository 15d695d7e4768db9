"""The table of the benchmarks: what was measured against what is wanted, on which machine, when."""

import datetime as dt
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import joblib
import psutil

HEAD = """# Benchmarks

Written by `make bench`; change the benchmarks, not this file.

Machine: {machine}.
Date: {date}. Seconds are medians; they vary with what else the machine does ({load}).
Ratios are taken from runs in turn, and vary less.

| what | measured | wanted | |
|---|---|---|---|
"""


@dataclass
class Table:
    """Collects one row a figure.

    Attributes:
        rows: by name, so that a benchmark that is run again replaces its row.
    """

    rows: dict[str, str] = field(default_factory=dict)
    load: list[float] = field(default_factory=lambda: [os.getloadavg()[0]])

    def at_most(self, name: str, seconds: float, wanted: float, unit: str = "s") -> None:
        """Add a figure that is wanted to be small."""
        reached = "reached" if seconds <= wanted else "missed"
        self._add(name, f"{_figure(seconds)} {unit}", f"≤ {wanted:g} {unit}", reached)

    def at_least(self, name: str, figure: float, wanted: float, unit: str = "times") -> None:
        """Add a figure that is wanted to be large."""
        reached = "reached" if figure >= wanted else "missed"
        self._add(name, f"{_figure(figure)} {unit}", f"≥ {wanted:g} {unit}", reached)

    def told(self, name: str, figure: str) -> None:
        """Add a figure that nothing is wanted of."""
        self._add(name, figure, "", "")

    def _add(self, *cells: str) -> None:
        self.rows[cells[0]] = f"| {' | '.join(cells)} |"
        self.load.append(os.getloadavg()[0])
        print(f"\n{': '.join(filter(None, cells))}")

    def text(self) -> str:
        """Return the whole page."""
        head = HEAD.format(
            machine=this_machine(),
            date=dt.datetime.now(dt.timezone.utc).date(),
            load=f"a load of {min(self.load):.1f} to {max(self.load):.1f} here",
        )
        return head + "\n".join(self.rows.values()) + "\n"


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def this_machine() -> str:
    """Return what this machine is, in words."""
    return (
        f"{_processor()}, {joblib.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(": ")[2]
    return platform.processor() or platform.machine()


def seconds(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """Return how long `work` takes."""
    start = clock()
    work()
    return clock() - start


def ratio_in_turn(slow: Callable, fast: Callable, rounds: int) -> tuple[float, float]:
    """Return slow / fast and seconds of fast, as medians of runs in turn after one of each.

    Of the processor: what else the machine does, moves them less.
    """
    seconds(slow), seconds(fast)
    pairs = [(seconds(slow, process_time), seconds(fast, process_time)) for _ in range(rounds)]
    return median(a / b for a, b in pairs), median(b for _, b in pairs)
