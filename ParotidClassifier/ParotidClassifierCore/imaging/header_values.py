"""What the headers of all image formats have in common: claims, errors, compressed content."""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

_CHUNK = 2**22
_AUTOMATIC = 47  # zlib's number for a gzip or a zlib header, whichever is there
_GZIP = b"\x1f\x8b"
_IN_ONE_FILE = (
    "Give an image whose voxels lie in the file itself (.nrrd, .nii.gz, .mha), or in one file in "
    "the same folder that the header calls by its name."
)


class HeaderError(Exception):
    """A header that is not followed."""

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
        start: byte at which they begin, in the file or, where it is compressed whole, in what is
            in it.
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
    """Return whether a file is compressed, by its content."""
    with path.open("rb") as stream:
        return stream.read(len(_GZIP)) == _GZIP


def inflated(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what is compressed in a file from where it stands on, piece by piece."""
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
