"""Self tests of what goes on in the background of a result: asked later, kept, given up."""

import json
import shutil
import tempfile
from pathlib import Path

import slicer
from MadeResults import (
    HALF_WAY,
    MISTAKE,
    RESULT,
    madePrediction,
    madeSecondOpinion,
    madeStability,
)
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.base.temporary import (
    let_go,
    make_temporary,
    remove_left_behind,
    remove_temporary,
)
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownModule import ShownModule, dialogTexts
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import letPass, reopenScene, waitFor

STABILITY = madeStability(madePrediction())


def answers(**byCommand):
    """Return a line of a program that does one thing for each command."""
    choice = "{" + ", ".join(f"{name!r}: {line!r}" for name, line in byCommand.items()) + "}"
    return f"exec({choice}.get(request['command'], 'pass'))"


class BackgroundTest(ShownModule, ScriptedLoadableModuleTest):
    """The result is there; more about it is asked while the user goes on."""

    def setUp(self):
        ShownModule.setUp(self)
        self.progress, self.done, self.errors = [], [], []

    def ask(self, question, *options):
        question(
            self.parameterNode,
            *options,
            lambda fraction, step: self.progress.append(fraction),
            self.done.append,
            lambda *error: self.errors.append(error),
        )

    def classifiedBy(self, **byCommand):
        self.makeCase()
        setClinicalValue(self.parameterNode, "symptoms", "with")
        self.answerBy(answers(predict=RESULT, **byCommand))
        self.run_()
        self.wait()
        return self.logic.results.read(self.parameterNode)

    def stable(self):
        tell = f"tell(event='result', id=identity, **json.loads({json.dumps(STABILITY)!r}))"
        result = self.classifiedBy(stability=tell)
        self.ask(self.logic.classification.stability, False)
        waitFor(lambda: self.done, what="the stability")
        return result

    # Stability

    def test_the_stability_is_kept_with_the_result_and_comes_back_with_the_scene(self):
        result = self.stable()
        self.assertEqual(self.done, [STABILITY])
        kept = {**result, "stability": STABILITY}
        self.assertEqual(self.logic.results.read(self.parameterNode), kept)
        self.assertEqual(self.logic.results.outOfDate(self.parameterNode), [])
        reopenScene()
        self.assertEqual(self.logic.results.read(self.parameterNode), kept)

    def test_another_result_takes_its_place_without_the_stability(self):
        self.stable()
        self.run_()
        self.wait()
        self.assertNotIn("stability", self.logic.results.read(self.parameterNode))

    def test_the_stability_of_a_result_that_was_replaced_is_not_kept(self):
        old = self.classifiedBy()
        self.run_()
        self.wait()
        stored = json.loads(self.parameterNode.result)
        self.parameterNode.result = json.dumps(
            {**stored, "finishedAt": "2026-01-01T00:00:00+00:00"}
        )
        kept = self.logic.results.keepWith(self.parameterNode, old, stability=STABILITY)
        self.assertFalse(kept)
        self.assertNotIn("stability", self.logic.results.read(self.parameterNode))

    def test_it_does_not_count_as_a_run_and_can_be_cancelled(self):
        self.classifiedBy(stability=HALF_WAY)
        self.ask(self.logic.classification.stability, False)
        waitFor(lambda: self.progress, what="a step")
        self.assertFalse(self.logic.classification.isRunning)
        self.assertTrue(self.ui["ClassifyPanel"].progressWidget.isHidden())
        self.logic.cancel()
        letPass(0.1)
        self.assertEqual((self.done, self.errors), ([], []))
        self.assertEqual(self.ui["ClassifyPanel"].runButton.text, "Classify")

    def test_an_export_that_takes_long_is_given_up_by_the_button_that_gives_up_a_run(self):
        self.classifiedBy(report=HALF_WAY)
        panel, ui = self.panels["ResultPanel"], self.ui["ResultPanel"]
        with tempfile.TemporaryDirectory() as folder:
            panel.report.write(folder)
            waitFor(lambda: ui.reportProgressBar.value > 0, what="a step")
            button = self.ui["ClassifyPanel"].runButton
            self.assertEqual(button.text, "Cancel")
            self.assertTrue(self.ui["ClassifyPanel"].progressWidget.isHidden())
            button.click()
            self.assertEqual(button.text, "Classify")
            self.assertTrue(ui.reportProgressBar.isHidden())
            self.assertTrue(ui.caseReportButton.enabled)
            self.assertTrue(panel.exports.featuresAction.enabled)
            self.assertEqual(list(Path(folder).iterdir()), [])

    def test_a_classification_in_between_supersedes_it(self):
        self.classifiedBy(stability=HALF_WAY)
        self.ask(self.logic.classification.stability, False)
        waitFor(lambda: self.progress, what="a step")
        self.run_()
        self.assertEqual([error[0] for error in self.errors], ["SupersededError"])
        self.assertTrue(self.logic.classification.isRunning)
        self.wait()
        self.assertTrue(self.isAnswered)

    def test_after_a_classification_it_is_found_out_by_itself(self):
        tell = f"tell(event='result', id=identity, **json.loads({json.dumps(STABILITY)!r}))"
        self.classifiedBy(stability=tell)
        label = self.ui["ResultPanel"].stabilityStatusLabel
        self.assertIn("Trying other outlines", label.text)
        results = self.logic.results
        waitFor(lambda: "stability" in results.read(self.parameterNode), what="the stability")
        self.assertEqual(results.read(self.parameterNode)["stability"], STABILITY)
        self.assertEqual(label.text, "")

    def test_what_is_found_out_by_itself_gives_way_without_a_word_and_begins_again(self):
        self.classifiedBy(stability=HALF_WAY)
        classification, button = self.logic.classification, self.ui["ClassifyPanel"].runButton
        for _twice in range(2):
            waitFor(lambda: classification.isBusy, what="a try")
            self.assertFalse(classification.isRunning)
            self.assertEqual(button.text, "Classify")
            with dialogTexts() as texts:
                self.run_()
                self.wait()
            self.assertEqual(texts, [])
            self.assertTrue(self.isAnswered)

    def test_nothing_is_asked_about_a_result_that_is_out_of_date(self):
        self.classifiedBy()
        self.growTumor()
        for question in (self.logic.classification.stability, self.logic.classification.saliency):
            with self.assertRaises(UsageError):
                self.ask(question, False)
        self.assertEqual((self.done, self.errors), ([], []))

    # Second opinion

    def test_the_other_bundle_is_asked_about_the_same_case_and_kept_with_the_result(self):
        asked = "first=request['bundle'], second=request['second_bundle'], ring='ring' in request"
        opinion = f"**{{**json.loads({json.dumps(madeSecondOpinion())!r}), **dict({asked})}}"
        tell = f"tell(event='result', id=identity, {opinion})"
        result = self.classifiedBy(second_opinion=tell)
        question = self.logic.classification.secondOpinion
        self.ask(question, "another")
        waitFor(lambda: self.done, what="the second opinion")
        (answer,) = self.done
        self.assertEqual(answer["second"], "another")
        self.assertEqual(Path(answer["first"]).name, "simulated-demo")
        self.assertFalse(answer["ring"])  # each bundle has its own
        kept = {**result, "secondOpinion": answer}
        self.assertEqual(self.logic.results.read(self.parameterNode), kept)
        self.growTumor()
        with self.assertRaises(UsageError):
            question(self.parameterNode, "another", *[lambda *_: None] * 3)

    # Saliency

    def test_where_the_network_looked_is_written_beside_the_case(self):
        write = "open(request['out'], 'w').write('a volume')"
        self.classifiedBy(
            saliency=f"{write}; tell(event='result', id=identity, out=request['out'])"
        )
        self.ask(self.logic.classification.saliency, False)
        waitFor(lambda: self.done, what="the map")
        path = self.done[0]["out"]
        self.assertEqual(Path(path).read_text(encoding="utf-8"), "a volume")
        slicer.mrmlScene.Clear(0)
        self.assertFalse(Path(path).exists())

    # A result that follows

    def test_a_mistake_of_what_follows_by_itself_leaves_the_strip_and_says_nothing(self):
        wrongUnlessWith = f"{RESULT} if request['clinical']['symptoms'] == 'with' else {MISTAKE}"
        self.makeCase()
        setClinicalValue(self.parameterNode, "symptoms", "with")
        self.answerBy(wrongUnlessWith)
        self.run_()
        self.wait()
        before = self.parameterNode.result
        with dialogTexts() as texts:
            setClinicalValue(self.parameterNode, "symptoms", "without")
            letPass(0.5)
        self.assertEqual(texts, [])
        self.assertEqual(self.parameterNode.result, before)
        self.assertFalse(self.ui["ResultPanel"].outOfDateLabel.isHidden())
        self.assertTrue(self.isAnswered)

    def test_a_cold_process_leaves_the_result_as_it_is(self):
        self.classifiedBy()
        before = self.parameterNode.result
        self.answerBy(RESULT)
        setClinicalValue(self.parameterNode, "symptoms", "without")
        letPass(0.3)
        self.assertEqual(self.parameterNode.result, before)

    # The folder of the case

    @property
    def folder(self):
        return self.logic.classification._caseFolder.path

    def again(self):
        """Classify again; return when each file of the folder was written."""
        self.run_()
        self.wait()
        return [
            (self.folder / name).stat().st_mtime_ns for name in ("ct.nrrd", "segmentation.seg.nrrd")
        ]

    def test_only_what_changed_is_written_again(self):
        self.classifiedBy()
        first = self.again()
        self.assertEqual(self.again(), first)
        setClinicalValue(self.parameterNode, "symptoms", "without")
        self.parameterNode.ringWidthMm = "3.0"
        self.assertEqual(self.again(), first)
        self.growTumor(2)
        second = self.again()
        self.assertEqual(second[0], first[0])
        self.assertNotEqual(second[1], first[1])
        self.refineRing()
        third = self.again()
        self.assertEqual(third[0], first[0])
        self.assertNotEqual(third[1], second[1])

    def test_another_ct_is_written(self):
        self.classifiedBy()
        first = self.again()
        node = self.parameterNode.ct
        slicer.util.updateVolumeFromArray(node, slicer.util.arrayFromVolume(node) + 1)
        letPass(0.3)
        self.assertNotEqual(self.again()[0], first[0])

    def test_a_folder_or_file_that_was_tidied_away_is_written_again(self):
        self.classifiedBy()
        self.again()
        (self.folder / "segmentation.seg.nrrd").unlink()
        self.again()
        shutil.rmtree(self.folder)
        self.again()
        (self.folder / "ct.nrrd").unlink()
        self.again()

    def test_what_a_crash_left_behind_goes_at_the_next_start(self):
        kept, left = make_temporary(), make_temporary()
        let_go(left.parent)  # as at the end of a process
        remove_left_behind.cache_clear()  # as at a start
        self.classifiedBy()
        self.assertTrue(kept.exists())
        self.assertFalse(left.parent.exists())
        remove_temporary(kept)
