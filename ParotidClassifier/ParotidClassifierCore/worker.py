"""A process that answers requests: one JSON object per line in, and events, one per line, out.

A request names its command and has an id of the caller's choice, which all of its events repeat:

    {"id": 1, "command": "predict", "case": folder, "bundle": name or path,
     "ring": {"width_mm": 2.0, "hu_range": [-200.0, 400.0]}}

    {"id": 2, "command": "features", "case": folder, "ring": as above, "out": path of a CSV}

The events are {"event": "progress", "fraction", "step"}, any number of them, and then either
{"event": "result", …} or {"event": "error", "kind", "message", "remedy"}. {"event": "ready", "pid"}
comes once, when the process has started. Nothing else is ever written to standard output: what a
library prints there goes to standard error.

The process ends when its standard input ends, even in the middle of work: whoever asked has gone,
and nothing may go on without him. That is also how work is cancelled.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from .errors import ParotidClassifierError, UsageError
from .files import require_folder
from .log import unexpected
from .progress import Progress
from .ring import RingSettings

Request = Mapping[str, Any]


def main() -> None:
    """Answer requests until standard input ends."""
    events = _own_standard_output()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    _tell(events, {"event": "ready", "pid": os.getpid()})
    while True:
        _answer(requests.get(), events)


def _own_standard_output() -> IO[str]:
    """Return standard output for events alone; what is printed from now on goes to stderr."""
    events = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return events


def _read(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _tell(events: IO[str], event: Mapping[str, object]) -> None:
    events.write(json.dumps(event, allow_nan=False) + "\n")
    events.flush()


def _answer(line: str, events: IO[str]) -> None:
    identity: object = None

    def tell(event: str, **facts: object) -> None:
        _tell(events, {"id": identity, "event": event, **facts})

    try:
        request = _parsed(line)
        identity = request.get("id")
        command = _command(request)
        result = command(request, lambda done, step: tell("progress", fraction=done, step=step))
        tell("result", **result)
    except ParotidClassifierError as error:
        tell("error", kind=error.kind, message=error.message, remedy=error.remedy)
    except Exception as error:  # noqa: BLE001  the last line of defence: the process lives on
        kind, message, remedy = unexpected(error)
        tell("error", kind=kind, message=message, remedy=remedy)


def _parsed(line: str) -> Request:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The request is not JSON ({error}).", _ONE_OBJECT) from error
    if not isinstance(request, dict):
        raise UsageError("The request is not an object.", _ONE_OBJECT)
    return request


_ONE_OBJECT = "Send one JSON object per line."


def _command(request: Request) -> Callable[[Request, Progress], dict[str, object]]:
    command = _COMMANDS.get(request.get("command"))
    if command is None:
        raise UsageError(
            f"There is no command {request.get('command')!r}.",
            f"Commands are: {', '.join(_COMMANDS)}.",
        )
    return command


def _predict(request: Request, progress: Progress) -> dict[str, object]:
    """Classify the case in a folder."""
    from .case.loading import load_case_folder
    from .models.bundle_store import load_bundle
    from .models.shipped import find_bundle
    from .predict import predict

    progress(0.0, "reading")
    bundle = load_bundle(find_bundle(_text(request, "bundle")))
    case = load_case_folder(Path(_text(request, "case")))
    _, prediction = predict(case, bundle, _ring(request), progress=progress)
    return {"prediction": prediction.as_dict(), "features": prediction.features}


def _features(request: Request, progress: Progress) -> dict[str, object]:
    """Write all radiomic features of the case in a folder."""
    from .case.grid import prepare
    from .case.loading import load_case_folder
    from .radiomics.export import write_features

    out = Path(_text(request, "out"))
    require_folder(out.parent)
    progress(0.0, "reading")
    case = load_case_folder(Path(_text(request, "case")))
    prepared = prepare(case, _ring(request) or RingSettings())
    write_features(out, prepared.grid, progress)
    return {"out": str(out)}


def _ring(request: Request) -> RingSettings | None:
    """Return the ring that was asked for; None for the bundle's own."""
    asked = request.get("ring")
    if asked is None:
        return None
    try:
        low, high = asked["hu_range"]
        return RingSettings(float(asked["width_mm"]), (float(low), float(high)))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"The ring {asked!r} is not understood.", "Give width_mm and hu_range, two numbers."
        ) from error


def _text(request: Request, name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise UsageError(f"The request names no {name}.", f"Give its {name} as text.")
    return value


_COMMANDS: dict[str, Callable[[Request, Progress], dict[str, object]]] = {
    "predict": _predict,
    "features": _features,
}

if __name__ == "__main__":
    main()
