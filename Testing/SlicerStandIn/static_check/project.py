"""The files that are checked together, and what they tell each other."""

from __future__ import annotations

import ast
import dataclasses
from functools import cached_property
from pathlib import Path

from .forms import Form
from .kinds import UNKNOWN, Kind, StoredParameters
from .namespaces import named_class
from .values import vtk_class

_OWN_METHODS = frozenset(
    {
        "parameterNode",
        "allParameters",
        "default",
        "isCached",
        "dataType",
        "getValue",
        "setValue",
        "connectGui",
        "connectParametersToGui",
        "disconnectGui",
        "StartModify",
        "EndModify",
        "AddObserver",
        "RemoveObserver",
        "Modified",
    }
)


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something that Slicer would not understand."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclasses.dataclass(frozen=True)
class ParameterClass:
    """A class of parameters: the text of the type of each."""

    name: str
    types: dict[str, str] = dataclasses.field(hash=False)


class Project:
    """Python files and forms; forms are also looked for in Resources/UI beside or above a file."""

    def __init__(self, paths: list[Path]):
        files = [file for path in paths for file in _files(path)]
        self.sources = {file: _parsed(file) for file in files if file.suffix == ".py"}
        forms = [file for file in files if file.suffix == ".ui"]
        forms += [form for file in self.sources for form in _forms_near(file)]
        self.forms = {file.name: Form(file) for file in dict.fromkeys(forms)}

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """All classes at file scope, by name."""
        return {
            node.name: node
            for tree in self.sources.values()
            for node in tree.body
            if isinstance(node, ast.ClassDef)
        }

    @cached_property
    def parameter_class(self) -> ParameterClass | None:
        """The class under @parameterNodeWrapper, None unless there is exactly one."""
        found = [node for node in self.classes.values() if _is_wrapped(node)]
        return _parameter_class(found[0]) if len(found) == 1 else None

    @cached_property
    def parameter_node(self) -> Kind:
        """The kind of the project's parameter node."""
        if self.parameter_class is None:
            return UNKNOWN
        kinds = {name: named_class(text) for name, text in self.parameter_class.types.items()}
        node = vtk_class("vtkMRMLScriptedModuleNode").called(None)
        return StoredParameters(self.parameter_class.name, kinds, _OWN_METHODS, node)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(file for pattern in ("*.py", "*.ui") for file in path.rglob(pattern))
    return [file for file in found if "__pycache__" not in file.parts]


def _forms_near(file: Path) -> list[Path]:
    folders = list(file.resolve().parents)[:2]
    return [form for folder in folders for form in sorted((folder / "Resources/UI").glob("*.ui"))]


def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def _is_wrapped(node: ast.ClassDef) -> bool:
    return any("parameterNodeWrapper" in ast.unparse(each) for each in node.decorator_list)


def _parameter_class(node: ast.ClassDef) -> ParameterClass:
    return ParameterClass(
        node.name,
        {
            each.target.id: bare_type(each.annotation)
            for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        },
    )


def bare_type(annotation: ast.expr) -> str:
    """Return the text of a type without Annotated[…], Optional[…], quotes and "| None"."""
    if isinstance(annotation, ast.Subscript):
        name = ast.unparse(annotation.value).rsplit(".", 1)[-1]
        inner = annotation.slice
        if name == "Annotated" and isinstance(inner, ast.Tuple):
            return bare_type(inner.elts[0])
        if name == "Optional":
            return bare_type(inner)
    if isinstance(annotation, ast.BinOp) and ast.unparse(annotation.right) == "None":
        return bare_type(annotation.left)
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return bare_type(ast.parse(annotation.value, mode="eval").body)
    return ast.unparse(annotation)
