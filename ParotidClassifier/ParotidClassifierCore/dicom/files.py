"""Find the files of a DICOM folder or DICOMDIR, and tell which of them are DICOM."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ..base.disk import extended, files_below
from ..base.errors import UnreadableFileError

if TYPE_CHECKING:
    from pydicom import Dataset

_MAGIC_AT, _MAGIC = 128, b"DICM"
# Groups that an object begins with where the preamble was left out: file meta, identification.
_FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x08")
_LONGEST_FIRST_VALUE = 1024
_DICOMDIR = "dicomdir"
_SUFFIXES = (".dcm", ".dicom", ".ima")
_DIRECTORY_STORAGE = "1.2.840.10008.1.3.10"  # Media Storage Directory Storage, PS3.4 table I.4-1


def says_dicom(path: Path) -> bool:
    """Return whether a file says of itself that it is DICOM."""
    return _start_of(path)[_MAGIC_AT:] == _MAGIC


def may_be_dicom(path: Path) -> bool:
    """Return whether a file is DICOM by its word, or begins as it does without the preamble."""
    start = _start_of(path)
    length = int.from_bytes(start[4:8], "little")
    begins = start[4:6].isupper() or 0 < length <= _LONGEST_FIRST_VALUE
    return start[_MAGIC_AT:] == _MAGIC or (start[:2] in _FIRST_GROUPS and begins)


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_MAGIC_AT + len(_MAGIC))
    except OSError as error:
        refuse_unreadable(path, error)


def is_dicomdir(path: Path) -> bool:
    """Return whether `path` is a file called DICOMDIR."""
    return path.name.lower() == _DICOMDIR and path.is_file()


def files_of(path: Path) -> list[Path]:
    """Return the files in a DICOM folder and below it, sorted; or those that a DICOMDIR lists.

    Args:
        path: a folder, a DICOMDIR, or the folder that holds one.
    """
    listing = path if path.is_file() else _dicomdir_in(path)
    return _files_below(path) if listing is None else _files_listed(listing)


def unlisted_files(path: Path, listed: Sequence[Path]) -> list[Path]:
    """Return the files of a medium that its DICOMDIR does not list; none without a DICOMDIR."""
    listing = path if path.is_file() else _dicomdir_in(path)
    known = {*listed, listing}
    return [] if listing is None else [f for f in _files_below(listing.parent) if f not in known]


def require_no_lost_slices(found: Mapping[Path, object]) -> None:
    """Raise UnreadableFileError where a file is called as slices are, and is no DICOM."""
    names = {_pattern(file) for file, header in found.items() if header is not None}
    lost = [file for file, header in found.items() if header is None and _is_slice(file, names)]
    if lost:
        more = f", nor can {len(lost) - 1} more" if len(lost) > 1 else ""
        raise UnreadableFileError(
            f"{lost[0]} has a name as slices have, but cannot be read as DICOM{more}.",
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


def refuse_unreadable(path: Path, error: OSError) -> NoReturn:
    """Raise UnreadableFileError for a file or folder that the system does not open."""
    raise UnreadableFileError(
        f"{path} cannot be read: {error.strerror or error}.",
        "It may be one of the slices: get the right to read it, or copy the series without it.",
    ) from error


def _dicomdir_in(folder: Path) -> Path | None:
    try:
        return next((path for path in sorted(folder.iterdir()) if is_dicomdir(path)), None)
    except OSError as error:
        refuse_unreadable(folder, error)


def _files_below(folder: Path) -> list[Path]:
    try:
        return sorted(extended(folder / name) for name in files_below(folder))
    except OSError as error:
        refuse_unreadable(Path(error.filename), error)


def _files_listed(listing: Path) -> list[Path]:
    """Return the files that a DICOMDIR lists.

    Not by pydicom's FileSet, which leaves out what is not there: a slice would be gone unnoticed.
    """
    files = [_member(listing, name) for name in _names_listed(listing)]
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise UnreadableFileError(
            f"{listing} lists {len(missing)} of {len(files)} files that are not there, the first "
            f"of them {missing[0]}.",
            "Copy the whole medium, or give the folder of the series itself.",
        )
    return sorted(set(files))


def _names_listed(listing: Path) -> list[tuple[str, ...]]:
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        content = pydicom.dcmread(listing)
        kind = content.file_meta.get("MediaStorageSOPClassUID")
        records = list(content.get("DirectoryRecordSequence") or ())
    except OSError as error:
        refuse_unreadable(listing, error)
    except (InvalidDicomError, EOFError, ValueError, AttributeError, NotImplementedError):
        kind, records = None, []
    named = [record.get("ReferencedFileID") for record in records]
    if kind != _DIRECTORY_STORAGE or not any(named) or _is_cut_off(listing, records):
        raise UnreadableFileError(
            f"{listing} is damaged, or lists no files.",
            "Give the folder with the series itself, without the DICOMDIR.",
        )
    return [(name,) if isinstance(name, str) else tuple(name) for name in named if name]


def _is_cut_off(listing: Path, records: Sequence[Dataset]) -> bool:
    """Return whether a record points behind the end: pydicom reads what is there without a word."""
    offsets = ("OffsetOfTheNextDirectoryRecord", "OffsetOfReferencedLowerLevelDirectoryEntity")
    last = max((record.get(key) or 0 for record in records for key in offsets), default=0)
    return last >= listing.stat().st_size


def _member(listing: Path, name: tuple[str, ...]) -> Path:
    """Return the file of that name, whatever the case of letters a copy of a disc has given it."""
    if any(part in ("", ".", "..") or len(Path(part).parts) != 1 for part in name):
        raise UnreadableFileError(
            f"{listing} lists {'/'.join(name)!r}, which lies outside of it.",
            "Give the folder with the series itself, without the DICOMDIR.",
        )
    path = listing.parent
    for part in name:
        small = path / part.lower()
        path = small if small.exists() else path / part
    return path
