"""Make folders that do not stay when their process has ended, killed or not: they may hold a CT.

In each lies a file that its process keeps locked: the system lets go of it with the process.
"""

import contextlib
import errno
import functools
import hashlib
import os
import platform
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .disk import remove, remove_tree
from .errors import OutputError

_PREFIX = "ParotidClassifier-"
_CONTENT = "content"  # beside what says whose folder it is
_LOCK = "held"
_HELD_BY_ANOTHER = (errno.EWOULDBLOCK, errno.EACCES)
_LONG_AGO_SECONDS = 24 * 3600
# Not every network drive lets one machine see the locks of another.
_MACHINE = hashlib.sha256(platform.node().encode()).hexdigest()[:6]

_descriptors: dict[Path, int] = {}


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait for the end of a short step that must not be left half done."""
    usual = signal.getsignal(signal.SIGINT)
    # Other threads are not interrupted; an application may hear the signal without Python.
    if threading.current_thread() is not threading.main_thread() or usual is None:
        yield
        return
    came: list[bool] = []
    signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if came:
            signal.raise_signal(signal.SIGINT)


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


def make_held(within: Path, prefix: str) -> Path:
    """Return a new folder of this process, which is to be removed by `remove_held`.

    Args:
        prefix: how its name begins; what is in it when the process ends is found by that.

    Raises:
        OSError: it cannot be made.
    """
    while True:
        with undisturbed():
            folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{_MACHINE}-", dir=within))
            try:
                descriptor = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR)
            except FileNotFoundError:  # taken for one that was left behind
                continue
            except OSError:
                remove_tree(folder)
                raise
            if _locked(descriptor) is not False and _is_there(folder / _LOCK, descriptor):
                _descriptors[folder] = descriptor
                return folder
            os.close(descriptor)


def is_held_here(folder: Path) -> bool:
    """Return whether a folder is this process's own."""
    return folder in _descriptors


def let_go(folder: Path) -> None:
    """Leave a folder of this process to whoever looks for those that are nobody's."""
    descriptor = _descriptors.pop(folder, None)
    if descriptor is not None:
        os.close(descriptor)


def remove_held(folder: Path) -> None:
    """Remove a folder of this process, if it is there."""
    with undisturbed():
        _empty(folder)
        let_go(folder)
        remove_tree(folder)


def _empty(folder: Path) -> None:
    """Remove all but the file that says whose it is: killed meanwhile, the rest is found by it."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name != _LOCK:
                remove_tree(path) if path.is_dir() else remove(path)


def remove_all_held() -> None:
    """Remove what an interrupt has left of this process's folders, where it came between steps."""
    for folder in [*_descriptors]:
        remove_held(folder)


def remove_unheld(
    within: Path,
    prefix: str,
    rescue: Callable[[Path], bool] = lambda _folder: True,
    of_others: bool = False,
) -> None:
    """Remove the folders of processes of this machine that have ended.

    Args:
        within: the folder to look in; it need not be there.
        rescue: saves what is to be kept of a folder, and returns whether the rest may go.
        of_others: those that another machine has made long ago go too.
    """
    named = re.compile(rf"{re.escape(prefix)}([0-9a-f]{{6}})-\w{{8}}")
    with contextlib.suppress(OSError):
        for folder in [*within.iterdir()]:
            ours = named.fullmatch(folder.name)
            if ours and not is_held_here(folder):
                with contextlib.suppress(OSError):  # the others are looked at all the same
                    _remove_if_unheld(folder, ours[1] == _MACHINE, rescue, of_others)


def _remove_if_unheld(
    folder: Path, is_here: bool, rescue: Callable[[Path], bool], of_others: bool
) -> None:
    may_be_old = of_others or is_here
    is_old = may_be_old and time.time() - folder.stat().st_mtime > _LONG_AGO_SECONDS
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR)
    except FileNotFoundError:  # it was being made, or is
        descriptor = None
    try:
        is_ours = None if descriptor is None else _locked(descriptor)
        is_nobodys = (is_ours and is_here) or (is_ours is not False and is_old)
        may_go = bool(is_nobodys) and rescue(folder)
    finally:
        if descriptor is not None:
            os.close(descriptor)
    if may_go:
        _empty(folder)
        remove_tree(folder)


def _locked(descriptor: int) -> bool | None:
    """Lock a file and return whether nobody else has; None where the disk knows no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _HELD_BY_ANOTHER else None
    return True


def _is_there(path: Path, descriptor: int) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False
