"""Folders for a while, which do not outlive the process that made them: they may hold a CT."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .disk import remove_tree

_OURS = re.compile(r"ParotidClassifier-[a-z]+-(\d{1,9})-")
_STILL_ACTIVE, _ACCESS_DENIED, _LIMITED_INFORMATION = 259, 5, 0x1000


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
    prefix = f"ParotidClassifier-{what}-{os.getpid()}-"
    return Path(tempfile.mkdtemp(prefix=prefix, dir=within))


@functools.cache  # once is enough
def remove_left_behind(within: Path) -> None:
    """Remove the folders of processes that were killed."""
    with contextlib.suppress(OSError):
        for folder in within.iterdir():
            ours = _OURS.match(folder.name)
            if ours and not is_running(int(ours[1])) and folder.is_dir():
                remove_tree(folder)


def is_running(process_id: int) -> bool:
    """Return whether there is a process of this number."""
    if os.name == "nt":
        return _is_running_on_windows(process_id)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    return True


def _is_running_on_windows(process_id: int) -> bool:
    """Ask Windows, whose os.kill ends the process that it is to ask for."""
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(_LIMITED_INFORMATION, False, process_id)
    if not handle:
        return ctypes.get_last_error() == _ACCESS_DENIED
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(code))
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return code.value == _STILL_ACTIVE
