"""Requests to a process, as they come in while an older one is still being answered."""

import itertools
import json
import math
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ..base.errors import CancelledError, SupersededError, UsageError
from ..base.progress import Progress

Request = Mapping[str, Any]
Command = Callable[[Request, Progress], dict[str, object]]

CANCEL = "cancel"
# Of these the newest counts: what it asks for makes the older ones out of date.
RIVALS = (
    "predict", "stability", "saliency", "features", "dicom", "report", "second_opinion",
)  # fmt: skip
_ONE_OBJECT = "Send one JSON object per line."


@dataclass(frozen=True)
class Received:
    """One line that came in.

    Attributes:
        number: which line it was, counted from 1.
        request: what the line says; None if it is no request.
        mistake: why it is none.
    """

    number: int
    request: Request | None = None
    mistake: UsageError | None = None

    @property
    def identity(self) -> object:
        """The id of the caller's choice; None if there is none."""
        return None if self.request is None else self.request.get("id")


@dataclass
class Inbox:
    """Keeps requests in the order in which they came; put in one thread, taken in another."""

    _arrived: queue.SimpleQueue[Received] = field(default_factory=queue.SimpleQueue)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1))
    _newest_rival: int = 0
    _open: dict[int, object] = field(default_factory=dict)
    _cancelled: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, line: str) -> None:
        """Take in a line; a cancellation works at once and is never taken out."""
        number = next(self._numbers)
        try:
            request = _parsed(line)
        except UsageError as error:
            self._arrived.put(Received(number, mistake=error))
            return
        with self._lock:
            if request.get("command") == CANCEL:
                asked = request.get("id")
                self._cancelled |= {n for n, identity in self._open.items() if identity == asked}
                return
            self._open[number] = request.get("id")
            if request.get("command") in RIVALS:
                self._newest_rival = number
        self._arrived.put(Received(number, request))

    def take(self) -> Received:
        """Return the next line; waits for one."""
        return self._arrived.get()

    def close(self, received: Received) -> None:
        """Forget a line that was answered."""
        with self._lock:
            self._open.pop(received.number, None)
            self._cancelled.discard(received.number)

    def require_wanted(self, received: Received) -> None:
        """Raise where the answer is not waited for any more.

        Raises:
            CancelledError: the request was cancelled.
            SupersededError: a newer rival has come in.
        """
        if received.number in self._cancelled:
            raise CancelledError("The request was cancelled.")
        is_rival = received.request is not None and received.request.get("command") in RIVALS
        if is_rival and received.number < self._newest_rival:
            raise SupersededError("A newer request took the place of this one.")

    def while_wanted(self, received: Received, progress: Progress) -> Progress:
        """Return a Progress that ends the work where its result is not waited for any more."""

        def tell(fraction: float, step: str) -> None:
            self.require_wanted(received)
            progress(fraction, step)

        return tell


def _parsed(line: str) -> Request:
    try:
        request = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The request is not JSON ({error}).", _ONE_OBJECT) from error
    if not isinstance(request, dict):
        raise UsageError("The request is not an object.", _ONE_OBJECT)
    if not _can_be_repeated(request.get("id")):
        raise UsageError("The id of the request is neither a text nor a number.", _ONE_OBJECT)
    return request


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _can_be_repeated(identity: object) -> bool:
    """Return whether an id can stand in every event: 1e999 is read, and cannot be written."""
    if isinstance(identity, float):
        return math.isfinite(identity)
    return identity is None or isinstance(identity, str | int)
