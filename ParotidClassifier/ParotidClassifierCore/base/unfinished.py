"""Folders in which a result is written before it moves into its place: all of it or nothing."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from . import disk
from .disk import as_a_disk_sees_it, extended, is_open_elsewhere
from .errors import OutputError
from .held import is_held_here, let_go, make_held, remove_held, remove_unheld

# In a folder of ours: what is being written; what it takes the place of, until all of that has been
# set aside; and from then on.
UNFINISHED = ".unfinished-"
NEW, _EARLIER, _REPLACED = "new", "earlier", "replaced"
# How much longer than their folder's the paths of its files may be while they are written.
ROOM_WHILE_WRITTEN = len(f"{UNFINISHED}012345-01234567/{_REPLACED}/") + 30
_SHARED = (32, 33)  # Windows' errors: another program has it open, or locked
_SHOWN_BY = {
    **dict.fromkeys((".csv", ".xlsx", ".xlsm"), "Excel"),
    ".pdf": "Acrobat, or whichever program shows it",
}


@contextlib.contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Yield a folder of this process in `folder`, with an empty one in it for what is new."""
    clear_unfinished(folder)
    held = make_held(folder, UNFINISHED)
    try:
        (held / NEW).mkdir()
        yield held
    except BaseException:
        if _files(held / _EARLIER) or _files(held / _REPLACED):  # what could not be put back
            let_go(held)
        raise
    finally:
        if is_held_here(held):
            remove_held(held)


@functools.lru_cache  # once is enough
def clear_unfinished(folder: Path) -> None:
    """Remove what killed processes were writing in a folder.

    Where one was moving a result into the folder, the earlier result or the new one is completed.
    """
    remove_unheld(extended(folder), UNFINISHED, _completed, of_others=True)


def _completed(held: Path) -> bool:
    """Put back what was set aside, or move the rest if all was; never over what is there.

    Returns:
        Whether nothing is left that was there before.
    """
    source = held / (NEW if (held / _REPLACED).exists() else _EARLIER)
    for path in _files(source):
        name = path.relative_to(source)
        if not os.path.lexists(held.parent / name):
            _made_folders(held.parent, name.parent)
            disk.replace(path, held.parent / name)
    return not _files(held / _EARLIER)


def is_part_of_more(place: Path) -> bool:
    """Return whether a file is written as one of those that appear together."""
    return any(f.name.startswith(UNFINISHED) and is_held_here(f) for f in place.parents)


def move_folder(held: Path, place: Path, named: Path) -> None:
    """Move the new folder to its place; one that is there goes, or comes back."""
    try:
        if place.exists():
            (held / _EARLIER).mkdir()
            move(place, held / _EARLIER / place.name, named)
        _all_is_set_aside(held)
        move(held / NEW / place.name, place, named)
    finally:
        if not place.exists():  # stopped between the two renames
            _put_folder_back(held, place)


def _put_folder_back(held: Path, place: Path) -> None:
    old = _still_set_aside(held) / place.name
    if not old.exists():
        return
    try:
        disk.replace(old, place)
    except OSError as error:
        raise OutputError(
            f"{place} cannot be written, and the earlier folder could not be put back: "
            f"it lies in {old}.",
            "Rename it by hand when no other program has its files open.",
        ) from error


def _all_is_set_aside(held: Path) -> None:
    """Note that what is new moves in: who finds this folder of a killed process completes that."""
    if (held / _EARLIER).exists():
        disk.replace(held / _EARLIER, held / _REPLACED)
    else:
        (held / _REPLACED).mkdir()


def _still_set_aside(held: Path) -> Path:
    """Note that what is new does not move in, and return where the earlier files are."""
    if (held / _REPLACED).exists():
        disk.replace(held / _REPLACED, held / _EARLIER)
    return held / _EARLIER


def move_all(held: Path, instead_of: Collection[str]) -> None:
    """Move the new files to their places; those that are there go, or come back.

    Args:
        held: folder of this process, beside whose content they belong.
        instead_of: names of files that go even where none takes their place.
    """
    folder, beside = held.parent, held / NEW
    names = [path.relative_to(beside) for path in _files(beside)]
    written = {as_a_disk_sees_it(name.as_posix()) for name in names}
    stale = [Path(name) for name in instead_of if as_a_disk_sees_it(name) not in written]
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
    moved, made = [], []
    try:
        for name in (*names, *stale):
            _set_aside(folder, held / _EARLIER, name)
        _all_is_set_aside(held)
        for name in names:
            made += _made_folders(folder, name.parent)
            move(beside / name, folder / name, folder / name)
            moved.append(name)
    except BaseException as error:
        before = _still_set_aside(held)
        _put_back(before, folder, moved)
        for path in reversed(made):
            with contextlib.suppress(OSError):  # what could not be taken away is in it
                path.rmdir()
        _require_all_back(before, folder, error)
        raise


def _set_aside(folder: Path, before: Path, name: Path) -> None:
    if (folder / name).is_file():
        (before / name).parent.mkdir(parents=True, exist_ok=True)
        move(folder / name, before / name, folder / name)


def _put_back(before: Path, folder: Path, moved: Sequence[Path]) -> None:
    """Put the earlier files back, each over its new one, and remove those that are only new."""
    new = [name for name in moved if not (before / name).exists()]
    for path in _files(before):
        with contextlib.suppress(OSError):  # the others are to come back all the same
            disk.replace(path, folder / path.relative_to(before))
    for name in new:
        with contextlib.suppress(OSError):
            disk.remove(folder / name)


def _require_all_back(before: Path, folder: Path, error: BaseException) -> None:
    left = [path.relative_to(before).as_posix() for path in _files(before)]
    if left:
        raise OutputError(
            f"{folder} cannot be written, and {', '.join(left)} of the earlier result could not "
            f"be put back: what is missing lies in {before}.",
            "Move it back by hand when no other program has the files open.",
        ) from error


def move(source: Path, target: Path, named: Path) -> None:
    """Rename a file or folder; the refusal names `named`, which the user knows."""
    try:
        disk.replace(source, target)
    except OSError as error:
        refuse_open(named, error)
        raise


def refuse_open(path: Path, error: OSError) -> None:
    """Raise OutputError where a file cannot be changed because another program has it open."""
    if not is_open_elsewhere(error) or not all(map(_may_be_changed, _files(path) or [path])):
        return
    if path.is_dir():
        raise OutputError(
            f"{path} cannot be replaced: a file in it is open in another program.",
            "Close what shows files of this folder, and start again; all is there as it was.",
        ) from error
    program = _SHOWN_BY.get(path.suffix.lower(), "the program that shows it")
    raise OutputError(
        f"{path} cannot be replaced: it is open in another program.",
        f"Close it in {program}, and start again; it is there whole, as it was.",
    ) from error


def _may_be_changed(path: Path) -> bool:
    """Return whether the rights allow it: Windows denies access to what is open, too."""
    try:
        path.open("r+b").close()
    except OSError as error:
        return path.is_dir() or getattr(error, "winerror", None) in _SHARED
    return True


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _made_folders(folder: Path, below: Path) -> list[Path]:
    """Make the folders `below` within `folder` that are missing, and return those."""
    wanted = [folder / part for part in (*reversed(below.parents), below)]
    missing = [path for path in wanted if not path.is_dir()]
    for path in missing:
        path.mkdir()
    return missing
