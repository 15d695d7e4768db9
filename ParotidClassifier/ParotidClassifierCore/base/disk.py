"""Move, remove and name files so that it works on every system."""

import atexit
import contextlib
import itertools
import os
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

# The longest path of a file on Windows; that of a folder must leave room for a short file name. A
# longer path needs a prefix, which few other programs know.
LONGEST_PATH = 259
_ROOM_IN_A_FOLDER = 12
_ROOM_BELOW, _LEAST_NAME = 40, 16  # for a file in a folder of ours, and for the folder's own name
PREFIX, _NETWORK_PREFIX = "\\\\?\\", "\\\\?\\UNC\\"
# What Windows says of a file that somebody has open: access denied (to replace it), sharing and
# lock violation; and of a folder whose files are being removed: not empty.
_OPEN_ELSEWHERE = (5, 32, 33, 145)
# Between one try and the next: two seconds in all.
_WAITS_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.15, *[0.2] * 8, 0.1)
# What macOS and Windows put beside files and into archives that they touch; never read.
_LEFT_BY_SYSTEMS = {".ds_store", "thumbs.db", "desktop.ini", "__macosx", "icon\r"}
_APPLE_DOUBLE = "._"

# With the place of each: another folder that has its name by then is not to be removed.
_not_yet_removed: dict[Path, object] = {}


def is_open_elsewhere(error: OSError) -> bool:
    """Return whether something failed because another program has a file open: it may close it."""
    return getattr(error, "winerror", None) in _OPEN_ELSEWHERE


def replace(source: Path, target: Path) -> None:
    """Rename a file or a folder, over a file of that name; wait while a program has one open.

    Raises:
        OSError: it cannot be renamed; `is_open_elsewhere` where it is still open after two seconds.
    """
    _patiently(lambda: source.replace(target))


def remove(path: Path) -> None:
    """Remove a file, if it is there; wait while a program has it open."""
    _patiently(lambda: path.unlink(missing_ok=True))


def remove_tree(folder: Path) -> None:
    """Remove a folder of ours, if it is there; what is still open goes when this process ends."""
    with contextlib.suppress(OSError):
        _patiently(lambda: shutil.rmtree(folder))
    if os.path.lexists(folder):
        shutil.rmtree(folder, ignore_errors=True)  # all but what is open
        _not_yet_removed[folder] = place_of(folder)


@atexit.register
def _remove_the_rest() -> None:
    for folder, place in _not_yet_removed.items():
        if place_of(folder) == place:
            shutil.rmtree(folder, ignore_errors=True)


def _patiently(action: Callable[[], object]) -> None:
    """Try again for two seconds while a file is open: a virus scanner opens each for a moment."""
    for wait in _WAITS_SECONDS:
        try:
            action()
            return
        except OSError as error:
            if not is_open_elsewhere(error):
                raise
        time.sleep(wait)
    action()


def limits_paths() -> bool:
    """Return whether this system lets a path have `LONGEST_PATH` characters and no more."""
    return os.name == "nt"


def extended(path: Path, below: int = 0) -> Path:
    """Return the path in the form by which Windows finds it however long it is.

    Args:
        below: how many more characters the paths in that folder have.
    """
    if not limits_paths():
        return path
    full = Path(os.path.abspath(path))  # noqa: PTH100  what is too long cannot be resolved
    fits = len(str(full)) + below <= LONGEST_PATH - _ROOM_IN_A_FOLDER
    return path if fits else Path(prefixed(str(full)))


def prefixed(full: str) -> str:
    """Return an absolute path of Windows with the prefix that lifts the limit of its length."""
    if full.startswith(PREFIX):
        return full
    share = full.removeprefix("\\\\")
    return f"{PREFIX}{full}" if share == full else f"{_NETWORK_PREFIX}{share}"


def room_for_names(folder: Path, most: int) -> int:
    """Return how long the names of folders in `folder` may be for other programs to find files."""
    if not limits_paths():
        return most
    return max(_LEAST_NAME, min(most, LONGEST_PATH - len(str(folder.absolute())) - _ROOM_BELOW))


def is_left_by_a_system(name: str) -> bool:
    """Return whether a file or folder of this name is one that macOS or Windows made unasked."""
    return name.startswith(_APPLE_DOUBLE) or name.casefold() in _LEFT_BY_SYSTEMS


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below it, as paths from that folder.

    Those for which `is_left_by_a_system` is true are left out; links that lead nowhere are not:
    what they stood for is missed by who opens them.
    """

    def refuse(error: OSError) -> NoReturn:
        raise error

    # Of a folder with a short path too: what lies below may have a long one, and would be missed.
    top = extended(folder, below=LONGEST_PATH)
    for where, folders, names in os.walk(top, onerror=refuse):
        folders[:] = itertools.filterfalse(is_left_by_a_system, folders)
        for name in itertools.filterfalse(is_left_by_a_system, names):
            path = Path(where) / name
            if path.is_file() or (path.is_symlink() and not path.exists()):
                yield path.relative_to(top)


def as_a_disk_sees_it(name: str) -> str:
    """Return a form of a name that is equal for names which macOS and Windows take for one."""
    return unicodedata.normalize("NFC", name).casefold()


def place_of(path: Path) -> tuple[object, ...]:
    """Return a key that is equal for all paths of one file or folder, even before it is made."""
    path, names = Path(os.path.realpath(path)), []
    while not os.path.lexists(path) and path != path.parent:
        names.append(as_a_disk_sees_it(path.name))
        path = path.parent
    try:
        status = path.stat()
    except OSError:  # not even the drive is there
        return (str(path), *names)
    # A network drive may number nothing.
    known = (status.st_dev, status.st_ino) if status.st_ino else (os.path.normcase(path),)
    return (*known, *names)
