"""The module as a self test finds it: its panel open, on an empty scene, and a case to work on."""

import json
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import slicer
from MadeResults import PROGRAM, madeFeatures, madePrediction
from MadeScene import addCt, addOutline
from ParotidClassifierCore.imaging.lattice import lattice_of
from ParotidClassifierLib.Background.Worker import Worker
from ParotidClassifierLib.Background.WorkerProcess import pythonExecutable
from ParotidClassifierLib.Scene import Images
from ParotidClassifierLib.Scene.LatticeMasks import readMask
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from Waiting import AFTER_AN_EDIT, letPass, waitFor

try:
    from SlicerStandIn import application
except ImportError:
    application = None

_ANSWER = json.dumps({"prediction": madePrediction(), "features": madeFeatures()})
RESULT = f"tell(event='result', id=identity, **json.loads({_ANSWER!r}))"
HALF_WAY = "tell(event='progress', id=identity, fraction=0.5, step='half way')"


class ShownModule:
    """Mixed into a ScriptedLoadableModuleTest that uses the module as a user does."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.widget = slicer.util.getModuleWidget("ParotidClassifier")
        self.logic = self.widget.logic
        self.shell = self.widget.shell
        self.panels = self.shell.panels
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

    @property
    def segmentation(self):
        return self.parameterNode.segmentation.GetSegmentation()

    @property
    def follower(self):
        return self.logic.ringFollower

    # The way through the panel

    def choose(self, ctNode):
        self.ui["CasePanel"].ctSelector.setCurrentNode(ctNode)

    def start(self):
        self.ui["TumorPanel"].startButton.click()

    def take(self, node):
        self.ui["TumorPanel"].outlineSelector.setCurrentNode(node)
        self.ui["TumorPanel"].adoptButton.click()

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

    # What is in the segments

    def read(self, region):
        return readMask(self.parameterNode.segmentation, region, self.lattice)

    def write(self, region, mask, box):
        segmentId = self.segmentation.GetSegmentIdBySegmentName(region)
        Images.setSegment(self.parameterNode.segmentation, segmentId, mask, self.lattice, box)
        letPass(AFTER_AN_EDIT)

    def clear(self, region):
        self.segmentation.ClearSegment(self.segmentation.GetSegmentIdBySegmentName(region))
        letPass(AFTER_AN_EDIT)

    def growTumor(self, millimetres=4):
        tumor = self.read("Tumor")
        box = tumor.box.padded(millimetres)
        mask = tumor.box.transferred(tumor.mask, box)
        for _step in range(millimetres):
            mask = mask | np.roll(mask, 1, axis=2)
        self.write("Tumor", mask, box)

    def refineRing(self):
        """Erase the upper half of the ring, as a user does by hand."""
        ring = self.read("External2")
        left = ring.mask.copy()
        left[left.shape[0] // 2 :] = False
        self.write("External2", left, ring.box)

    @property
    def lattice(self):
        return lattice_of(self.logic.sceneCase.ct(self.parameterNode))

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
        ui = self.ui["ClassifyPanel"]
        return "" if ui.missingWidget.isHidden() else ui.missingLabel.text

    @property
    def status(self):
        return self.ui["ClassifyPanel"].statusLabel.text

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
        program = PROGRAM.format(answer="; ".join(lines))
        self.logic.classification._worker = Worker(pythonExecutable(), ["-c", program])


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
