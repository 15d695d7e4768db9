"""The command line: `parotid-classifier`.

Exit codes: 0 done, 1 our fault, 2 usage, 3 unusable input, 4 refused bundle.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence

from .errors import EXIT_DONE, EXIT_OUR_FAULT, ParotidClassifierError
from .log import unexpected
from .options import build_parser
from .standard_streams import NobodyReadsError, harmless_output, write_now

EXIT_INTERRUPTED = 130
_AS_JSON = {"indent": 2, "allow_nan": False}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter of a path must not cost the result.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with harmless_output():
        try:
            return _answer(_parsed(arguments))
        except NobodyReadsError:
            return EXIT_DONE


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    try:
        return build_parser().parse_args(arguments)
    finally:
        write_now(sys.stdout, "")  # the help may have nobody who reads it


def _answer(options: argparse.Namespace) -> int:
    try:
        result = options.command(options)
        _tell(json.dumps(result.data, **_AS_JSON) if options.json else result.text)
    except NobodyReadsError:
        return EXIT_DONE
    except ParotidClassifierError as error:
        _tell_error(options.json, error.kind, error.message, error.remedy)
        return error.exit_code
    except KeyboardInterrupt:
        _tell_error(
            options.json,
            "Interrupted",
            "Stopped.",
            "What was written is whole; the rest is missing.",
        )
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback for a user
        _tell_error(options.json, *unexpected(error))
        return EXIT_OUR_FAULT
    return EXIT_DONE


def _tell(text: str) -> None:
    write_now(sys.stdout, f"{text}\n")


def _tell_error(as_json: bool, kind: str, message: str, remedy: str) -> None:
    with contextlib.suppress(NobodyReadsError):  # the exit code tells of it all the same
        if as_json:
            error = {"kind": kind, "message": message, "remedy": remedy}
            _tell(json.dumps({"error": error}, **_AS_JSON))
        else:
            write_now(sys.stderr, f"{message}\n{remedy}".strip() + "\n")


if __name__ == "__main__":
    sys.exit(main())
