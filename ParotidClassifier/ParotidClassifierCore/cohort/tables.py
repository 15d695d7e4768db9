"""Reading the table of a cohort, CSV or XLSX, as texts."""

from __future__ import annotations

import csv
import io
from itertools import zip_longest
from pathlib import Path

from ..disk import extended
from ..errors import UnreadableFileError
from ..files import DAMAGED_ZIP

_EXCEL = (".xlsx", ".xlsm")
# openpyxl raises whatever it stumbles over in a damaged file.
_UNREADABLE = (
    OSError, LookupError, ValueError, TypeError, AttributeError, SyntaxError, csv.Error,
)  # fmt: skip


def read_rows(path: Path) -> tuple[list[str], dict[int, dict[str, str]]]:
    """Return the headers and, by row number and header, the trimmed cells; empty rows are left out.

    A CSV file has commas or semicolons and is UTF-8, or else what Excel writes in Western Europe
    (Windows-1252); of an XLSX file the first sheet is read.

    Raises:
        UnreadableFileError: missing or not such a table.
    """
    path = extended(path)
    try:
        header, *rows = _excel(path) if path.suffix.lower() in _EXCEL else _csv(path)
    except PermissionError as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a table: {error.strerror}.",
            "Close it in Excel, or get the right to read it.",
        ) from error
    except (*_UNREADABLE, *DAMAGED_ZIP) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a table: {error}.", "Give a CSV file in UTF-8, or an XLSX."
        ) from error
    header = [cell.strip() for cell in header]
    return header, {
        number: {
            name: cell.strip()
            for name, cell in zip_longest(header, row[: len(header)], fillvalue="")
            if name
        }
        for number, row in enumerate(rows, start=2)
        if any(cell.strip() for cell in row)
    }


def _csv(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    if b"\0" in content:
        raise ValueError("it holds bytes that no such text has; it may be UTF-16")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [[]]


def _excel(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        rows = [[_text(cell) for cell in row] for row in book.worksheets[0].values]
    finally:
        book.close()
    return rows or [[]]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a spreadsheet keeps the 1 of an identifier as 1.0
    return str(cell)
