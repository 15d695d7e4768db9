"""The headers of NRRD and MetaImage files, which are text: `name: value` or `name = value`.

After http://teem.sourceforge.net/nrrd/format.html and ITK's MetaIO. What these readers may take
otherwise than it stands here, such as a value that is said twice, is refused.
"""

import math
import mmap
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from .header_values import Coding, HeaderError, ImageHeader, beside

_LONGEST_HEADER = 2**24
_LONGEST_NAME = 200  # MetaIO copies a name into 255 bytes
_MOST_AXES = 8
_LAST = b"ElementDataFile"  # of a MetaImage: what comes behind this line is voxels

# Bytes of a voxel by its type, without the sign, which takes no room.
_SIGN = re.compile(r"unsigned|signed|^u(?!ns)|_t$")
_VOXEL_BYTES = {
    **dict.fromkeys(("char", "int8", "ascii_char"), 1),
    **dict.fromkeys(("short", "shortint", "int16"), 2),
    **dict.fromkeys(("int", "int32", "long", "float"), 4),
    **dict.fromkeys(("longlong", "longlongint", "int64", "long_long", "double"), 8),
}
_NRRD_CODINGS = {
    "raw": Coding.RAW,
    **dict.fromkeys(("gz", "gzip"), Coding.DEFLATED),
    **dict.fromkeys(("txt", "text", "ascii", "hex"), Coding.TEXT),
}
_NRRD_FIELDS = ("type", "sizes", "encoding", "datafile", "lineskip", "byteskip")
_META_FIELDS = (
    "ndims", "dimsize", "elementtype", "elementnumberofchannels", "elementdatafile", "binarydata",
    "compresseddata", "compresseddatasize", "headersize",
)  # fmt: skip


def read_nrrd(path: Path) -> ImageHeader:
    """Return the header of a NRRD file."""
    with path.open("rb") as stream:
        content = stream.read(_LONGEST_HEADER)
    if not content.startswith(b"NRRD"):
        raise HeaderError("it is no NRRD")
    end = re.search(rb"\r?\n\r?\n", content)
    text = content if end is None else content[: end.start()]
    lines = text.decode(errors="replace").split("\n")[1:]
    pairs = (line.partition(":") for line in lines if not line.startswith("#"))
    said = _said_once(pairs, _NRRD_FIELDS)
    detached = said.get("datafile")
    voxels = path if detached is None else beside(path, detached)
    start = 0 if detached is not None else len(content) if end is None else end.end()
    coding = _NRRD_CODINGS.get(said.get("encoding", "").lower(), Coding.OTHER)
    start += _skipped(voxels, start, said, coding)
    sizes = _whole_numbers(said, "sizes")
    size_of_one = _voxel_bytes(said, "type")
    return ImageHeader("NrrdImageIO", voxels, sizes, size_of_one, start, coding)


def read_meta(path: Path) -> ImageHeader:
    """Return the header of a MetaImage file."""
    text, end = _meta_text(path)
    pairs = [re.split(r"([=:])", line, maxsplit=1) for line in text.split("\n")]
    if any(len(name) > _LONGEST_NAME for name, *_ in pairs):
        raise HeaderError("a line of its header is too long")
    said = _said_once((pair for pair in pairs if len(pair) == 3), _META_FIELDS)
    named = said.get("elementdatafile", "")
    voxels = path if named.upper() == "LOCAL" else beside(path, named)
    sizes = _whole_numbers(said, "dimsize")
    if said.get("ndims") != str(len(sizes)):
        raise HeaderError(f"its header claims {said.get('ndims')!r} axes and {len(sizes)} sizes")
    channels = said.get("elementnumberofchannels", "1")
    if not _is_whole(channels):
        raise HeaderError(f"its voxels have {channels!r} values")
    size_of_one = _voxel_bytes(said, "elementtype") * int(channels)
    coding = Coding.DEFLATED if _is_true(said.get("compresseddata", "False")) else Coding.RAW
    if not _is_true(said.get("binarydata", "True")):
        coding = Coding.TEXT
    start = end if voxels == path else 0
    skipped, there = said.get("headersize", "0"), voxels.stat().st_size
    if skipped == "-1":
        start = max(start, there - math.prod(sizes) * size_of_one)
    elif skipped != "0":
        start = int(skipped) if _is_whole(skipped) else there
    packed = said.get("compresseddatasize", "0")
    if coding is Coding.DEFLATED and _is_whole(packed) and int(packed) not in (0, there - start):
        raise HeaderError(
            f"its header claims {int(packed):,} compressed bytes, and {there - start:,} are there"
        )
    return ImageHeader("MetaImageIO", voxels, sizes, size_of_one, start, coding)


def _said_once(pairs: Iterable[tuple[str, str, str]], names: Iterable[str]) -> dict[str, str]:
    """Return the values of these names; each stands at most once."""
    said: dict[str, str] = {}
    for name, _, value in pairs:
        plain = "".join(name.lower().split())
        if plain in names and plain in said:
            raise HeaderError(f"its header says {name.strip()!r} twice")
        if plain in names:
            said[plain] = value.rstrip("\r").strip(" \t")
            if not said[plain].replace("\t", " ").isprintable():
                raise HeaderError(f"its header gives {said[plain]!r} as its {plain}")
    return said


def _whole_numbers(said: Mapping[str, str], name: str) -> tuple[int, ...]:
    words = said.get(name, "").split()
    if not 1 <= len(words) <= _MOST_AXES or not all(map(_is_whole, words)):
        raise HeaderError(f"its header gives {said.get(name)!r} as its {name}")
    return tuple(map(int, words))


def _voxel_bytes(said: Mapping[str, str], name: str) -> int:
    word = "".join(said.get(name, "").lower().split())
    kind = _SIGN.sub("", word.removeprefix("met_").removesuffix("_array"))
    if kind not in _VOXEL_BYTES:
        raise HeaderError(f"its voxels are of the type {said.get(name)!r}")
    return _VOXEL_BYTES[kind]


def _is_whole(word: str) -> bool:
    return re.fullmatch(r"[0-9]{1,15}", word) is not None


def _is_true(word: str) -> bool:
    return word[:1] in ("T", "t", "1")


def _skipped(voxels: Path, start: int, said: Mapping[str, str], coding: Coding) -> int:
    """Return the bytes that a NRRD leaves out before its voxels; those within gzip do not count."""
    lines, skip = said.get("lineskip", "0"), said.get("byteskip", "0")
    if not _is_whole(lines) or not _is_whole(skip.removeprefix("-")):
        raise HeaderError(f"its header leaves out {lines!r} lines and {skip!r} bytes")
    with voxels.open("rb") as stream:
        stream.seek(start)
        for _ in range(int(lines)):
            if not stream.readline(_LONGEST_HEADER):
                raise HeaderError(f"its header leaves out {lines} lines, and there are fewer")
        behind = stream.tell() - start
    return behind + (max(0, int(skip)) if coding is Coding.RAW else 0)


def _meta_text(path: Path) -> tuple[str, int]:
    """Return the header of a MetaImage as text, and where it ends.

    The line that ends it stands only once in the file: another, behind it, would count for a reader
    that takes the first for something else.
    """
    if path.stat().st_size == 0:
        raise HeaderError("it is empty")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as file:
        at = file.find(_LAST)
        if at < 0 or at > _LONGEST_HEADER or file.find(_LAST, at + 1) >= 0:
            raise HeaderError("it is no MetaImage, or its header is damaged")
        end = file.find(b"\n", at) + 1 or len(file)
        return file[:end].decode(errors="replace"), end
