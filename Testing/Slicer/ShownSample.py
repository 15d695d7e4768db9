"""The module with a sample case and the real background process, as a radiologist uses it."""

import json
import tempfile
from pathlib import Path

from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ParotidClassifierLib.Scene.SampleCases import (
    SAMPLE_CASES,
    loadSampleCase,
    sampleClinicalFindings,
)
from ShownModule import ShownModule
from Waiting import waitFor

SECONDS_FOR_A_RESULT = 120


class ShownSample(ShownModule):
    """Mixed into a ScriptedLoadableModuleTest that takes a sample case through the panel."""

    def answerBy(self, *_lines):
        """Let the real process answer, the same one in all tests."""
        self.logic.cancel()

    answerByItself = answerBy

    def load(self, sample=SAMPLE_CASES[0]):
        ct, outline = loadSampleCase(sample.name)
        self.choose(ct)
        return ct, outline

    def answer(self, findings):
        for name in ("symptoms", "margin", "lymph_nodes"):
            setClinicalValue(self.parameterNode, name, findings[name])

    def ready(self):
        """Go as far as the button Classify."""
        ct, outline = self.load()
        self.take(outline)
        self.answer(sampleClinicalFindings(ct))

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
