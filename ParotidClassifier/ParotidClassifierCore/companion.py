"""A second worker, for the other core: it measures a share of the features."""

from __future__ import annotations

import base64
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from .case.working_grid import Geometry, WorkingGrid
from .machine import cores, memory_bytes
from .progress import Progress
from .radiomics.settings import RadiomicsSettings

# With less, a second process with its libraries would be paid for by swapping.
LEAST_MEMORY_BYTES = 6 * 2**30
_LOOK_EVERY_SECONDS = 0.02
_PACKAGE = Path(__file__).resolve().parent


class Companion:
    """A process that measures features while this one does something else, one request at a time.

    It ends when this process ends, killed or not, as its standard input does then. When it dies,
    it is not replaced: what it may have lacked is memory.
    """

    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._identity = 0
        self._process = subprocess.Popen(  # noqa: S603  this program itself
            [sys.executable, "-m", f"{_PACKAGE.name}.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_PACKAGE.parent,  # python -m looks there first: no stranger's folder
            start_new_session=True,  # an interrupt is for this process, which ends that one
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        threading.Thread(target=self._listen, daemon=True).start()

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
        self._send(
            {
                "id": self._identity,
                "command": "measure",
                "grid": grid_as_words(grid),
                "columns": list(columns),
                "settings": settings.yaml(),
            }
        )

    def finish(self, wait: Progress) -> dict[str, float] | None:
        """Return the values by column, None where it failed or died.

        Args:
            wait: called again and again until the answer is there; may raise.
        """
        while True:
            try:
                event = self._answers.get(timeout=_LOOK_EVERY_SECONDS)
            except queue.Empty:
                wait(1.0, "the other core")
                continue
            if event is None:
                self._answers.put(None)  # it stays dead
                return None
            if event.get("id") == self._identity and event["event"] != "progress":
                return event.get("values")

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):  # it has already gone
            self._process.stdin.close()
        self._process.wait()

    def _send(self, request: Mapping[str, object]) -> None:
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            self._answers.put(None)

    def _listen(self) -> None:
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(json.loads(line))
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


def _text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array)).decode("ascii")


def _numbers(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)
