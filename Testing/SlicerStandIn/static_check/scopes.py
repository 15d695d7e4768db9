"""Which kind each name of a file has: in the file, in a class (self.x), in a function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .kinds import UNKNOWN, Kind, merged
from .namespaces import MODULES, named_class
from .project import bare_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .project import Project

    KindOf = Callable[[ast.expr], Kind]

Function = ast.FunctionDef | ast.AsyncFunctionDef
_PARAMETER_NODE_NAMES = {"parameterNode", "pn"}
_OF_THE_BASE_CLASSES = {
    "ScriptedLoadableModule": {"parent": "qSlicerScriptedLoadableModule"},
    "ScriptedLoadableModuleWidget": {
        "parent": "qSlicerScriptedLoadableModuleWidget",
        "layout": "QVBoxLayout",
    },
}


def imported(node: ast.stmt) -> dict[str, Kind]:
    """Return the kinds of the names that an import brings; others stay unknown."""
    names: dict[str, Kind] = {}
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.asname or alias.name.split(".")[0]
            names[top] = MODULES.get(alias.name if alias.asname else top, UNKNOWN)
    return names


def imported_from(node: ast.ImportFrom) -> list[tuple[str, str, Kind]]:
    """Return local name, name in the module, and the module's kind of what is imported."""
    module = MODULES.get(node.module or "") if node.level == 0 else None
    if module is None:
        return []
    return [(alias.asname or alias.name, alias.name, module) for alias in node.names]


def walk_own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through a function, a class or a file without the functions and classes inside."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function | ast.ClassDef):
            yield from walk_own(child)


def parameter_kinds(function: Function, project: Project) -> dict[str, Kind]:
    """Return the kinds of a function's parameters, by their annotations and by convention."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return {each.arg: _parameter_kind(each, project) for each in every}


def _parameter_kind(argument: ast.arg, project: Project) -> Kind:
    if argument.annotation is not None:
        return annotated_kind(argument.annotation, project)
    return project.parameter_node if argument.arg in _PARAMETER_NODE_NAMES else UNKNOWN


def annotated_kind(annotation: ast.expr, project: Project) -> Kind:
    """Return the kind that an annotation names."""
    text = bare_type(annotation)
    if project.parameter_class is not None and text == project.parameter_class.name:
        return project.parameter_node
    return named_class(text)


def assigned_kinds(node: ast.AST, kind_of: KindOf) -> dict[str, Kind]:
    """Return the kinds of the names that a function or a file assigns, except from imports.

    A name has a kind only if everything that is assigned to it has; None does not count.
    """
    kinds: dict[str, Kind] = {}
    for target, value in _assignments(node):
        for name in ast.walk(target):
            if not (isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)):
                continue
            whole = value if name is target else None
            if isinstance(whole, ast.Constant) and whole.value is None:
                continue
            kinds[name.id] = merged(kinds.get(name.id), kind_of(whole) if whole else UNKNOWN)
    return kinds


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    for each in walk_own(node):
        if isinstance(each, ast.Assign):
            yield from ((target, each.value) for target in each.targets)
        elif isinstance(each, ast.AnnAssign | ast.NamedExpr):
            yield each.target, each.value
        elif isinstance(each, ast.For | ast.comprehension):
            yield from _loop(each.target, each.iter)
        elif isinstance(each, ast.withitem) and each.optional_vars is not None:
            yield each.optional_vars, None
        elif isinstance(each, ast.Lambda):
            for argument in each.args.args:
                yield ast.Name(argument.arg, ast.Store()), None


def _loop(target: ast.expr, values: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    if isinstance(values, ast.Tuple | ast.List) and isinstance(target, ast.Name):
        yield from ((target, value) for value in values.elts)
    else:
        yield target, None


def inherited_kinds(node: ast.ClassDef, project: Project) -> dict[str, Kind]:
    """Return the kinds of what a class has from its base classes and from its form."""
    kinds: dict[str, Kind] = {}
    for base in node.bases:
        name = ast.unparse(base).rsplit(".", 1)[-1]
        for attribute, class_name in _OF_THE_BASE_CLASSES.get(name, {}).items():
            kinds[attribute] = named_class(class_name)
        if name in project.classes and name != node.name:
            kinds |= inherited_kinds(project.classes[name], project)
            kinds |= _parameter_nodes_of(project.classes[name], project)
    form = _form_of(node, project)
    if form is not None:
        kinds |= {"ui": form.kind, "widget": form.top}
    return kinds


def _parameter_nodes_of(node: ast.ClassDef, project: Project) -> dict[str, Kind]:
    held = {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
    }
    return dict.fromkeys(held & _PARAMETER_NODE_NAMES, project.parameter_node)


def _form_of(node: ast.ClassDef, project: Project):
    for each in node.body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "uiFile":
            return project.forms.get(ast.literal_eval(each.value))
    return None
