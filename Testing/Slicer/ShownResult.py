"""The panel of the result as a self test finds it, and a background process that obeys the test."""

import json
from html import unescape
from types import SimpleNamespace

from MadeResults import FINISHED_AT, madeFeatures, madePrediction
from MadeScene import addCt, addOutline
from ParotidClassifierLib.Background.DependencyError import DependenciesDeclinedError
from ParotidClassifierLib.Panels.ResultPanel import ResultPanel
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownPanel import ShownPanel

# The groups that the user opens; but for that of numbers that are not reliable.
FOLDED = ("rely", "why", "saliency", "secondOpinion", "models", "texture")


class ShownResult(ShownPanel):
    """Mixed into a ScriptedLoadableModuleTest that looks at the panel "4. Result" alone."""

    panelClass = ResultPanel

    def setUp(self):
        super().setUp()
        self.logic.onCaseChange = self.panel.refresh
        for name in FOLDED:
            getattr(self.ui, f"{name}GroupBox").collapsed = False

    def keep(self, prediction=None, **more):
        """Let the scene hold a result of the case as it is now."""
        stored = {
            "prediction": prediction or madePrediction(),
            "features": madeFeatures(),
            "fingerprint": self.logic.classification._fingerprint.of(self.parameterNode),
            "finishedAt": FINISHED_AT,
            **more,
        }
        self.parameterNode.result = json.dumps(stored)
        self.panel.refresh()

    @property
    def details(self):
        """What stands under the title, a line each."""
        lines = self.ui.headlineDetailsLabel.text.split("<br>")
        plain = [line.removeprefix("<b>").removesuffix("</b>") for line in lines]
        return [unescape(line).replace("\xa0", " ") for line in plain]

    def keepOfCase(self, **more):
        """The same for a case that can be saved."""
        ctNode = addCt()
        self.parameterNode.ct = ctNode
        self.logic.adoptOutline(self.parameterNode, addOutline(ctNode), "Tumor")
        self.keep(**more)

    def assertInstalls(self, need, press, statusLabel):
        """What the user presses asks for its packages; after a no, nothing else is asked for."""
        asked = []

        def install(need):
            asked.append(need)
            raise DependenciesDeclinedError("Nothing was installed.", "Later.")

        self.logic.dependencies = SimpleNamespace(install=install)
        press()
        self.assertEqual(asked, [need])
        self.assertIn("Nothing was installed", statusLabel.text)

    def makeOutOfDate(self):
        setClinicalValue(self.parameterNode, "symptoms", "with")
        self.panel.refresh()

    def answerSections(self):
        """Let the test answer what a section asks for; return what it asked, the newest last."""
        asked = Asked()
        self.logic.classification.stability = asked.stability
        self.logic.classification.saliency = asked.saliency
        self.logic.classification.secondOpinion = asked.secondOpinion
        self.logic.cancel = asked.cancel
        return asked


class Asked:
    """In the place of the logic's way to the background process.

    Attributes:
        names: of the methods that were called, one after the other.
        onProgress: callbacks of the last question.
        onDone: see onProgress.
        onError: see onProgress.
        path: of the bundle that was asked last.
        showsOutside: whether the last question was also of a case unlike the training cases.
    """

    def __init__(self):
        self.names = []
        self.path = ""
        self.showsOutside = False
        self.onProgress = self.onDone = self.onError = None

    def stability(self, _parameterNode, showsOutside, *callbacks):
        self.showsOutside = showsOutside
        self._ask("stability", *callbacks)

    def saliency(self, _parameterNode, showsOutside, *callbacks):
        self.showsOutside = showsOutside
        self._ask("saliency", *callbacks)

    def secondOpinion(self, _parameterNode, path, *callbacks):
        self.path = path
        self._ask("secondOpinion", *callbacks)

    def cancel(self):
        self.names.append("cancel")

    def _ask(self, name, onProgress, onDone, onError):
        self.names.append(name)
        self.onProgress, self.onDone, self.onError = onProgress, onDone, onError
