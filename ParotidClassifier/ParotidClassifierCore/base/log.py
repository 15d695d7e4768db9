"""Log unexpected exceptions to a file."""

import tempfile
import traceback

from .. import __version__


def _log_traceback(error: BaseException) -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="parotid-classifier-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"ParotidClassifier {__version__}\n\n")
        log.writelines(traceback.format_exception(error))
    return log.name


def unexpected(error: BaseException) -> tuple[str, str, str]:
    """Return kind, message and remedy of an error that is our fault, its traceback logged."""
    try:
        remedy = f"Please report it with the log {_log_traceback(error)}."
    except OSError as no_log:  # the disk may be full, or the error be that
        remedy = f"Please report it. No log could be written: {no_log.strerror or no_log}."
    return "InternalError", f"This should not have happened: {error!r}.", remedy
