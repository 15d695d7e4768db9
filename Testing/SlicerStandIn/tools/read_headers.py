"""Read what Python sees of Slicer's and CTK's Qt classes from their C++ headers.

    python Testing/SlicerStandIn/tools/read_headers.py --slicer SLICER --ctk CTK --out API.json

README.md beside this file says how to follow a new version of Slicer with it.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

_CTK = ("Core", "DICOM", "Scripting/Python", "Visualization/VTK", "Widgets")
_FOLDERS = {
    "CTK": tuple(f"Libs/{name}" for name in _CTK),
    "Slicer": ("Applications/SlicerApp", "Base", "Libs/MRML/Widgets", "Modules"),
}
_PASSED_OVER = {"Testing", "Plugins", "DesignerPlugins"}
_COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*")', re.DOTALL)
_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_CLASS = re.compile(r"\b(?:class|struct)\s+(?:\w+\s+)?(\w+)\s*(?:final\s*)?(?::([^;{(]*))?\{")
_LABEL = re.compile(
    r"\s*(?:(public|protected|private)\s*(slots|Q_SLOTS)?|(signals|Q_SIGNALS))\s*:(?!:)\s*"
)
_PROPERTY = re.compile(r"Q_PROPERTY\s*\((.*)\)", re.DOTALL)
_MACRO = re.compile(r"\s*(?:(?:Q_|QVTK_)\w*(?<!Q_INVOKABLE)|\w+Macro)\s*\(")  # no semicolon follows
_NO_TYPE = re.compile(
    r"\b(?:virtual|inline|explicit|static|constexpr|mutable|struct|class|enum|typename|"
    r"Q_INVOKABLE|Q_SCRIPTABLE|Q_REQUIRED_RESULT|QT\w*_DEPRECATED\w*|VTK_DEPRECATED\w*(?:\([^)]*\))?"
    r"|\w+_EXPORT)\b|\[\[\w+(?:\([^)]*\))?\]\]"
)


@dataclass
class Found:
    """What a class declares, as the API file has it."""

    header: str
    bases: list[str] = field(default_factory=list)
    qobject: bool = True
    python_ctor: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    readonly: list[str] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    slots: list[str] = field(default_factory=list)
    invokables: list[str] = field(default_factory=list)
    decorated: list[str] = field(default_factory=list)
    statics: list[str] = field(default_factory=list)
    enums: dict[str, list[str]] = field(default_factory=dict)
    ctors: list[str] = field(default_factory=list)
    cpp_only: list[str] = field(default_factory=list)

    def entry(self) -> dict[str, object]:
        """Return the class's entry of the API file."""
        return {"base": self.bases[0] if self.bases else None, **vars(self)}


# C++ text


def without_comments(text: str) -> str:
    """Return C++ without comments and preprocessor lines, and with empty texts."""
    text = _COMMENT.sub(lambda found: '""' if found[1] else " ", text)
    return _PREPROCESSOR.sub("", text)


def closing(text: str, start: int) -> int:
    """Return where the bracket that opens at `start` is closed."""
    pair = {"{": "}", "(": ")"}[text[start]]
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == text[start]) - (text[place] == pair)
        if depth == 0:
            return place
    raise ValueError(f"not closed: {text[start : start + 60]!r}")


def split(text: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "<({[") - (sign in ">)}]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def statements(body: str) -> Iterator[tuple[str, str]]:
    """Return access and text of each statement of a class's body; bodies of functions are cut."""
    access, text, place = "private", "", 0
    while place < len(body):
        if not text.strip() and (label := _LABEL.match(body, place)):
            access = "signals" if label[3] else label[1] + (" slots" if label[2] else "")
            place = label.end()
            continue
        sign, end, whole = body[place], place, False
        if sign in "({":
            end = closing(body, place)
        if sign == "(" or (sign == "{" and "enum" in text.partition("(")[0].split()):
            text += body[place : end + 1]
            whole = sign == "(" and _MACRO.match(text)
        elif sign == "{":
            whole = body[end + 1 :].lstrip()[:1] != ";"  # else it is a nested class
        elif sign != ";":
            text += sign
        if sign == ";" or whole or re.fullmatch(r"\s*(Q_OBJECT|QVTK_OBJECT|Q_GADGET)\s", text):
            yield access, text.strip()
            text = ""
        place = end + 1


def type_of(text: str) -> str:
    """Return a type as Qt's normalised signatures have it: constants and references by value."""
    text = " ".join(_NO_TYPE.sub(" ", text).split())
    text = re.sub(r"\s*([*&<>,:]+)\s*", r"\1", text)
    constant = re.fullmatch(r"const (.*)&|const (.*[^*])", text)
    return constant[1] or constant[2] if constant else text


def argument(text: str) -> tuple[str, bool]:
    """Return the type of an argument, and whether it has a default."""
    declared, equals, _ = text.partition("=")
    found = re.match(r"(.*[\s*&>])\w+\s*(\[\w*\])?\s*$", declared.strip(), re.DOTALL)
    alone = re.fullmatch(r"(const\s+)?(unsigned\s+)?[\w:]+|.*[*&>]\s*", declared.strip(), re.DOTALL)
    named = declared if alone or not found else found[1] + ("*" if found[2] else "")
    return type_of(named), bool(equals)


@dataclass(frozen=True)
class Function:
    """A declared function."""

    name: str
    returns: str
    arguments: tuple[str, ...]
    required: int

    def text(self, *, returns: bool = False) -> str:
        """Return its entry, such as `QString name(int,double)/1`."""
        before = f"{self.returns} " if returns and self.returns not in ("", "void") else ""
        count = f"/{self.required}" if self.required < len(self.arguments) else ""
        return f"{before}{self.name}({','.join(self.arguments)}){count}"


def function_of(text: str) -> Function | None:
    """Return the function that a statement declares, or None."""
    text = " ".join(text.split())
    if re.match(r"(typedef|using|friend|enum|template|Q_(?!INVOKABLE))\b|.*\boperator\b", text):
        return None
    for found in re.finditer(r"(~?\b\w+)\s*\(", text):
        if not re.fullmatch(r"[A-Z_\d]+|\w*DEPRECATED\w*|\w+Macro|tr", found[1]):
            break
    else:
        return None
    end = closing(text, found.end() - 1)
    given = [argument(one) for one in split(text[found.end() : end]) if one != "void"]
    before = text[: found.start()]
    required = sum(not default for _, default in given)
    kinds = tuple(kind for kind, _ in given)
    return Function(found[1], type_of(before).rstrip("&"), kinds, required)


def classes(text: str) -> Iterator[tuple[str, str, str]]:
    """Return name, bases and body of each class that is defined in a header."""
    for found in _CLASS.finditer(text):
        yield found[1], found[2] or "", text[found.end() : closing(text, found.end() - 1)]


def read_class(name: str, bases: str, body: str, header: str) -> Found:
    """Return what a class with Q_OBJECT declares itself."""
    found = Found(
        header,
        [re.sub(r"\b(public|virtual|protected|private)\b", "", b).strip() for b in split(bases)],
    )
    registered, enums = set(), {}
    for access, text in statements(body):
        if declared := _PROPERTY.match(text):
            _property(found, declared[1])
        elif text.startswith(("Q_ENUM", "Q_FLAG")):
            registered |= set(re.findall(r"\w+", text)[1:])
        elif text.startswith("Q_DECLARE_FLAGS"):
            flags, of = re.findall(r"\w+", text)[1:]
            registered |= {of} if flags in registered else set()
        elif enum := re.match(r"enum\s+(?:class\s+)?(\w+)?[^{]*\{(.*)\}", text, re.DOTALL):
            enums[enum[1]] = [re.split(r"[\s=]", one, maxsplit=1)[0] for one in split(enum[2])]
        elif function := function_of(text):
            _function(found, name, access, text, function)
    found.enums = {one: enums[one] for one in enums if one in registered}
    return found


def _property(found: Found, text: str) -> None:
    kind, _, rest = text.strip().partition(" READ ")
    kind, name = re.fullmatch(r"(.*[\s*])(\w+)", kind.strip(), re.DOTALL).groups()
    found.properties[name] = type_of(kind)
    if not re.search(r"\b(WRITE|MEMBER)\b", f"{rest} {text}"):
        found.readonly.append(name)


def _function(found: Found, name: str, access: str, text: str, function: Function) -> None:
    if access == "signals":
        found.signals.append(function.text())
    elif not access.startswith("public") or function.name.startswith("~"):
        return
    elif function.name == name:
        found.ctors.append(function.text())
    elif access == "public slots":
        found.slots.append(function.text(returns=True))
    elif "Q_INVOKABLE" in text:
        found.invokables.append(function.text(returns=True))
    else:
        found.cpp_only.append(function.text())


def constructor_in_python(name: str, text: str) -> str | None:
    """Return the arguments of the constructor that ctkWrapPythonQt.py of CTK wraps."""
    default = r"\s*\*\s*\w+\s*(\=\s*(0|NULL|nullptr)|,.*\=.*\)|\))"
    if not re.search(rf"[^~]{name}\s*\(\s*((QObject|QWidget){default})", text):
        return None
    if re.search(r"virtual[\w\s\*\(\)]+\=\s*(0|NULL|nullptr)\s*;", text):
        return None
    if re.search(rf"[^~]{name}\s*\(\s*\)", text):
        return "()"
    for parent in ("QObject", "QWidget"):
        if re.search(rf"\b{name}\s*\(\s*{parent}{default}", text):
            return f"({parent}*)"
    return None


def decorate(found: dict[str, Found], body: str) -> None:
    """Add what a class of decorators gives to other classes: new_X, static_X_name, name(X*, …)."""

    def of(name: str) -> Found:
        return found.setdefault(name, Found("(decorator)", qobject=False))

    for access, text in statements(body):
        function = function_of(text) if access == "public slots" else None
        if function is None or function.name.startswith("delete_"):
            continue
        if made := re.fullmatch(r"new_(\w+)", function.name):
            of(made[1]).python_ctor = f"({','.join(function.arguments)})"
        elif static := re.fullmatch(r"static_([^_]+)_(\w+)", function.name):
            of(static[1]).statics.append(replace(function, name=static[2]).text())
        elif function.arguments and function.arguments[0].endswith("*"):
            method = replace(
                function, arguments=function.arguments[1:], required=function.required - 1
            )
            of(function.arguments[0][:-1]).decorated.append(method.text(returns=True))


def headers(sources: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    """Return the name in the API file, and the path, of each header that may be wrapped."""
    for project, root in sources.items():
        for folder in _FOLDERS[project]:
            for path in sorted((root / folder).rglob("*.h")):
                place = path.relative_to(root)
                if not (_PASSED_OVER & set(place.parts) or path.stem.endswith("_p")):
                    yield f"{project}/{place.as_posix()}", path


def read(sources: dict[str, Path]) -> dict[str, Found]:
    """Return every class with Q_OBJECT, and those that decorators name, by name."""
    found, decorators = {}, []
    for header, path in headers(sources):
        original = path.read_text("utf-8", errors="replace")
        for name, bases, body in classes(without_comments(original)):
            if path.stem.endswith("Decorators"):
                decorators.append(body)
            elif re.search(r"\bQ(VTK)?_OBJECT\b", body):
                found[name] = read_class(name, bases, body, header)
                if name == path.stem:
                    found[name].python_ctor = constructor_in_python(name, original)
    for body in decorators:
        decorate(found, body)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slicer", type=Path, required=True, help="source of 3D Slicer")
    parser.add_argument(
        "--ctk", type=Path, required=True, help="source of CTK that it is built with"
    )
    parser.add_argument("--out", type=Path, required=True, help="API file that is written")
    options = parser.parse_args()
    found = read({"CTK": options.ctk, "Slicer": options.slicer})
    content = {name: found[name].entry() for name in sorted(found)}
    options.out.write_text(json.dumps(content, sort_keys=True, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    main()
