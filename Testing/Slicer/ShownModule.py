"""The module as a self test finds it: its panel open, on an empty scene, and a case to work on."""

from contextlib import contextmanager
from unittest.mock import patch

import slicer
from EditedCase import EditedCase
from MadeResults import HALF_WAY, RESULT, workerOf
from MadeScene import addCt, addOutline
from ParotidClassifierLib.Background.Worker import Worker
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from Waiting import letPass, waitFor

try:
    from SlicerStandIn import application
except ImportError:
    application = None


class ShownModule(EditedCase):
    """Mixed into a ScriptedLoadableModuleTest that uses the module as a user does."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.widget = slicer.util.getModuleWidget("ParotidClassifier")
        self.logic = self.widget.logic
        self.mainPanel = self.widget.mainPanel
        self.panels = self.mainPanel.panels
        self.ui = {name: panel.ui for name, panel in self.panels.items()}
        self.answerBy("pass")  # the real process would be warmed up, which takes seconds
        self.widget.enter()

    def tearDown(self):
        self.answerByItself()
        self.widget.exit()
        slicer.mrmlScene.Clear(0)

    @property
    def parameterNode(self):
        return self.logic.getParameterNode()

    # The way through the panel

    def choose(self, ctNode):
        self.ui["CasePanel"].ctSelector.setCurrentNode(ctNode)

    def start(self):
        self.ui["TumorPanel"].startButton.click()
        letPass(0.05)  # the brush is taken

    def take(self, node):
        self.ui["TumorPanel"].outlineSelector.setCurrentNode(node)
        self.ui["TumorPanel"].adoptButton.click()
        letPass(0.05)  # editor and views follow

    def makeCase(self):
        """Choose a CT and take an outline; return both nodes."""
        ctNode = addCt()
        self.choose(ctNode)
        outline = addOutline(ctNode)
        self.take(outline)
        return ctNode, outline

    def run_(self):
        self.ui["ClassifyPanel"].runButton.click()

    def classified(self):
        """Make a case and a result of it, by the program in the worker's place."""
        nodes = self.makeCase()
        setClinicalValue(self.parameterNode, "symptoms", "with")
        self.answerBy(RESULT)
        self.run_()
        self.wait()
        return nodes

    def runHalfWay(self):
        """Begin a run that will not end by itself."""
        self.answerBy(HALF_WAY)
        self.run_()
        waitFor(lambda: "alf way" in self.ui["ClassifyPanel"].stepLabel.text, what="a step")

    def wait(self):
        waitFor(lambda: not self.logic.classification.isRunning, what="the answer")

    def held(self):
        """Return everything of the user's work that must not be lost."""
        node = self.parameterNode
        keys = [self.read(region).key for region in ("Tumor", "External2")]
        return [*keys, node.ringRefinement, node.clinical, node.result]

    # What is shown

    @property
    def findings(self):
        return self.ui["CasePanel"].findingsLabel.text

    @property
    def missing(self):
        """What the foot of the panel says against a run; empty where there is nothing."""
        ui = self.ui["ClassifyPanel"]
        return "" if self.canRun else self.status or ui.missingLabel.text

    @property
    def status(self):
        return self.ui["ClassifyPanel"].statusLabel.text

    @property
    def isAnswered(self):
        """Whether the foot of the panel shows an answer."""
        return not self.ui["ClassifyPanel"].answerWidget.isHidden()

    @property
    def canRun(self):
        return self.ui["ClassifyPanel"].runButton.enabled

    # The background process

    def answerByItself(self):
        """Let the real worker answer, from a new process."""
        self.logic.classification.stop()
        self.logic.classification._worker = Worker()

    def answerBy(self, *lines):
        """Put a program in the worker's place; see MadeResults."""
        self.logic.classification.stop()
        self.logic.classification._worker = workerOf(*lines)


@contextmanager
def dialogTexts():
    """Collect what error dialogs say; outside of Slicer, which shows none while it tests."""
    texts = []
    with patch.object(slicer.util, "errorDisplay", lambda text, *_, **__: texts.append(text)):
        if application is not None:
            application.set_testing(False)
        try:
            yield texts
        finally:
            if application is not None:
                application.set_testing(True)


def toldBy(action, *arguments):
    """Do what must fail; return what the user is told.

    Slicer shows no dialog while it tests; the error is looked at then.
    """
    error = None
    with dialogTexts() as texts:
        try:
            action(*arguments)
        except Exception as raised:  # noqa: BLE001 - whatever it is, the user is told
            error = raised
    if error is None:
        raise AssertionError("nothing was refused")
    if application is not None and len(texts) != 1:
        raise AssertionError(f"told {texts} for {error!r}")
    return texts[0] if texts else str(error)
