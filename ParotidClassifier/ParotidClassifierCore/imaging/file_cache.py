"""What was read from files, kept for as long as the files stay as they were."""

from __future__ import annotations

import hashlib
import stat
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..base.disk import is_left_by_a_system
from .image_headers import files_of_image

Content = TypeVar("Content")

_KEPT_FILES = 6
# Reading a small file costs less than being wrong about it: the file system's word counts for
# large ones alone.
_SMALL_BYTES = 2**20


class FileCache:
    """Gives the very same object again while the file or folder that it came from is unchanged.

    A small file is unchanged when its content is the same, a large one when size, time of change
    and place on the disk are; of a folder, every file directly in it counts, and of an image whose
    voxels lie in another file, that one too.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Callable, Path], tuple[object, object]] = OrderedDict()

    def read(self, path: Path, reader: Callable[[Path], Content]) -> Content:
        """Return reader(path), or what it returned before.

        Raises:
            Exception: whatever `reader` raises; nothing is kept then.
        """
        key = (reader, path)
        # Looked at first: a file that changes while it is read is read again the next time.
        now = _state(path)
        before = self._kept.pop(key, None)
        if before is None or now is None or before[0] != now:
            before = (now, reader(path))
        self._kept[key] = before
        while len(self._kept) > _KEPT_FILES:
            self._kept.popitem(last=False)
        return before[1]


def _state(path: Path) -> object:
    """Return what changes when the file or folder changes; None where that cannot be said."""
    try:
        if not path.is_dir():
            return [_file_state(file) for file in files_of_image(path)]
        return [
            (entry.name, _file_state(entry))
            for entry in sorted(path.iterdir())
            if not is_left_by_a_system(entry.name)
        ]
    except OSError:
        return None


def _file_state(path: Path) -> object:
    status = path.stat()
    if stat.S_ISREG(status.st_mode) and status.st_size <= _SMALL_BYTES:
        return hashlib.sha256(path.read_bytes()).digest()
    return (status.st_size, status.st_mtime_ns, status.st_ino)
