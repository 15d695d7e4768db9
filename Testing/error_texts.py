"""Every text that an error can carry, taken from the source: what errors.md is checked with."""

import ast
from collections.abc import Iterator
from pathlib import Path

import ParotidClassifierCore

GAP = "…"
_CORE = Path(ParotidClassifierCore.__file__).parent


def error_texts() -> set[str]:
    """Return all texts in the source of Core and of the panel, GAP for what is filled in."""
    folders = (_CORE, _CORE.with_name("ParotidClassifierLib"))
    files = [_CORE.with_name("ParotidClassifier.py")]
    files += [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return {text for path in files for text in _texts(ast.parse(path.read_text("utf-8")))}


def quotes(quoted: str, texts: set[str]) -> bool:
    """Whether `quoted`, with GAP for what is left out, stands in one of `texts`."""
    parts = [part.strip() for part in quoted.split(GAP) if part.strip()]
    return any(_in_order(parts, text) for text in texts)


def _in_order(parts: list[str], text: str) -> bool:
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
