"""Self tests of what other outlines of the tumour do to the answer, and when they are tried."""

import json
from unittest.mock import patch

from MadeResults import (
    inDomain,
    madePrediction,
    madeStability,
    withAnswers,
    withoutModels,
)
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.models.probabilities import ModelResult
from ParotidClassifierLib.Background.Worker import SUPERSEDED, Worker
from ParotidClassifierLib.Drawing.ProbabilityDrawings import ProbabilityDots
from ShownModule import dialogTexts
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import letPass, waitFor

SOON = 0.5  # longer than it waits before it begins by itself


class StabilityTest(ShownResult, ScriptedLoadableModuleTest):
    """The user sees whether another outline would have changed the answer."""

    def setUp(self):
        ShownResult.setUp(self)
        self.asked = self.answerSections()

    def keepStable(self):
        self.keep(stability=madeStability(madePrediction()))

    def answer(self):
        """Keep an answer in the scene and tell so, as the logic does."""
        stored = json.loads(self.parameterNode.result)
        stored["stability"] = madeStability(stored["prediction"])
        self.parameterNode.result = json.dumps(stored)
        self.asked.onDone(stored["stability"])

    def classified(self, prediction=None):
        """Let the scene hold a result that was made now, and wait until more is asked of it."""
        self.keep(prediction)
        self.logic.classification.onKept()
        self.logic.classification.onRest()
        letPass(SOON)

    @property
    def status(self):
        label = self.ui.stabilityStatusLabel
        return "" if label.isHidden() else label.text

    def assertOffered(self):
        self.assertFalse(self.ui.stabilityButton.isHidden())
        self.assertTrue(self.ui.stabilityButton.enabled)
        self.assertIn("Try 20", self.ui.stabilityButton.text)

    # By itself

    def test_after_a_classification_it_is_tried_without_being_asked_for(self):
        self.classified()
        self.assertEqual((self.asked.names, self.asked.showsOutside), (["stability"], False))
        self.assertEqual(self.status, "Trying other outlines…")
        self.assertTrue(self.ui.stabilityButton.isHidden())
        self.answer()
        self.assertFalse(self.ui.stabilityHolder.isHidden())
        self.assertEqual(self.status, "")
        letPass(SOON)
        self.assertEqual(self.asked.names, ["stability"])

    def test_the_answer_is_shown_as_a_range_dots_and_the_calls_that_changed(self):
        self.classified()
        self.answer()
        self.assertEqual(len(self.panel.stability.dots.probabilities), 20)
        self.assertIn("Under 20 slightly different outlines", self.ui.stabilityLabel.text)
        self.assertIn("its call changes 0 times", self.ui.stabilityLabel.text)

    def test_it_keeps_nobody_from_asking_for_something_else(self):
        self.classified()
        for button in (self.ui.saliencyButton, self.ui.caseReportButton):
            self.assertTrue(button.enabled)

    def test_what_is_asked_takes_its_place_without_a_word_and_it_begins_again_after_that(self):
        self.classified()
        with dialogTexts() as texts:
            self.asked.onError(SUPERSEDED, "A newer request took the place of this one.", "")
        self.assertEqual(texts, [])
        self.assertEqual(self.status, "Trying other outlines…")
        self.logic.classification.onRest()
        waitFor(lambda: self.asked.names == ["stability", "stability"], what="another try")

    def test_it_begins_again_only_when_nothing_else_is_answered(self):
        self.classified()
        self.asked.onError(SUPERSEDED, "A newer request took the place of this one.", "")
        with patch.object(Worker, "isBusy", new=True):
            self.logic.classification.onRest()
            letPass(SOON)
        self.assertEqual(self.asked.names, ["stability"])

    def test_a_result_of_a_scene_waits_until_the_user_wants_it(self):
        self.keep()
        self.logic.classification.onRest()
        letPass(SOON)
        self.assertEqual(self.asked.names, [])
        self.assertOffered()
        self.ui.stabilityButton.click()
        self.assertEqual(self.asked.names, ["stability"])
        self.assertEqual(self.status, "Trying other outlines…")
        self.answer()
        self.assertFalse(self.ui.stabilityHolder.isHidden())

    def test_another_scene_ends_it(self):
        self.classified()
        self.asked.onError(SUPERSEDED, "A newer request took the place of this one.", "")
        self.logic.follow(None)
        self.logic.follow(self.parameterNode)
        self.logic.classification.onRest()
        letPass(SOON)
        self.assertEqual(self.asked.names, ["stability"])
        self.panel.refresh()
        self.assertEqual(self.status, "")
        self.assertOffered()

    def test_of_a_case_unlike_the_training_cases_none_is_tried(self):
        self.classified(inDomain(madePrediction(), DomainStatus.OUTSIDE))
        self.assertEqual(self.asked.names, [])

    def test_of_a_case_that_changed_meanwhile_none_is_tried(self):
        self.keep()
        self.logic.classification.onKept()
        self.makeOutOfDate()
        del self.logic.classification.stability  # the real one refuses
        self.logic.classification.onRest()
        letPass(SOON)
        self.assertFalse(self.logic.stability.isTrying)
        self.assertEqual(self.status, "")

    # What is shown

    def test_the_same_outlines_are_not_tried_twice(self):
        self.keepStable()
        self.assertTrue(self.ui.stabilityButton.isHidden())
        self.keep(madePrediction(probability=0.2))
        self.assertFalse(self.ui.stabilityButton.isHidden())

    def test_the_dots_stand_beside_this_outline_and_the_threshold(self):
        self.keepStable()
        dots = self.panel.stability.dots
        self.assertEqual((dots.model.probability, dots.model.threshold), (0.82, 0.31))
        self.assertEqual(dots.ownWords(), "your outline 82 %")

    def test_where_there_are_answers_the_dots_stand_beside_their_limits(self):
        prediction = withAnswers(madePrediction(probability=0.3))
        self.keep(prediction, stability={**madeStability(prediction), "outside": 2})
        self.assertIn(
            "cannot tell from 12 % to 50 %", self.panel.stability.dots.accessibleDescription
        )
        self.assertIn("its answer changes", self.ui.stabilityLabel.text)
        self.assertIn("of the 20 the case is unlike", self.ui.stabilityLabel.text)
        self.assertIn("Answers changed", self.ui.stabilityLabel.toolTip)

    def test_outlines_that_could_not_be_classified_are_told(self):
        self.keep(stability={**madeStability(madePrediction()), "unusable": 3})
        text = self.ui.stabilityLabel.text
        self.assertIn("3 slightly different outlines could not be classified.", text)

    def test_dots_that_would_cover_each_other_are_heaped_up(self):
        dots = ProbabilityDots()
        dots.resize(400, dots.height)
        dots.setProbabilities([0.5, 0.9, 0.501, 0.1], ModelResult("Combined", 0.5, threshold=0.3))
        self.assertEqual(dots.heaps(), [[0.1], [0.5, 0.501], [0.9]])

    # Mistakes

    def test_a_mistake_is_told_where_it_would_stand_and_not_tried_again(self):
        self.classified()
        with dialogTexts() as texts:
            self.asked.onError("X", "No <memory>.", "Close something.")
        self.assertEqual(texts, [])
        self.assertIn("No &lt;memory&gt;. Close something.", self.status)
        self.logic.classification.onRest()
        letPass(SOON)
        self.assertEqual(self.asked.names, ["stability"])
        self.assertOffered()
        self.keep(madePrediction(probability=0.2))
        self.ui.stabilityButton.click()
        self.assertEqual(self.status, "Trying other outlines…")

    # Whether it still holds

    def test_it_is_gone_when_the_result_is_out_of_date(self):
        self.keepStable()
        self.makeOutOfDate()
        self.assertTrue(self.ui.stabilityHolder.isHidden())
        self.assertTrue(self.ui.stabilityLabel.isHidden())
        self.assertFalse(self.ui.stabilityButton.enabled)

    def test_another_result_has_none(self):
        self.keepStable()
        self.keep(madePrediction(probability=0.2))
        self.assertTrue(self.ui.stabilityHolder.isHidden())

    def test_it_comes_back_with_the_scene(self):
        self.keepStable()
        text = self.ui.stabilityLabel.text
        self.panel.setParameterNode(None)
        self.panel.setParameterNode(self.parameterNode)
        self.assertEqual(self.ui.stabilityLabel.text, text)
        self.assertFalse(self.ui.stabilityHolder.isHidden())

    def test_without_a_probability_there_is_nothing_to_try(self):
        self.classified(withoutModels())
        self.assertTrue(self.ui.stabilityGroupBox.isHidden())
        self.assertEqual(self.asked.names, [])
