"""Self tests of what the result says of a case that is not like the training cases."""

import json
import re
from pathlib import Path
from unittest import mock

import slicer
from MadeResults import (
    inDomain,
    madePrediction,
    madeSecondOpinion,
    madeStability,
    withAnswers,
    writeMap,
)
from MadeSeries import addDicomCt, openDatabaseFor
from ParotidClassifierCore.models.domain import OLDER_BUNDLE, DomainResult, DomainStatus
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import folderFor

EDGE = inDomain(madePrediction(), DomainStatus.BORDERLINE)
OUTSIDE = inDomain(withAnswers(madePrediction()), DomainStatus.OUTSIDE)
ASKED = {"stability": madeStability(OUTSIDE), "secondOpinion": madeSecondOpinion()}
NUMBER = re.compile(r"\d[ \xa0]%|malignant")  # a probability, an answer or a call


class DomainTest(ShownResult, ScriptedLoadableModuleTest):
    """The user is told whether a probability can be relied on, and gets none where it cannot."""

    def told(self):
        """Return what is to be read, pointed at or heard of the result, but for the bundle's."""
        panel = self.ui.numbersWidget
        shown = [one for one in panel.findChildren("QWidget") if one.isVisibleTo(panel)]
        texts = [
            one.property(name)
            for one in shown
            for name in ("text", "title", "currentText", "toolTip", "accessibleDescription")
            if one.objectName != "secondBundleComboBox"
        ]
        return "\n".join(filter(None, texts))

    def numbers(self):
        told = self.told().replace("&nbsp;", " ")
        return NUMBER.findall(told.replace("95 % of the training cases", ""))

    def show(self):
        self.ui.outsideGroupBox.collapsed = False

    def assertWithheld(self):
        self.assertEqual(self.ui.headlineTitleLabel.text, "No answer")
        self.assertTrue(self.ui.outsideGroupBox.collapsed)
        self.assertEqual(self.numbers(), [])

    # Where it lies

    def test_a_case_like_the_training_cases_is_told_so_in_one_line_below(self):
        self.keep()
        self.assertEqual(self.ui.domainNoteLabel.text, "Like the training cases.")
        for widget in (self.ui.domainWarningLabel, self.ui.outsideGroupBox, self.ui.notShownLabel):
            self.assertTrue(widget.isHidden())

    def test_where_it_is_not_known_the_reason_stands_below(self):
        prediction = madePrediction()
        unknown = DomainResult(DomainStatus.UNKNOWN, (OLDER_BUNDLE,))
        prediction["applicability"]["domain"] = unknown.as_dict()
        self.keep(prediction)
        self.assertIn(OLDER_BUNDLE, self.ui.domainNoteLabel.text)
        self.assertIn("82&nbsp;%", self.ui.headlineNumberLabel.text)

    def test_a_case_at_the_edge_has_its_number_below_a_warning(self):
        self.keep(EDGE)
        self.assertIn("unusual texture of the tumour", self.ui.domainWarningLabel.text)
        self.assertIn("Trust the number less.", self.ui.domainWarningLabel.text)
        self.assertIn("82&nbsp;%", self.ui.headlineNumberLabel.text)
        self.assertTrue(self.ui.domainNoteLabel.isHidden())
        self.assertNotIn("At the edge", self.ui.findingsLabel.text)
        layout = self.ui.numbersWidget.layout()
        labels = (self.ui.domainWarningLabel, self.ui.headlineNumberLabel, self.ui.domainNoteLabel)
        places = [layout.indexOf(label) for label in labels]
        self.assertEqual(places, sorted(places))

    # Unlike the training cases

    def test_a_case_unlike_them_has_no_number_and_says_why(self):
        self.keep(OUTSIDE)
        reasons = ["This case is unlike the training cases.", "Unusual texture of the tumour."]
        self.assertEqual(self.details, reasons)
        self.assertIn("not reliable here, so none is shown", self.ui.notShownLabel.text)
        self.assertTrue(self.ui.domainWarningLabel.isHidden())
        for widget in (self.ui.gaugeHolder, self.ui.modelsGroupBox, self.ui.whyGroupBox):
            self.assertTrue(widget.isHidden())
        self.assertWithheld()

    def test_nothing_that_was_asked_of_it_gives_a_number(self):
        self.keep(OUTSIDE, stability=ASKED["stability"])
        self.assertWithheld()

    def test_another_bundle_whose_cases_it_is_like_gives_its_own_number(self):
        self.keep(OUTSIDE, **ASKED)
        self.assertIn("12 %", self.ui.secondOpinionLabel.text)
        for text in (self.ui.secondOpinionLabel.text, self.ui.secondOpinionLabel.toolTip):
            self.assertNotIn("82 %", text)
        self.assertIn("unlike its training cases", self.ui.secondOpinionLabel.text)

    def test_who_asks_sees_the_numbers_and_each_time_that_they_are_not_reliable(self):
        self.keep(OUTSIDE, **ASKED)
        self.show()
        self.assertIn("not reliable here", self.ui.outsideLabel.text)
        self.assertIn("82&nbsp;% probability of malignancy", self.ui.outsideLabel.text)
        self.assertEqual(self.ui.headlineTitleLabel.text, "No answer")
        self.assertTrue(self.ui.notShownLabel.isHidden())
        self.assertIn("82 %", self.ui.modelsLabel.text)
        self.assertEqual(len(self.panel.whyChart.bars), 4)
        self.assertEqual(len(self.panel.stability.dots.probabilities), 20)
        self.assertIn("not reliable here", self.ui.secondOpinionLabel.text)
        for name in ("training", "stability", "why", "models", "texture"):
            box = getattr(self.ui, f"{name}GroupBox")
            self.assertFalse(box.isHidden())
            self.assertIn("(not reliable here)", box.title)

    def test_of_numbers_that_are_not_reliable_none_has_a_colour_or_an_answer(self):
        self.keep(OUTSIDE)
        self.show()
        self.assertIsNone(self.panel.gauge.model.answer)
        panel = self.panel
        drawings = panel.gauge, panel.training.drawing, panel.stability.dots
        for drawing in (*drawings, panel.whyChart, panel.textureChart):
            self.assertTrue(drawing.enabled)
            self.assertEqual(drawing.outcomeColor("malignant").name(), drawing.faintColor().name())
        self.keep()
        self.assertNotEqual(
            panel.gauge.outcomeColor("malignant").name(), panel.gauge.faintColor().name()
        )

    def test_closed_again_they_are_gone(self):
        self.keep(OUTSIDE, stability=ASKED["stability"])
        self.show()
        self.ui.outsideGroupBox.collapsed = True
        self.assertWithheld()
        self.assertEqual(self.ui.outsideLabel.text, "")
        self.assertEqual(self.ui.modelsGroupBox.title, "All models")

    def test_what_is_asked_of_it_then_leaves_them_shown(self):
        self.keep(OUTSIDE)
        self.show()
        self.keep(OUTSIDE, stability=ASKED["stability"])
        self.assertFalse(self.ui.outsideGroupBox.collapsed)
        self.assertIn("82 %", self.ui.modelsLabel.text)

    def test_of_another_result_or_scene_nobody_asked_for_the_numbers(self):
        self.keep(OUTSIDE)
        self.show()
        other = madePrediction(probability=0.7)
        self.keep(inDomain(other, DomainStatus.OUTSIDE, "slices 5 mm apart"))
        self.assertWithheld()
        self.show()
        self.panel.setParameterNode(None)
        self.panel.setParameterNode(self.parameterNode)
        self.assertWithheld()

    def test_a_fold_left_open_at_a_case_like_them_shows_nothing_of_the_next(self):
        self.keep()
        self.show()
        self.keep(OUTSIDE)
        self.assertWithheld()

    def test_a_scene_cannot_ask_for_the_numbers(self):
        self.keep({**OUTSIDE, "show_outside": True}, show_outside=True)
        self.assertWithheld()

    def test_of_a_case_unlike_them_no_map_is_asked_for_or_shown_unless_its_numbers_are(self):
        asked = self.answerSections()
        self.keepOfCase(prediction=OUTSIDE)
        self.assertFalse(self.ui.saliencyButton.enabled)
        self.assertIn("unlike the training cases", self.ui.saliencyLabel.text)
        self.show()
        self.assertIn("where it looked, not why", self.ui.saliencyLabel.text)
        self.ui.saliencyButton.click()
        self.assertEqual((asked.names, asked.showsOutside), (["saliency"], True))
        asked.onDone({"out": writeMap(folderFor(self))})
        self.assertTrue(self.ui.saliencyButton.checked)
        self.ui.outsideGroupBox.collapsed = True
        self.assertFalse(self.ui.saliencyButton.checked)
        self.assertFalse(self.ui.saliencyButton.enabled)
        self.assertTrue(self.ui.saliencyLegendWidget.isHidden())
        views = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
        self.assertEqual({view.GetForegroundVolumeID() for view in views}, {None})

    def test_other_outlines_are_asked_for_while_the_numbers_are_shown(self):
        asked = self.answerSections()
        self.keep(OUTSIDE)
        self.show()
        self.ui.stabilityButton.click()
        self.assertEqual((asked.names, asked.showsOutside), (["stability"], True))
        self.ui.outsideGroupBox.collapsed = True
        self.assertTrue(self.ui.stabilityGroupBox.isHidden())

    # What leaves the panel

    def test_the_sentence_for_the_tumour_board_never_has_a_number_that_is_withheld(self):
        self.keep(OUTSIDE)
        self.show()
        sentence = self.panel.boardSentence()
        self.assertIn("no answer", sentence)
        self.assertEqual(NUMBER.findall(sentence), [])

    def test_report_and_dicom_have_the_numbers_only_while_they_are_shown(self):
        folder = folderFor(self)
        openDatabaseFor(self, folder)
        self.keepOfCase()
        ct = addDicomCt(folder)
        self.parameterNode.ct = ct
        self.keep(OUTSIDE)
        asked = []
        worker = self.logic.classification._worker
        with mock.patch.object(worker, "request", lambda request, *_: asked.append(request)):
            for isOpen in (False, True, False):
                self.ui.outsideGroupBox.collapsed = not isOpen
                for section in (self.panel.report.write, self.panel.dicom.export):
                    section(str(folder))
        told = [(request["command"], request["show_outside"]) for request in asked]
        once = [("report", False), ("dicom", False)]
        self.assertEqual(told, [*once, ("report", True), ("dicom", True), *once])

    def test_the_prediction_that_is_exported_says_that_the_case_is_outside(self):
        path = Path(folderFor(self)) / "prediction.json"
        self.keep(OUTSIDE)
        self.panel.exports.exportPrediction(str(path))
        said = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(said["applicability"]["domain"]["status"], "outside")
