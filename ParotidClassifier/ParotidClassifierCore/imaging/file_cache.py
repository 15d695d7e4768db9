"""What files hold: their content as a key, and what was read from them while they stay the same."""

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..base.cache import Cache, content_key
from ..base.disk import extended, files_below
from .image_headers import files_of_image

Content = TypeVar("Content")

_KEPT_FILES = 6
# Reading a small file costs less than being wrong about it: the file system's word counts for
# large ones alone.
_SMALL_BYTES = 2**20


class FileCache(Cache):
    """Gives the very same object again while the file or folder that it came from is unchanged.

    A small file is unchanged when its content is the same, a large one when size, time of change
    and place on the disk are; of a folder, every file in it and below counts, and of an image whose
    voxels lie in another file, that one too.
    """

    def __init__(self) -> None:
        super().__init__(_KEPT_FILES)

    def read(self, path: Path, reader: Callable[[Path], Content]) -> Content:
        """Return reader(path), or what it returned before."""
        try:
            # Looked at first: a file that changes while it is read is read again the next time.
            state: object = _of_files(path, _file_state)
        except OSError:  # equal to none
            state = object()
        return self.get((reader, path), lambda: reader(path), state)


def files_key(path: Path) -> str:
    """Return the content key of a file, or of the names and contents of a folder's files."""
    return content_key(*_of_files(path, _file_hash))


def _of_files(path: Path, of_file: Callable[[Path], Content]) -> list[bytes | Content]:
    """Return what `of_file` says of a file, with the voxels beside it, or of each in a folder."""
    path = extended(path)
    if not path.is_dir():
        return [of_file(file) for file in files_of_image(path)]
    return [
        part
        for name in sorted(files_below(path))
        for part in (
            name.as_posix().encode(errors="surrogateescape") + b"\0",
            of_file(extended(path / name)),
        )
    ]


def _file_hash(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def _file_state(path: Path) -> object:
    status = path.stat()
    if stat.S_ISREG(status.st_mode) and status.st_size <= _SMALL_BYTES:
        return _file_hash(path)
    return (status.st_size, status.st_mtime_ns, status.st_ino)
