"""Self tests of the panel "4. Result"."""

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import slicer
from MadeResults import (
    MISTAKE,
    madeFeatures,
    madePrediction,
    madeSecondOpinion,
    madeStability,
    withAnswers,
    withoutModels,
    withoutRefits,
    workerOf,
)
from ParotidClassifierCore.base.errors import OutputError
from ParotidClassifierCore.imaging.findings import OTHER_BODY_PART
from ParotidClassifierCore.reporting.case_view import Bar
from ParotidClassifierLib.Drawing.ResultChart import ContributionChart, exactWords
from ParotidClassifierLib.Drawing.ResultContents import rangeWords
from ParotidClassifierLib.Panels import FileDialogs
from ParotidClassifierLib.Panels.ResultPanel import ResultPanel
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownResult import FOLDED, ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import letPass, waitFor

WIDTH = 440  # of the panel on a small screen


class ResultPanelTest(ShownResult, ScriptedLoadableModuleTest):
    """The user reads the probability, what drove it, and whether it still holds."""

    # What is shown

    def test_without_a_result_only_that_is_said(self):
        self.assertFalse(self.ui.emptyLabel.isHidden())
        self.assertTrue(self.ui.resultWidget.isHidden())

    def test_the_combined_probability_stands_first_with_threshold_and_call(self):
        self.keep()
        self.assertTrue(self.ui.emptyLabel.isHidden())
        self.assertEqual(self.ui.headlineNameLabel.text, "Model: image + clinical")
        self.assertEqual(self.ui.headlineTitleLabel.text, "Called malignant")
        self.assertIn("82&nbsp;%, 95&nbsp;% interval", self.ui.headlineNumberLabel.text)
        self.assertIn("threshold 31&nbsp;%", self.ui.headlineNumberLabel.text)
        call = "Above this model's threshold of 31 %: it calls the tumour malignant."
        self.assertIn(call, self.details)
        gauge = self.panel.gauge.model
        self.assertEqual((gauge.probability, gauge.marks), (0.82, (0.31,)))
        self.assertTrue(self.ui.noCombinedLabel.isHidden())

    def test_a_probability_below_the_threshold_is_called_benign(self):
        self.keep(madePrediction(probability=0.12))
        call = "Below this model's threshold of 31 %: it calls the tumour benign."
        self.assertIn(call, self.details)

    def test_without_clinical_findings_the_image_model_stands_first_and_says_why(self):
        self.keep(madePrediction(clinical=False))
        self.assertEqual(self.ui.headlineNameLabel.text, "Model: image alone")
        self.assertIn("56&nbsp;%", self.ui.headlineNumberLabel.text)
        self.assertIn("symptoms and margin are unknown", self.ui.noCombinedLabel.text)
        self.assertFalse(self.ui.noCombinedLabel.isHidden())
        self.assertIn("not available: symptoms and margin", self.ui.modelsLabel.text)

    def test_where_no_model_can_answer_the_reason_stands_in_its_place(self):
        self.keep(withoutModels())
        self.assertEqual(self.ui.headlineTitleLabel.text, "No probability")
        self.assertTrue(self.ui.gaugeHolder.isHidden())
        for box in (self.ui.whyGroupBox, self.ui.textureGroupBox):
            self.assertTrue(box.isHidden())
        self.assertTrue(self.ui.headlineNumberLabel.isHidden())
        self.assertEqual(self.details, ["It is not part of the chosen model."])
        self.assertTrue(self.ui.outsideGroupBox.isHidden())

    def test_a_bundle_without_combined_says_what_its_own_model_lacks(self):
        prediction = withoutModels()
        prediction["models"]["Clinical"] = {"unavailable": "margin is unknown"}
        self.keep(prediction)
        self.assertEqual(self.ui.headlineNameLabel.text, "Model: clinical findings alone")
        self.assertEqual(self.details, ["Margin is unknown."])

    def test_findings_bundle_and_time_are_told(self):
        self.keep()
        self.assertIn("A ring of 2.4 ml &lt;is&gt; small.", self.ui.findingsLabel.text)
        self.assertIn("simulated-demo", self.ui.bundleLabel.text)
        self.assertIn("9f3f5e3adec6", self.ui.bundleLabel.text)
        self.assertIn("2026-03-01 10:20", self.ui.bundleLabel.text)
        measured = "features were measured by the built-in engine, version 1."
        self.assertIn(measured, self.ui.bundleLabel.text)

    def test_what_puts_the_number_in_doubt_stands_before_it_and_the_rest_is_folded(self):
        prediction = madePrediction()
        other = {"code": OTHER_BODY_PART, "severity": "warning", "message": "It shows a knee."}
        self.keep({**prediction, "findings": [*prediction["findings"], other]})
        layout = self.ui.numbersWidget.layout()
        places = [layout.indexOf(self.ui.firstFindingsLabel), layout.indexOf(self.ui.gaugeHolder)]
        self.assertLess(*places)
        self.assertIn("a knee", self.ui.firstFindingsLabel.text)
        self.assertNotIn("a knee", self.ui.findingsLabel.text)
        self.keep()
        self.assertTrue(self.ui.firstFindingsLabel.isHidden())

    def test_a_closed_group_says_how_many_warnings_it_holds(self):
        self.keep()
        self.assertEqual(self.ui.relyGroupBox.title, "Can I rely on it?")
        prediction = madePrediction()
        warned = {"code": "x", "severity": "warning", "message": "The ring runs into the ear."}
        self.keep({**prediction, "findings": [*prediction["findings"], warned]})
        self.assertTrue(self.ui.relyGroupBox.title.endswith(" 1"))

    def test_that_it_is_a_demonstration_stands_beside_the_answer_and_is_told_once(self):
        self.keep()
        self.assertEqual(self.ui.bannerLabel.text, "DEMO")
        self.assertIn("not for clinical use", self.ui.bannerLabel.toolTip)
        labels = self.panel.widget.findChildren("QLabel")
        told = [label.text for label in labels if "demonstration" in label.text]
        self.assertEqual(told, [self.ui.bundleLabel.text])
        prediction = madePrediction()
        real = [f for f in prediction["findings"] if f["code"] != "demonstration_bundle"]
        self.keep({**prediction, "findings": real})
        self.assertTrue(self.ui.bannerLabel.isHidden())

    def test_models_are_named_in_plain_words_and_by_the_method_on_pointing_at_them(self):
        self.keep()
        self.assertEqual(self.ui.headlineNameLabel.text, "Model: image + clinical")
        self.assertIn("Combined", self.ui.headlineNameLabel.toolTip)
        self.assertIn("image + clinical", self.ui.modelsLabel.text)
        self.assertNotIn("Combined", self.ui.modelsLabel.text)
        self.assertIn("Combined", self.ui.modelsLabel.toolTip)

    def test_a_result_of_an_earlier_version_has_the_names_of_the_method(self):
        prediction = madePrediction()
        del prediction["words"]
        self.keep(prediction)
        self.assertEqual(self.ui.headlineNameLabel.text, "Model: Combined")
        self.assertIn("Enlarged lymph nodes", [bar.label for bar in self.panel.whyChart.bars])

    def test_how_many_other_models_agree_is_told_below_the_number(self):
        self.keep()
        self.assertEqual(
            self.details[-1],
            "Of 10 other models that gave a probability, 9 say the same (malignant); others: "
            "1 benign.",
        )

    # The case

    def test_side_and_size_of_the_tumour_stand_by_the_number_while_they_are_its_own(self):
        self.keepOfCase(prediction={**madePrediction(), "side": "right"})
        self.assertRegex(self.ui.caseLabel.text, r"^right · \d+ mm · \d+\.\d ml$")
        self.makeOutOfDate()
        self.assertTrue(self.ui.caseLabel.isHidden())

    def test_a_side_that_is_not_known_is_left_out(self):
        self.keepOfCase(prediction={**madePrediction(), "side": "not determined"})
        self.assertRegex(self.ui.caseLabel.text, r"^\d+ mm")

    def test_one_sentence_is_copied_for_the_tumour_board_and_that_is_said_until_it_changes(self):
        self.keepOfCase(prediction={**madePrediction(), "side": "right"})
        self.assertTrue(self.ui.copiedLabel.isHidden())
        self.ui.copyButton.click()
        copied = slicer.app.clipboard().text()
        self.assertRegex(
            copied, r"^Right parotid tumour, \d+ mm, \d+\.\d ml: called malignant, 82 %"
        )
        self.assertIn("Copied.", self.ui.copiedLabel.text)
        self.assertFalse(self.ui.copiedLabel.isHidden())
        self.makeOutOfDate()
        self.assertTrue(self.ui.copiedLabel.isHidden())

    # Groups

    def test_groups_are_closed_at_first_and_one_that_is_opened_stays_open(self):
        fresh = ResultPanel(self.logic)
        self.addCleanup(fresh.cleanup)
        boxes = [getattr(fresh.ui, f"{name}GroupBox") for name in FOLDED]
        fresh.setParameterNode(self.parameterNode)
        self.keep()
        fresh.refresh()
        self.assertTrue(all(box.collapsed for box in boxes))
        fresh.ui.whyGroupBox.collapsed = False
        self.keep(madePrediction(probability=0.12))
        fresh.refresh()
        self.assertEqual([box.collapsed for box in boxes], [box is not boxes[1] for box in boxes])

    def test_everything_fits_a_narrow_panel(self):
        prediction = {**madePrediction(), "side": "right"}
        long = {**prediction["bundle"], "name": "a-name-of-a-model-that-is-much-too-long-" * 2}
        prediction["bundle"] = long
        opinion = madeSecondOpinion()
        opinion["bundle"] = {**long, "banner": "banner"}
        more = {"stability": madeStability(prediction), "secondOpinion": opinion}
        self.keepOfCase(prediction=prediction, **more)
        self.ui.secondBundleComboBox.addItem(long["name"])
        self.panel.widget.show()
        letPass(0.05)
        self.assertLessEqual(self.panel.widget.minimumSizeHint.width(), WIDTH)

    # How certain it is

    def test_the_interval_stands_beside_the_probability_and_on_its_scale(self):
        self.keep()
        self.assertIn("95&nbsp;% interval 70&nbsp;% to 86&nbsp;%", self.ui.headlineNumberLabel.text)
        self.assertEqual(self.panel.gauge.model.interval, (0.697, 0.856))
        self.assertIn("70 % to 86 %", self.panel.gauge.toolTip)

    def test_a_bundle_without_refits_says_so_once(self):
        self.keep(withoutRefits(madePrediction()))
        self.assertIn("no interval", self.ui.headlineNumberLabel.text)
        self.assertIsNone(self.panel.gauge.model.interval)
        self.assertNotIn("interval", self.ui.modelsLabel.text)

    # The three answers

    def test_the_answer_stands_first_and_the_probability_below(self):
        self.keep(withAnswers(madePrediction()))
        self.assertEqual(self.ui.headlineNameLabel.text, "Model: image + clinical")
        self.assertEqual(self.ui.headlineTitleLabel.text, "Malignant")
        numbers = "82&nbsp;%, 95&nbsp;% interval 70&nbsp;% to 86&nbsp;%"
        self.assertIn(numbers, self.ui.headlineNumberLabel.text)
        meaning = self.details[0]
        self.assertIn("at most 10 are answered malignant", meaning)
        self.assertIn("Between 12 % and 50 % it cannot tell", meaning)
        self.assertGreater(pointSize(self.ui.headlineTitleLabel), pointSize(self.ui.bundleLabel))

    def test_between_the_limits_it_says_that_it_cannot_tell_in_no_outcomes_colour(self):
        self.keep(withAnswers(madePrediction(probability=0.3)))
        self.assertEqual(self.ui.headlineTitleLabel.text, "Cannot tell (indeterminate)")
        self.assertIn("30&nbsp;%", self.ui.headlineNumberLabel.text)
        self.assertNotIn("calls the tumour", " ".join(self.details))
        gauge = self.panel.gauge
        self.assertEqual(gauge.model.marks, (0.12, 0.5))
        self.assertIn("cannot tell from 12 % to 50 %", gauge.accessibleDescription)
        color = gauge.outcomeColor(gauge.model.verdict).name()
        outcomes = {gauge.outcomeColor(outcome).name() for outcome in ("benign", "malignant")}
        self.assertNotIn(color, outcomes)
        self.assertEqual(len(outcomes), 2)

    def test_limits_that_meet_have_one_mark(self):
        self.keep(withAnswers(madePrediction(), (0.3, 0.3)))
        self.assertIn("benign below 30 %", self.panel.gauge.accessibleDescription)

    def test_why_there_is_no_answer_is_told_with_the_call(self):
        prediction = madePrediction()
        prediction["models"]["Combined"]["no_answer"] = "too few training cases"
        self.keep(prediction)
        self.assertEqual(self.ui.headlineTitleLabel.text, "Called malignant")
        self.assertIn("it calls the tumour malignant", self.details[0])
        why = "No answer at a stated error rate: too few training cases."
        self.assertIn(why, self.details)

    def test_ranges_are_written_as_short_as_they_are_clear(self):
        self.assertEqual(rangeWords(0.724, 0.9), "72–90 %")
        self.assertEqual(rangeWords(0.724, 0.7241), "72 %")
        self.assertEqual(rangeWords(0.004, 0.12), "< 1 to 12 %")
        self.assertEqual(rangeWords(0.9, 0.996), "90 to > 99 %")

    # What drove it

    def test_few_bars_say_why_each_finding_by_its_value_and_the_image_as_one(self):
        self.keep()
        bars = self.panel.whyChart.bars
        self.assertEqual(len(bars), 4)
        self.assertIn("No enlarged lymph nodes", [bar.label for bar in bars])
        (image,) = (bar for bar in bars if len(bar.columns) > 1)
        self.assertIn("image", image.label)
        self.assertIn("Tumor_original_shape_Sphericity", exactWords(image, {}))
        self.assertIn("82 %", self.ui.sumLabel.text)

    def test_features_of_the_image_are_sorted_labelled_and_nothing_is_left_out(self):
        self.keep()
        bars = self.panel.textureChart.bars
        inputs = [abs(bar.added) for bar in bars[:-1]]
        self.assertEqual(inputs, sorted(inputs, reverse=True))
        (image,) = (bar for bar in self.panel.whyChart.bars if len(bar.columns) > 1)
        self.assertAlmostEqual(sum(bar.added for bar in bars), image.added)
        self.assertNotIn("_", bars[0].label)
        toolTip = exactWords(bars[0], madeFeatures())
        for text in ("Tumor_original_shape_Sphericity", "+0.6300", "0.5"):
            self.assertIn(text, toolTip)
        self.assertIn("5 smaller ones", bars[-1].label)
        self.assertEqual(exactWords(bars[-1], madeFeatures()).count("\n"), 4)

    def test_a_model_that_reads_no_image_has_no_features_of_it(self):
        prediction = withoutModels()
        prediction["models"]["Clinical"] = madePrediction()["models"]["Clinical"]
        self.keep(prediction)
        self.assertFalse(self.ui.whyGroupBox.isHidden())
        self.assertTrue(self.ui.textureGroupBox.isHidden())

    def test_the_chart_finds_the_row_under_the_mouse(self):
        chart = ContributionChart()
        bars = [Bar(str(i), 0.1 * i, {"symptoms": 0.1 * i}) for i in range(3)]
        chart.setBars(bars, {})
        self.assertIsNone(chart.barAt(0))
        self.assertEqual(chart.barAt(chart.minimumHeight - 1), bars[2])
        self.assertIsNone(chart.barAt(chart.minimumHeight + 100))

    # Whether it still holds

    def test_a_current_result_can_be_exported(self):
        self.keep()
        self.assertTrue(self.ui.outOfDateLabel.isHidden())
        self.assertTrue(self.ui.numbersWidget.enabled)
        exports = self.panel.exports
        for action in (exports.predictionAction, exports.featuresAction, exports.caseAction):
            self.assertTrue(action.enabled)

    def test_one_menu_has_all_exports(self):
        names = [action.objectName for action in self.ui.exportButton.menu().actions()]
        expected = ["dicomAction", "predictionAction", "featuresAction", "caseAction"]
        self.assertEqual(names, expected)

    def test_a_change_marks_the_result_out_of_date_and_says_what_changed(self):
        self.keep()
        self.makeOutOfDate()
        self.assertFalse(self.ui.outOfDateLabel.isHidden())
        self.assertIn("The clinical findings changed.", self.ui.outOfDateLabel.text)
        self.assertFalse(self.ui.numbersWidget.enabled)
        exports = self.panel.exports
        for action in (exports.featuresAction, exports.predictionAction):
            self.assertFalse(action.enabled)
            self.assertIn("cannot be exported as current", action.toolTip)
        self.assertIn("cannot be exported as current", self.ui.notCurrentLabel.text)
        self.assertFalse(self.ui.notCurrentLabel.isHidden())
        self.assertTrue(exports.caseAction.enabled)

    def test_a_change_that_is_undone_makes_the_result_current_again(self):
        self.keep()
        self.makeOutOfDate()
        setClinicalValue(self.parameterNode, "symptoms", "unknown")
        self.panel.refresh()
        self.assertTrue(self.ui.outOfDateLabel.isHidden())
        self.assertTrue(self.panel.exports.predictionAction.enabled)
        self.assertTrue(self.ui.notCurrentLabel.isHidden())

    # Exports

    def test_the_prediction_is_exported_as_the_command_line_writes_it(self):
        self.keep()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prediction.json"
            self.panel.exports.exportPrediction(str(path))
            self.assertEqual(json.loads(path.read_text(encoding="utf-8")), madePrediction())
        self.assertIn("Saved to", self.ui.exportStatusLabel.text)

    def test_a_file_that_is_named_without_its_kind_gets_it_and_replaces_none_unasked(self):
        self.keep()
        with tempfile.TemporaryDirectory() as folder:
            chosen = SimpleNamespace(getSaveFileName=lambda *_asked: f"{folder}/mine")
            path = Path(folder) / "mine.json"
            with patch.object(FileDialogs.qt, "QFileDialog", chosen):
                self.panel.exports.predictionAction.trigger()
                self.assertEqual(json.loads(path.read_text(encoding="utf-8")), madePrediction())
                path.write_text("older", encoding="utf-8")
                with patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False):
                    self.panel.exports.predictionAction.trigger()
                self.assertEqual(path.read_text(encoding="utf-8"), "older")

    def test_what_was_saved_before_is_not_told_beside_a_failure(self):
        self.keep()
        self.exportPrediction()
        with tempfile.NamedTemporaryFile() as file, self.assertRaises(OutputError):
            self.panel.exports.exportPrediction(f"{file.name}/prediction.json")
        self.assertTrue(self.ui.exportStatusLabel.isHidden())

    def exportPrediction(self):
        with tempfile.TemporaryDirectory() as folder:
            self.panel.exports.exportPrediction(str(Path(folder) / "prediction.json"))
        self.assertIn("Saved to", self.ui.exportStatusLabel.text)
        self.assertFalse(self.ui.exportStatusLabel.isHidden())

    def test_what_was_saved_is_not_told_beside_another_result(self):
        self.keep()
        self.exportPrediction()
        self.panel.refresh()
        self.assertIn("Saved to", self.ui.exportStatusLabel.text)
        self.keep(madePrediction(probability=0.12))
        self.assertEqual(self.ui.exportStatusLabel.text, "")
        self.assertTrue(self.ui.exportStatusLabel.isHidden())

    def test_what_was_saved_is_not_told_beside_a_case_that_changed(self):
        self.keep()
        self.exportPrediction()
        self.makeOutOfDate()
        self.assertEqual(self.ui.exportStatusLabel.text, "")

    def test_what_is_kept_with_a_result_does_not_make_it_another_one(self):
        self.keep()
        self.exportPrediction()
        self.keep(secondOpinion=madeSecondOpinion())
        self.assertIn("Saved to", self.ui.exportStatusLabel.text)

    def test_the_case_is_saved_for_the_command_line(self):
        from ParotidClassifierCore.case.loading import load_case_folder

        self.keepOfCase()
        with tempfile.TemporaryDirectory() as folder:
            self.panel.exports.saveCase(str(Path(folder) / "case"))
            case = load_case_folder(Path(folder) / "case")
        self.assertTrue(case.rings)

    def test_features_are_exported_in_the_background_with_progress(self):
        self.keepOfCase()
        answer = (
            "tell(event='progress', id=identity, fraction=0.5, step='Tumor'); time.sleep(0.3); "
            "tell(event='result', id=identity)"
        )
        self.logic.classification._worker = workerOf(answer)
        self.panel.exports.exportFeatures("features.csv")
        self.assertFalse(self.ui.exportProgressBar.isHidden())
        self.assertFalse(self.panel.exports.featuresAction.enabled)
        waitFor(lambda: self.ui.exportProgressBar.value == 500)
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertTrue(self.ui.exportProgressBar.isHidden())
        self.assertTrue(self.panel.exports.featuresAction.enabled)
        self.assertIn("features.csv", self.ui.exportStatusLabel.text)

    def test_features_that_cannot_be_exported_are_told(self):
        self.keepOfCase()
        self.logic.classification._worker = workerOf(MISTAKE)
        self.panel.exports.exportFeatures("features.csv")
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertIn("Mend it.", self.ui.exportStatusLabel.text)
        self.assertTrue(self.panel.exports.featuresAction.enabled)

    def test_another_scene_says_nothing_of_what_was_exported(self):
        self.keep()
        with tempfile.TemporaryDirectory() as folder:
            self.panel.exports.exportPrediction(str(Path(folder) / "prediction.json"))
        self.panel.setParameterNode(None)
        self.assertEqual(self.ui.exportStatusLabel.text, "")
        self.assertFalse(self.ui.emptyLabel.isHidden())


def pointSize(label):
    return label.font.pointSizeF()
