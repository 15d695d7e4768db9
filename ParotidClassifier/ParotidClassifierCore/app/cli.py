"""The command line: `parotid-classifier`.

Exit codes: 0 done, 1 our fault, 2 usage, 3 unusable input, 4 refused bundle.
"""

import argparse
import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence

from ..base.errors import (
    EXIT_DONE,
    EXIT_OUR_FAULT,
    OutputError,
    ParotidClassifierError,
    names_reached,
)
from ..base.extras import extras_named
from ..base.log import unexpected
from ..base.standard_streams import (
    NobodyReadsError,
    NotToldError,
    harmless_output,
    open_standard_streams,
    write_now,
)
from ..base.temporary import remove_all_held
from .options import build_parser

EXIT_INTERRUPTED = 130
# For so long after Ctrl-C another one is not heard: what is half written is being taken away.
_PUT_RIGHT_SECONDS = 5.0
_INTERRUPTED = ("Interrupted", "Stopped.", "What was written is whole; the rest is missing.")
_AS_JSON = {"indent": 2, "allow_nan": False}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    open_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter of a path must not cost the result.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with harmless_output(), _interrupted_once():
        try:
            return _answer(sys.argv[1:] if arguments is None else arguments)
        except NobodyReadsError:
            return EXIT_DONE
        except NotToldError as error:
            told = f"The answer cannot be written: {error}."
            _tell_error(False, "", told, "Check that the disk that it goes to has room.")
            return OutputError.exit_code
        finally:
            with contextlib.suppress(NotToldError):  # what libraries said there, and cannot be
                write_now(sys.stderr, "")


@contextlib.contextmanager
def _interrupted_once() -> Iterator[None]:
    """Within it, Ctrl-C that is pressed twice interrupts once."""
    usual, last = signal.getsignal(signal.SIGINT), -_PUT_RIGHT_SECONDS
    if usual is not signal.default_int_handler or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def interrupt(_signal: int, _frame: object) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before >= _PUT_RIGHT_SECONDS:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        # What was interrupted ends now, and its threads with it.
        signal.signal(signal.SIGINT, usual if last < 0 else signal.SIG_IGN)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    try:
        return build_parser().parse_args(arguments)
    finally:
        write_now(sys.stdout, "")  # the help may have nobody who reads it


def _answer(arguments: Sequence[str]) -> int:
    as_json = "--json" in arguments  # what is wrong with the options is told so, too
    try:
        options = _parsed(arguments)
        as_json = options.json
        with names_reached(), extras_named():
            result = options.command(options)
        _tell(json.dumps(result.data, **_AS_JSON) if as_json else result.text)
    except NotToldError:
        raise
    except ParotidClassifierError as error:
        _tell_error(as_json, error.kind, error.message, error.remedy)
        return error.exit_code
    except KeyboardInterrupt:
        remove_all_held()
        _tell_error(as_json, *_INTERRUPTED)
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback for a user
        _tell_error(as_json, *unexpected(error))
        return EXIT_OUR_FAULT
    return EXIT_DONE


def _tell(text: str) -> None:
    write_now(sys.stdout, f"{text}\n")


def _tell_error(as_json: bool, kind: str, message: str, remedy: str) -> None:
    with contextlib.suppress(NotToldError):  # the exit code tells of it all the same
        if as_json:
            error = {"kind": kind, "message": message, "remedy": remedy}
            _tell(json.dumps({"error": error}, **_AS_JSON))
        else:
            write_now(sys.stderr, f"{message}\n{remedy}".strip() + "\n")


if __name__ == "__main__":
    sys.exit(main())
