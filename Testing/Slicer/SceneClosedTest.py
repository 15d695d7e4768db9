"""Self tests of a scene that is closed at any moment."""

import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import slicer
from MadeResults import HALF_WAY, RESULT
from MadeScene import addCt
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES
from ShownModule import ShownModule, toldBy
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass


class SceneClosedTest(ShownModule, ScriptedLoadableModuleTest):
    """Closing takes what was in the scene, and nothing else."""

    def close(self):
        slicer.mrmlScene.Clear(0)
        letPass(AFTER_AN_EDIT)

    def assertFresh(self):
        """The panel is empty, says how to begin, and the whole way through works again."""
        self.assertFalse(self.logic.classification.isRunning)
        self.assertIsNone(self.parameterNode.ct)
        self.assertEqual(self.parameterNode.ringRefinement, "")
        self.assertEqual(self.mainPanel.steps.shown, "CT")
        self.assertFalse(self.canRun)
        self.assertIsNone(self.follower.drawn)
        self.assertIsNone(self.ui["CasePanel"].ctSelector.currentNode())
        self.assertTrue(self.ui["ResultPanel"].resultWidget.isHidden())
        self.classified()
        self.assertTrue(self.isAnswered)
        self.assertFalse(self.ui["ResultPanel"].resultWidget.isHidden())

    def whileAsking(self, function):
        """Close the scene while a question is open that then gets a yes."""

        def close(*_arguments, **_named):
            self.close()
            return True

        return patch.object(slicer.util, function, side_effect=close)

    def test_before_anything_is_done(self):
        self.close()
        self.assertFresh()

    def test_while_the_ring_is_about_to_follow(self):
        self.makeCase()
        tumor = self.read("Tumor")
        with patch("EditedCase.letPass"):
            self.write(
                "Tumor",
                tumor.mask[:-2],
                tumor.box.__class__(
                    tumor.box.lower, (*tumor.box.upper[:2], tumor.box.upper[2] - 2)
                ),
            )
        self.assertTrue(self.follower._timer.active)
        self.close()
        self.assertFresh()

    def test_while_a_run_goes_on(self):
        self.makeCase()
        self.runHalfWay()
        folder = self.logic.classification._caseFolder.path
        self.close()
        self.assertFalse(folder.exists())
        self.assertNotIn("half way", self.status)
        self.assertFresh()

    def test_when_the_answer_is_there_and_not_read_yet(self):
        self.makeCase()
        self.answerBy(RESULT)
        self.run_()
        time.sleep(0.6)
        self.assertTrue(self.logic.classification.isRunning)
        self.close()
        self.assertFresh()

    def test_while_features_are_exported(self):
        self.classified()
        self.answerBy(HALF_WAY)
        exports = self.panels["ResultPanel"].exports
        with tempfile.TemporaryDirectory() as folder:
            exports.exportFeatures(str(Path(folder) / "features.csv"))
            self.assertFalse(self.ui["ResultPanel"].exportProgressBar.isHidden())
            self.close()
            self.assertEqual(list(Path(folder).iterdir()), [])
        self.assertEqual(self.ui["ResultPanel"].exportStatusLabel.text, "")
        self.assertFresh()

    def test_while_refining_by_hand(self):
        self.makeCase()
        self.ui["RingPanel"].refineButton.click()
        self.mainPanel._editor.widget.setActiveEffectByName("Paint")
        self.close()
        self.assertFalse(self.ui["RingPanel"].refineButton.checked)
        self.assertIn(self.mainPanel._editor.widget, self.editorsIn("TumorPanel"))
        self.assertFresh()

    def test_while_seeds_grow(self):
        self.makeCase()
        self.mainPanel._editor.widget.setActiveEffectByName("Grow from seeds")
        display = self.parameterNode.segmentation.GetDisplayNode()
        self.assertFalse(display.GetSegmentVisibility("External2"))
        self.close()
        self.assertFresh()

    def test_while_the_drop_of_the_refinement_is_asked(self):
        self.makeCase()
        self.refineRing()
        with self.whileAsking("confirmOkCancelDisplay"):
            self.panels["RingPanel"].onDrop()
        self.assertFresh()

    def test_while_another_patient_is_asked(self):
        self.makeCase()
        setClinicalValue(self.parameterNode, "symptoms", "with")
        with self.whileAsking("confirmOkCancelDisplay"):
            self.mainPanel.samples.load(SAMPLE_CASES[0].name)
        self.assertIn("Simulated", self.parameterNode.ct.GetName())
        self.assertEqual(self.parameterNode.clinical, "")
        self.assertTrue(self.canRun)
        self.close()
        self.assertFresh()

    def test_while_it_is_asked_whose_findings_these_are(self):
        self.makeCase()
        setClinicalValue(self.parameterNode, "symptoms", "with")
        with self.whileAsking("confirmYesNoDisplay") as question:
            self.choose(addCt("Another CT"))
        question.assert_called_once()
        self.assertFresh()

    def test_while_the_menu_of_sample_cases_is_open(self):
        menu = self.mainPanel.samples.menu
        menu.popup(self.widget.parent.pos)
        self.close()
        self.assertFalse(self.mainPanel.ui.sampleCaseButton.menu() is None)
        menu.close()
        self.assertFresh()

    def test_while_the_window_about_the_bundle_is_open(self):
        self.ui["AdvancedPanel"].aboutBundleButton.click()
        self.close()
        self.assertTrue(self.panels["AdvancedPanel"].aboutDialog.isVisible())
        self.panels["AdvancedPanel"].aboutDialog.close()
        self.assertFresh()

    def test_while_a_file_is_asked_for(self):
        self.classified()
        exports = self.panels["ResultPanel"].exports
        with tempfile.TemporaryDirectory() as folder:
            self.close()  # what a file dialog that was open returns comes afterwards
            self.assertIn("No enhanced CT is chosen", toldBy(exports.saveCase, folder))
            for export in (exports.exportPrediction, exports.exportFeatures):
                self.assertIn("There is no result yet", toldBy(export, f"{folder}/file"))
            self.assertEqual(list(Path(folder).iterdir()), [])
        self.assertFresh()

    def test_with_another_module_in_front(self):
        self.classified()
        self.widget.exit()
        self.close()
        self.widget.enter()
        self.assertFresh()

    def editorsIn(self, name):
        container = self.ui[name].editorContainer
        return [item for item in container.children() if item.inherits("qMRMLSegmentEditorWidget")]
