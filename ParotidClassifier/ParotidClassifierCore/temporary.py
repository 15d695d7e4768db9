"""Make temporary folders that do not stay when their process has ended: they may hold a CT."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .disk import remove_tree
from .lifeline import is_running

# A folder for temporary files may be shared with other machines, whose processes have numbers too.
_MACHINE = hashlib.sha256(platform.node().encode()).hexdigest()[:6]
_OURS = re.compile(rf"ParotidClassifier-[a-z]+-{_MACHINE}-(\d{{1,9}})-")


@contextlib.contextmanager
def temporary_folder(what: str, within: Path | None = None) -> Iterator[Path]:
    """Yield a new folder and remove it afterwards; see `make_temporary`."""
    folder = make_temporary(what, within)
    try:
        yield folder
    finally:
        remove_tree(folder)


def make_temporary(what: str, within: Path | None = None) -> Path:
    """Return a new folder, which is to be removed by `disk.remove_tree`.

    What processes that are gone have left behind is removed the first time.

    Args:
        what: it is for, in small letters.
        within: the folder to make it in; None for the system's own for temporary files.
    """
    within = within or Path(tempfile.gettempdir())
    remove_left_behind(within)
    return Path(tempfile.mkdtemp(prefix=prefix_of(what, os.getpid()), dir=within))


def prefix_of(what: str, process: int) -> str:
    """Return how the names of temporary folders begin that a process of this machine makes."""
    return f"ParotidClassifier-{what}-{_MACHINE}-{process}-"


@functools.cache  # once is enough
def remove_left_behind(within: Path) -> None:
    """Remove the folders of processes of this machine that were killed.

    Where another process has the number by now, the folder stays until that one has ended, too.
    """
    with contextlib.suppress(OSError):
        for folder in within.iterdir():
            ours = _OURS.match(folder.name)
            if ours and not is_running(int(ours[1])) and folder.is_dir():
                remove_tree(folder)
