"""Make temporary folders that do not stay when their process has ended: they may hold a CT."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import OutputError
from .held import make_held, remove_held, remove_unheld

_PREFIX = "ParotidClassifier-"
_CONTENT = "content"  # beside what says whose folder it is


@contextlib.contextmanager
def temporary_folder(within: Path | None = None) -> Iterator[Path]:
    """Yield a new folder and remove it afterwards; see `make_temporary`."""
    folder = make_temporary(within)
    try:
        yield folder
    finally:
        remove_temporary(folder)


def make_temporary(within: Path | None = None) -> Path:
    """Return a new, empty folder, which is to be removed by `remove_temporary`.

    What processes that are gone have left behind is removed the first time.

    Args:
        within: the folder to make it in; None for the system's own for temporary files.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        within = within or Path(tempfile.gettempdir())
        remove_left_behind(within)
        folder = make_held(within, _PREFIX) / _CONTENT
        folder.mkdir()
    except OSError as error:
        raise OutputError(
            f"Temporary files cannot be written{f' to {within}' if within else ''}: "
            f"{error.strerror or error}.",
            "Make room there, or set the environment variable TMPDIR (on Windows TEMP) to another "
            "folder.",
        ) from error
    return folder


def remove_temporary(folder: Path) -> None:
    """Remove a folder that `make_temporary` has made, if it is there."""
    remove_held(folder.parent)


@functools.cache  # once is enough
def remove_left_behind(within: Path) -> None:
    """Remove the folders of processes of this machine that were killed."""
    remove_unheld(within, _PREFIX)
