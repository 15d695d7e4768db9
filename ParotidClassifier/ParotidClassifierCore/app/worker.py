"""A process that answers requests: one JSON object per line in, and events, one per line, out.

A request names its command and has an id of the caller's choice, a text or a number, which all of
its events repeat:

    {"id": 1, "command": "warm", "bundle": name or path}
    {"id": 2, "command": "predict", "case": folder, "bundle": as above,
     "ring": {"width_mm": 2.0, "hu_range": [-200.0, 400.0]}, "clinical": {"margin": "clear"},
     "device": "auto", "radiomics_engine": "built-in"}
    {"id": 3, "command": "stability", as for predict, "count": 20, "seed": 0,
     "show_outside": false}
    {"id": 4, "command": "saliency", as for predict, "out": path of an NRRD, "show_outside": false}
    {"id": 5, "command": "features", "case": folder, "bundle", "ring", "radiomics_engine": as above,
     "out": path of a CSV}
    {"id": 6, "command": "dicom", as for predict, "files": paths of the CT's slices, "out": folder,
     "keep_identity": false, "show_outside": false, "archive": folder}
    {"id": 7, "command": "second_opinion", as for predict, "second_bundle": name or path}
    {"id": 8, "command": "report", as for predict, "out": folder, "case_label": text,
     "prepared_by": text, "second_bundle": name or path, "show_outside": false}
    {"command": "cancel", "id": 3}

What each needs and answers stands with the commands (`worker_commands`). "ring", "clinical",
"device", "radiomics_engine", "count", "seed", "archive" and what a report adds may be left out: the
ring is then the bundle's, the clinical findings are those of the case's clinical.json, the CPU
computes the network, and the built-in engine measures the radiomic features. "features" may leave
out the bundle too: regions and ring are then the published study's.

The events are {"event": "progress", "fraction", "step"}, any number of them, and then either
{"event": "result", …} or {"event": "error", "kind", "message", "remedy"}. {"event": "ready", "pid"}
comes once, when the process has started. Nothing else is ever written to standard output: what a
library prints there goes to standard error.

The newest request counts: one that comes in while another is being answered or waits ends that
one, at its next step, with an error of the kind "SupersededError". Only "warm" stands aside: it
ends no other and is always finished. "cancel" ends the request with its id likewise, with
"CancelledError"; it has no answer of its own, and does nothing where the request has been answered.

The process ends when its standard input ends, even in the middle of work: whoever asked has gone,
and nothing may go on without him. Its argument, which may be left out, is the number of a process:
it also ends when that process does. Ctrl-C does not end it.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import IO

from ..base.errors import (
    MissingPackageError,
    ParotidClassifierError,
    UsageError,
    names_reached,
)
from ..base.extras import extras_named
from ..base.lifeline import end_with, leave
from ..base.log import unexpected
from ..base.standard_streams import NotToldError, own_standard_streams, write_now
from .inbox import Command, Inbox, Received


def main() -> None:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for process in sys.argv[1:]:
        end_with(int(process))
    requests, events = own_standard_streams()
    inbox = Inbox()
    threading.Thread(target=_read, args=(requests, inbox), daemon=True).start()
    _tell(events, {"event": "ready", "pid": os.getpid()})
    commands = _commands()
    while True:
        received = inbox.take()
        _answer(received, commands, inbox, events)
        inbox.close(received)


def _commands() -> Mapping[str, Command] | MissingPackageError:
    """Return the commands, and with them the libraries; or which of these is not installed."""
    try:
        with extras_named():
            from .worker_commands import Desk

            return Desk().commands
    except MissingPackageError as error:
        return error


def _read(requests: IO[str], inbox: Inbox) -> None:
    try:
        for line in requests:
            inbox.put(line)
    finally:  # whatever happens: one that hears no request must not outlive its caller
        leave(0)


def _tell(events: IO[str], event: Mapping[str, object]) -> None:
    try:
        write_now(events, json.dumps(event, allow_nan=False) + "\n")
    except NotToldError:
        leave(0)


def _answer(
    received: Received,
    commands: Mapping[str, Command] | MissingPackageError,
    inbox: Inbox,
    events: IO[str],
) -> None:
    def tell(event: str, **facts: object) -> None:
        _tell(events, {"id": received.identity, "event": event, **facts})

    def progress(fraction: float, step: str) -> None:
        tell("progress", fraction=fraction, step=step)

    try:
        if received.request is None:
            raise received.mistake
        inbox.require_wanted(received)
        if isinstance(commands, MissingPackageError):
            raise commands
        name = received.request.get("command")
        if not isinstance(name, str) or name not in commands:
            raise UsageError(
                f"There is no command {name!r}.", f"Commands are: {', '.join(commands)}, cancel."
            )
        with names_reached(), extras_named():
            result = commands[name](received.request, inbox.while_wanted(received, progress))
        tell("result", **result)
    except ParotidClassifierError as error:
        tell("error", kind=error.kind, message=error.message, remedy=error.remedy)
    except Exception as error:  # noqa: BLE001  the last line of defence: the process lives on
        kind, message, remedy = unexpected(error)
        tell("error", kind=kind, message=message, remedy=remedy)


if __name__ == "__main__":
    main()
