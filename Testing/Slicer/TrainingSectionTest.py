"""Self tests of the part "Among the training cases"."""

from MadeResults import inDomain, madePrediction, withAnswers, withoutRefits
from ParotidClassifierCore.models.domain import DomainStatus
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


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
        self.assertEqual((self.drawing.place.score, self.drawing.model.threshold), (0.82, 0.31))
        for text in ("83 malignant training cases", "this case 82 %", "threshold 31 %"):
            self.assertIn(text, self.drawing.accessibleDescription)

    def test_what_core_says_of_it_stands_below(self):
        self.keep()
        for sentence in madePrediction()["applicability"]["sentences"]:
            self.assertIn(sentence.partition("'")[0], self.ui.trainingLabel.text)

    def test_the_limits_of_the_answers_are_drawn_where_there_are_any(self):
        self.keep(withAnswers(madePrediction()))
        self.assertIn("cannot tell from 12 % to 50 %", self.drawing.accessibleDescription)

    def test_it_says_how_far_the_case_lies_and_nothing_that_stands_by_the_answer(self):
        self.keep(inDomain(madePrediction(), DomainStatus.BORDERLINE))
        self.assertIn("15 of 249 lie at least as far", self.ui.trainingLabel.text)
        self.assertNotIn("At the edge of the training cases", self.ui.trainingLabel.text)

    def test_of_a_case_unlike_them_it_says_how_far_and_no_score(self):
        outside = inDomain(madePrediction(), DomainStatus.OUTSIDE)
        self.keep(outside)
        self.assertTrue(self.ui.trainingHolder.isHidden())
        self.assertIn("7.4 times the distance", self.ui.trainingLabel.text)
        for words in ("higher than", "does not tell"):
            self.assertNotIn(words, self.ui.trainingLabel.text)
        outside["applicability"]["domain"]["ratios"] = {}  # a value was not finite
        self.keep(outside)
        self.assertTrue(self.ui.trainingGroupBox.isHidden())

    def test_a_folded_section_stays_folded_for_an_ordinary_case(self):
        self.ui.relyGroupBox.collapsed = True
        self.keep()
        self.assertTrue(self.ui.relyGroupBox.collapsed)

    def test_a_bundle_that_knows_nothing_of_its_training_cases_says_so(self):
        self.keep(withoutRefits(madePrediction()))
        self.assertTrue(self.ui.trainingHolder.isHidden())
        self.assertIn("does not tell", self.ui.trainingLabel.text)

    def test_a_result_of_an_earlier_version_is_shown_without_it(self):
        prediction = madePrediction()
        del prediction["applicability"]
        self.keep(prediction)
        self.assertTrue(self.ui.trainingHolder.isHidden())
        self.assertIn("82&nbsp;%", self.ui.headlineNumberLabel.text)

    def test_without_clinical_findings_the_image_model_is_placed(self):
        self.keep(madePrediction(clinical=False))
        self.assertEqual((self.drawing.place.score, self.drawing.model.threshold), (0.56, 0.16))
