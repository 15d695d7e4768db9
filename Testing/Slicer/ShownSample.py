"""The module with a sample case and the real background process, as a radiologist uses it."""

import json
import tempfile
from pathlib import Path

import slicer
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ParotidClassifierLib.Scene.SampleCases import (
    SAMPLE_CASES,
    loadSampleCase,
    sampleClinicalFindings,
)
from Waiting import waitFor

SECONDS_FOR_A_RESULT = 120


class ShownSample:
    """Mixed into a ScriptedLoadableModuleTest that takes a sample case through the panel."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.widget = slicer.util.getModuleWidget("ParotidClassifier")
        self.logic = self.widget.logic
        self.widget.enter()
        self.ui = {name: panel.ui for name, panel in self.widget.shell.panels.items()}

    def tearDown(self):
        self.logic.cancel()
        self.widget.exit()
        slicer.mrmlScene.Clear(0)

    @property
    def parameterNode(self):
        return self.logic.getParameterNode()

    def load(self, sample=SAMPLE_CASES[0]):
        ct, outline = loadSampleCase(sample.name)
        self.ui["CasePanel"].ctSelector.setCurrentNode(ct)
        return ct, outline

    def outlineIt(self, outline):
        panel = self.ui["TumorPanel"]
        panel.outlineSelector.setCurrentNode(outline)
        panel.adoptButton.click()

    def answer(self, findings):
        for name in ("symptoms", "margin", "lymph_nodes"):
            setClinicalValue(self.parameterNode, name, findings[name])

    def ready(self):
        """Go as far as the button Classify."""
        ct, outline = self.load()
        self.outlineIt(outline)
        self.answer(sampleClinicalFindings(ct))

    def run_(self):
        self.ui["ClassifyPanel"].runButton.click()

    def wait(self):
        waitFor(lambda: not self.logic.classification.isRunning, SECONDS_FOR_A_RESULT, "the result")

    def classified(self):
        self.ready()
        self.run_()
        self.wait()
        return self.logic.results.read(self.parameterNode)

    def fromCommandLine(self):
        """Return what the command line, which begins with nothing, says of the case: the models."""
        from ParotidClassifierCore.app.cli import main

        with tempfile.TemporaryDirectory() as folder:
            case, out = Path(folder) / "case", Path(folder) / "out"
            self.logic.classification.saveCase(self.parameterNode, str(case))
            self.assertEqual(main(["predict", "--case", str(case), "--out", str(out)]), 0)
            return json.loads((out / "prediction.json").read_text(encoding="utf-8"))["models"]

    def assertAsFromCommandLine(self):
        models = self.logic.results.read(self.parameterNode)["prediction"]["models"]
        expected = self.fromCommandLine()
        self.assertEqual(set(models), set(expected))
        for name, result in models.items():
            self.assertAlmostEqual(result["probability"], expected[name]["probability"], delta=1e-6)
