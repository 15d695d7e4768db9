"""Keep standard input and output to this program, and survive readers that have gone."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from .controls import harmless

_INPUT, _OUTPUT, _ERRORS = range(3)
# Windows calls a pipe that nobody reads an invalid argument.
_NOBODY_READS = (errno.EPIPE, *([errno.EINVAL] if sys.platform == "win32" else []))


class NotToldError(Exception):
    """What is written does not arrive, such as on a full disk."""


class NobodyReadsError(NotToldError):
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


def open_standard_streams() -> None:
    """Let each standard stream that the caller has closed lead nowhere.

    The next file to be opened would get its number, and be written to by libraries that warn.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the first free number
        if getattr(sys, name) is None:
            mode = "r" if number == _INPUT else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def own_standard_streams() -> tuple[IO[str], IO[str]]:
    """Return standard input and output for the caller alone, and put others in their place.

    From now on what is printed goes to standard error, and standard input is empty. On Windows,
    even to look at a pipe waits while another thread reads from it, and libraries look at standard
    input when they are loaded. Processes that are started do not inherit what is returned.
    """
    open_standard_streams()
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
    """Write all of a text at once, and what was written before it: that alone for an empty text.

    Raises:
        NobodyReadsError: the reader has gone.
        NotToldError: it cannot be written. Either way the stream leads nowhere from now on.
    """
    try:
        if text:  # to write nothing fails on a full disk, too
            stream.write(text)
        stream.flush()
    except OSError as error:
        # What the stream still holds would be complained about once more when it is closed.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        if error.errno in _NOBODY_READS:
            raise NobodyReadsError from error
        raise NotToldError(error.strerror or str(error)) from error


def _put(source: int, place: int) -> None:
    """Put a copy of a descriptor in the place of a standard stream."""
    os.dup2(source, place)
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        # Libraries with a C runtime of their own ask Windows, which numbers from -10 downwards.
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(place))
        ctypes.windll.kernel32.SetStdHandle(ctypes.c_ulong(0xFFFFFFFF & (-10 - place)), handle)
