"""The lists of files in the CMake files: read, compared with the disk, written anew.

`python Testing/packaging_lists.py`, or `make lists`, brings them up to date.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "ParotidClassifier"
SELF_TESTS = ROOT / "Testing" / "Slicer"

# List name → the CMake file it stands in.
LISTS = {
    "MODULE_PYTHON_SCRIPTS": MODULE / "CMakeLists.txt",
    "MODULE_PYTHON_RESOURCES": MODULE / "CMakeLists.txt",
    "SELF_TESTS": SELF_TESTS / "CMakeLists.txt",
}


def on_disk(name: str) -> list[str]:
    """Return what belongs into a list, sorted, relative to the list's CMake file."""
    folder = LISTS[name].parent
    if name == "SELF_TESTS":
        return sorted(path.name for path in folder.glob("*Test.py"))
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    scripts = name == "MODULE_PYTHON_SCRIPTS"
    return sorted(
        path.as_posix()
        for path in files
        if _is_packaged(path) and (path.suffix == ".py") == scripts
    )


def listed(name: str) -> list[str]:
    """Return what stands in a list."""
    return _pattern(name).search(LISTS[name].read_text(encoding="utf-8"))["items"].split()


def write_lists() -> None:
    """Write every list anew from what is on disk."""
    for name, path in LISTS.items():
        items = "".join(f"  {item}\n" for item in on_disk(name))
        text = path.read_text(encoding="utf-8")
        path.write_text(
            _pattern(name).sub(f"set({name}\n{items}  )", text, count=1), encoding="utf-8"
        )


def _is_packaged(path: Path) -> bool:
    return not (
        path.name == "CMakeLists.txt"
        or any(
            part == "__pycache__" or part.startswith(".") or part.endswith(".egg-info")
            for part in path.parts
        )
    )


def _pattern(name: str) -> re.Pattern:
    return re.compile(rf"set\({name}\n(?P<items>[^)]*)\)")


if __name__ == "__main__":
    write_lists()
