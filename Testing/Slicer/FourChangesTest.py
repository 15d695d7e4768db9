"""Self test of a bundle of another study: what the panel asks, draws and says is the bundle's."""

import json
import tempfile
from pathlib import Path

from ParotidClassifierCore.app.cli import main
from ParotidClassifierLib.Scene.SampleCases import sampleClinicalFindings
from ShownSample import ShownSample
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

try:
    from fixtures.bundles import made_bundle
    from fixtures.protocols import all_changes
except ImportError:  # in the application, which does not have Testing on its path
    made_bundle = None


class FourChangesTest(ShownSample, ScriptedLoadableModuleTest):
    """A wider ring, a third region, a fourth finding and seven more models."""

    def setUp(self):
        if made_bundle is None:
            self.skipTest("the bundle is made by Testing/fixtures")
        super().setUp()

    def test_the_panel_asks_draws_and_says_what_the_bundle_has(self):
        from ParotidClassifierCore.bundle.store import save_bundle

        protocol = all_changes()
        ct, outline = self.load()
        with tempfile.TemporaryDirectory() as folder:
            bundle, case, out = (str(Path(folder, name)) for name in ("bundle", "case", "out"))
            save_bundle(made_bundle("four", protocol), bundle)
            self.parameterNode.bundle = bundle
            self.take(outline)
            self.answer(sampleClinicalFindings(ct))
            form = self.widget.mainPanel.panels["ClinicalPanel"].widget
            self.assertIn("Skin infiltration", self.ui["ClassifyPanel"].missingLabel.text)
            form.findChild("QRadioButton", "skinInfiltrationWithButton").click()
            rings = self.ui["RingPanel"].ringStatusLabel.text
            self.run_()
            self.wait()
            self.logic.classification.saveCase(self.parameterNode, case)
            words = self.logic.results.read(self.parameterNode)["prediction"]["inputs"]
            files = [f"--ct={case}/ct.nrrd", f"--tumor={case}/segmentation.seg.nrrd"]
            findings = [
                f"--clinical={name}={words[name]}" for name in protocol.models["Combined"].clinical
            ]
            asked = ["predict", *files, *findings, f"--bundle={bundle}", f"--out={out}"]
            self.assertEqual(main(asked), 0)
            said = json.loads(Path(out, "prediction.json").read_text(encoding="utf-8"))
        shown = self.logic.results.read(self.parameterNode)["prediction"]
        for name in ("headline", "models", "inputs", "findings", "ring"):
            self.assertEqual(shown[name], said[name])
        self.assertEqual(list(shown["models"]), list(protocol.models))
        self.assertTrue(all("probability" in model for model in shown["models"].values()))
        self.assertEqual(shown["inputs"]["ring"], {"width_mm": 3.0, "hu_range": [-100.0, 300.0]})
        self.assertEqual(shown["inputs"]["skin_infiltration"], "with")
        for name in ("Ring (3 mm)", "External5"):
            self.assertIn(name, rings)
        label = self.ui["ResultPanel"].modelsLabel
        for name in protocol.models:
            self.assertIn(f">{name}<", label.toolTip)
            plain = label.text.replace("<b>", "").replace("</b>", "")
            self.assertIn(f">{protocol.plain(name)}<", plain)
        self.assertEqual(self.ui["ResultPanel"].modelsGroupBox.title, "All models")
