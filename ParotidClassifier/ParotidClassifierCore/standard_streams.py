"""Standard input and output for this program alone, and what happens when a reader has gone."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from .controls import harmless

_INPUT, _OUTPUT, _ERRORS = range(3)
# Windows calls a pipe that nobody reads an invalid argument.
_NOBODY_READS = (errno.EPIPE, errno.EINVAL)


class NobodyReadsError(Exception):
    """Whoever read what is written has gone."""


class HarmlessStream:
    """A stream on which what is written drives no terminal, whoever writes it.

    Attributes:
        unfiltered: where it is written; for what draws on a terminal itself.
    """

    def __init__(self, stream: IO[str]):
        self.unfiltered = stream

    def write(self, text: str) -> int:
        """Write the text, its control characters written out."""
        self.unfiltered.write(harmless(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write the lines likewise."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unfiltered, name)


@contextmanager
def harmless_output() -> Iterator[None]:
    """Within it, texts from strangers (names in files, headers, tables) drive no terminal."""
    before = sys.stdout, sys.stderr
    # A program without a console has no streams.
    sys.stdout, sys.stderr = (stream and HarmlessStream(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def own_standard_streams() -> tuple[IO[str], IO[str]]:
    """Return standard input and output for the caller alone, and put others in their place.

    From now on what is printed goes to standard error, and standard input is empty. On Windows,
    even to look at a pipe waits while another thread reads from it, and libraries look at standard
    input when they are loaded. Processes that are started do not inherit what is returned.
    """
    requests = os.fdopen(os.dup(_INPUT), "r", encoding="utf-8", errors="replace")
    events = os.fdopen(os.dup(_OUTPUT), "w", encoding="utf-8", newline="\n")
    nothing = os.open(os.devnull, os.O_RDONLY)
    _put(nothing, _INPUT)
    os.close(nothing)
    _put(_ERRORS, _OUTPUT)
    sys.stdin = os.fdopen(_INPUT, "r", encoding="utf-8", closefd=False)
    sys.stdout, sys.stderr = HarmlessStream(sys.stdout), HarmlessStream(sys.stderr)
    return requests, events


def write_now(stream: IO[str], text: str) -> None:
    """Write all of a text at once, and what was written before it.

    Raises:
        NobodyReadsError: the reader has gone; from now on the stream leads nowhere.
    """
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        if error.errno not in _NOBODY_READS:
            raise
        # What the stream still holds would be complained about once more when it is closed.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        raise NobodyReadsError from error


def _put(source: int, place: int) -> None:
    """Put a copy of a descriptor in the place of a standard stream."""
    os.dup2(source, place)
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        # Libraries with a C runtime of their own ask Windows, which numbers from -10 downwards.
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(place))
        ctypes.windll.kernel32.SetStdHandle(ctypes.c_ulong(0xFFFFFFFF & (-10 - place)), handle)
