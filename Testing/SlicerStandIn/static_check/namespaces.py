"""The modules that code of the extension uses: slicer and its parts, qt, ctk, vtk."""

from __future__ import annotations

import ast
import dataclasses
import inspect

import slicer
import slicer.util
import vtk
from PySide6 import QtCore

from .kinds import UNKNOWN, Kind, WrongUseError, constant_text
from .values import (
    EnumClass,
    QtClass,
    VtkClass,
    VtkObject,
    is_enum_class,
    qt_class,
    qt_object,
    vtk_class,
)

# Filled by the application or by modules at their start, so not to be found in the wheel.
_OF_THE_APPLICATION = {
    "app",
    "cli",
    "dicomDatabase",
    "i18n",
    "modules",
    "moduleNames",
    "mrmlScene",
    "packaging",
    "parameterNodeWrapper",
    "ScriptedLoadableModule",
    "selfTests",
    "testing",
    "util",
}
_RETURNED_BY_UTIL = {
    "addVolumeFromArray": "vtkMRMLScalarVolumeNode",
    "loadVolume": "vtkMRMLScalarVolumeNode",
    "loadSegmentation": "vtkMRMLSegmentationNode",
    "loadLabelVolume": "vtkMRMLLabelMapVolumeNode",
    "updateTableFromArray": "vtkMRMLTableNode",
}


class SlicerModule(Kind):
    """The module slicer as the application fills it."""

    def attribute(self, name: str) -> Kind:
        """Return the kind of a class, of a submodule or of an object of the application."""
        known = {
            "app": qt_object("qSlicerApplication"),
            "mrmlScene": VtkObject(slicer.vtkMRMLScene),
            "util": UtilModule(),
            "modules": ModulesModule(),
        }
        if name in known:
            return known[name]
        if name in _OF_THE_APPLICATION:
            return UNKNOWN
        found = vtk_class(name) if name.startswith("vtk") else None
        if found is None and name.startswith("q"):
            found = qt_class(name)
            found = found if isinstance(found, QtClass) and found.api_name else None
        if found is None:
            raise WrongUseError(f"slicer has no '{name}'")
        return found


class UtilModule(Kind):
    """The module slicer.util."""

    def attribute(self, name: str) -> Kind:
        """Return the kind of a function or a class."""
        if not hasattr(slicer.util, name):
            raise WrongUseError(f"slicer.util has no '{name}'")
        return UtilFunction(name)


@dataclasses.dataclass(frozen=True)
class UtilFunction(Kind):
    """A function of slicer.util."""

    name: str

    def called(self, call: ast.Call) -> Kind:
        """Return the kind of the result; the arguments must fit the real function."""
        self._check_arguments(call)
        kind = vtk_class(_RETURNED_BY_UTIL.get(self.name, ""))
        return VtkObject(kind.cls) if kind else UNKNOWN

    def _check_arguments(self, call: ast.Call) -> None:
        if any(isinstance(each, ast.Starred) for each in call.args) or any(
            keyword.arg is None for keyword in call.keywords
        ):
            return
        try:
            signature = inspect.signature(getattr(slicer.util, self.name))
        except (TypeError, ValueError):
            return
        try:
            signature.bind(*call.args, **{keyword.arg: None for keyword in call.keywords})
        except TypeError as error:
            raise WrongUseError(f"slicer.util.{self.name}(): {error}") from None


class ModulesModule(Kind):
    """slicer.modules: which modules there are depends on the installation."""

    def attribute(self, name: str) -> Kind:
        """Return the kind of a module, whose logic may be known."""
        return LoadedModule(name)


@dataclasses.dataclass(frozen=True)
class LoadedModule(Kind):
    """A module by its lower-case name."""

    name: str

    def attribute(self, name: str) -> Kind:
        """Return the kind of an attribute; only the logic is looked into."""
        return LogicOfModule(self.name) if name == "logic" else UNKNOWN


@dataclasses.dataclass(frozen=True)
class LogicOfModule(Kind):
    """The method logic() of a module."""

    module: str

    def called(self, _call: ast.Call) -> Kind:
        """Return the kind of the logic, if it is one of MRML's."""
        names = {f"vtkslicer{self.module}modulelogic", f"vtkslicer{self.module}logic"}
        found = next((each for each in vars(slicer) if each.lower() in names), None)
        return VtkObject(getattr(slicer, found)) if found else UNKNOWN


class QtModule(Kind):
    """The module qt."""

    def attribute(self, name: str) -> Kind:
        """Return the kind of a class of Qt itself."""
        found = qt_class(name)
        if name == "QT_VERSION_STR":
            return UNKNOWN
        if name == "Qt":
            return QtNamespace()
        if found is None or found.api_name:
            raise WrongUseError(f"qt has no '{name}'")
        return found


class QtNamespace(Kind):
    """The namespace qt.Qt with its enum values."""

    def attribute(self, name: str) -> Kind:
        """Return the kind of a value; enum classes hold none in Slicer."""
        if not hasattr(QtCore.Qt, name):
            raise WrongUseError(f"qt.Qt has no '{name}'")
        found = getattr(QtCore.Qt, name)
        return EnumClass(f"qt.Qt.{name}") if is_enum_class(found) else UNKNOWN


class CtkModule(Kind):
    """The module ctk."""

    def attribute(self, name: str) -> Kind:
        """Return the kind of a class of CTK."""
        found = qt_class(name) if name.startswith("ctk") else None
        if found is None:
            raise WrongUseError(f"ctk has no '{name}'")
        return found


class VtkModule(Kind):
    """The module vtk."""

    def attribute(self, name: str) -> Kind:
        """Return the kind of a class or a constant."""
        if name == "util":  # imported apart, as vtk.util.numpy_support
            return UNKNOWN
        if not hasattr(vtk, name):
            raise WrongUseError(f"vtk has no '{name}'")
        found = getattr(vtk, name)
        is_class = isinstance(found, type) and name.startswith("vtk")
        return VtkClass(found) if is_class else UNKNOWN


MODULES: dict[str, Kind] = {
    "slicer": SlicerModule(),
    "slicer.util": UtilModule(),
    "qt": QtModule(),
    "ctk": CtkModule(),
    "vtk": VtkModule(),
}


def named_class(text: str) -> Kind:
    """Return the kind of the objects of a class by its name, with or without its module."""
    name = text.rsplit(".", 1)[-1]
    found = vtk_class(name) if name.startswith("vtk") else None
    if found is not None:
        return VtkObject(found.cls)
    return qt_object(name) if name.startswith(("q", "Q", "ctk")) else UNKNOWN


def ui_file_in(call: ast.Call) -> str | None:
    """Return the name of the .ui file that a call of loadUI() names, None if it names none."""
    for node in ast.walk(call):
        text = constant_text(node) if isinstance(node, ast.expr) else None
        if text is not None and text.endswith(".ui"):
            return text.replace("\\", "/").rsplit("/", 1)[-1]
    return None
