"""What a cell of an Excel sheet holds, and what Excel shows of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

# A number format: a text in quotes, one after a backslash, a place for a digit, or itself.
_PIECE = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<place>[0#])|(?P<itself>[-+() &~$])')
_DIGITS_KEPT = 15  # Excel has made zeros of the others


class NotShownError(ValueError):
    """A file does not tell what Excel shows in a cell."""


def value_text(cell: ReadOnlyCell | EmptyCell) -> str:
    """Return the value of a cell, whatever its format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet keeps the 1 of an identifier as 1.0
    return str(value)


def shown_text(cell: ReadOnlyCell | EmptyCell) -> str:
    """Return a cell as Excel shows it, so that a name stays what its reader sees.

    Raises:
        NotShownError: that depends on more than the file, such as the computer's way of dates.
    """
    value, form = cell.value, cell.number_format
    shown = None
    if value is None or isinstance(value, bool):
        shown = value_text(cell).upper()
    elif isinstance(value, str):
        shown = value if cell.data_type != "e" and ("@" not in form or form == "@") else None
    elif isinstance(value, int | float) and abs(value) < 10**_DIGITS_KEPT:
        shown = _in_format(value, form.partition(";")[0])
    if shown is None:
        raise NotShownError(
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
