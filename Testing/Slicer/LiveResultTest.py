"""Self tests of a result that follows the clinical findings, with the real background process."""

import time

import slicer
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownSample import SECONDS_FOR_A_RESULT, ShownSample
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import letPass, waitFor

from ParotidClassifier import ParotidClassifierLogic

SOON = 0.5  # longer than anything that happens by itself waits


class LiveResultTest(ShownSample, ScriptedLoadableModuleTest):
    """A clinical answer changes the result at once; tumour and ring wait for the button."""

    @property
    def worker(self):
        return self.logic.classification._worker

    @property
    def isCurrent(self):
        return not self.logic.results.outOfDate(self.parameterNode)

    def probability(self):
        models = self.logic.results.read(self.parameterNode)["prediction"]["models"]
        return models["Combined"]["probability"]

    def waitUntilCurrent(self):
        """Wait for the result to follow; nothing may be seen of it."""
        progress = self.ui["ClassifyPanel"].progressWidget
        end = time.monotonic() + SECONDS_FOR_A_RESULT
        while not self.isCurrent:
            self.assertTrue(progress.isHidden())
            self.assertFalse(self.logic.classification.isRunning)
            self.assertLess(time.monotonic(), end)
            letPass(0.001)

    # The process

    def test_the_process_is_started_when_the_panel_is_shown_and_not_before(self):
        self.logic.stop()
        logic = ParotidClassifierLogic()
        logic.follow(logic.getParameterNode())
        self.assertEqual(logic.classification._worker.processId, 0)
        logic.stop()
        self.widget.mainPanel.setParameterNode(self.parameterNode)
        self.assertEqual(self.worker.processId, 0)
        self.widget.exit()
        self.widget.enter()
        self.assertTrue(self.worker.processId)
        self.assertFalse(self.logic.classification.isRunning)
        self.assertTrue(self.ui["ClassifyPanel"].progressWidget.isHidden())
        waitFor(lambda: self.logic.classification.isWarm, SECONDS_FOR_A_RESULT, "its warming")

    def test_another_scene_keeps_the_process(self):
        waitFor(lambda: self.logic.classification.isWarm, SECONDS_FOR_A_RESULT, "its warming")
        pid = self.worker.processId
        self.classified()
        slicer.mrmlScene.Clear(0)
        self.widget.enter()
        self.assertEqual(self.worker.processId, pid)

    # Clinical findings

    def test_an_answer_changes_the_result_by_itself_to_that_of_a_cold_prediction(self):
        self.classified()
        before = self.probability()
        words = self.logic.results.read(self.parameterNode)["prediction"]["inputs"]
        other = {"clear": "unclear", "unclear": "clear"}[words["margin"]]
        setClinicalValue(self.parameterNode, "margin", other)
        self.assertFalse(self.isCurrent)
        self.waitUntilCurrent()
        self.assertGreater(abs(self.probability() - before), 1e-3)
        self.assertAsFromCommandLine()
        self.assertTrue(self.ui["ResultPanel"].outOfDateLabel.isHidden())

    def test_of_many_answers_the_last_one_counts(self):
        self.classified()
        before = self.probability()
        words = self.logic.results.read(self.parameterNode)["prediction"]["inputs"]
        for answer in ("with", "without", "unknown", words["symptoms"]) * 3:
            setClinicalValue(self.parameterNode, "symptoms", answer)
            letPass(0.02)
        letPass(SOON)
        self.waitUntilCurrent()
        self.assertEqual(self.probability(), before)

    def test_an_answer_during_a_run_waits_for_its_end(self):
        self.classified()
        self.parameterNode.ringWidthMm = "2.5"
        self.run_()
        setClinicalValue(self.parameterNode, "symptoms", "unknown")
        self.logic.resultFollower._update()  # the run may be over before its timer comes
        self.assertTrue(self.logic.classification.isRunning)
        self.wait()
        self.assertNotIn("newer", self.ui["ClassifyPanel"].statusLabel.text)
        self.waitUntilCurrent()
        prediction = self.logic.results.read(self.parameterNode)["prediction"]
        self.assertEqual(prediction["inputs"]["symptoms"], "unknown")
        self.assertEqual(prediction["inputs"]["ring"]["width_mm"], 2.5)

    # Tumour and ring

    def test_an_edit_of_the_ring_waits_for_the_button_and_then_equals_a_cold_prediction(self):
        before = self.classified()
        self.refineRing()
        letPass(SOON)
        self.assertEqual(self.logic.results.read(self.parameterNode), before)
        setClinicalValue(self.parameterNode, "symptoms", "unknown")
        letPass(SOON)
        self.assertEqual(self.logic.results.read(self.parameterNode), before)
        setClinicalValue(self.parameterNode, "symptoms", before["prediction"]["inputs"]["symptoms"])
        self.run_()
        self.wait()
        self.assertTrue(self.isCurrent)
        self.assertNotEqual(
            self.logic.results.read(self.parameterNode)["features"], before["features"]
        )
        self.assertAsFromCommandLine()
