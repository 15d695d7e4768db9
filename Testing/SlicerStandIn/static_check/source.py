"""The checks of one Python file."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from . import scopes
from .kinds import UNKNOWN, Kind, WrongUseError, constant_text, merged
from .namespaces import ui_file_in
from .project import Problem
from .values import QtClass

if TYPE_CHECKING:
    from pathlib import Path

    from .project import Project

_PASSES = 3  # a name may be known only after another one is
_TEXT_MAKERS = {"_": 0, "tr": 0, "translate": 1}


class SourceCheck:
    """Finds what a file uses of Slicer that Slicer does not have.

    Attributes:
        problems: what was found, each once.
    """

    def __init__(self, path: Path, tree: ast.Module, project: Project):
        self.path, self.tree, self.project = path, tree, project
        self.problems: dict[Problem, None] = {}
        self._names: list[dict[str, Kind]] = []
        self._self_kinds: dict[str, Kind] = {}
        self._self_name: str | None = None

    def run(self) -> list[Problem]:
        """Return the problems in the order of the lines."""
        self._enter(self.tree, {})
        return sorted(self.problems, key=lambda problem: problem.line)

    def _enter(self, node: ast.AST, names: dict[str, Kind]) -> None:
        self._names.append(dict(names))
        for _ in range(_PASSES):
            self._learn_names(node, names)
        self._check(node)
        for each in scopes.walk_own(node):
            if isinstance(each, ast.ClassDef):
                self._enter_class(each)
            elif isinstance(each, scopes.Function):
                self._enter(each, scopes.parameter_kinds(each, self.project))
        self._names.pop()

    def _learn_names(self, node: ast.AST, parameters: dict[str, Kind]) -> None:
        known = dict(parameters)
        for each in scopes.walk_own(node):
            known |= scopes.imported(each)
            if isinstance(each, ast.ImportFrom):
                for local, name, module in scopes.imported_from(each):
                    known[local] = self._allowed(each, lambda m=module, n=name: m.attribute(n))
            elif isinstance(each, scopes.Function | ast.ClassDef):
                known[each.name] = UNKNOWN
        for name, kind in scopes.assigned_kinds(node, self.kind_of).items():
            known[name] = merged(parameters.get(name), kind)
        self._names[-1] = known

    def _enter_class(self, node: ast.ClassDef) -> None:
        outer = self._self_kinds, self._self_name
        inherited = scopes.inherited_kinds(node, self.project)
        methods = [each for each in node.body if isinstance(each, scopes.Function)]
        self._self_kinds, self._self_name = inherited, "self"
        for _ in range(_PASSES):
            self._self_kinds = self._assigned_to_self(methods) | inherited
        self._names.append({})
        self._check(node)
        self._names.pop()
        for method in methods:
            self._enter(method, scopes.parameter_kinds(method, self.project))
        self._self_kinds, self._self_name = outer

    def _assigned_to_self(self, methods: list) -> dict[str, Kind]:
        kinds: dict[str, Kind] = {}
        for method in methods:
            self._names.append({})
            parameters = scopes.parameter_kinds(method, self.project)
            for _ in range(_PASSES):
                self._learn_names(method, parameters)
            for each in ast.walk(method):
                if isinstance(each, ast.Assign):
                    for target in each.targets:
                        self._note_self_target(target, each.value, kinds)
            self._names.pop()
        return kinds

    def _note_self_target(self, target: ast.expr, value: ast.expr, kinds: dict) -> None:
        if isinstance(target, ast.Tuple):
            for each in target.elts:
                self._note_self_target(each, ast.Name("unknown value"), kinds)
        elif self._is_of_self(target) and not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            kinds[target.attr] = merged(kinds.get(target.attr), self.kind_of(value))

    def _is_of_self(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == self._self_name
        )

    def kind_of(self, node: ast.expr) -> Kind:
        """Return the kind of an expression; what is wrong with it is noted."""
        if isinstance(node, ast.Name):
            return next(
                (names[node.id] for names in self._names[::-1] if node.id in names), UNKNOWN
            )
        if self._is_of_self(node):
            return self._self_kinds.get(node.attr, UNKNOWN)
        if isinstance(node, ast.Attribute):
            base = self.kind_of(node.value)
            if isinstance(node.ctx, ast.Store):
                return UNKNOWN
            return self._allowed(node, lambda: base.attribute(node.attr))
        if isinstance(node, ast.Call):
            return self._kind_of_call(node)
        return UNKNOWN

    def _kind_of_call(self, node: ast.Call) -> Kind:
        function = ast.unparse(node.func)
        if function.endswith("util.loadUI"):
            form = self.project.forms.get(ui_file_in(node) or "")
            return form.top if form else UNKNOWN
        if function.endswith("util.childWidgetVariables") and node.args:
            top = self.kind_of(node.args[0])
            same = [form for form in self.project.forms.values() if form.top is top]
            return same[0].kind if same else UNKNOWN
        kind = self.kind_of(node.func)
        return self._allowed(node, lambda: kind.called(node))

    def _allowed(self, node: ast.AST, use) -> Kind:
        try:
            return use()
        except WrongUseError as error:
            self._note(node, str(error))
            return UNKNOWN

    def _note(self, node: ast.AST, text: str) -> None:
        self.problems[Problem(self.path, node.lineno, text)] = None

    def _check(self, node: ast.AST) -> None:
        for each in scopes.walk_own(node):
            if isinstance(each, ast.Attribute | ast.Call):
                self.kind_of(each)
            if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
                self._check_assignment(each)
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
                self._check_isinstance(each)
                self._check_text(each)

    def _check_assignment(self, target: ast.Attribute) -> None:
        if not self._is_of_self(target):
            base = self.kind_of(target.value)
            self._allowed(target, lambda: base.assign(target.attr) or UNKNOWN)

    def _check_isinstance(self, call: ast.Call) -> None:
        if call.func.id == "isinstance" and len(call.args) == 2:
            tested = call.args[1]
            classes = tested.elts if isinstance(tested, ast.Tuple) else [tested]
            if any(isinstance(self.kind_of(each), QtClass) for each in classes):
                self._note(call, "isinstance() is False for every widget in Slicer")

    def _check_text(self, call: ast.Call) -> None:
        position = _TEXT_MAKERS.get(call.func.id)
        if position is None or len(call.args) <= position:
            return
        if constant_text(call.args[position]) is None:
            self._note(call, f"{call.func.id}() takes a text that stands in the source, no other")
