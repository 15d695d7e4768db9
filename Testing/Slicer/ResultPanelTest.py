"""Self tests of the panel "6. Result"."""

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
    withAnswers,
    withoutModels,
    withoutRefits,
    workerOf,
)
from ParotidClassifierCore.base.errors import OutputError
from ParotidClassifierCore.reporting.case_view import Bar
from ParotidClassifierLib.Drawing.ResultChart import ContributionChart, exactWords
from ParotidClassifierLib.Drawing.ResultContents import rangeWords
from ParotidClassifierLib.Panels import ResultExports
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import waitFor

EXPORT_BUTTONS = ("saveCaseButton", "exportFeaturesButton", "exportPredictionButton")


class ResultPanelTest(ShownResult, ScriptedLoadableModuleTest):
    """The user reads the probability, what drove it, and whether it still holds."""

    # What is shown

    def test_without_a_result_only_that_is_said(self):
        self.assertFalse(self.ui.emptyLabel.isHidden())
        self.assertTrue(self.ui.resultWidget.isHidden())

    def test_the_combined_probability_stands_first_with_threshold_and_call(self):
        self.keep()
        self.assertTrue(self.ui.emptyLabel.isHidden())
        self.assertIn("Combined", self.ui.headlineNameLabel.text)
        self.assertEqual(self.ui.headlineTitleLabel.text, "82 %")
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
        self.assertIn("Tumor+External2_RAD+DL", self.ui.headlineNameLabel.text)
        self.assertEqual(self.ui.headlineTitleLabel.text, "56 %")
        self.assertIn("symptoms and margin are unknown", self.ui.noCombinedLabel.text)
        self.assertFalse(self.ui.noCombinedLabel.isHidden())
        self.assertIn("not available: symptoms and margin", self.ui.modelsLabel.text)

    def test_where_no_model_can_answer_the_reason_stands_in_its_place(self):
        self.keep(withoutModels())
        self.assertEqual(self.ui.headlineTitleLabel.text, "No probability")
        self.assertTrue(self.ui.gaugeHolder.isHidden())
        self.assertTrue(self.ui.driversGroupBox.isHidden())
        self.assertEqual(self.details, ["This bundle does not hold this model."])
        self.assertTrue(self.ui.outsideGroupBox.isHidden())

    def test_a_bundle_without_combined_says_what_its_own_model_lacks(self):
        prediction = withoutModels()
        prediction["models"]["Clinical"] = {"unavailable": "margin is unknown"}
        self.keep(prediction)
        self.assertEqual(self.ui.headlineNameLabel.text, "Model Clinical")
        self.assertEqual(self.details, ["Margin is unknown."])

    def test_findings_bundle_and_time_are_told(self):
        self.keep()
        self.assertIn("A ring of 2.4 ml &lt;is&gt; small.", self.ui.findingsLabel.text)
        self.assertIn("simulated-demo", self.ui.bundleLabel.text)
        self.assertIn("9f3f5e3adec6", self.ui.bundleLabel.text)
        self.assertIn("2026-03-01 10:20", self.ui.bundleLabel.text)
        measured = "features were measured by the built-in engine, version 1."
        self.assertIn(measured, self.ui.bundleLabel.text)

    def test_findings_stand_before_the_number(self):
        layout = self.ui.numbersWidget.layout()
        placeOf = [
            layout.indexOf(self.ui.findingsGroupBox),
            layout.indexOf(self.ui.headlineNameLabel),
        ]
        self.assertLess(*placeOf)

    # How certain it is

    def test_the_interval_stands_beside_the_probability_and_on_its_scale(self):
        self.keep()
        self.assertIn("95 % interval 70 % to 86 %", self.details)
        self.assertEqual(self.panel.gauge.model.interval, (0.697, 0.856))
        self.assertIn("70 % to 86 %", self.panel.gauge.toolTip)

    def test_a_bundle_without_refits_says_so_once(self):
        self.keep(withoutRefits(madePrediction()))
        why = "No interval: the bundle holds no refits of its models."
        self.assertEqual([line for line in self.details if "interval" in line], [why])
        self.assertIsNone(self.panel.gauge.model.interval)
        self.assertNotIn("interval", self.ui.modelsLabel.text)

    # The three answers

    def test_the_answer_stands_first_and_the_probability_below(self):
        self.keep(withAnswers(madePrediction()))
        self.assertEqual(self.ui.headlineNameLabel.text, "Model Combined")
        self.assertEqual(self.ui.headlineTitleLabel.text, "Malignant")
        probability, interval, meaning = self.details
        self.assertEqual(probability, "82 % probability of malignancy")
        self.assertEqual(interval, "95 % interval 70 % to 86 %")
        self.assertIn("at most 10 are answered malignant", meaning)
        self.assertIn("Between 12 % and 50 % it cannot tell", meaning)
        self.assertGreater(pointSize(self.ui.headlineTitleLabel), pointSize(self.ui.bundleLabel))

    def test_between_the_limits_it_says_that_it_cannot_tell_in_no_outcomes_colour(self):
        self.keep(withAnswers(madePrediction(probability=0.3)))
        self.assertEqual(self.ui.headlineTitleLabel.text, "Cannot tell (indeterminate)")
        self.assertEqual(self.details[0], "30 % probability of malignancy")
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
        self.assertEqual(self.ui.headlineTitleLabel.text, "82 %")
        self.assertIn("it calls the tumour malignant", self.details[1])
        why = "No answer at a stated error rate: too few training cases."
        self.assertEqual(self.details[-1], why)

    def test_ranges_are_written_as_short_as_they_are_clear(self):
        self.assertEqual(rangeWords(0.724, 0.9), "72–90 %")
        self.assertEqual(rangeWords(0.724, 0.7241), "72 %")
        self.assertEqual(rangeWords(0.004, 0.12), "< 1 to 12 %")
        self.assertEqual(rangeWords(0.9, 0.996), "90 to > 99 %")

    # What drove it

    def test_another_model_can_be_asked_what_drove_it(self):
        self.keep()
        self.ui.driversComboBox.setCurrentText("Clinical")
        values = [bar.added for bar in self.panel.chart.bars]
        self.assertEqual(values, [-1.5, 1.2, 0.9, -0.31])
        self.assertIn("+0.29", self.ui.sumLabel.text)
        self.panel.refresh()
        self.assertEqual(self.ui.driversComboBox.currentText, "Clinical")

    def test_what_drove_it_follows_the_model_that_stands_first(self):
        self.keep(madePrediction(clinical=False))
        self.assertEqual(self.ui.driversComboBox.currentText, "Tumor+External2_RAD+DL")
        self.keep()
        self.assertEqual(self.ui.driversComboBox.currentText, "Combined")

    def test_a_model_without_a_probability_is_not_offered(self):
        self.keep(madePrediction(clinical=False))
        self.assertEqual(self.ui.driversComboBox.findText("Combined"), -1)
        self.assertEqual(self.ui.driversComboBox.currentText, "Tumor+External2_RAD+DL")

    def test_bars_are_sorted_labelled_and_add_up(self):
        self.keep(madePrediction(clinical=False))
        bars = self.panel.chart.bars
        inputs = [abs(bar.added) for bar in bars[1:-1]]
        self.assertEqual(inputs, sorted(inputs, reverse=True))
        model = madePrediction()["models"]["Tumor+External2_RAD+DL"]
        self.assertAlmostEqual(sum(bar.added for bar in bars), model["log_odds"])
        self.assertNotIn("_", bars[1].label)
        toolTip = exactWords(bars[1], madeFeatures())
        for text in ("Tumor_original_shape_Sphericity", "+0.9000", "0.5"):
            self.assertIn(text, toolTip)
        self.assertIn("5 smaller ones", bars[-1].label)
        self.assertEqual(exactWords(bars[-1], madeFeatures()).count("\n"), 4)

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
        for name in EXPORT_BUTTONS:
            self.assertTrue(getattr(self.ui, name).enabled)

    def test_a_change_marks_the_result_out_of_date_and_says_what_changed(self):
        self.keep()
        self.makeOutOfDate()
        self.assertFalse(self.ui.outOfDateLabel.isHidden())
        self.assertIn("The clinical findings changed.", self.ui.outOfDateLabel.text)
        self.assertFalse(self.ui.numbersWidget.enabled)
        self.assertTrue(self.ui.bannerLabel.enabled)
        for button in (self.ui.exportFeaturesButton, self.ui.exportPredictionButton):
            self.assertFalse(button.enabled)
            self.assertIn("cannot be exported as current", button.toolTip)
        self.assertIn("cannot be exported as current", self.ui.notCurrentLabel.text)
        self.assertFalse(self.ui.notCurrentLabel.isHidden())
        self.assertTrue(self.ui.saveCaseButton.enabled)

    def test_a_change_that_is_undone_makes_the_result_current_again(self):
        self.keep()
        self.makeOutOfDate()
        setClinicalValue(self.parameterNode, "symptoms", "unknown")
        self.panel.refresh()
        self.assertTrue(self.ui.outOfDateLabel.isHidden())
        self.assertTrue(self.ui.exportPredictionButton.enabled)
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
            with patch.object(ResultExports, "qt", SimpleNamespace(QFileDialog=chosen)):
                self.panel.exports.onExportPrediction()
                self.assertEqual(json.loads(path.read_text(encoding="utf-8")), madePrediction())
                path.write_text("older", encoding="utf-8")
                with patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False):
                    self.panel.exports.onExportPrediction()
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
        self.assertFalse(self.ui.exportFeaturesButton.enabled)
        waitFor(lambda: self.ui.exportProgressBar.value == 500)
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertTrue(self.ui.exportProgressBar.isHidden())
        self.assertTrue(self.ui.exportFeaturesButton.enabled)
        self.assertIn("features.csv", self.ui.exportStatusLabel.text)

    def test_features_that_cannot_be_exported_are_told(self):
        self.keepOfCase()
        self.logic.classification._worker = workerOf(MISTAKE)
        self.panel.exports.exportFeatures("features.csv")
        waitFor(lambda: not self.logic.classification.isRunning)
        self.assertIn("Mend it.", self.ui.exportStatusLabel.text)
        self.assertTrue(self.ui.exportFeaturesButton.enabled)

    def test_another_scene_says_nothing_of_what_was_exported(self):
        self.keep()
        with tempfile.TemporaryDirectory() as folder:
            self.panel.exports.exportPrediction(str(Path(folder) / "prediction.json"))
        self.panel.setParameterNode(None)
        self.assertEqual(self.ui.exportStatusLabel.text, "")
        self.assertFalse(self.ui.emptyLabel.isHidden())


def pointSize(label):
    return label.font.pointSizeF()
