"""Windows' rules for files and processes, imposed on Python processes that run on Linux.

`imposed` makes a folder of a user and the environment in which every Python process, and every one
that it starts, lives by these rules:

- a file is not renamed, replaced or removed while a process of the same family has it open or
  mapped, nor is a folder with such a file in it;
- no name is reserved (CON, aux.txt), ends in a dot or a space, or has one of `<>:"|?*` in it, and
  no two names in a folder differ in capitals alone;
- a path has up to 259 characters, unless it has a prefix;
- SimpleITK finds no file whose path has letters beyond ASCII;
- processes are spawned, and a text file that is opened without saying its encoding is an error.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import ParotidClassifierCore

MAX_PATH = 259
# The root of this system by another name: it stands for the prefix of long paths on Windows.
PREFIX = "/proc/self/root"
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\s*(\.|$)", re.IGNORECASE)
_HOME = "PAROTID_CLASSIFIER_WINDOWS_HOME"
_IN_USE = (32, "The process cannot access the file because it is being used by another process")
_ACCESS_DENIED = (5, "Access is denied")
_NO_SUCH_NAME = (123, "The filename, directory name, or volume label syntax is incorrect")


def imposed(folder: Path, user: str) -> tuple[Path, dict[str, str]]:
    """Return a new user's folder and the environment that imposes the rules on whatever is in it.

    Args:
        folder: an empty one; it stands for the drive.
        user: the user's name.
    """
    home = folder / "Users" / user
    (home / "Temp").mkdir(parents=True)
    (folder / "ProgramData").mkdir()
    start = folder / "start"
    start.mkdir()
    (start / "sitecustomize.py").write_text("import windows_rules\n\nwindows_rules.impose()\n")
    core = Path(ParotidClassifierCore.__file__).parents[1]
    more = [*map(str, (start, Path(__file__).parent, core)), os.environ.get("PYTHONPATH", "")]
    return home, os.environ | {
        _HOME: str(folder),
        "PYTHONPATH": os.pathsep.join(filter(None, more)),
        "PYTHONWARNDEFAULTENCODING": "1",
        "TMPDIR": str(home / "Temp"),
        "ProgramData": str(folder / "ProgramData"),
    }


def impose() -> None:
    """Impose the rules on this process for good."""
    import multiprocessing
    import shutil

    drive = os.environ[_HOME]
    multiprocessing.set_start_method("spawn")
    warnings.filterwarnings("error", category=EncodingWarning, module="ParotidClassifierCore")
    shutil._use_fd_functions = False  # a folder is removed by paths there
    _impose_on_core()
    narrow_simpleitk(setattr)
    sys.addaudithook(lambda event, arguments: _look(event, arguments, drive))


def _impose_on_core() -> None:
    from ParotidClassifierCore import disk

    disk.limits_paths = lambda: True
    disk.prefixed = lambda full: full if full.startswith(PREFIX) else f"{PREFIX}{full}"


def narrow_simpleitk(set_attribute: Callable[[object, str, object], None]) -> None:
    """Have SimpleITK find no file whose path is long or has letters beyond ASCII."""
    import SimpleITK as sitk

    def narrow(usual, place):
        def called(*arguments, **others):
            path = str(arguments[place])
            if not path.isascii() or len(path) > MAX_PATH:
                raise RuntimeError(f'sitk::ERROR: The file "{path}" does not exist.')
            return usual(*arguments, **others)

        return called

    reader = sitk.ImageFileReader
    for owner, name, place in (
        (sitk, "ReadImage", 0), (sitk, "WriteImage", 1), (reader, "SetFileName", 1),
    ):  # fmt: skip
        set_attribute(owner, name, narrow(getattr(owner, name), place))


def _look(event: str, arguments: tuple, drive: str) -> None:
    """Refuse what Windows would; only within the drive, where the test's own files are."""
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(path, str | bytes | os.PathLike):
            path = _whole(path)
            _require_short(path, drive)
            if flags & os.O_CREAT:
                _require_name(path, drive)
    elif event == "os.mkdir":
        path = _whole(arguments[0], arguments[2])
        _require_short(path, drive)
        _require_name(path, drive)
    elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str):
        _require_short(_whole(arguments[0]), drive)
    elif event == "os.rename":
        source, target = _whole(arguments[0], arguments[2]), _whole(arguments[1], arguments[3])
        for path in (source, target):
            _require_short(path, drive)
        _require_name(target, drive, instead_of=source)
        _require_free(source, drive, _IN_USE)
        _require_free(target, drive, _ACCESS_DENIED)
    elif event in ("os.remove", "os.rmdir"):
        path = _whole(arguments[0], arguments[1])
        _require_short(path, drive)
        _require_free(path, drive, _IN_USE)


def _whole(path: object, folder: int = -1) -> str:
    text = os.fsdecode(path)
    if folder != -1:
        text = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), text)  # noqa: PTH115, PTH118
    return os.path.abspath(text)  # noqa: PTH100


def _refusal(path: str, word: tuple[int, str], number: int = errno.EACCES) -> OSError:
    error = OSError(number, word[1], path)  # a PermissionError for EACCES
    error.winerror = word[0]
    return error


def _within(path: str, drive: str) -> bool:
    return path.removeprefix(PREFIX).startswith(f"{drive}/")


def _require_short(path: str, drive: str) -> None:
    if len(path) > MAX_PATH and _within(path, drive) and not path.startswith(PREFIX):
        raise FileNotFoundError(errno.ENOENT, "The system cannot find the path specified", path)


def _require_name(path: str, drive: str, instead_of: str = "") -> None:
    if not _within(path, drive):
        return
    folder, name = os.path.split(path)
    plain = unicodedata.normalize("NFKC", name)
    if set('<>:"|?*\\') & set(name) or name[-1:] in (".", " ") or _DEVICES.match(plain):
        raise _refusal(path, _NO_SUCH_NAME, errno.EINVAL)
    if os.path.lexists(path) or not os.path.isdir(folder):  # noqa: PTH112
        return
    alike = [n for n in os.listdir(folder) if n != name and n.casefold() == name.casefold()]  # noqa: PTH208
    if alike and os.path.join(folder, alike[0]) != instead_of:  # noqa: PTH118
        raise _refusal(path, (183, f"{alike[0]} is the same name"), errno.EEXIST)


def _require_free(path: str, drive: str, word: tuple[int, str]) -> None:
    if not _within(path, drive):
        return
    path = path.removeprefix(PREFIX)
    for process in _family():
        for used in _used_by(process):
            if used == path or used.startswith(f"{path}/"):
                raise _refusal(path, word)


def _family() -> Iterator[int]:
    """Yield the processes that live by the rules of the same drive."""
    mine = f"{_HOME}={os.environ[_HOME]}".encode()
    for entry in os.listdir("/proc"):  # noqa: PTH208
        if entry.isdecimal():
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{entry}/environ").read_bytes()
                if mine in told.split(b"\0"):
                    yield int(entry)


def _used_by(process: int) -> Iterator[str]:
    """Yield the paths of what a process has open or mapped."""
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{process}/fd"):  # noqa: PTH208
            with contextlib.suppress(OSError):
                path = os.readlink(f"/proc/{process}/fd/{number}")  # noqa: PTH115
                if os.path.isfile(path):  # noqa: PTH113  folders may be open here
                    yield path
        maps = Path(f"/proc/{process}/maps").read_text("utf-8", errors="surrogateescape")
        for line in maps.splitlines():
            yield line.partition("/")[1] + line.partition("/")[2]
