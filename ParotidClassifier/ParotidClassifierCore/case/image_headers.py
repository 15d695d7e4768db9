"""Check what the header of an image file claims before SimpleITK reads the file and believes it.

A header can name any file and any size. Here the voxels must lie in the file itself or in one
beside it, and there must be as many bytes as the header claims.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from ..disk import extended
from ..errors import UnreadableFileError

NIFTI_SUFFIXES, NRRD_SUFFIXES, META_SUFFIXES = (
    (".nii", ".nii.gz"),
    (".nrrd", ".nhdr"),
    (".mha", ".mhd"),
)
VOLUME_SUFFIXES = (*NRRD_SUFFIXES, *NIFTI_SUFFIXES, *META_SUFFIXES)

# 2048 slices of 512 × 512. A mask is held three times, a CT twice, until it is found usable.
MOST_VOXELS, LARGEST_BYTES = 2**29, 2**31
_MOST_DEFLATED = 1100  # bytes that one byte can stand for; zlib gets to 1032
_CHUNK = 2**22
_AUTOMATIC = 47  # zlib's number for a gzip or a zlib header, whichever is there
_GZIP = b"\x1f\x8b"
_IN_ONE_FILE = (
    "Give an image whose voxels lie in the file itself (.nrrd, .nii.gz, .mha), or in one file in "
    "the same folder that the header calls by its name."
)
_SMALLER = "Crop it to head and neck, or store it in 16 bits."


class HeaderError(Exception):
    """A header that is not followed.

    Args:
        reason: the end of a sentence.
        remedy: what the user can do.
    """

    def __init__(
        self, reason: str, remedy: str = "Export it again; the file is damaged or incomplete."
    ):
        super().__init__(reason)
        self.remedy = remedy


class Coding(Enum):
    """How voxels are stored."""

    RAW = "raw"
    DEFLATED = "deflated"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True)
class ImageHeader:
    """Where the voxels of an image lie, and how many bytes of them are claimed.

    Attributes:
        image_io: ITK's name of the format.
        voxels: the file that holds them: the image file, or the one beside it.
        size: number of voxels along each axis.
        voxel_bytes: of one voxel.
        start: byte at which they begin, in the file or, where it is compressed whole, in what is
            in it.
        coding: of the voxels.
        compressed_whole: whether the header is compressed too.
    """

    image_io: str
    voxels: Path
    size: tuple[int, ...]
    voxel_bytes: int
    start: int
    coding: Coding = Coding.RAW
    compressed_whole: bool = False

    @property
    def count(self) -> int:
        """Voxels that the header claims."""
        return math.prod(self.size)

    @property
    def bytes(self) -> int:
        """Bytes that the header claims for them, uncompressed."""
        return self.count * self.voxel_bytes


def read_header(path: Path) -> ImageHeader:
    """Return the header of an image file, whose voxels are there and not too many.

    Args:
        path: of a NIfTI, NRRD or MetaImage file.

    Raises:
        UnreadableFileError: it is no such file, names voxels that are not to be read, or claims
            more than there is, or than is read.
        OSError: the file cannot be read.
    """
    try:
        header = _claims(path)
        _require_there(header)
    except HeaderError as error:
        raise UnreadableFileError(
            f"{path} cannot be read as an image: {error}.", error.remedy
        ) from error
    return header


def files_of_image(path: Path) -> tuple[Path, ...]:
    """Return the files that hold an image: the one, or a header and the file of its voxels.

    Of any other file, and of one whose header cannot be followed, the file alone.
    """
    path = extended(path)
    if not path.name.lower().endswith((*NRRD_SUFFIXES, *META_SUFFIXES)):
        return (path,)
    try:
        voxels = _claims(path).voxels
    except (HeaderError, OSError):
        return (path,)
    return (path,) if voxels == path else (path, voxels)


def _claims(path: Path) -> ImageHeader:
    from .nifti_header import read_nifti
    from .text_headers import read_meta, read_nrrd

    name = path.name.lower()
    if name.endswith(NIFTI_SUFFIXES):
        header = read_nifti(path)
    elif name.endswith(NRRD_SUFFIXES):
        header = read_nrrd(path)
    else:
        header = read_meta(path)
    if min(header.size) < 1:
        raise HeaderError(f"its header claims {_shown(header.size)} voxels")
    return header


def beside(path: Path, name: str) -> Path:
    """Return the file that a header names, which lies in the header's own folder.

    Raises:
        HeaderError: it names something else: a path, a list, a pattern, a pipe, a link elsewhere.
    """
    plain = name.removeprefix("./")
    is_list = plain.upper().split()[:1] == ["LIST"]
    if is_list or not plain.strip(" .-") or any(sign in plain for sign in "/\\:%"):
        raise HeaderError(f"its voxels are said to lie in {name!r}, no plain name", _IN_ONE_FILE)
    file = path.with_name(plain)
    if not file.is_file():
        raise HeaderError(f"there is no file {name!r} beside it, with its voxels", _IN_ONE_FILE)
    if file.resolve().parent != path.parent.resolve():
        raise HeaderError(f"the file of its voxels, {name!r}, lies elsewhere", _IN_ONE_FILE)
    return file


def is_gzip(path: Path) -> bool:
    """Return whether a file is compressed, by its content.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return stream.read(len(_GZIP)) == _GZIP


def inflated(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what is compressed in a file from where it stands on, piece by piece.

    Raises:
        EOFError: it is cut off.
        zlib.error: it is damaged.
    """
    unpack = zlib.decompressobj(_AUTOMATIC)
    rest = b""
    while packed := rest or stream.read(_CHUNK):
        yield unpack.decompress(packed, _CHUNK)
        rest = unpack.unconsumed_tail
        if unpack.eof:
            rest = unpack.unused_data or stream.read(_CHUNK)
            if not rest.startswith(_GZIP):  # nothing more, or what is no part of it
                return
            unpack = zlib.decompressobj(_AUTOMATIC)
    raise EOFError("it is cut off")


def _require_there(header: ImageHeader) -> None:
    """Raise HeaderError where the bytes that a header claims are too many, or not there."""
    if header.count > MOST_VOXELS or header.bytes > LARGEST_BYTES:
        raise HeaderError(
            f"its header claims {_shown(header.size)} voxels in {header.bytes:,} bytes, and at "
            f"most {MOST_VOXELS:,} voxels in {LARGEST_BYTES:,} bytes are read",
            _SMALLER,
        )
    there = header.voxels.stat().st_size
    if header.coding is Coding.DEFLATED:
        needed = header.bytes
        if there * _MOST_DEFLATED < needed:
            raise HeaderError(
                f"its header claims {needed:,} bytes of voxels, which {there:,} compressed bytes "
                "cannot hold"
            )
        there, needed = _inflated_bytes(header), needed + header.start * header.compressed_whole
    else:
        least = 2 * header.count - 1  # a digit for each, and a space between two
        needed = least if header.coding is Coding.TEXT else header.bytes
        needed = header.start + (needed if header.coding is not Coding.OTHER else 0)
    if there < needed:
        raise HeaderError(f"it ends after {there:,} of {needed:,} bytes")


def _inflated_bytes(header: ImageHeader) -> int:
    count = 0
    with header.voxels.open("rb") as stream:
        stream.seek(0 if header.compressed_whole else header.start)
        try:
            for piece in inflated(stream):
                count += len(piece)
                if count > LARGEST_BYTES + header.start:
                    raise HeaderError(
                        f"more than {LARGEST_BYTES:,} bytes are compressed in it, though its "
                        f"header claims {header.bytes:,}"
                    )
        except (EOFError, zlib.error) as error:
            raise HeaderError(f"it ends or is damaged after {count:,} bytes ({error})") from error
    return count


def _shown(size: tuple[int, ...]) -> str:
    return " × ".join(map(str, size))
