"""Lists in the repository: files in the CMake files, texts of protocols for translators.

`python Testing/packaging_lists.py`, or `make lists`, brings them up to date.
"""

import json
import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "ParotidClassifier"
SELF_TESTS = ROOT / "Testing" / "Slicer"

PROTOCOLS = MODULE / "ParotidClassifierCore" / "protocol"
PROTOCOL_TEXTS = MODULE / "ParotidClassifierLib" / "Panels" / "ProtocolTexts.py"

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


def shown_texts() -> list[str]:
    """Return what the panel shows of the shipped protocols, each text once."""
    protocols = [json.loads(path.read_text("utf-8")) for path in sorted(PROTOCOLS.glob("*.json"))]
    variables = [v for protocol in protocols for v in protocol["clinical"].values()]
    called = [named for p in protocols for of in ("regions", "models") for named in p[of].values()]
    texts = [
        text
        for variable in variables
        for text in (
            variable["label"],
            variable.get("definition"),
            variable.get("unit"),
            *variable.get("levels", {}).values(),
            *variable.get("phrases", {}).values(),
        )
    ]
    texts += [named.get("words") for named in called]
    return list(dict.fromkeys(filter(None, texts)))


def with_shown_texts(source: str) -> str:
    """Return ProtocolTexts.py with all shown texts in its last function, several a line."""
    head, function, docstring = source.partition("def _ofShippedProtocols")
    calls = [f"_({json.dumps(text, ensure_ascii=False)})" for text in shown_texts()]
    # what textwrap keeps together: it breaks at plain spaces alone
    filled = ", ".join(call.replace(" ", "\0") for call in calls)
    lines = textwrap.wrap(filled, 92, break_long_words=False, break_on_hyphens=False)
    lines = [f"        {line.replace(chr(0), ' ').rstrip(',')}," for line in lines]
    lines = [line if len(line) <= 100 else f"{line}  # noqa: E501" for line in lines]
    kept = docstring.splitlines()[:3]
    return head + function + "\n".join([*kept, "    return (", *lines, "    )", ""])


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
    source = PROTOCOL_TEXTS.read_text(encoding="utf-8")
    PROTOCOL_TEXTS.write_text(with_shown_texts(source), encoding="utf-8")
