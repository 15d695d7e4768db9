"""Self tests of the foot of the panel."""

from MadeResults import HALF_WAY, MISTAKE, RESULT, madePrediction, workerOf
from MadeScene import addCt, addOutline
from ParotidClassifierLib.Background.DependencyError import DependenciesDeclinedError
from ParotidClassifierLib.Drawing.ResultContents import viewOf
from ParotidClassifierLib.Panels.ClassifyPanel import ClassifyPanel, RemainingTime
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
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


class ClassifyPanelTest(ShownPanel, ScriptedLoadableModuleTest):
    """The user sees what is missing, starts and cancels a run, and reads the answer."""

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

    # What is missing

    def test_a_complete_case_misses_nothing(self):
        self.chooseCase()
        self.assertIn("Everything is there", self.ui.missingLabel.text)
        self.assertTrue(self.ui.runButton.enabled)

    def test_a_finding_that_is_not_answered_is_named_with_what_follows(self):
        self.panel.unanswered = lambda: ("Skin & <b>", "No model answers without.")
        self.chooseCase()
        text = self.ui.missingLabel.text
        self.assertIn('<a href="Findings">Skin &amp; &lt;b&gt;</a>. No model answers', text)
        self.assertTrue(self.ui.runButton.enabled)

    def test_what_is_missing_leads_to_its_step(self):
        followed = []
        self.panel.onLink = followed.append
        self.assertIn('<a href="CT">', self.missing())
        self.parameterNode.ct = addCt()
        self.assertIn('<a href="Tumour">', self.missing())
        self.ui.missingLabel.linkActivated("Tumour")
        self.assertEqual(followed, ["Tumour"])

    def test_what_is_not_installed_is_named_and_installed_by_one_button(self):
        self.chooseCase()
        self.logic.dependencies = MissingDependencies()
        self.logic.warmUp()
        self.assertEqual(self.logic.classification._worker.processId, 0)
        self.assertIn("PyWavelets", self.missing())
        self.assertFalse(self.ui.installButton.isHidden())
        self.ui.installButton.click()
        self.assertTrue(self.ui.installButton.isHidden())
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

    # Run

    def test_a_run_shows_its_progress_and_its_end(self):
        self.chooseCase()
        self.answerBy(HALF_WAY, "time.sleep(0.3)", RESULT)
        self.ui.runButton.click()
        self.assertEqual(self.ui.runButton.text, "Cancel")
        self.assertFalse(self.ui.progressWidget.isHidden())
        waitFor(lambda: self.ui.progressBar.value == 500)
        self.assertTrue(self.ui.stepLabel.text.startswith("Half way"))
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertEqual(self.ui.runButton.text, "Classify")
        self.assertTrue(self.ui.progressWidget.isHidden())
        self.assertEqual(self.ui.statusLabel.text, "")
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

    # The answer

    def classified(self):
        self.chooseCase()
        self.answerBy(RESULT)
        self.ui.runButton.click()
        waitFor(lambda: not self.logic.classification.isRunning)

    def test_the_verdict_stands_before_the_number_and_what_it_rests_on_beside_it(self):
        answered = []
        self.panel.onAnswered = lambda: answered.append(True)
        self.classified()
        self.assertEqual(answered, [True])
        view = viewOf(self.logic.results.read(self.parameterNode))
        answer, note = self.ui.answerLabel.text, self.ui.answerNoteLabel.text
        self.assertLess(answer.index(view.verdict), answer.index("95"))
        self.assertIn("<b>DEMO</b>", note)
        self.assertIn("simulated", note)
        self.assertEqual(self.panel.gauge.model, view.first)
        self.assertFalse(self.ui.answerGaugeHolder.isHidden())

    def test_an_old_answer_is_crossed_out_and_says_why(self):
        self.classified()
        setClinicalValue(self.parameterNode, "symptoms", "with")
        self.panel.refresh()
        self.assertIn("Out of date.", self.ui.answerLabel.text)
        self.assertIn("The clinical findings changed", self.ui.answerNoteLabel.text)
        self.assertTrue(self.ui.answerGaugeHolder.isHidden())
        self.assertEqual(self.ui.runButton.text, "Classify again")

    def test_what_was_told_goes_when_the_case_changes(self):
        self.chooseCase()
        self.answerBy(MISTAKE)
        self.ui.runButton.click()
        waitFor(lambda: not self.logic.classification.isRunning)
        self.panel.refresh()
        self.assertFalse(self.ui.statusLabel.isHidden())
        setClinicalValue(self.parameterNode, "symptoms", "with")
        self.panel.refresh()
        self.assertTrue(self.ui.statusLabel.isHidden())


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
