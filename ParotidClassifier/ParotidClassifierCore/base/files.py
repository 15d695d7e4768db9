"""Write files whole: beside their place first, then renamed into it, all or nothing."""

from __future__ import annotations

import contextlib
import csv
import errno
import functools
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import disk
from .disk import as_a_disk_sees_it, extended, is_open_elsewhere
from .errors import OutputError
from .temporary import (
    is_held_here,
    let_go,
    make_held,
    remove_held,
    remove_unheld,
    undisturbed,
)

if TYPE_CHECKING:
    import pandas as pd


_TOO_LONG = (123, 206)  # Windows' errors: such a name cannot be; it is too long
# Without it Excel does not take a CSV file for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets compute a cell that begins so, whatever a stranger wrote there, and show another that
# begins with an apostrophe as it is. Numbers with their signs, or an interval, do no harm.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
_ESTIMATE = re.compile(rf"{_NUMBER}(, {_NUMBER})*( \({_NUMBER}, {_NUMBER}\))?", re.ASCII)
# In a folder of ours: what is being written; what it takes the place of, until all of that has been
# set aside; and from then on.
UNFINISHED = ".unfinished-"
_NEW, _EARLIER, _REPLACED = "new", "earlier", "replaced"
# How much longer than their folder's the paths of its files may be while they are written.
_ROOM_WHILE_WRITTEN = len(f"{UNFINISHED}012345-01234567/{_REPLACED}/") + 30
_SHARED = (32, 33)  # Windows' errors: another program has it open, or locked
_SHOWN_BY = {
    **dict.fromkeys((".csv", ".xlsx", ".xlsm"), "Excel"),
    ".pdf": "Acrobat, or whichever program shows it",
}
LARGEST_JSON = 2**24
# What reading a damaged .zip raises, beside OSError, EOFError and ValueError.
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what lies there takes the place of `path` when all went well.

    Raises:
        OutputError: the folder or the file cannot be written, or is open in another program.
    """
    place = extended(path)
    with _refused_by_disk(path):
        if _is_part_of_more(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                yield place
            except BaseException:  # there shall be no half file
                with contextlib.suppress(OSError):  # open to a scanner; the folder goes as well
                    disk.remove(place)
                raise
            return
        _refuse_folder(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(place.parent) as held:
            beside = held / _NEW / path.name
            yield beside
            _move(beside, place, path)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    with _refused_by_disk(path):
        try:
            disk.remove(extended(path))
        except OSError as error:
            _refuse_open(path, error)
            raise


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all."""
    with written_whole(path) as beside:
        # A path that is not UTF-8 is told as JSON tells it, and as the terminal does.
        beside.write_bytes(text.encode(errors="backslashreplace"))


def write_json(path: Path, content: object) -> None:
    """Write `content` as readable JSON; NaN is refused."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> object:
    """Return what a JSON file holds that anybody may have put there.

    Raises:
        OSError: it is missing, no plain file, or cannot be read.
        ValueError: it is no JSON, or larger than any that is read.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no plain file")
    with path.open("rb") as file:
        content = file.read(LARGEST_JSON + 1)
    if len(content) > LARGEST_JSON:
        raise ValueError(f"it has more than {LARGEST_JSON:,} bytes")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV (comma, one header row), so that Excel reads its letters right.

    Texts that a spreadsheet would compute get an apostrophe; `without_formula_guard` takes it away.
    """
    table = io.StringIO()
    writers = [
        csv.writer(table, lineterminator="\n", quoting=quoting)
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
    ]
    for row in (header, *rows):
        cells = [_guarded(cell) for cell in row]
        # Before Python 3.13, the first leaves a carriage return bare: it would begin another row.
        writers[any("\r" in cell for cell in cells if isinstance(cell, str))].writerow(cells)
    write_text(path, f"{BYTE_ORDER_MARK}{table.getvalue()}")


def _guarded(cell: object) -> object:
    is_text = isinstance(cell, str) and not _ESTIMATE.fullmatch(cell)
    return f"'{cell}" if is_text and _FORMULA.match(cell) else cell


def without_formula_guard(cell: str) -> str:
    """Return the text of a cell as it was before `write_csv` wrote it."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet, whole or not at all."""
    with written_whole(path) as beside:
        table.to_parquet(beside, index=False)


@contextlib.contextmanager
def written_together(folder: Path, instead_of: Collection[str] = ()) -> Iterator[Path]:
    """Yield an empty folder to write to; its files move into `folder` together or not at all.

    Folders in it are merged with those of the same name. Files of the same names that `folder`
    held before come back if one cannot be moved.

    Args:
        instead_of: names of files of an earlier result; those that are not written anew are
            removed, since they do not belong to this one.

    Raises:
        OutputError: the folder or a file in it cannot be written.
    """
    place = extended(folder, below=_ROOM_WHILE_WRITTEN)
    existed = place.exists()
    with _refused_by_disk(folder):
        place.mkdir(parents=True, exist_ok=True)
        try:
            with _unfinished(place) as held:
                yield held / _NEW
                names = [path.relative_to(held / _NEW) for path in _files(held / _NEW)]
                written = {as_a_disk_sees_it(name.as_posix()) for name in names}
                stale = [Path(n) for n in instead_of if as_a_disk_sees_it(n) not in written]
                _move_in(held, names, stale, folder)
        finally:
            if not existed:
                with contextlib.suppress(OSError):  # it holds the result
                    place.rmdir()


@contextlib.contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to write to; it takes the place of `folder` when all went well.

    Unlike `written_together`, nothing that `folder` held before stays, and a process that is killed
    leaves the old folder or the new one.

    Raises:
        OutputError: the folder or a file in it cannot be written.
    """
    place = extended(folder, below=_ROOM_WHILE_WRITTEN)
    with _refused_by_disk(folder):
        place.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(place.parent) as held:
            beside = held / _NEW / place.name
            beside.mkdir()
            yield beside
            _move_in(held, [Path(place.name)], [], folder.parent)


@contextlib.contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Yield a folder of this process in `folder`, with an empty one in it for what is new."""
    clear_unfinished(folder)
    held = make_held(folder, UNFINISHED)
    try:
        (held / _NEW).mkdir()
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
    """Put back what was set aside, or move the rest if all was; return whether nothing is left."""
    source = held / (_NEW if (held / _REPLACED).exists() else _EARLIER)
    for path in _files(source):
        name = path.relative_to(source)
        if not os.path.lexists(held.parent / name):
            _made_folders(held.parent, name.parent)
            disk.replace(path, held.parent / name)
    return not _files(held / _EARLIER)


def _is_part_of_more(place: Path) -> bool:
    """Return whether a file is written as one of those that appear together."""
    return any(f.name.startswith(UNFINISHED) and is_held_here(f) for f in place.parents)


@undisturbed()
def _move_in(held: Path, names: Sequence[Path], stale: Sequence[Path], shown: Path) -> None:
    """Move what is new to its place beside `held`; what is there goes, or comes back.

    Args:
        held: folder of this process, beside whose content it belongs.
        stale: files that go though none takes their place.
        shown: what the user calls the folder that it belongs in.
    """
    folder, new = held.parent, held / _NEW
    for name in names:
        if (folder / name).is_dir() and not (new / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
    made: list[Path] = []
    try:
        for name in (*names, *stale):
            if (folder / name).is_file() or ((new / name).is_dir() and (folder / name).exists()):
                (held / _EARLIER / name).parent.mkdir(parents=True, exist_ok=True)
                _move(folder / name, held / _EARLIER / name, shown / name)
        _all_is_set_aside(held)
        for name in names:
            made += _made_folders(folder, name.parent)
            _move(new / name, folder / name, shown / name)
    except BaseException as error:
        moved = [name for name in names if not (new / name).exists()]
        if not names or len(moved) < len(names):  # else all of it is there
            _put_back(held, (*names, *stale), moved)
            for path in reversed(made):
                with contextlib.suppress(OSError):  # what could not be taken away is in it
                    path.rmdir()
            _require_all_back(held / _EARLIER, shown, error)
        raise
    disk.remove_tree(held / _REPLACED)


def _all_is_set_aside(held: Path) -> None:
    """Note that what is new moves in: who finds this folder of a killed process completes that."""
    if (held / _EARLIER).exists():
        disk.replace(held / _EARLIER, held / _REPLACED)
    else:
        (held / _REPLACED).mkdir()


def _put_back(held: Path, names: Sequence[Path], moved: Sequence[Path]) -> None:
    """Put what was earlier back, over what is new, and remove what is only new."""
    if (held / _REPLACED).exists():  # note that what is new does not move in
        disk.replace(held / _REPLACED, held / _EARLIER)
    for name in names:
        with contextlib.suppress(OSError):  # the others are to come back all the same
            if (held / _EARLIER / name).exists():
                disk.replace(held / _EARLIER / name, held.parent / name)
            elif name in moved:
                disk.remove(held.parent / name)


def _require_all_back(before: Path, shown: Path, error: BaseException) -> None:
    left = [path.relative_to(before).as_posix() for path in _files(before)]
    if left:
        raise OutputError(
            f"{shown} cannot be written, and {', '.join(left)} of the earlier result could not "
            f"be put back: what is missing lies in {before}.",
            "Move it back by hand when no other program has the files open.",
        ) from error


def _move(source: Path, target: Path, named: Path) -> None:
    """Rename a file or folder; the refusal names `named`, which the user knows."""
    try:
        disk.replace(source, target)
    except OSError as error:
        _refuse_open(named, error)
        raise


def _refuse_open(path: Path, error: OSError) -> None:
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


def require_file(path: Path) -> None:
    """Raise OutputError at once where no file can be written at a path, before the long work."""
    _refuse_folder(path)
    require_folder(path.parent)


def _refuse_folder(path: Path) -> None:
    if extended(path).is_dir():
        raise OutputError(
            f"{path} is a folder; a file is to be written.",
            "Give the path of the file, such as one in that folder.",
        )


def require_folder(folder: Path) -> None:
    """Raise OutputError at once where no folder of results can be made, before the long work."""
    paths = (folder, *folder.absolute().parents)
    present = next((path for path in map(extended, paths) if _is_there(path)), None)
    if present is None:
        raise OutputError(
            f"{folder} cannot be written: there is no {folder.absolute().anchor}.",
            "Connect the drive or the network folder, or choose another folder for the results.",
        )
    if not present.is_dir():
        raise OutputError(
            f"{folder} cannot be written: {present} is a file.",
            "Choose another folder for the results.",
        )
    try:  # asked for its rights, Windows says yes to everything
        remove_held(make_held(present, UNFINISHED))
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: nothing can be made in {present} "
            f"({error.strerror or error}).",
            "Choose another folder for the results.",
        ) from error


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder above may not be looked into
        return False


@contextlib.contextmanager
def _refused_by_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG or getattr(error, "winerror", None) in _TOO_LONG:
            raise OutputError(
                f"{path} cannot be written: its path is too long ({len(str(path.absolute()))} "
                "characters), or holds one that no name may have.",
                "Choose a folder with a shorter path.",
            ) from error
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Check that the folder can be written to and that the disk has room.",
        ) from error
