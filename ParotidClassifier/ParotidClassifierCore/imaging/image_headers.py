"""Check what the header of an image file claims before SimpleITK reads the file and believes it.

A header can name any file and any size. Here the voxels must lie in the file itself or in one
beside it, and there must be as many bytes as the header claims.
"""

import zlib
from pathlib import Path

from ..base.disk import extended
from ..base.errors import UnreadableFileError
from .header_values import Coding, HeaderError, ImageHeader, inflated
from .nifti_header import read_nifti
from .text_headers import read_meta, read_nrrd

NIFTI_SUFFIXES, NRRD_SUFFIXES, META_SUFFIXES = (
    (".nii", ".nii.gz"),
    (".nrrd", ".nhdr"),
    (".mha", ".mhd"),
)
VOLUME_SUFFIXES = (*NRRD_SUFFIXES, *NIFTI_SUFFIXES, *META_SUFFIXES)

# 2048 slices of 512 × 512. A mask is held three times, a CT twice, until it is found usable.
MOST_VOXELS, LARGEST_BYTES = 2**29, 2**31
_MOST_DEFLATED = 1100  # bytes that one byte can stand for; zlib gets to 1032
_SMALLER = "Crop it to head and neck, or store it in 16 bits."


def read_header(path: Path) -> ImageHeader:
    """Return the header of an image file, whose voxels are there and not too many.

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
