"""Read and write images with SimpleITK, whatever letters and however many their paths have.

In Slicer's Python on Windows SimpleITK finds no file whose path has other letters than those of the
system's own language, or is long. Such a file goes by its folder's short name, or is copied. On no
system does it survive a path that is not UTF-8.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import SimpleITK as sitk

from ..disk import LONGEST_PATH, PREFIX, limits_paths
from ..errors import OutputError
from ..temporary import temporary_folder

_DETACHED = (".mhd", ".nhdr")  # headers that may name the files of the voxels
_LONGEST_HEADER = 2**20
# Of a series of files: image%03d.raw, and the numbers from, to, step behind it.
_NUMBER, _BEHIND = re.compile(r"%0?\d*d"), re.compile(r"(\s+-?\d+){2,}$")


def read_image(path: Path, image_io: str = "") -> sitk.Image:
    """Return the image in a file; of detached ones, the file is the header.

    Args:
        path: of the file.
        image_io: ITK's name of the reader; empty for the one that knows the file.

    Raises:
        RuntimeError: SimpleITK's word for whatever is wrong.
        OSError: the file cannot be read.
        OutputError: there is no place for a copy that SimpleITK finds.
    """
    with _named(path) as name:
        return sitk.ReadImage(name, imageIO=image_io)


def write_image(path: Path, image: sitk.Image, compress: bool) -> None:
    """Write an image to a file.

    Raises:
        RuntimeError: SimpleITK's word for whatever is wrong.
        OSError: what was written cannot be moved there.
        OutputError: as `read_image`.
    """
    name = _short(path)
    if name is not None:
        sitk.WriteImage(image, name, useCompression=compress)
        return
    with _plain_folder(path) as folder:
        made = folder / _plain_name(path, folder)
        sitk.WriteImage(image, str(made), useCompression=compress)
        for file in folder.iterdir():
            shutil.move(file, path if file == made else path.with_name(file.name))


def is_understood(path: Path | str) -> bool:
    """Return whether SimpleITK finds a file of this path, which must have no prefix."""
    text = str(path)
    if not limits_paths():
        return text == text.encode(errors="ignore").decode()
    return text.isascii() and len(text) <= LONGEST_PATH and not text.startswith(PREFIX)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[str]:
    """Yield a name by which SimpleITK finds a file, for as long as it is read."""
    name = _short(path)
    if name is not None:
        yield name
        return
    with _plain_folder(path) as folder:
        yield str(_laid(path, folder))


def _short(path: Path) -> str | None:
    """Return the path as it is, or with its folder by the short name that Windows gave it.

    The file's own short name will not do: ITK knows formats by their whole ending.
    """
    if is_understood(path):
        return str(path)
    name = str(Path(short_name(path.parent)) / path.name)
    return name if is_understood(name) else None


def short_name(folder: Path) -> str:
    """Return the name of letters A to Z that Windows gives a folder; its own if it gave none."""
    if os.name != "nt":
        return str(folder)
    import ctypes

    short = ctypes.create_unicode_buffer(2**15)
    found = ctypes.windll.kernel32.GetShortPathNameW(str(folder), short, len(short))
    return short.value if 0 < found < len(short) else str(folder)


@contextlib.contextmanager
def _plain_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that SimpleITK finds."""
    usual = Path(tempfile.gettempdir())
    others = [os.environ.get(name) for name in ("ProgramData", "PUBLIC", "SystemDrive")]
    places = [
        usual,
        Path(short_name(usual)),
        *(Path(f"{place}{os.sep}") for place in others if place),
    ]
    for place in filter(is_understood, places):
        with contextlib.ExitStack() as stack:
            try:
                folder = stack.enter_context(temporary_folder(place))
            except OutputError:
                continue
            yield folder
            return
    raise OutputError(
        f"The path of {path} is too long, or has letters that the image library cannot be given, "
        "and no folder without such letters can be written, to copy it to.",
        r"Set the environment variable TEMP to a folder such as C:\Temp, or move the data there.",
    )


def _plain_name(path: Path, folder: Path) -> str:
    """Return a name by which SimpleITK finds the file in `folder`; it keeps the ending."""
    if is_understood(folder / path.name):
        return path.name
    return "image" + "".join(filter(str.isascii, path.suffixes[-2:]))


def _laid(path: Path, folder: Path) -> Path:
    """Return a copy, in `folder`, of a file and of those that it names."""
    name = folder / _plain_name(path, folder)
    if not path.name.lower().endswith(_DETACHED):
        shutil.copyfile(path, name)
        return name
    content = path.read_bytes()
    header, voxels = content[:_LONGEST_HEADER], content[_LONGEST_HEADER:]  # these seldom are there
    for number, file in enumerate(_voxel_files(path.parent, header)):
        told = file.relative_to(path.parent).as_posix()
        plain = told if told.isascii() else f"voxels{number}{file.suffix}"
        header = header.replace(told.encode(), plain.encode())
        (folder / plain).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / plain)
    name.write_bytes(header + voxels)
    return name


def _voxel_files(folder: Path, header: bytes) -> list[Path]:
    """Return the files that a header names: one, a list, or a pattern with numbers."""
    text = header.decode(errors="ignore")
    words = {re.split(r"[:=]", line)[-1].strip() for line in text.splitlines()}
    files = set()
    # Behind a header there may be voxels, which make no names.
    for word in (word for word in words if word.isprintable() and 0 < len(word) <= LONGEST_PATH):
        if _NUMBER.search(word):
            parts = _NUMBER.split(_BEHIND.sub("", word))
            pattern = re.compile(r"\d+".join(map(re.escape, parts)))
            files |= {file for file in folder.iterdir() if pattern.fullmatch(file.name)}
        elif not Path(word).is_absolute() and ".." not in Path(word).parts:
            files.add(folder / word)
    return sorted(file for file in files if file.is_file())
