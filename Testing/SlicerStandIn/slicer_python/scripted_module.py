"""slicer.ScriptedLoadableModule: the base classes of a scripted module and of its self test."""

import unittest
from pathlib import Path

import slicer

from ..failures import NotModelled

_NODE_CLASS = "vtkMRMLScriptedModuleNode"


class ScriptedLoadableModule:
    """What a module tells of itself; the application reads it from `parent`."""

    def __init__(self, parent):
        super().__init__()
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        self._findIcon()

    def _findIcon(self) -> None:
        import qt

        icons = Path(self.parent.path).parent / "Resources" / "Icons"
        for path in (icons / f"{self.moduleName}.{ending}" for ending in ("svg", "png")):
            if path.is_file():
                self.parent.icon = qt.QIcon(str(path))
                return


class ScriptedLoadableModuleWidget:
    """The panel of a module: `parent` is the widget, `layout` its layout."""

    def __init__(self, parent):
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.parent = parent
        self.layout = parent.layout()
        slicer.app.moduleManager().connect(
            "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded
        )

    def resourcePath(self, filename: str) -> str:
        """Return the path of a file in the module's folder Resources."""
        return str(Path(slicer.util.modulePath(self.moduleName)).parent / "Resources" / filename)

    def setup(self) -> None:
        """Add the developer's section, which is not modelled; the module calls this first."""
        if slicer.util.settingsValue("Developer/DeveloperMode", False, slicer.util.toBool):
            raise NotModelled("the developer section of a module's panel")

    def cleanup(self) -> None:
        """Let go of everything before the module is unloaded; the module may override it."""

    def onReload(self) -> None:
        """Reload the module's file and make its panel anew."""
        slicer.util.reloadScriptedModule(self.moduleName)

    def _onModuleAboutToBeUnloaded(self, moduleName: str) -> None:
        if moduleName == self.moduleName:
            self.cleanup()
            slicer.app.moduleManager().disconnect(
                "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded
            )


class ScriptedLoadableModuleLogic:
    """The logic of a module, with the one parameter node that the scene has of it."""

    def __init__(self, parent=None):
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")

    def getParameterNode(self):
        """Return the module's parameter node; a new one if the scene has none."""
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, _NODE_CLASS)
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass(_NODE_CLASS)
            node.UnRegister(None)
            node.SetSingletonTag(self.moduleName)
            node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
            node = slicer.mrmlScene.AddNode(node)
        # Closing the scene clears the attributes of singletons, but leaves them in the scene.
        if node.GetAttribute("ModuleName") != self.moduleName:
            node.SetAttribute("ModuleName", self.moduleName)
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A self test; here each test of it is run by pytest."""
