"""Self tests of the whole way: sample case, outline, ring, findings, probability, and its ends."""

import html
import json
import tempfile
from pathlib import Path

import slicer
from MadeBundle import bundleWithRing
from ParotidClassifierCore.app.cli import main
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES, sampleClinicalFindings
from ShownSample import SECONDS_FOR_A_RESULT, ShownSample
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import reopenScene, waitFor

PREDICTORS = ("symptoms", "margin", "lymph_nodes")


class WorkflowTest(ShownSample, ScriptedLoadableModuleTest):
    """The panel as a radiologist uses it, with the real background process."""

    def test_from_a_sample_case_to_a_probability(self):
        steps = [self.nextStep]
        ct, outline = self.load()
        steps.append(self.nextStep)
        self.take(outline)
        steps.append(self.nextStep)
        outlined = html.unescape(self.ui["TumorPanel"].tumorStatusLabel.text)
        self.answer(sampleClinicalFindings(ct))
        steps.append(self.nextStep)
        self.run_()
        self.assertTrue(self.logic.classification.isRunning)
        self.wait()
        steps.append(self.nextStep)
        self.assertEqual(len(set(steps)), len(steps))
        prediction = self.logic.results.read(self.parameterNode)["prediction"]
        self.assertTrue(outlined.endswith(f" {prediction['side']}</td></tr></table>"), outlined)
        self.assertEqual(len(prediction["models"]), 11)
        for result in prediction["models"].values():
            self.assertTrue(0.0 < result["probability"] < 1.0)
        self.assertEqual(self.logic.results.outOfDate(self.parameterNode), [])
        self.assertIn("demonstration", prediction["bundle"]["banner"])

    @property
    def nextStep(self):
        """What the foot of the panel says, and which step is open."""
        ui = self.ui["ClassifyPanel"]
        isAnswered = not ui.answerWidget.isHidden()
        said = ui.answerLabel.text if isAnswered else ui.missingLabel.text
        return self.mainPanel.steps.shown, said

    def test_the_panel_says_what_the_command_line_says(self):
        self.classified()
        self.assertAsFromCommandLine()

    def test_it_says_so_by_a_bundle_of_another_ring_too(self):
        self.ready()
        with tempfile.TemporaryDirectory() as folder:
            bundle, case = str(bundleWithRing(folder, 3.0)), f"{folder}/case"
            self.parameterNode.bundle = bundle
            self.run_()
            self.wait()
            self.logic.classification.saveCase(self.parameterNode, case)
            words = self.logic.results.read(self.parameterNode)["prediction"]["inputs"]
            options = [f"--{name.replace('_', '-')}={words[name]}" for name in PREDICTORS]
            files = ["--ct", f"{case}/ct.nrrd", "--tumor", f"{case}/segmentation.seg.nrrd"]
            out = ["--bundle", bundle, "--out", f"{folder}/out"]
            self.assertEqual(main(["predict", *files, *options, *out]), 0)
            said = json.loads(Path(folder, "out", "prediction.json").read_text(encoding="utf-8"))
        shown = self.logic.results.read(self.parameterNode)["prediction"]
        for name in ("models", "inputs", "findings", "ring"):
            self.assertEqual(shown[name], said[name])
        self.assertEqual(shown["inputs"]["ring"]["width_mm"], 3.0)

    def test_every_change_marks_the_result_out_of_date_and_its_undoing_lifts_it(self):
        self.classified()
        node = self.parameterNode
        symptoms = node.clinical
        setClinicalValue(node, "symptoms", "unknown")
        self.assertEqual(len(self.logic.results.outOfDate(node)), 1)
        with self.assertRaises(Exception) as caught:
            self.logic.results.exportPrediction(node, "never.json")
        self.assertIn("out of date", str(caught.exception))
        node.clinical = symptoms
        self.assertEqual(self.logic.results.outOfDate(node), [])
        node.ringWidthMm = "3.0"
        self.assertIn("settings of the ring", " ".join(self.logic.results.outOfDate(node)))
        node.ringWidthMm = "2.0"
        self.assertEqual(self.logic.results.outOfDate(node), [])
        node.bundle = "published-clinical"
        self.assertIn("bundle", " ".join(self.logic.results.outOfDate(node)))
        node.bundle = ""
        node.segmentation.GetSegmentation().ClearSegment("Tumor")
        self.assertIn("outline", " ".join(self.logic.results.outOfDate(node)))

    def test_a_result_comes_back_with_the_scene(self):
        before = self.classified()
        reopenScene()
        node = self.parameterNode
        self.assertEqual(self.logic.results.read(node), before)
        self.assertEqual(self.logic.results.outOfDate(node), [])
        self.assertEqual(self.mainPanel.panels["ResultPanel"].parameterNode.result, node.result)

    def test_exports_are_what_the_command_line_writes(self):
        result = self.classified()
        with tempfile.TemporaryDirectory() as folder:
            prediction, features = Path(folder) / "prediction.json", Path(folder) / "features.csv"
            self.logic.results.exportPrediction(self.parameterNode, str(prediction))
            self.assertEqual(
                json.loads(prediction.read_text(encoding="utf-8")), result["prediction"]
            )
            done = []
            self.logic.classification.exportFeatures(
                self.parameterNode,
                str(features),
                lambda fraction, step: None,
                lambda _answer: done.append(True),
                lambda kind, message, remedy: done.append(message),
            )
            waitFor(lambda: done, SECONDS_FOR_A_RESULT, "the features")
            self.assertEqual(done, [True])
            rows = features.read_text(encoding="utf-8-sig").splitlines()
        self.assertEqual(rows[0], "feature,Tumor,External2")
        self.assertEqual(len(rows), 1875)

    def test_the_editor_edits_the_outline_of_the_case_alone(self):
        editor = self.mainPanel._editor
        scene = slicer.mrmlScene
        self.load()  # its outline is the first segmentation of the scene, which selectors choose
        self.assertIsNone(editor._node.GetSegmentationNode())
        self.ui["TumorPanel"].startButton.click()
        reopenScene()
        own, ct = self.parameterNode.segmentation, self.parameterNode.ct
        scene.StartState(scene.BatchProcessState)
        scene.EndState(scene.BatchProcessState)
        self.assertIs(editor._node.GetSegmentationNode(), own)
        self.assertIs(editor._node.GetSourceVolumeNode(), ct)

    def test_what_was_deleted_in_one_go_is_noticed(self):
        self.ready()
        scene = slicer.mrmlScene
        scene.StartState(scene.BatchProcessState)
        scene.RemoveNode(self.parameterNode.segmentation)
        scene.EndState(scene.BatchProcessState)
        self.assertIsNone(self.logic.ringFollower.drawn)
        self.assertFalse(self.ui["ClassifyPanel"].runButton.enabled)

    def test_a_range_of_painting_can_be_lifted(self):
        self.ready()
        editor = self.mainPanel._editor
        self.assertFalse(editor.widget.maskingSectionVisible)
        editor._node.SourceVolumeIntensityMaskOn()
        self.assertTrue(editor.widget.maskingSectionVisible)

    def test_a_deleted_ct_is_not_replaced_by_another_patients(self):
        self.load(SAMPLE_CASES[1])
        self.ready()
        slicer.mrmlScene.RemoveNode(self.parameterNode.ct)
        self.assertIsNone(self.parameterNode.ct)
        self.assertIsNone(self.ui["CasePanel"].ctSelector.currentNode())
