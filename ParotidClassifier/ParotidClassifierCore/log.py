"""Where a traceback goes: into a file of its own, never before a user's eyes."""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path

from . import __version__


def log_traceback(error: BaseException) -> Path:
    """Write the traceback of `error` to a new file in the temporary folder and return its path."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="parotid-classifier-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"ParotidClassifier {__version__}\n\n")
        log.writelines(traceback.format_exception(error))
    return Path(log.name)


def unexpected(error: BaseException) -> tuple[str, str, str]:
    """Return kind, message and remedy of an error that is our fault, its traceback logged."""
    return (
        "InternalError",
        f"This should not have happened: {error!r}.",
        f"Please report it with the log {log_traceback(error)}.",
    )
