"""Reading the table of a cohort, CSV or XLSX, as texts."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.disk import extended
from ..base.errors import UnreadableFileError, UsageError
from ..base.files import DAMAGED_ZIP, without_formula_guard

if TYPE_CHECKING:
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

MOST_ROWS, MOST_COLUMNS, MOST_MB = 10_000, 16_384, 10
# Of an XLSX, all but sheets, texts and pictures: a byte of its formats takes hundreds in memory.
_MOST_MB_OF_FORMATS = 2
_CONTENT = ("xl/worksheets/", "xl/sharedStrings", "xl/media/")
_EXCEL, _ZIP, _OLE = (".xlsx", ".xlsm"), b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_MARKS = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}
# Shown where the encoding cannot be told, so that the user can say which it is.
_COMMON_ENCODINGS = ("gb18030", "cp1252")
# openpyxl raises whatever it stumbles over in a damaged file.
_UNREADABLE = (
    OSError, LookupError, ValueError, TypeError, AttributeError, SyntaxError, csv.Error,
)  # fmt: skip
# A number format: a text in quotes, one after a backslash, a place for a digit, or itself.
_PIECE = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<place>[0#])|(?P<itself>[-+() &~$])')
_DIGITS_KEPT = 15  # Excel has made zeros of the others


class _NotShownError(ValueError):
    """A file does not tell what Excel shows in a cell."""


@dataclass(frozen=True)
class Table:
    """The cells of the columns that were asked for.

    Attributes:
        header: all names in the first row; those that were asked for as they were asked for.
        rows: by row number and column the trimmed cells, without empty rows.
        problems: by row number, the cells whose text the file does not tell.
    """

    header: list[str]
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    problems: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Columns:
    """The columns to read, in small letters; others are left alone.

    Attributes:
        all: of them.
        names: those that hold names: of a number in Excel counts what is shown, such as 001.
    """

    all: Collection[str]
    names: Collection[str]


def read_table(path: Path, columns: Columns, encoding: str | None = None) -> Table:
    """Read some columns of a table, whatever the capitals of their names.

    A CSV file has commas, semicolons or tabs, or what its first line names (`sep=;`). It is UTF-8,
    UTF-16 with its mark, or of the encoding that is named. Of an XLSX file the first sheet is read.

    Raises:
        UnreadableFileError: missing, not such a table, larger than what is read, or its encoding
            cannot be told.
        UsageError: there is no such encoding, or the file is no CSV.
    """
    try:
        content = _content(path)
        if content.startswith(_ZIP) or path.suffix.lower() in _EXCEL:
            if encoding is not None:
                raise UsageError(f"{path} is a file of Excel.", "Leave --encoding out.")
            return _excel_table(path, content, columns)
        return _csv_table(path, content, columns, encoding)
    except PermissionError as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a table: {error.strerror}.",
            "Close it in Excel, or get the right to read it.",
        ) from error
    except (*_UNREADABLE, *DAMAGED_ZIP) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a table: {error}.", "Give a CSV file in UTF-8, or an XLSX."
        ) from error


def _content(path: Path) -> bytes:
    with extended(path).open("rb") as file:
        content = file.read(MOST_MB * 2**20 + 1)
    if len(content) > MOST_MB * 2**20:
        raise _too_large(path, f"it has more than {MOST_MB} MB")
    if content.startswith(_OLE):
        raise UnreadableFileError(
            f"{path} is a workbook of Excel 97 to 2003 (.xls), or one with a password.",
            "Save it in Excel as XLSX without a password, or as “CSV UTF-8”.",
        )
    return content


def _too_large(path: Path, how: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path} is too large for a table of cases: {how}.",
        "Leave the cases in it alone, one row each, or make several tables of them.",
    )


def _bounded(path: Path, rows: Iterable[Sequence]) -> Iterator[tuple[int, Sequence]]:
    """Yield what lies below the header, with row numbers."""
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS + 1:
            raise _too_large(path, f"it goes on below row {MOST_ROWS + 1}")
        yield number, row


def _header(path: Path, names: Sequence[str], columns: Columns) -> list[str]:
    if len(names) > MOST_COLUMNS:
        raise _too_large(path, f"it has {len(names)} columns, more than {MOST_COLUMNS}")
    trimmed = [name.strip() for name in names]
    return [name.casefold() if name.casefold() in columns.all else name for name in trimmed]


def _csv_table(path: Path, content: bytes, columns: Columns, encoding: str | None) -> Table:
    text, is_certain = _decoded(content, encoding)
    lines, delimiter = _lines_and_delimiter(text)
    rows = csv.reader(lines, delimiter=delimiter)
    table = Table(_header(path, next(rows, []), columns))
    for number, row in _bounded(path, rows):
        if any(cell.strip() for cell in row):
            cells = zip_longest(table.header, row[: len(table.header)], fillvalue="")
            table.rows[number] = {name: _bare(cell) for name, cell in cells if name in columns.all}
            if not is_certain:
                _require_ascii(path, number, table.rows[number])
    return table


def _lines_and_delimiter(text: str) -> tuple[io.StringIO, str]:
    lines = io.StringIO(text, newline="")
    first = lines.readline()
    if first.casefold().startswith("sep=") and len(first.rstrip("\r\n")) == 5:
        return lines, first[4]  # Excel neither shows nor counts this line
    lines.seek(0)
    return lines, max(",;\t", key=first.count)


def _bare(cell: str) -> str:
    return without_formula_guard(cell.strip())


def _decoded(content: bytes, encoding: str | None) -> tuple[str, bool]:
    """Return the text of a CSV file, and whether its letters beyond ASCII can be relied on."""
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    try:
        text = content.decode(encoding or marked or "utf-8")
    except LookupError as error:
        raise UsageError(
            f"There is no encoding of texts {encoding!r}.", "Name one such as gb18030 or cp1252."
        ) from error
    except UnicodeDecodeError:
        if encoding or marked:
            raise
        return content.decode("latin-1"), False
    if "\0" in text:
        raise ValueError("it holds bytes that no such text has; it may be UTF-16 without its mark")
    return text.removeprefix("\ufeff"), True


def _require_ascii(path: Path, number: int, row: dict[str, str]) -> None:
    """Refuse cells that are read otherwise in each encoding."""
    for column, cell in row.items():
        if not cell.isascii():
            bytes_ = cell.encode("latin-1")
            readings = [f"{bytes_.decode(e, 'replace')!r} in {e}" for e in _COMMON_ENCODINGS]
            raise UnreadableFileError(
                f"{path} is not UTF-8, and its encoding cannot be told: row {number}, column "
                f"{column} would be {' and '.join(readings)}.",
                "Save it in Excel as “CSV UTF-8” or as XLSX, or name its encoding, such as "
                "--encoding gb18030.",
            )


def _excel_table(path: Path, content: bytes, columns: Columns) -> Table:
    from openpyxl import load_workbook

    file = io.BytesIO(content)
    _require_small_parts(path, file)
    with closing(load_workbook(file, read_only=True, data_only=True, keep_links=False)) as book:
        sheet = book.worksheets[0]
        first = [_value_text(cell) for row in sheet.iter_rows(max_row=1) for cell in row]
        table = Table(_header(path, first, columns))
        rows = sheet.iter_rows(2, MOST_ROWS + 2, max_col=max(len(first), 1))
        for number, row in _bounded(path, rows):
            _add_excel_row(table, columns, number, row)
    return table


def _require_small_parts(path: Path, file: io.BytesIO) -> None:
    """Refuse an XLSX that is small only as long as it is packed."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    formats = [part for part in parts if not part.filename.startswith(_CONTENT)]
    for what, of, most in (
        ("what is in it", parts, MOST_MB), ("its formats", formats, _MOST_MB_OF_FORMATS),
    ):  # fmt: skip
        mb = sum(part.file_size for part in of) / 2**20
        if mb > most:
            raise _too_large(path, f"unpacked, {what} takes {mb:.0f} MB, more than {most}")


def _add_excel_row(table: Table, columns: Columns, number: int, row: Sequence) -> None:
    if not any(cell.value is not None and _value_text(cell).strip() for cell in row):
        return
    texts = table.rows[number] = {}
    for name, cell in zip_longest(table.header, row):
        if name in columns.all:
            try:
                texts[name] = _bare((_shown_text if name in columns.names else _value_text)(cell))
            except _NotShownError as error:
                texts[name] = _value_text(cell)
                table.problems.setdefault(number, []).append(f"column {name}: {error}")


def _value_text(cell: ReadOnlyCell | EmptyCell) -> str:
    """Return the value of a cell, whatever its format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet keeps the 1 of an identifier as 1.0
    return str(value)


def _shown_text(cell: ReadOnlyCell | EmptyCell) -> str:
    """Return a cell as Excel shows it, so that a name stays what its reader sees.

    Raises:
        _NotShownError: that depends on more than the file, such as the computer's way of dates.
    """
    value, form = cell.value, cell.number_format
    shown = None
    if value is None or isinstance(value, bool):
        shown = _value_text(cell).upper()
    elif isinstance(value, str):
        shown = value if cell.data_type != "e" and ("@" not in form or form == "@") else None
    elif isinstance(value, int | float) and abs(value) < 10**_DIGITS_KEPT:
        shown = _in_format(value, form.partition(";")[0])
    if shown is None:
        raise _NotShownError(
            f"what Excel shows for {value} cannot be told from the file; format the cell as text "
            "and write there what is meant"
        )
    return shown


def _in_format(value: float, form: str) -> str | None:
    """Return a number in a format of digits and texts such as 000 or "P"00; None in any other."""
    if form in ("General", "@"):
        return f"{value:.{_DIGITS_KEPT}g}"
    pieces = list(_PIECE.finditer(form))
    places = sum(piece["place"] is not None for piece in pieces)
    is_such = "".join(piece[0] for piece in pieces) == form and places
    if not is_such or value < 0 or value != int(value):
        return None
    digits, shown = list(str(int(value) or "")), []
    for piece in reversed(pieces):
        if piece["place"]:
            places -= 1
            taken = digits[-1:] if places else digits  # the first place shows all that are left
            shown.append("".join(taken) or piece["place"].replace("#", ""))
            digits = digits[: len(digits) - len(taken)]
        else:
            shown.append(piece["quoted"] or piece["escaped"] or piece["itself"] or "")
    return "".join(reversed(shown))
