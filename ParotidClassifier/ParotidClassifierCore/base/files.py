"""Writing files whole: beside their place first, then renamed into it."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import disk
from .disk import extended
from .errors import OutputError
from .held import make_held, remove_held
from .unfinished import (
    NEW,
    ROOM_WHILE_WRITTEN,
    UNFINISHED,
    is_part_of_more,
    move,
    move_all,
    move_folder,
    refuse_open,
    unfinished,
)

if TYPE_CHECKING:
    import pandas as pd


_TOO_LONG = (123, 206)  # Windows' errors: such a name cannot be; it is too long
# Without it Excel does not take a CSV file for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets compute a cell that begins so, whatever a stranger wrote there, and show another that
# begins with an apostrophe as it is. A number with its sign, or its interval, does no harm.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
_ESTIMATE = re.compile(rf"{_NUMBER}( \({_NUMBER}, {_NUMBER}\))?", re.ASCII)
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
        if is_part_of_more(place):
            with _taken_away_again(place):
                yield place
            return
        _refuse_folder(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(place.parent) as held:
            beside = held / NEW / path.name
            yield beside
            move(beside, place, path)


@contextlib.contextmanager
def _taken_away_again(place: Path) -> Iterator[None]:
    """Have no half file there when something goes wrong within it."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # it may be open to a scanner; the folder goes as well
            disk.remove(place)
        raise


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises:
        OutputError: it cannot be removed, or is open in another program.
    """
    with _refused_by_disk(path):
        try:
            disk.remove(extended(path))
        except OSError as error:
            refuse_open(path, error)
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
        folder: made if it is not there.
        instead_of: names of files of an earlier result; those that are not written anew are
            removed, since they do not belong to this one.

    Raises:
        OutputError: the folder or a file in it cannot be written.
    """
    place = extended(folder, below=ROOM_WHILE_WRITTEN)
    existed = place.exists()
    with _refused_by_disk(folder):
        place.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished(place) as held:
                yield held / NEW
                move_all(held, instead_of)
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
    place = extended(folder, below=ROOM_WHILE_WRITTEN)
    with _refused_by_disk(folder):
        place.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(place.parent) as held:
            beside = held / NEW / place.name
            beside.mkdir()
            yield beside
            move_folder(held, place, folder)


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
