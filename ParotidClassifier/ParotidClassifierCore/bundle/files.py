"""The files of a bundle, read from a stranger's folder or .zip and written whole.

Nothing is unpacked to disk and nothing is read before its size is known to be small enough.
"""

import hashlib
import os
import reprlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..base.disk import is_left_by_a_system
from ..base.errors import BundleError, FeatureExtractionError, OutputError, UsageError
from ..base.files import folder_written_whole
from ..base.safetensors_header import LARGEST_NETWORK_BYTES, NETWORK
from ..base.strict_json import MalformedError, parsed

BUNDLE_JSON = "bundle.json"
MODELS_JSON = "models.json"
RADIOMICS_YAML = "radiomics.yaml"
REFERENCE_JSON = "reference.json"
REFITS_JSON = "refits.json"
MODEL_CARD = "MODEL_CARD.md"
SHA256SUMS = "SHA256SUMS"

# Version 1 had no refits; 1 and 2 no protocol, which was that of Shen et al. 2026; 1 to 3 no ranges
# of the values, no scales of the refits and no domain.
SCHEMA_VERSION = 4
_ADDED_IN = {REFITS_JSON: 2}

_MIB = 2**20
# Largest size of each file that a bundle may hold, in bytes; no other name is read.
SIZE_LIMITS = {
    BUNDLE_JSON: _MIB,
    MODELS_JSON: _MIB,
    NETWORK: LARGEST_NETWORK_BYTES,
    RADIOMICS_YAML: _MIB // 16,
    REFERENCE_JSON: 16 * _MIB,
    REFITS_JSON: 16 * _MIB,
    MODEL_CARD: _MIB // 16,
    SHA256SUMS: _MIB // 256,
}
OPTIONAL = frozenset({NETWORK})

_MOST_ENTRIES = 16
_MOST_DIRECTORY_BYTES = 64 * 1024
# JSON shrinks about tenfold; small files may shrink more without harm.
_MOST_COMPRESSION = 200
_COMPRESSION_MATTERS_FROM = _MIB
_LONGEST_PATH = 300  # characters, of a file in a .zip

_FETCH_AGAIN = "Fetch the bundle again from where it was published."
_UNSAFE = "Do not use this bundle; fetch it again from a source you trust."

Reader = Callable[[str], bytes]


def refusal(bundle: Path | str, file: str, reason: str, remedy: str = _FETCH_AGAIN) -> BundleError:
    """Return the error that says which file of which bundle is refused, why and what to do."""
    what = f"The file {file} of the model bundle {bundle}" if file else f"The model bundle {bundle}"
    return BundleError(f"{what} is refused: {reason}.", remedy)


@contextmanager
def refused_as(bundle: Path, file: str) -> Iterator[None]:
    """Refuse this file of a bundle where what is read of it is not what it must be."""
    try:
        yield
    except MalformedError as error:
        raise refusal(bundle, file, str(error)) from error
    except (UsageError, FeatureExtractionError) as error:
        raise refusal(bundle, file, error.message.removesuffix(".")) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[list[str], Reader]]:
    """Yield the names of the files in the bundle at `path`, a folder or .zip, and their reader.

    Raises:
        BundleError: not a bundle, or one with links, unsafe paths or too much in it.
    """
    try:
        if path.is_dir():
            yield _folder_names(path), lambda name: _read_from_folder(path, name)
        elif path.is_file():
            with path.open("rb") as stream:
                _check_zip_end(path, stream.seek(0, os.SEEK_END), stream)
                with zipfile.ZipFile(stream) as archive:
                    entries = _zip_entries(path, archive)
                    yield list(entries), lambda name: _read_from_zip(path, archive, entries[name])
        else:
            raise refusal(path, "", "there is no such folder or .zip", "Check the path.")
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise refusal(path, "", f"it is neither a folder nor a whole .zip ({error})") from error
    except OSError as error:
        raise refusal(
            path, "", f"it cannot be read ({error.strerror or error})", "Check its permissions."
        ) from error


def checked_files(path: Path) -> dict[str, bytes]:
    """Return the content by file name of the bundle at `path`, a folder or a .zip.

    Only data is read: names, sizes, links and paths are checked first, then the schema version,
    and at last the hashes in SHA256SUMS.

    Raises:
        BundleError: names the bundle, the file, the reason and what to do.
    """
    with _opened(path) as (names, read):
        if BUNDLE_JSON not in names:
            raise refusal(path, BUNDLE_JSON, "it is missing", "Give the path of a model bundle.")
        files = {BUNDLE_JSON: read(BUNDLE_JSON)}
        _check_names(path, names, _checked_schema_version(path, files[BUNDLE_JSON]))
        files |= {name: read(name) for name in names if name != BUNDLE_JSON}
    _check_sums(path, files)
    return files


def _checked_schema_version(where: Path, content: bytes) -> int:
    """Return the schema version; refuse one that is not read here before anything else is."""
    with refused_as(where, BUNDLE_JSON):
        version = parsed(content).get("schema_version")
    if version in range(1, SCHEMA_VERSION + 1) and not isinstance(version, bool | float):
        return version
    newer = isinstance(version, int) and version > SCHEMA_VERSION
    raise refusal(
        where,
        BUNDLE_JSON,
        f"its schema version is {reprlib.repr(version)} and this program reads versions "
        f"1 to {SCHEMA_VERSION}",
        "Update ParotidClassifier." if newer else "Fetch the bundle's current version.",
    )


def _check_names(path: Path, names: list[str], version: int) -> None:
    """Refuse a bundle of a schema version that lacks a file or holds one that is not of it."""
    known = [name for name in SIZE_LIMITS if _ADDED_IN.get(name, version) <= version]
    for name in names:
        if name not in known:
            raise refusal(path, name, "it does not belong in a bundle", "Remove it or fetch again.")
    for name in known:
        if name not in names and name not in OPTIONAL:
            raise refusal(path, name, "it is missing")


def _check_sums(path: Path, files: Mapping[str, bytes]) -> None:
    """Refuse a bundle whose SHA256SUMS does not list exactly its files with their hashes."""
    listed: dict[str, str] = {}
    for line in files[SHA256SUMS].decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        if name in listed:
            raise refusal(path, SHA256SUMS, f"it lists {name} twice")
        listed[name] = digest
    for name in sorted(set(listed) ^ (set(files) - {SHA256SUMS})):
        if name in listed:
            raise refusal(path, SHA256SUMS, f"it lists {name!r}, which is missing")
        raise refusal(path, name, f"it is not listed in {SHA256SUMS}")
    for name, digest in listed.items():
        if sha256(files[name]) != digest:
            raise refusal(path, name, f"its content does not match its hash in {SHA256SUMS}")


def sums_of(files: Mapping[str, bytes]) -> bytes:
    """Return SHA256SUMS for `files`, as `sha256sum --check` reads it."""
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_folder(files: Mapping[str, bytes], folder: Path) -> str:
    """Write `files` and their SHA256SUMS whole or not at all, and return the bundle's hash.

    An older bundle in the folder is replaced.

    Raises:
        OutputError: the folder holds something else than a bundle, or cannot be written.
    """
    check_replaceable(folder)
    sums = sums_of(files)
    with folder_written_whole(folder) as beside:
        for name, content in (files | {SHA256SUMS: sums}).items():
            (beside / name).write_bytes(content)
    return sha256(sums)


def check_replaceable(folder: Path) -> None:
    """Raise OutputError where `folder` is something else than a bundle or an empty folder."""
    ours = folder.is_dir() and all(
        entry.name in SIZE_LIMITS or is_left_by_a_system(entry.name) for entry in folder.iterdir()
    )
    if folder.exists() and not ours:
        raise OutputError(
            f"{folder} is a file, or holds files that do not belong to a model bundle.",
            "Choose a new or empty folder.",
        )


def _folder_names(folder: Path) -> list[str]:
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_left_by_a_system(entry.name):
                continue
            if len(names) == _MOST_ENTRIES:
                raise refusal(folder, "", f"it holds more than {_MOST_ENTRIES} files")
            if entry.is_symlink():
                raise refusal(folder, entry.name, "it is a link and may leave the bundle", _UNSAFE)
            if not entry.is_file(follow_symlinks=False):
                raise refusal(folder, entry.name, "it is not a regular file", _UNSAFE)
            names.append(entry.name)
    return sorted(names)


def _read_from_folder(folder: Path, name: str) -> bytes:
    # The flags keep what was a plain file when it was listed from being swapped for a link or pipe.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    with open(os.open(folder / name, flags), "rb") as stream:  # noqa: PTH123
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise refusal(folder, name, "it is not a regular file", _UNSAFE)
        _check_size(folder, name, status.st_size)
        content = stream.read(SIZE_LIMITS[name] + 1)
    _check_size(folder, name, len(content))
    return content


def _check_size(bundle: Path, name: str, size: int) -> None:
    if size > SIZE_LIMITS[name]:
        raise refusal(
            bundle, name, f"it is {size} bytes large, at most {SIZE_LIMITS[name]} are read", _UNSAFE
        )


def _check_zip_end(path: Path, size: int, stream: BinaryIO) -> None:
    """Refuse an archive whose list of contents alone could fill the memory."""
    if size > sum(SIZE_LIMITS.values()) + _MIB:
        raise refusal(path, "", f"it is {size} bytes large, more than any bundle", _UNSAFE)
    stream.seek(max(0, size - 2**16))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise refusal(path, "", "it is neither a folder nor a whole .zip")
    directory_bytes = struct.unpack_from("<I", tail, end + 12)[0]
    if directory_bytes > _MOST_DIRECTORY_BYTES or b"PK\x06\x07" in tail[max(0, end - 20) : end]:
        raise refusal(path, "", "its list of contents is too large for a bundle", _UNSAFE)


def _zip_entries(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of files by name, without the one top folder they may share."""
    entries = [
        entry
        for entry in archive.infolist()
        if not any(map(is_left_by_a_system, entry.orig_filename.split("/")))
    ]
    if len(entries) > _MOST_ENTRIES:
        raise refusal(path, "", f"it holds more than {_MOST_ENTRIES} files", _UNSAFE)
    for entry in entries:
        _check_entry(path, entry)
    files = [entry for entry in entries if not entry.is_dir()]
    tops = {entry.filename.rpartition("/")[0] for entry in entries}
    top = next(iter({entry.filename.rpartition("/")[0] for entry in files}), "")
    if len(tops - {top}) > 0 or "/" in top:
        raise refusal(path, "", "its files lie in several folders", _UNSAFE)
    named = {entry.filename.rpartition("/")[2]: entry for entry in files}
    if len(named) < len(files):
        raise refusal(path, "", "it holds a file twice", _UNSAFE)
    return named


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    # ZipInfo.filename has its backslashes replaced on Windows; orig_filename is what was written.
    name = entry.orig_filename
    parts = name.removesuffix("/").split("/")
    if len(name) > _LONGEST_PATH:
        reason = f"its path is longer than {_LONGEST_PATH} characters"
        raise refusal(path, f"{name[:40]}…", reason, _UNSAFE)
    if "\\" in name or ":" in name or "\0" in name or {"", ".", ".."} & set(parts):
        raise refusal(path, name, "its path leaves the bundle", _UNSAFE)
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refusal(
            path, name, "it is a link or a special file, which may leave the bundle", _UNSAFE
        )
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refusal(path, name, "it is encrypted or compressed in an unusual way")
    if (
        entry.file_size > _COMPRESSION_MATTERS_FROM
        and entry.file_size > _MOST_COMPRESSION * entry.compress_size
    ):
        raise refusal(path, name, "it would grow beyond measure when unpacked", _UNSAFE)


def _read_from_zip(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = entry.filename.rpartition("/")[2]
    _check_size(path, name, entry.file_size)
    try:
        with archive.open(entry) as stream:
            content = stream.read(SIZE_LIMITS[name] + 1)
    except (zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise refusal(path, name, f"it cannot be unpacked ({error})") from error
    _check_size(path, name, len(content))
    return content
