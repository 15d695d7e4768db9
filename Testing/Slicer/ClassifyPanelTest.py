"""Self tests of the panel "5. Classify"."""

import shutil
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import slicer
from MadeModules import madeModule
from MadeResults import HALF_WAY, MISTAKE, RESULT, madePrediction, workerOf
from MadeScene import addCt, addOutline
from ParotidClassifierCore.base.errors import BundleError
from ParotidClassifierCore.bundle.shipped import shipped_bundles
from ParotidClassifierLib.Background.Additions import Addition, isWanted, setWanted
from ParotidClassifierLib.Background.DependencyError import DependenciesDeclinedError
from ParotidClassifierLib.Background.WheelFolder import setWheelFolder, wheelFolder
from ParotidClassifierLib.Panels.ClassifyPanel import ClassifyPanel, RemainingTime
from ShownPanel import ShownPanel
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import waitFor


class MissingDependencies:
    """Stands for what is not installed; asked to install, it does as it was told."""

    def __init__(self, error=None):
        self.error = error
        self.installed = False

    def describe(self):
        return "" if self.installed else "Not installed yet: PyWavelets."

    def missing(self):
        return [] if self.installed else ["PyWavelets"]

    def install(self):
        if self.error is not None:
            raise self.error
        self.installed = True


class MissingAdditions:
    """Stands for what can be added, likewise."""

    def __init__(self, error=None):
        self.error = error
        self.added = []
        self.restartOffered = False

    def isThere(self, addition):
        return addition in self.added

    def describe(self, addition):
        return f"{addition.name} adds little."

    def install(self, addition):
        if self.error is not None:
            raise self.error
        self.added.append(addition)
        return True

    def offerRestart(self):
        self.restartOffered = True


class ClassifyPanelTest(ShownPanel, ScriptedLoadableModuleTest):
    """The user chooses models, sees what is missing, and starts and cancels a run."""

    panelClass = ClassifyPanel

    def chooseCase(self):
        ctNode = addCt()
        self.parameterNode.ct = ctNode
        self.logic.adoptOutline(self.parameterNode, addOutline(ctNode), "Tumor")
        self.panel.refresh()

    def answerBy(self, *lines):
        """Put a program in the worker's place."""
        self.logic.classification._worker = workerOf(*lines)

    def missing(self):
        self.panel.refresh()
        self.assertFalse(self.ui.missingWidget.isHidden())
        self.assertFalse(self.ui.runButton.enabled)
        self.assertTrue(self.ui.runButton.toolTip)
        return self.ui.missingLabel.text

    # Bundle

    def test_the_shipped_bundles_are_offered_and_the_default_one_is_chosen(self):
        box = self.ui.bundleComboBox
        texts = [box.itemText(index) for index in range(box.count)]
        self.assertIn("simulated-demo (demonstration)", texts)
        self.assertTrue(box.currentText.startswith("simulated-demo"))
        self.assertIn("249 simulated cases", self.ui.bundleLineLabel.text)
        self.assertEqual(texts[-1], "Other bundle, a .zip file…")

    def test_a_shipped_bundle_is_remembered_by_its_name(self):
        box = self.ui.bundleComboBox
        index = next(i for i in range(box.count) if "published-clinical" in box.itemText(i))
        self.panel.bundleList.onActivated(index)
        self.assertEqual(self.parameterNode.bundle, "published-clinical")
        self.assertTrue(box.currentText.startswith("published-clinical"))

    def test_a_bundle_from_elsewhere_is_remembered_by_its_path(self):
        with tempfile.TemporaryDirectory() as folder:
            own = shutil.copytree(shipped_bundles()[0], Path(folder) / "own")
            self.panel.bundleList.askForFolder = lambda: str(own)
            self.panel.bundleList.onActivated(self.ui.bundleComboBox.count - 2)
            self.assertEqual(self.parameterNode.bundle, str(own))
            self.assertEqual(self.ui.bundleComboBox.itemData(2), str(own))

    def test_asking_for_another_bundle_and_choosing_none_changes_nothing(self):
        self.panel.bundleList.askForFile = lambda: ""
        self.panel.bundleList.onActivated(self.ui.bundleComboBox.count - 1)
        self.assertEqual(self.parameterNode.bundle, "")
        self.assertTrue(self.ui.bundleComboBox.currentText.startswith("simulated-demo"))

    def test_what_is_no_bundle_is_refused_and_not_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(BundleError) as refused:
                self.panel.useBundle(folder)
            self.assertTrue(refused.exception.remedy)
        self.assertEqual(self.parameterNode.bundle, "")
        self.assertTrue(self.ui.bundleComboBox.currentText.startswith("simulated-demo"))

    def test_about_this_bundle_shows_the_model_card_and_where_it_comes_from(self):
        self.ui.aboutBundleButton.click()
        dialog = self.panel.aboutDialog
        children = slicer.util.childWidgetVariables(dialog)
        self.assertIn("Limits and caveats", children.modelCardBrowser.plainText)
        self.assertNotIn("**", children.modelCardBrowser.plainText)
        facts = children.bundleFactsLabel.text
        self.assertIn("trained on 249 simulated cases", facts)
        self.assertIn(self.panel.bundleList.chosen.bundle_hash, facts)

    def test_who_may_be_classified_is_folded_away(self):
        self.assertTrue(self.ui.eligibilityGroupBox.collapsed)
        for criterion in ("radiotherapy", "aspiration biopsy", "10 mm", "artefacts", "No other"):
            self.assertIn(criterion, self.ui.eligibilityLabel.text)

    # What is missing

    def test_a_complete_case_misses_nothing(self):
        self.chooseCase()
        self.assertTrue(self.ui.missingWidget.isHidden())
        self.assertTrue(self.ui.runButton.enabled)

    def test_what_is_not_installed_is_named_and_installed_by_one_button(self):
        self.chooseCase()
        self.logic.dependencies = MissingDependencies()
        self.logic.warmUp()
        self.assertEqual(self.logic.classification._worker.processId, 0)
        self.assertIn("PyWavelets", self.missing())
        self.assertFalse(self.ui.installButton.isHidden())
        self.ui.installButton.click()
        self.assertTrue(self.ui.missingWidget.isHidden())
        self.assertTrue(self.ui.runButton.enabled)
        self.assertTrue(self.logic.classification._worker.processId)

    def test_a_no_to_the_installation_is_taken_quietly(self):
        self.chooseCase()
        declined = DependenciesDeclinedError("Nothing was installed.", "Later.")
        self.logic.dependencies = MissingDependencies(error=declined)
        self.panel.install()
        self.assertIn("Nothing was installed", self.ui.statusLabel.text)
        self.assertIn("PyWavelets", self.missing())

    def test_an_installation_that_fails_leaves_the_panel_as_it_was(self):
        self.chooseCase()
        self.logic.dependencies = MissingDependencies(error=RuntimeError("No connection."))
        with self.assertRaisesRegex(RuntimeError, "No connection"):
            self.panel.install()
        self.assertIn("PyWavelets", self.missing())

    # Optional parts

    def test_what_can_be_added_is_folded_away_and_added_by_a_button(self):
        self.assertTrue(self.ui.optionalGroupBox.collapsed)
        self.logic.additions = MissingAdditions()
        self.panel.refresh()
        self.ui.optionalGroupBox.collapsed = False
        self.assertEqual(self.ui.torchLabel.text, "Not installed: TORCH adds little.")
        self.ui.radiomicsButton.click()
        self.assertEqual(self.logic.additions.added, [Addition.RADIOMICS])
        self.assertTrue(self.logic.additions.restartOffered)
        self.assertTrue(self.ui.radiomicsButton.isHidden())
        self.assertTrue(self.ui.radiomicsLabel.text.startswith("Installed: "))
        self.assertFalse(self.ui.torchButton.isHidden())

    def test_a_no_to_an_addition_is_taken_quietly(self):
        declined = DependenciesDeclinedError("Nothing was installed.", "Not needed.")
        self.logic.additions = MissingAdditions(declined)
        self.ui.optionalGroupBox.collapsed = False
        self.ui.torchButton.click()
        self.assertIn("Nothing was installed", self.ui.statusLabel.text)

    def test_what_was_added_is_used_where_it_is_wanted(self):
        self.chooseCase()
        self.ui.optionalGroupBox.collapsed = False
        for addition, checkBox, asked in (
            (Addition.TORCH, self.ui.graphicsCardCheckBox, ("device", "auto")),
            (
                Addition.RADIOMICS,
                self.ui.pyRadiomicsCheckBox,
                ("radiomics_engine", "pyradiomics"),
            ),
        ):
            self.addCleanup(setWanted, addition, isWanted(addition))
            for isThere, isChecked in ((True, True), (True, False), (False, True)):
                made = {name: madeModule(name) if isThere else None for name in addition.value}
                with patch.dict(sys.modules, made):
                    self.panel.refresh()
                    self.assertEqual(checkBox.isHidden(), not isThere)
                    checkBox.checked = isChecked
                    self.assertEqual(isWanted(addition), isChecked)
                    request = self.logic.classification._request(self.parameterNode, "predict")
                self.assertEqual(asked in request.items(), isThere and isChecked)

    def test_the_wheel_folder_is_kept(self):
        self.addCleanup(setWheelFolder, wheelFolder())
        self.ui.wheelFolderLineEdit.text = "/wheels/of/the/hospital"
        self.panel.optionalParts.onFolderEdited()
        self.assertEqual(wheelFolder(), "/wheels/of/the/hospital")

    # Run

    def test_a_run_shows_its_progress_and_its_end(self):
        self.chooseCase()
        self.answerBy(HALF_WAY, "time.sleep(0.3)", RESULT)
        self.ui.runButton.click()
        self.assertEqual(self.ui.runButton.text, "Cancel")
        self.assertFalse(self.ui.progressWidget.isHidden())
        self.assertFalse(self.ui.bundleComboBox.enabled)
        waitFor(lambda: self.ui.progressBar.value == 500)
        self.assertTrue(self.ui.stepLabel.text.startswith("Half way"))
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertEqual(self.ui.runButton.text, "Classify")
        self.assertTrue(self.ui.progressWidget.isHidden())
        self.assertIn("Done in", self.ui.statusLabel.text)
        stored = self.logic.results.read(self.parameterNode)
        self.assertEqual(stored["prediction"], madePrediction())

    def test_cancel_leaves_everything_as_it_was(self):
        self.chooseCase()
        self.answerBy(HALF_WAY, "time.sleep(60)")
        self.ui.runButton.click()
        waitFor(lambda: self.ui.progressBar.value == 500)
        self.ui.runButton.click()
        self.assertFalse(self.logic.classification.isRunning)
        self.assertEqual(self.ui.runButton.text, "Classify")
        self.assertTrue(self.ui.runButton.enabled)
        self.assertIn("Cancelled", self.ui.statusLabel.text)
        self.assertIsNone(self.logic.results.read(self.parameterNode))

    def test_a_mistake_found_in_the_background_is_told_with_its_remedy(self):
        self.chooseCase()
        self.answerBy(MISTAKE)
        self.ui.runButton.click()
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertIn("It is &lt;wrong&gt;. Mend it.", self.ui.statusLabel.text)
        self.assertEqual(self.ui.runButton.text, "Classify")

    def test_a_worker_that_dies_is_told_and_the_panel_goes_on(self):
        self.chooseCase()
        self.answerBy("sys.exit(3)")
        self.ui.runButton.click()
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertIn("exit code 3", self.ui.statusLabel.text)
        self.assertTrue(self.ui.runButton.enabled)


class RemainingTimeTest(ScriptedLoadableModuleTest):
    """How long a run still takes."""

    def setUp(self):
        self.now = 100.0
        self.time = RemainingTime(lambda: self.now)

    def test_nothing_is_foretold_in_the_first_moments(self):
        self.now += 1.0
        self.time.update(0.5)
        self.assertIsNone(self.time.remaining)

    def test_half_done_in_four_seconds_leaves_four(self):
        self.now += 4.0
        self.time.update(0.5)
        self.assertAlmostEqual(self.time.remaining, 4.0)
        self.now += 1.0
        self.assertAlmostEqual(self.time.remaining, 3.0)

    def test_what_takes_longer_than_foretold_has_no_time_left(self):
        self.now += 4.0
        self.time.update(0.5)
        self.now += 40.0
        self.assertEqual(self.time.remaining, 0.0)

    def test_a_new_start_forgets_the_last_run(self):
        self.now += 4.0
        self.time.update(0.5)
        self.time.start()
        self.assertIsNone(self.time.remaining)
        self.assertEqual(self.time.elapsed, 0.0)
