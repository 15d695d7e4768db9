"""The folder of each case, named after the case wherever every system can have such a folder."""

import unicodedata
from collections.abc import Sequence

from ..base.cache import content_key
from ..base.disk import as_a_disk_sees_it

LONGEST = 80
_MARK = 8  # hexadecimal digits
_MOST_BYTES = 200  # a disk takes 255, marks included; a letter may be four
_HARMLESS = "-_ .()+"
# Windows gives no folder such a name, whatever its ending.
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}


def folder_names(case_ids: Sequence[str], longest: int = LONGEST) -> list[str]:
    """Return a folder's name for every case: safe on every system, and no two of them alike.

    It is the case's own name where that will do. Otherwise what would not do is replaced by "_" and
    a mark of the name is added, so that another case cannot get the same folder. Names that differ
    in capitals alone are one name to Windows and macOS: the first row keeps its own.

    Args:
        case_ids: unique, not empty.
        longest: of the names.
    """
    taken: set[str] = set()
    names = []
    for case_id in case_ids:
        name = _safe(case_id, longest)
        if name != case_id or as_a_disk_sees_it(name) in taken:
            mark = content_key(case_id)[:_MARK]
            name = f"{_safe(case_id, longest - _MARK - 2)}-{mark}"
        taken.add(as_a_disk_sees_it(name))
        names.append(name)
    return names


def _safe(case_id: str, longest: int) -> str:
    kept = "".join(c if c.isalnum() or c in _HARMLESS else "_" for c in case_id)
    # A leading dot hides a folder, or leaves it; Windows drops dots and spaces at the end.
    kept = kept[:longest].encode()[:_MOST_BYTES].decode(errors="ignore")
    kept = kept.lstrip(".").strip(" ").rstrip(". ")
    stem = unicodedata.normalize("NFKC", kept.partition(".")[0])  # Windows counts COM¹ as COM1
    if stem.strip().casefold() in {"", *_DEVICES}:
        return f"_{kept}"
    return kept
