"""A second worker, for the other core: it measures a share of the features."""

from __future__ import annotations

import base64
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..base.machine import cores, memory_bytes
from ..base.progress import Progress
from ..base.waiting import wait_until
from ..imaging.working_grid import Geometry, WorkingGrid
from ..radiomics.settings import RadiomicsSettings

# With less, a second process with its libraries would be paid for by swapping.
LEAST_MEMORY_BYTES = 6 * 2**30
_LOOK_EVERY_SECONDS = 0.02
# How long it may take from its start until it says that it is ready, and how much longer than this
# process for its share: so many seconds, and so many times what this process took for its own. A
# virus scanner adds less.
_START_SECONDS = 15.0
_PATIENCE_SECONDS = 10.0
_PATIENCE_TIMES = 4.0
_LONGEST_END_SECONDS = 5.0
_PACKAGE = Path(__file__).resolve().parents[1]
_PROGRAM = ("-m", f"{_PACKAGE.name}.app.worker")


class Companion:
    """A process that measures features while this one does something else, one request at a time.

    It ends when this process ends, killed or not. When it dies, hangs or talks nonsense it is not
    replaced: what it may have lacked is memory.
    """

    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._identity = 0
        self._asked: frozenset[str] = frozenset()
        self._is_ready = False
        self._started = self._begun = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  this program itself
            [sys.executable, *_PROGRAM, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_PACKAGE.parent,  # python -m looks there first: no stranger's folder
            start_new_session=True,  # an interrupt is for this process, which ends that one
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        for work in (self._listen, self._write):
            threading.Thread(target=work, daemon=True).start()

    @property
    def process_id(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be given work."""
        return self._process.poll() is None

    def begin(
        self, grid: WorkingGrid, columns: Collection[str], settings: RadiomicsSettings
    ) -> None:
        """Let it measure `columns` on the grid; what it was at is given up."""
        self._identity += 1
        self._asked = frozenset(columns)
        self._begun = time.monotonic()
        request = {
            "id": self._identity,
            "command": "measure",
            "grid": grid_as_words(grid),
            "columns": list(columns),
            "settings": settings.yaml(),
        }
        self._requests.put(json.dumps(request).encode() + b"\n")

    def finish(self, wait: Progress) -> dict[str, float] | None:
        """Return the values by column, None where it failed, died or took too long.

        Args:
            wait: called again and again until the answer is there; may raise.
        """
        now = time.monotonic()
        latest = now + _PATIENCE_SECONDS + _PATIENCE_TIMES * (now - self._begun)
        while self._may_answer_until(latest):
            try:
                event = self._answers.get(timeout=_LOOK_EVERY_SECONDS)
            except queue.Empty:
                wait(1.0, "the other core")
                continue
            if event is None:
                break
            if event.get("id") == self._identity and event["event"] != "progress":
                return self._values(event)
        self._give_up()
        return None

    def close(self) -> None:
        """End the process."""
        self._give_up()
        wait_until(self._has_ended, _LONGEST_END_SECONDS)

    def _may_answer_until(self, latest: float) -> bool:
        now = time.monotonic()
        return now < latest and (self._is_ready or now < self._started + _START_SECONDS)

    def _values(self, event: Mapping[str, Any]) -> dict[str, float] | None:
        values = event.get("values")
        return values if isinstance(values, dict) and values.keys() == self._asked else None

    def _give_up(self) -> None:
        self._answers.put(None)  # it stays dead
        self._requests.put(None)
        self._process.kill()

    def _has_ended(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.is_alive

    def _write(self) -> None:
        """Send the requests, in a thread: to write to a process that does not read would wait."""
        with suppress(OSError), self._process.stdin as pipe:
            while (request := self._requests.get()) is not None:
                pipe.write(request)
                pipe.flush()

    def _listen(self) -> None:
        with suppress(ValueError), self._process.stdout as lines:
            for line in lines:
                event = _event(line)
                self._is_ready = self._is_ready or event["event"] == "ready"
                self._answers.put(event)
        self._answers.put(None)


def is_worthwhile() -> bool:
    """Whether this machine has a second core, and the memory for a second process."""
    return cores() > 1 and memory_bytes() >= LEAST_MEMORY_BYTES


@contextmanager
def companion_if_worthwhile() -> Iterator[Companion | None]:
    """Yield a companion and end it; None on a machine where it would not help."""
    companion = Companion() if is_worthwhile() else None
    try:
        yield companion
    finally:
        if companion is not None:
            companion.close()


def grid_as_words(grid: WorkingGrid) -> dict[str, object]:
    """Return a grid as JSON values, to be read by `grid_from_words`."""
    return {
        "shape": list(grid.ct.shape),
        "ct": _text(grid.ct.astype("<i2")),
        "tumor": _text(np.packbits(grid.tumor)),
        "ring": _text(np.packbits(grid.ring)),
        "origin": list(grid.geometry.origin),
        "direction": list(grid.geometry.direction),
    }


def grid_from_words(words: Mapping[str, Any]) -> WorkingGrid:
    """Return the grid that `grid_as_words` made these words of, to the last bit."""
    shape = tuple(words["shape"])
    tumor, ring = (
        np.unpackbits(_numbers(words[region], "u1"), count=int(np.prod(shape)))
        .reshape(shape)
        .astype(bool)
        for region in ("tumor", "ring")
    )
    return WorkingGrid(
        _numbers(words["ct"], "<i2").reshape(shape).astype(np.int16),
        tumor,
        ring,
        Geometry(tuple(words["origin"]), tuple(words["direction"])),
    )


def _event(line: bytes) -> dict[str, Any]:
    event = json.loads(line)
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise ValueError("This is no event.")
    return event


def _text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array)).decode("ascii")


def _numbers(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)
