"""Self tests of the section "Among the training cases"."""

from MadeResults import madePrediction, withoutRefits
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

UNLIKE = {
    "code": "outside_domain",
    "severity": "warning",
    "message": "This case lies farther from the average than 100% of the training cases.",
}


class TrainingSectionTest(ShownResult, ScriptedLoadableModuleTest):
    """The user sees whether the case is like those that the models learnt from."""

    @property
    def drawing(self):
        return self.panel.training.drawing

    def test_the_case_is_drawn_among_the_scores_of_the_training_cases(self):
        self.keep()
        self.assertFalse(self.ui.trainingHolder.isHidden())
        self.assertEqual(len(self.drawing.place.scores["malignant"]), 83)
        self.assertEqual(len(self.drawing.place.scores["benign"]), 166)
        self.assertEqual((self.drawing.place.score, self.drawing.place.threshold), (0.82, 0.31))
        for text in ("83 malignant training cases", "this case 82 %", "threshold 31 %"):
            self.assertIn(text, self.drawing.accessibleDescription)

    def test_what_core_says_of_it_stands_below(self):
        self.keep()
        for sentence in madePrediction()["applicability"]["sentences"]:
            self.assertIn(sentence.partition("'")[0], self.ui.trainingLabel.text)

    def test_an_ordinary_case_has_no_finding_there(self):
        self.keep()
        self.assertTrue(self.ui.trainingFindingsLabel.isHidden())

    def test_a_case_unlike_the_training_cases_is_told_even_in_a_folded_section(self):
        prediction = madePrediction()
        prediction["findings"].append(UNLIKE)
        self.ui.trainingGroupBox.collapsed = True
        self.keep(prediction)
        self.assertFalse(self.ui.trainingGroupBox.collapsed)
        self.assertIn("farther from the average than 100%", self.ui.trainingFindingsLabel.text)
        self.assertNotIn("farther from", self.ui.findingsLabel.text)
        self.assertIn("demonstration", self.ui.findingsLabel.text)

    def test_a_folded_section_stays_folded_for_an_ordinary_case(self):
        self.ui.trainingGroupBox.collapsed = True
        self.keep()
        self.assertTrue(self.ui.trainingGroupBox.collapsed)

    def test_a_bundle_that_knows_nothing_of_its_training_cases_says_so(self):
        self.keep(withoutRefits(madePrediction()))
        self.assertTrue(self.ui.trainingHolder.isHidden())
        self.assertIn("does not tell", self.ui.trainingLabel.text)

    def test_a_result_of_an_earlier_version_is_shown_without_it(self):
        prediction = madePrediction()
        del prediction["applicability"]
        self.keep(prediction)
        self.assertTrue(self.ui.trainingHolder.isHidden())
        self.assertEqual(self.ui.headlineProbabilityLabel.text, "82 %")

    def test_without_clinical_findings_the_image_model_is_placed(self):
        self.keep(madePrediction(clinical=False))
        self.assertEqual((self.drawing.place.score, self.drawing.place.threshold), (0.56, 0.16))
