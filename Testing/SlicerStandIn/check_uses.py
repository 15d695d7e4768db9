"""Find what Python files use of Slicer, Qt and MRML that Slicer 5.12 does not have.

    python -m SlicerStandIn.check_uses FILE_OR_FOLDER …

prints one line for each, and exits with 1 if there is any. Nothing of the files is run: expressions
are followed through the stand-in's own objects, as far as it is clear what they are. Forms need no
check of their own: the stand-in refuses to load a wrong one.
"""

from __future__ import annotations

import ast
import enum
import inspect
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from . import api, application, members, object_methods

application.start()

import ctk
import qt
import slicer
import vtk

from .pythonqt import Wrapper, WrapperType, slicer_class
from .slicer_python.parameter_nodes import ParameterNode

_MODULES = {"slicer": slicer, "slicer.util": slicer.util, "qt": qt, "ctk": ctk, "vtk": vtk}
_PARAMETER_NODES = {"parameterNode", "_parameterNode"}
_TEXT_MAKERS = {"_": 0, "tr": 0, "translate": 1}  # and where the text stands
_OF_BASE_CLASSES = {
    "ScriptedLoadableModule": {"parent": slicer_class("qSlicerScriptedLoadableModule")},
    "ScriptedLoadableModuleWidget": {
        "parent": slicer_class("qSlicerScriptedLoadableModuleWidget"),
        "layout": qt.QVBoxLayout,
    },
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class WrongUseError(Exception):
    """Slicer has no such thing, or does not take it so."""


@dataclass(frozen=True)
class Thing:
    """A module, class or function, or the named widgets of a form."""

    value: Any
    name: str


@dataclass(frozen=True)
class Instance:
    """An object of Qt, Slicer, VTK or MRML; where a method returned it, perhaps of a subclass."""

    cls: type
    exact: bool = True


@dataclass(frozen=True)
class Bound:
    """What an object has: one of `members` for Qt, the name of a method for VTK."""

    owner: Instance
    member: Any


@dataclass(frozen=True)
class Parameters:
    """The project's parameter node."""

    name: str
    kinds: dict[str, Any]


def kind_of_value(value: Any, name: str = "") -> Any:
    """Return the kind of an object of the stand-in; None for what is not followed further."""
    if isinstance(value, Wrapper | vtk.vtkObjectBase):
        return Instance(type(value))
    if isinstance(value, type | ModuleType | FunctionType):
        return Thing(value, name)
    return None


def attribute(kind: Any, name: str) -> Any:
    """Return the kind of an attribute; None if that is not known."""
    if kind is None or name.startswith("__"):
        return None
    if isinstance(kind, Thing):
        return _of_thing(kind, name)
    if isinstance(kind, Parameters):
        node = Instance(slicer.vtkMRMLScriptedModuleNode)
        if name == "parameterNode":
            return node
        own = name in kind.kinds or hasattr(ParameterNode, name)
        return kind.kinds.get(name) if own else attribute(node, name)
    if isinstance(kind, Bound):
        if isinstance(kind.member, members.Signal) and name not in ("connect", "disconnect"):
            raise WrongUseError(f"signal {kind.member.name} has no '{name}'")
        return None
    if isinstance(kind.cls, WrapperType):
        return _of_widget(kind, name)
    if name not in _names_in_derived(kind.cls):
        raise WrongUseError(f"{kind.cls.__name__} has no '{name}'")
    return Bound(kind, name)


def _of_thing(kind: Thing, name: str) -> Any:
    if isinstance(kind.value, type) and issubclass(kind.value, enum.Enum):
        raise WrongUseError(f"{kind.name}.{name}: write it without the name of the enum")
    if kind.value is slicer.modules:  # there are as many as are installed
        return kind_of_value(getattr(slicer.modules, name, None))
    try:
        return kind_of_value(getattr(kind.value, name), f"{kind.name}.{name}")
    except AttributeError:
        found = _member(kind.value, name) if isinstance(kind.value, WrapperType) else None
        if found is None or isinstance(found, members.Hidden):
            raise WrongUseError(_reason(found, kind.name, name)) from None
        return None


def _of_widget(kind: Instance, name: str) -> Any:
    if name in object_methods.TABLE:
        return Bound(kind, members.Method(name))
    found = _member(kind.cls, name)
    if kind.exact and (found is None or isinstance(found, members.Hidden)):
        raise WrongUseError(_reason(found, kind.cls.__name__, name))
    return None if found is None else Bound(kind, found)


def _member(cls: WrapperType, name: str) -> members.Member | None:
    return members.find(cls.qt_class, cls.api_name, name)


def _reason(found: Any, owner: str, name: str) -> str:
    return found.reason if isinstance(found, members.Hidden) else f"{owner} has no '{name}'"


@cache
def _names_in_derived(cls: type) -> frozenset[str]:
    classes = [one for one in vars(slicer).values() if isinstance(one, type)]
    derived = [cls, *(one for one in classes if issubclass(one, cls))]
    return frozenset(name for one in derived for name in dir(one))


def check_assignment(kind: Any, name: str) -> None:
    """Refuse to set what cannot be set, or would not be stored."""
    if isinstance(kind, Parameters) and name not in kind.kinds:
        raise WrongUseError(f"{kind.name} has no parameter '{name}'")
    if not isinstance(kind, Instance) or not isinstance(kind.cls, WrapperType):
        attribute(kind, name)
        return
    found, owner = _member(kind.cls, name), kind.cls.__name__
    if not isinstance(found, members.Property) and (kind.exact or found is not None):
        raise WrongUseError(f"{owner} has no property '{name}' to set")
    if found is not None and not found.writable:
        raise WrongUseError(f"{owner}.{name} cannot be set")


def called(kind: Any, call: ast.Call) -> Any:
    """Return the kind of what a call gives."""
    if isinstance(kind, Thing):
        return _made(kind, call)
    if not isinstance(kind, Bound):
        return None
    if isinstance(kind.member, str):
        return _returned_by_vtk(kind.owner.cls, kind.member, call)
    owner, member = kind.owner, kind.member
    if isinstance(member, members.Property):
        raise WrongUseError(f"{owner.cls.__name__}.{member.name} is a property, not a method")
    if not isinstance(member, members.Method):
        return None
    _refuse_keywords(member.name, call)
    if member.name in ("connect", "disconnect"):
        _check_signal(owner, call)
    if member.counts and not hasattr(api.qt_base(owner.cls.api_name), member.name):
        _check_count(member.name, call, *member.counts)
    return _returned_by_slicer(member.owner, member.name) if member.owner else None


def _made(kind: Thing, call: ast.Call) -> Any:
    cls = kind.value
    if isinstance(cls, WrapperType):
        _refuse_keywords(kind.name, call)
        if cls.api_name:
            constructor = api.api_class(cls.api_name).constructor
            if constructor is None:
                raise WrongUseError(f"{kind.name} cannot be made from Python")
            _check_count(kind.name, call, 0, 0 if constructor == "()" else 1)
        return Instance(cls)
    if isinstance(cls, type) and issubclass(cls, vtk.vtkObjectBase):
        return Instance(cls)
    names = [keyword.arg for keyword in call.keywords]
    if isinstance(cls, FunctionType) and None not in names and not _is_spread(call):
        try:
            inspect.signature(cls).bind(*call.args, **dict.fromkeys(names))
        except TypeError as error:
            raise WrongUseError(f"{kind.name}(): {error}") from None
    return None


def _is_spread(call: ast.Call) -> bool:
    return any(isinstance(each, ast.Starred) for each in call.args)


def _refuse_keywords(what: str, call: ast.Call) -> None:
    if call.keywords:
        names = ", ".join(keyword.arg or "**" for keyword in call.keywords)
        raise WrongUseError(f"{what}() takes no keyword arguments ({names})")


def _check_count(what: str, call: ast.Call, fewest: int, most: int) -> None:
    if not _is_spread(call) and not fewest <= len(call.args) <= most:
        raise WrongUseError(f"{what}() takes {fewest} to {most} arguments, not {len(call.args)}")


def _check_signal(sender: Instance, call: ast.Call) -> None:
    text = _constant_text(call.args[0]) if call.args else None
    if text is None or not sender.exact:
        return
    found = _member(sender.cls, text.split("(")[0])
    known = found.signatures if isinstance(found, members.Signal) else ()
    if api.normalized(text) not in known:
        raise WrongUseError(f"{sender.cls.__name__} has no signal '{text}'; it has {list(known)}")


def _returned_by_vtk(cls: type, name: str, call: ast.Call) -> Instance | None:
    named = _constant_text(call.args[0]) if call.args else None
    if "ByClass" in name and named is not None:
        if not hasattr(slicer, named):
            raise WrongUseError(f"there is no MRML class {named}")
        makes_one = name.startswith(("AddNew", "Create", "GetFirst", "GetNth"))
        return Instance(getattr(slicer, named)) if makes_one else None
    text = getattr(getattr(cls, name, None), "__doc__", None) or ""
    found = re.match(rf"{name}\([^)]*\)\s*->\s*(vtk\w+)", text)
    return _instance_of(found[1]) if found else None


@cache
def _returned_by_slicer(owner: str, name: str) -> Instance | None:
    entry = json.loads((api.DATA / "slicer-5.12-api.json").read_text("utf-8"))[owner]
    texts = entry["slots"] + entry["invokables"] + entry["decorated"]
    classes = {found[1] for text in texts if (found := re.match(rf"(\w+)\* {name}\(", text))}
    return _instance_of(classes.pop()) if len(classes) == 1 else None


def _instance_of(name: str) -> Instance | None:
    if api.exists(name):
        return Instance(slicer_class(name), exact=False)
    cls = getattr(slicer, name, None) or getattr(vtk, name, None)
    return Instance(cls) if isinstance(cls, type) else None


def _constant_text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through a function, a class or a file without the functions and classes inside."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _Function | ast.ClassDef):
            yield from _own_nodes(child)


class FileCheck:
    """Finds what one file uses of Slicer that Slicer does not have.

    Attributes:
        problems: what was found, each once.
    """

    def __init__(self, path: Path, tree: ast.Module, classes: dict[str, ast.ClassDef]):
        self.problems: dict[str, None] = {}
        self._path, self._classes = path, classes
        self._names: dict[str, Any] = {}
        self._bound: set[str] = set()
        self._self: dict[str, Any] = {}
        self._parameters = self._parameter_node()
        self._enter(tree)

    def _parameter_node(self) -> Parameters | None:
        for node in self._classes.values():
            if any("parameterNodeWrapper" in ast.unparse(one) for one in node.decorator_list):
                fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
                names = {each.target.id: ast.unparse(each.annotation) for each in fields}
                return Parameters(node.name, {k: _instance_of(v) for k, v in names.items()})
        return None

    def _enter(self, node: ast.AST, check: bool = True) -> None:
        """Learn the names of a file or a function, then check it, with what stands inside."""
        outer, self._names, self._bound = self._names, dict(self._names), set()
        if isinstance(node, _Function):
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                kind = self.kind_of(argument.annotation) if argument.annotation else None
                is_class = isinstance(kind, Thing) and isinstance(kind.value, type)
                self._bind(argument.arg, Instance(kind.value) if is_class else None)
        for each in _own_nodes(node):
            self._learn(each)
        for each in _own_nodes(node) if check else ():
            self._check(each)
            if isinstance(each, ast.ClassDef):
                self._enter_class(each)
            elif isinstance(each, _Function):
                self._enter(each)
        self._names = outer

    def _enter_class(self, node: ast.ClassDef) -> None:
        outer, self._self = self._self, self._inherited(node)
        given = dict(self._self)
        methods = [each for each in node.body if isinstance(each, _Function)]
        for method in methods:
            self._enter(method, check=False)
        self._self |= given
        for each in _own_nodes(node):
            self._check(each)
        for method in methods:
            self._enter(method)
        self._self = outer

    def _inherited(self, node: ast.ClassDef) -> dict[str, Any]:
        """Return what a class has from its base classes and from its form."""
        kinds: dict[str, Any] = {}
        for base in (ast.unparse(one).rsplit(".", 1)[-1] for one in node.bases):
            known = _OF_BASE_CLASSES.get(base, {})
            kinds |= {name: Instance(cls) for name, cls in known.items()}
            if base in self._classes and base != node.name:
                kinds |= self._inherited(self._classes[base])
        for each in node.body:
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "uiFile":
                kinds |= self._form(ast.literal_eval(each.value))
        return kinds

    def _form(self, name: str) -> dict[str, Any]:
        places = (folder / "Resources/UI" / name for folder in self._path.resolve().parents)
        path = next((place for place in places if name and place.is_file()), None)
        if path is None:
            return {}
        widget = slicer.util.loadUI(str(path))
        ui = slicer.util.childWidgetVariables(widget)
        return {"widget": Instance(type(widget)), "ui": Thing(ui, name)}

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                self._names[name] = kind_of_value(_MODULES.get(name), name)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module in _MODULES:
            module = Thing(_MODULES[node.module], node.module)
            for alias in node.names:
                kind = self._allowed(node, lambda name=alias.name: attribute(module, name))
                self._names[alias.asname or alias.name] = kind
        elif isinstance(node, _Function | ast.ClassDef):
            self._names[node.name] = None
        elif isinstance(node, ast.Lambda):
            for argument in node.args.args:
                self._bind(argument.arg, None)
        for target, value in _assignments(node):
            self._assign(target, value)

    def _assign(self, target: ast.expr, value: ast.expr | None) -> None:
        if _is_none(value):
            return
        kind = None if value is None else self.kind_of(value)
        if isinstance(target, ast.Name):
            self._bind(target.id, kind)
        elif self._is_of_self(target):
            known = self._self.setdefault(target.attr, kind)
            self._self[target.attr] = kind if known == kind else None
        elif isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self._assign(each, None)

    def _bind(self, name: str, kind: Any) -> None:
        """Let a name have a kind: it is known only if everything that is assigned to it is."""
        known = self._names.get(name) if name in self._bound else kind
        self._bound.add(name)
        self._names[name] = kind if known == kind else None

    def _is_of_self(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"

    def kind_of(self, node: ast.expr) -> Any:
        """Return the kind of an expression; what is wrong with it is noted."""
        kind, name = None, ""
        if isinstance(node, ast.Name):
            name, kind = node.id, self._names.get(node.id)
        elif self._is_of_self(node):
            name, kind = node.attr, self._self.get(node.attr)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            base, name = self.kind_of(node.value), node.attr
            kind = self._allowed(node, lambda: attribute(base, node.attr))
        elif isinstance(node, ast.Call):
            function = self.kind_of(node.func)
            return self._allowed(node, lambda: called(function, node))
        return self._parameters if kind is None and name in _PARAMETER_NODES else kind

    def _allowed(self, node: ast.AST, use: Any) -> Any:
        try:
            return use()
        except WrongUseError as error:
            self._note(node, str(error))
            return None

    def _note(self, node: ast.AST, text: str) -> None:
        self.problems[f"{self._path}:{node.lineno}: {text}"] = None

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, ast.Attribute | ast.Call):
            self.kind_of(node)
        is_set = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if is_set and not self._is_of_self(node):
            base = self.kind_of(node.value)
            self._allowed(node, lambda: check_assignment(base, node.attr))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            self._check_isinstance(node)
            place = _TEXT_MAKERS.get(node.func.id, len(node.args))
            if place < len(node.args) and _constant_text(node.args[place]) is None:
                self._note(node, f"{node.func.id}() takes a text that stands in the source")

    def _check_isinstance(self, call: ast.Call) -> None:
        if call.func.id == "isinstance" and len(call.args) == 2:
            tested = call.args[1]
            for each in tested.elts if isinstance(tested, ast.Tuple) else [tested]:
                kind = self.kind_of(each)
                if isinstance(kind, Thing) and isinstance(kind.value, WrapperType):
                    self._note(call, "isinstance() is False for every widget in Slicer")


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Yield target and value of what a node assigns; the value is None where it is not followed."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.comprehension):
        values = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else [None]
        yield from ((node.target, value) for value in values)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, None


def problems_in(paths: list[Path]) -> list[str]:
    """Return what is wrong in files, or in all .py files of folders."""
    files = [file for path in paths for file in (sorted(path.rglob("*.py")) or [path])]
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    nodes = [node for tree in trees.values() for node in tree.body]
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    checks = [FileCheck(file, tree, classes) for file, tree in trees.items()]
    return [problem for check in checks for problem in check.problems]


if __name__ == "__main__":
    found = problems_in(list(map(Path, sys.argv[1:])))
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    sys.exit(bool(found))
