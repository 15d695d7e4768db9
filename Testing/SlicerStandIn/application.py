"""Starting the stand-in, and loading scripted modules as the application does.

from SlicerStandIn import application

application.start()
application.load_module("ParotidClassifier/ParotidClassifier.py")
widget = application.module_widget("ParotidClassifier")
"""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_kept: list[Any] = []


def start() -> Any:
    """Make `qt`, `ctk` and `slicer` importable and return `slicer.app`; once for all calls."""
    if _kept:
        return sys.modules["slicer"].app
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from . import failures, pythonqt

    failures.install()
    pythonqt.make_module()
    slicer = _plain_slicer()
    for name in ("modules", "moduleNames"):
        _add_submodule(slicer, name)
    app = _make_application(slicer)
    _add_widget_classes(slicer)
    from .slicer_python import install

    install(slicer)
    _kept.append(app)
    return slicer.app


def _plain_slicer() -> types.ModuleType:
    """Return slicer-core's package without the names of slicer.util, as in the application."""
    import slicer
    import slicer.util

    own = {name for name in vars(slicer.util) if not name.startswith(("vtk", "__"))}
    for name in own & set(vars(slicer)):
        delattr(slicer, name)
    slicer.util = sys.modules["slicer.util"]
    return slicer


def _add_submodule(slicer: types.ModuleType, name: str) -> None:
    module = types.ModuleType(f"slicer.{name}")
    sys.modules[f"slicer.{name}"] = module
    setattr(slicer, name, module)


def _make_application(slicer: types.ModuleType) -> Any:
    from PySide6 import QtCore

    from . import launcher, scene, terminologies
    from .app_objects.slicer_application import qSlicerApplication
    from .look import give_slicer_look
    from .pythonqt import wrap

    app = qSlicerApplication()
    app.setApplicationName("Slicer")
    app.setOrganizationName("slicer.org")
    QtCore.QSettings.setDefaultFormat(QtCore.QSettings.Format.IniFormat)
    user = QtCore.QSettings.Scope.UserScope
    QtCore.QSettings.setPath(QtCore.QSettings.Format.IniFormat, user, app.temporaryPath())
    give_slicer_look(app)
    launcher.install(app.temporaryPath())
    slicer.app = wrap(app)
    mrml_scene = scene.make_scene()
    logic = app._application_logic = scene.make_application_logic(mrml_scene)
    _kept.append(scene.make_data_io(mrml_scene, logic, app.temporaryPath()))
    terminologies.write(app.temporaryPath())
    logics = scene.make_module_logics(mrml_scene, logic, app.temporaryPath())
    _kept.append(scene.SubjectHierarchyKeeper(mrml_scene))
    _add_managers(slicer, app, logics)
    return app


def _add_managers(slicer: types.ModuleType, app: Any, logics: dict[str, Any]) -> None:
    from . import widgets  # noqa: F401 - registers the widget classes
    from .app_objects import dicom_database, io_manager, layout, managers
    from .pythonqt import wrap
    from .widgets.module_objects import qSlicerLoadableModule

    app._module_manager = managers.qSlicerModuleManager()
    app._io_manager = io_manager.qSlicerIOManager()
    app._layout_manager = layout.qSlicerLayoutManager()
    app._dicom_database = dicom_database.ctkDICOMDatabase()
    for name, logic in logics.items():
        setattr(slicer.modules, name.lower(), wrap(_keep(qSlicerLoadableModule(name, logic))))
        setattr(slicer.moduleNames, name, name)


def _keep(one: Any) -> Any:
    _kept.append(one)
    return one


def _add_widget_classes(slicer: types.ModuleType) -> None:
    """Let `slicer.qMRML…` and `ctk.ctk…` answer with the widget classes."""
    from . import api, pythonqt

    def finder(module: str, beginnings: tuple[str, ...]) -> Any:
        def attribute(name: str) -> Any:
            if name.startswith(beginnings) and api.exists(name):
                return pythonqt.slicer_class(name)
            raise AttributeError(f"module '{module}' has no attribute '{name}'")

        return attribute

    slicer.__getattr__ = finder("slicer", ("qMRML", "qSlicer"))
    ctk = sys.modules["ctk"] = types.ModuleType("ctk")
    ctk.__getattr__ = finder("ctk", ("ctk",))


def load_module(path: str | Path) -> Any:
    """Load a scripted module from its file and return its Python instance."""
    import slicer

    from .pythonqt import wrap
    from .widgets.module_objects import qSlicerScriptedLoadableModule

    path = Path(path).resolve()
    name = path.stem
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    source = _imported(name, path)
    parent = _keep(qSlicerScriptedLoadableModule())
    parent._path = str(path)
    instance = getattr(source, name)(wrap(parent))
    setattr(slicer.modules, name.lower(), wrap(parent))
    setattr(slicer.modules, f"{name}Instance", instance)
    setattr(slicer.moduleNames, name, name)
    _keep(wrap(parent))
    return instance


def _imported(name: str, path: Path) -> types.ModuleType:
    """Return the module; a test file may have imported it already, and there must be only one."""
    loaded = sys.modules.get(name)
    if loaded is not None and Path(loaded.__file__).resolve() == path:
        return loaded
    spec = importlib.util.spec_from_file_location(name, path)
    source = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(source)
    return source


def finish_startup() -> None:
    """Say that the application has started, as it does once all modules are loaded."""
    import slicer

    slicer.app._qt.emit_signal("startupCompleted()")


def module_widget(name: str) -> Any:
    """Return the Python widget of a loaded module, made and set up when first asked for."""
    import slicer

    return slicer.util.getModuleWidget(name)


def enter(name: str) -> Any:
    """Open a module in the panel, as the user does, and return its Python widget."""
    widget = module_widget(name)
    widget.parent.enter()
    return widget


def unload_module(name: str) -> None:
    """Do to a module what quitting does: its widget hears of it and cleans up, and it is gone."""
    import slicer

    manager = slicer.app._qt.moduleManager()
    manager.emit_signal("moduleAboutToBeUnloaded(QString)", name)
    parent = getattr(slicer.modules, name.lower())._qt
    if parent._widget is not None:
        parent._widget.deleteLater()
    for attribute in (name.lower(), f"{name}Instance", f"{name}Widget"):
        if hasattr(slicer.modules, attribute):
            delattr(slicer.modules, attribute)
    delattr(slicer.moduleNames, name)


def clear_scene() -> None:
    """Close the scene, as File > Close scene does."""
    import slicer

    slicer.mrmlScene.Clear(False)


@contextmanager
def without_views() -> Iterator[None]:
    """Take the layout manager away, as it is with --no-main-window."""
    import slicer

    app = slicer.app._qt
    manager = app.layoutManager()
    app.setLayoutManager(None)
    try:
        yield
    finally:
        app.setLayoutManager(manager)


def forget_answers() -> None:
    """Put back what a test may have said about testing mode and the database."""
    import slicer

    set_testing(True)
    slicer.app._qt.dicomDatabase().closeDatabase()


def set_testing(testing: bool) -> None:
    """Say whether Slicer was started with --testing: then message boxes are only logged."""
    from .app_objects.slicer_application import qSlicerApplication

    qSlicerApplication._testing = testing
