"""Writing files whole: beside their place first, then renamed into it."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import shutil
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import OutputError

if TYPE_CHECKING:
    import pandas as pd


# What reading a damaged .zip raises, beside OSError, EOFError and ValueError.
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes its place only when all went well.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    beside = path.with_name(f".{uuid.uuid4().hex[:8]}-{path.name}")
    with _refused_by_disk(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield beside
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all."""
    with written_whole(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: object) -> None:
    """Write `content` as readable JSON; NaN is refused."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV (comma, one header row)."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, table.getvalue())


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
    existed = folder.exists()
    with _refused_by_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        try:
            yield beside
            _move_all(beside, folder, instead_of)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
            if not existed:
                with contextlib.suppress(OSError):  # it holds the result
                    folder.rmdir()


@contextlib.contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to write to; it takes the place of `folder` when all went well.

    Unlike `written_together`, nothing that `folder` held before stays, and a process that is killed
    leaves the old folder or the new one.

    Raises:
        OutputError: the folder or a file in it cannot be written.
    """
    mark = uuid.uuid4().hex[:8]
    beside = folder.with_name(f".{mark}-new-{folder.name}")
    old = folder.with_name(f".{mark}-old-{folder.name}")
    with _refused_by_disk(folder):
        try:
            beside.mkdir(parents=True)
            yield beside
            if folder.exists():
                folder.rename(old)
            beside.rename(folder)
        finally:
            if old.exists() and not folder.exists():
                old.rename(folder)  # stopped between the two renames
            shutil.rmtree(beside, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def _move_all(beside: Path, folder: Path, instead_of: Collection[str]) -> None:
    names = [path.relative_to(beside) for path in _files(beside)]
    stale = [Path(name) for name in instead_of if Path(name) not in names]
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
    before = beside / ".before"
    moved, made = [], []
    try:
        for name in names:
            made += _made_folders(folder, name.parent)
            _set_aside(folder, before, name)
            (beside / name).replace(folder / name)
            moved.append(name)
        for name in stale:
            _set_aside(folder, before, name)
    except BaseException:
        for name in moved:
            (folder / name).unlink(missing_ok=True)
        for path in _files(before):
            path.replace(folder / path.relative_to(before))
        for path in reversed(made):
            path.rmdir()
        raise


def _set_aside(folder: Path, before: Path, name: Path) -> None:
    if (folder / name).is_file():
        (before / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).replace(before / name)


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
    present = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not present.is_dir() or not os.access(present, os.W_OK):
        raise OutputError(
            f"{folder} cannot be written: {present} is "
            f"{'read-only' if present.is_dir() else 'a file'}.",
            "Choose another folder for the results.",
        )


@contextlib.contextmanager
def _refused_by_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Check that the folder can be written to and that the disk has room.",
        ) from error
