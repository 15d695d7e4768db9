"""slicer.ScriptedLoadableModule: the base classes of a scripted module and of its self test."""

import importlib
import logging
import unittest
from pathlib import Path

import slicer

from .i18n import tr as _
from .refused import refuse

_logger = logging.getLogger("slicer")

__all__ = [
    "ScriptedLoadableModule",
    "ScriptedLoadableModuleLogic",
    "ScriptedLoadableModuleTest",
    "ScriptedLoadableModuleWidget",
]

_NODE_CLASS = "vtkMRMLScriptedModuleNode"
_QUICK_MESSAGE_MSEC = 100


class ScriptedLoadableModule:
    """What a module tells of itself; the application reads it from `parent`."""

    def __init__(self, parent):
        super().__init__()
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = [_("Contributors are not named yet.")]
        parent.helpText = _("The help text is not written yet.")
        parent.acknowledgementText = _("The acknowledgement is not written yet.")
        self._findIcon()
        if not hasattr(slicer, "selfTests"):
            slicer.selfTests = {}
        slicer.selfTests[self.moduleName] = self.runTest

    def resourcePath(self, filename: str) -> str:
        """Return the path of a file in the module's folder Resources."""
        return str(Path(self.parent.path).parent / "Resources" / filename)

    def getDefaultModuleDocumentationLink(self, docPage=None) -> str:
        """Return a paragraph for the help text, with a link to the module's documentation."""
        if docPage:
            url = slicer.app.documentationBaseUrl + docPage
        else:
            url = slicer.app.moduleDocumentationUrl(self.moduleName)
        text = _("For more information, see the {url_start}online documentation{url_end}.")
        return f"<p>{text.format(url_start=f'<a href={url!r}>', url_end='</a>')}</p>"

    def runTest(self, msec: int = _QUICK_MESSAGE_MSEC, **kwargs) -> None:
        """Run the class <ModuleName>Test of the module's file.

        Raises:
            AssertionError: there is no such class, or a test failed.
        """
        name = f"{self.moduleName}Test"
        testClass = getattr(importlib.import_module(self.__module__), name, None)
        if testClass is None:
            raise AssertionError(f"Test case class not found: {self.__module__}.{name}")
        test = testClass()
        test.messageDelay = msec
        test.runTest(**kwargs)

    def _findIcon(self) -> None:
        for extension in ("svg", "png"):
            path = Path(self.resourcePath(f"Icons/{self.moduleName}.{extension}"))
            if path.is_file():
                import qt

                self.parent.icon = qt.QIcon(str(path))
                return


class ScriptedLoadableModuleWidget:
    """The panel of a module: `parent` is the widget, `layout` its layout."""

    def __init__(self, parent=None):
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = slicer.util.settingsValue(
            "Developer/DeveloperMode", False, converter=slicer.util.toBool
        )
        self.parent = self._ownParent() if parent is None else parent
        self.layout = self.parent.layout()
        if parent is None:
            self.setup()
            self.parent.show()
        slicer.app.moduleManager().connect(
            "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded
        )

    def resourcePath(self, filename: str) -> str:
        """Return the path of a file in the module's folder Resources."""
        return str(Path(slicer.util.modulePath(self.moduleName)).parent / "Resources" / filename)

    def setup(self) -> None:
        """Build the panel; the module calls this first in its own setup()."""
        self.setupDeveloperSection()

    def setupDeveloperSection(self) -> None:
        """Add nothing: the buttons of the developer mode are not modelled."""
        if self.developerMode:
            refuse("The developer section of a module's panel")

    def cleanup(self) -> None:
        """Let go of everything before the module is unloaded; the module may override it."""

    def onReload(self) -> None:
        """Reload the module's file and make its panel anew."""
        slicer.util.reloadScriptedModule(self.moduleName)

    def _ownParent(self):
        import qt

        parent = slicer.qMRMLWidget()
        parent.setLayout(qt.QVBoxLayout())
        parent.setMRMLScene(slicer.mrmlScene)
        return parent

    def _onModuleAboutToBeUnloaded(self, moduleName: str) -> None:
        if moduleName != self.moduleName:
            return
        self.cleanup()
        slicer.app.moduleManager().disconnect(
            "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded
        )


class ScriptedLoadableModuleLogic:
    """The logic of a module, with its parameter nodes in the scene.

    Attributes:
        isSingletonParameterNode: the scene holds at most one parameter node of the module.
    """

    def __init__(self, parent=None):
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self):
        """Return the module's first parameter node; a new one if the scene has none."""
        node = self._storedParameterNode()
        return slicer.mrmlScene.AddNode(self.createParameterNode()) if node is None else node

    def getAllParameterNodes(self) -> list:
        """Return all parameter nodes of the module, in the order of the scene."""
        nodes = slicer.util.getNodesByClass(_NODE_CLASS)
        return [node for node in nodes if node.GetAttribute("ModuleName") == self.moduleName]

    def createParameterNode(self):
        """Return a new parameter node, which is not in the scene yet."""
        if slicer.mrmlScene is None:
            return None
        node = slicer.mrmlScene.CreateNodeByClass(_NODE_CLASS)
        node.UnRegister(None)
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return node

    def _storedParameterNode(self):
        if not self.isSingletonParameterNode:
            return next(iter(self.getAllParameterNodes()), None)
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, _NODE_CLASS)
        # Closing the scene clears the attributes of singletons, but leaves them in the scene.
        if node is not None and node.GetAttribute("ModuleName") != self.moduleName:
            node.SetAttribute("ModuleName", self.moduleName)
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A self test; unlike in unittest, runTest() runs all tests and stops at the first failure."""

    def __init__(self, *args, **kwargs):
        self.moduleTestNames = []
        super().__init__(*args, **kwargs)
        super(unittest.TestCase, self).__init__()  # mixins stand behind TestCase
        self.enableScreenshots = False
        self.screenshotScaleFactor = 1.0
        if not self.moduleTestNames:
            self.moduleTestNames = [
                name for name in dir(self) if "test" in name and callable(getattr(self, name))
            ]

    def delayDisplay(self, message: str, requestedDelay=None, msec=None) -> None:
        """Show a message for a while; the test's own messageDelay goes before what is asked."""
        asked = [getattr(self, "messageDelay", None), msec, requestedDelay, _QUICK_MESSAGE_MSEC]
        slicer.util.delayDisplay(message, next(delay for delay in asked if delay is not None))

    def takeScreenshot(self, name: str, description: str, type: int = -1) -> None:  # noqa: A002
        """Show the description; storing pictures is not modelled."""
        self.delayDisplay(description)
        if self.enableScreenshots:
            refuse("ScriptedLoadableModuleTest.takeScreenshot() with enableScreenshots")

    def runTest(self) -> None:
        """Run every method with "test" in its name, each with setUp and tearDown."""
        if not self.moduleTestNames:
            _logger.warning("No test is defined in %s", type(self).__name__)
            return
        self.setUpClass()
        for name in self.moduleTestNames:
            self.setUp()
            _logger.info("Running %s", name)
            getattr(self, name)()
            self.tearDown()
        self.tearDownClass()
