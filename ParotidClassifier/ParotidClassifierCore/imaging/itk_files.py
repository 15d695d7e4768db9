"""Read and write images with SimpleITK, whatever letters and however many their paths have.

In Slicer's Python on Windows SimpleITK finds no file whose path has other letters than those of the
system's own language, or is long. Such a file goes by its folder's short name, or is copied. On no
system does it survive a path that is not UTF-8.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import SimpleITK as sitk

from ..base.disk import LONGEST_PATH, PREFIX, limits_paths
from ..base.errors import OutputError
from ..base.temporary import temporary_folder
from .image_headers import files_of_image


def read_image(
    path: Path, image_io: str, lay: Callable[[Path, Path], Path] | None = None
) -> sitk.Image:
    """Return the image in a file; of detached ones, the file is the header.

    Args:
        image_io: ITK's name of the reader.
        lay: writes what SimpleITK is to read instead into a folder, and returns its path.

    Raises:
        RuntimeError: SimpleITK's word for whatever is wrong.
        OSError: the file cannot be read.
        OutputError: there is no place for a copy that SimpleITK finds.
    """
    with _named(path, lay) as name:
        return sitk.ReadImage(name, imageIO=image_io)


def write_image(path: Path, image: sitk.Image, compress: bool) -> None:
    """Write an image to a file."""
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
def _named(path: Path, lay: Callable[[Path, Path], Path] | None) -> Iterator[str]:
    """Yield a name by which SimpleITK finds a file, for as long as it is read."""
    name = None if lay else _short(path)
    if name is not None:
        yield name
        return
    with _plain_folder(path) as folder:
        yield str((lay or _laid)(path, folder))


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
    failed = None
    for place in filter(is_understood, places):
        with contextlib.ExitStack() as stack:
            try:
                folder = stack.enter_context(temporary_folder(place))
            except OutputError as error:
                failed = failed or error
                continue
            yield folder
            return
    if failed is not None and is_understood(path):
        raise failed
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
    """Return a copy, in `folder`, of a file and of the one with its voxels."""
    name = folder / _plain_name(path, folder)
    _, *voxels = files_of_image(path)
    if not voxels:
        shutil.copyfile(path, name)
    for file in voxels:
        plain = file.name if file.name.isascii() else f"voxels{file.suffix}"
        name.write_bytes(path.read_bytes().replace(file.name.encode(), plain.encode()))
        shutil.copyfile(file, folder / plain)
    return name
