"""Reading the table of a cohort, CSV or XLSX, as texts."""

from __future__ import annotations

import csv
from pathlib import Path
from zipfile import BadZipFile

from ..errors import UnreadableFileError

_EXCEL = (".xlsx", ".xlsm")


def read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Return the headers and, by header, the trimmed cells of each row; empty rows at the end go.

    A CSV file is UTF-8, with commas or semicolons; of an XLSX file the first sheet is read.

    Raises:
        UnreadableFileError: missing or not such a table.
    """
    try:
        header, *rows = _excel(path) if path.suffix.lower() in _EXCEL else _csv(path)
    except (OSError, ValueError, KeyError, csv.Error, BadZipFile) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a table: {error}.", "Give a CSV file in UTF-8, or an XLSX."
        ) from error
    header = [cell.strip() for cell in header]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    padded = (row + [""] * (len(header) - len(row)) for row in rows)
    return header, [
        {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}
        for row in padded
    ]


def _csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as table:
        first = table.readline()
        table.seek(0)
        semicolons = first.count(";") > first.count(",")
        rows = list(csv.reader(table, delimiter=";" if semicolons else ","))
    return rows or [[]]


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
