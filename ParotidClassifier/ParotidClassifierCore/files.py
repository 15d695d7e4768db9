"""Writing files whole: beside their place first, then renamed into it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .errors import OutputError


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


@contextlib.contextmanager
def written_together(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to write to; its files move into `folder` only when all went well.

    Raises:
        OutputError: the folder or a file in it cannot be written.
    """
    with _refused_by_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        try:
            yield beside
            for path in sorted(beside.iterdir()):
                path.replace(folder / path.name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def _refused_by_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Check that the folder can be written to and that the disk has room.",
        ) from error
