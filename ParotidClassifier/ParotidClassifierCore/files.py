"""Writing files whole: beside their place first, then renamed into it."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import re
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import disk
from .disk import as_a_disk_sees_it, extended, is_held
from .errors import OutputError

if TYPE_CHECKING:
    import pandas as pd


_TOO_LONG = (123, 206)  # Windows' errors: such a name cannot be; it is too long
_SHOWN_BY = {
    **dict.fromkeys((".csv", ".xlsx", ".xlsm"), "Excel"),
    ".pdf": "Acrobat, or whichever program shows it",
}
# Without it Excel does not take a CSV file for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets compute a cell that begins so, whatever a stranger wrote there, and show another that
# begins with an apostrophe as it is. A number with its sign, or its interval, does no harm.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
_ESTIMATE = re.compile(rf"{_NUMBER}( \({_NUMBER}, {_NUMBER}\))?", re.ASCII)
# What reading a damaged .zip raises, beside OSError, EOFError and ValueError.
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes its place only when all went well.

    Raises:
        OutputError: the folder or the file cannot be written, or is open in another program.
    """
    beside = extended(path.with_name(f".{uuid.uuid4().hex[:8]}-{path.name}"))
    with _refused_by_disk(path):
        try:
            beside.parent.mkdir(parents=True, exist_ok=True)
            yield beside
            _move(beside, extended(path), path)
        finally:
            with contextlib.suppress(OSError):  # what is half written may be open to a scanner
                disk.remove(beside)


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises:
        OutputError: it cannot be removed, or is open in another program.
    """
    with _refused_by_disk(path):
        try:
            disk.remove(extended(path))
        except OSError as error:
            _refuse_held(path, error)
            raise


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all."""
    with written_whole(path) as beside:
        beside.write_bytes(text.encode())


def write_json(path: Path, content: object) -> None:
    """Write `content` as readable JSON; NaN is refused."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


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
        folder: made if it is not there.
        instead_of: names of files of an earlier result; those that are not written anew are
            removed, since they do not belong to this one.

    Raises:
        OutputError: the folder or a file in it cannot be written.
    """
    place = extended(folder)
    existed = place.exists()
    with _refused_by_disk(folder):
        place.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=place))
        try:
            yield beside
            _move_all(beside, place, instead_of)
        finally:
            disk.remove_tree(beside)
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
    mark = uuid.uuid4().hex[:8]
    beside = extended(folder.with_name(f".{mark}-new-{folder.name}"))
    old = extended(folder.with_name(f".{mark}-old-{folder.name}"))
    place = extended(folder)
    with _refused_by_disk(folder):
        try:
            beside.mkdir(parents=True)
            yield beside
            if place.exists():
                _move(place, old, folder)
            _move(beside, place, folder)
        finally:
            with contextlib.ExitStack() as stack:
                stack.callback(disk.remove_tree, beside)
                if old.exists() and not place.exists():  # stopped between the two renames
                    _put_folder_back(old, place)
                disk.remove_tree(old)


def _put_folder_back(old: Path, place: Path) -> None:
    try:
        disk.replace(old, place)
    except OSError as error:
        raise OutputError(
            f"{place} cannot be written, and the earlier folder could not be put back: "
            f"it lies in {old}.",
            "Rename it by hand when no other program has its files open.",
        ) from error


def _move_all(beside: Path, folder: Path, instead_of: Collection[str]) -> None:
    names = [path.relative_to(beside) for path in _files(beside)]
    written = {as_a_disk_sees_it(name.as_posix()) for name in names}
    stale = [Path(name) for name in instead_of if as_a_disk_sees_it(name) not in written]
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
    # Beside what is new, not in it: what cannot be put back must not go with that.
    before = Path(tempfile.mkdtemp(prefix=".earlier-", dir=folder))
    moved, made = [], []
    try:
        for name in names:
            made += _made_folders(folder, name.parent)
            _set_aside(folder, before, name)
            _move(beside / name, folder / name, folder / name)
            moved.append(name)
        for name in stale:
            _set_aside(folder, before, name)
    except BaseException as error:
        _put_back(before, folder, moved)
        for path in reversed(made):
            with contextlib.suppress(OSError):  # what could not be taken away is in it
                path.rmdir()
        _require_all_back(before, folder, error)
        raise
    disk.remove_tree(before)


def _set_aside(folder: Path, before: Path, name: Path) -> None:
    if (folder / name).is_file():
        (before / name).parent.mkdir(parents=True, exist_ok=True)
        _move(folder / name, before / name, folder / name)


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
    disk.remove_tree(before)


def _move(source: Path, target: Path, named: Path) -> None:
    """Rename a file or folder; the refusal names `named`, which the user knows."""
    try:
        disk.replace(source, target)
    except OSError as error:
        _refuse_held(named, error)
        raise


def _refuse_held(path: Path, error: OSError) -> None:
    """Raise OutputError where a file cannot be changed because another program has it open."""
    if is_held(error) and path.is_dir():
        raise OutputError(
            f"{path} cannot be replaced: a file in it is open in another program.",
            "Close what shows files of this folder, and start again; all is there as it was.",
        ) from error
    if is_held(error) and os.access(path, os.W_OK):
        program = _SHOWN_BY.get(path.suffix.lower(), "the program that shows it")
        raise OutputError(
            f"{path} cannot be replaced: it is open in another program.",
            f"Close it in {program}, and start again; it is there whole, as it was.",
        ) from error


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _made_folders(folder: Path, below: Path) -> list[Path]:
    """Make the folders `below` within `folder` that are missing, and return those."""
    wanted = [folder / part for part in (*reversed(below.parents), below)]
    missing = [path for path in wanted if not path.is_dir()]
    for path in missing:
        path.mkdir()
    return missing


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
        Path(tempfile.mkdtemp(prefix=".tried-", dir=present)).rmdir()
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
