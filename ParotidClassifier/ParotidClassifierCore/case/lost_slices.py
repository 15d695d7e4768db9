"""Whether a file beside the slices of a CT may be a slice that cannot be read as one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import UnreadableFileError
from ..words import counted
from .dicom_headers import Header

_SUFFIXES = (".dcm", ".dicom", ".ima")


def require_no_lost_slices(found: Mapping[Path, Header | None]) -> None:
    """Raise UnreadableFileError where a file is called as slices are, and is no DICOM.

    Args:
        found: by file what its header says; None where it is no DICOM.
    """
    names = {_pattern(file) for file, header in found.items() if header is not None}
    lost = [file for file, header in found.items() if header is None and _is_slice(file, names)]
    if lost:
        more = f", and so {'is' if len(lost) == 2 else 'are'} {counted(len(lost) - 1, 'other')}"
        raise UnreadableFileError(
            f"{lost[0]} has a name as slices have, but cannot be read as DICOM"
            f"{more if len(lost) > 1 else ''}.",
            "It may be one of the slices: copy the series again, unpack it, or take the file away.",
        )


def _is_slice(file: Path, names: set[tuple[Path, str]]) -> bool:
    """Return whether a file has the name of a slice, or would without what follows, as in .gz."""
    folder, name = _pattern(file)
    if name.endswith(_SUFFIXES) or (folder, name) in names:
        return True
    # Where the slice itself lies there too, the file only tells something of it.
    packed = _pattern(file.with_suffix("")) in names or name.rpartition(".")[0].endswith(_SUFFIXES)
    return packed and not file.with_suffix("").exists()


def _pattern(file: Path) -> tuple[Path, str]:
    """Return the folder of a file, and its name with the numbers taken out."""
    return file.parent, re.sub(r"\d+", "0", file.name.casefold())
