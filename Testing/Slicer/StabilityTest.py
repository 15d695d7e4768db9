"""Self tests of the section "How stable is it?"."""

import json

from MadeResults import madePrediction, madeStability, withAnswers, withoutModels
from ParotidClassifierCore.models.probabilities import ModelResult
from ParotidClassifierLib.Background.Worker import SUPERSEDED
from ParotidClassifierLib.Drawing.ProbabilityDrawings import ProbabilityDots
from ShownModule import dialogTexts
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


class StabilityTest(ShownResult, ScriptedLoadableModuleTest):
    """The user asks whether another outline would have changed the answer."""

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

    @property
    def status(self):
        label = self.ui.stabilityStatusLabel
        return "" if label.isHidden() else label.text

    def assertAtRest(self):
        self.assertTrue(self.ui.stabilityProgressBar.isHidden())
        self.assertTrue(self.ui.stabilityButton.enabled)
        self.assertIn("Try 20", self.ui.stabilityButton.text)

    # Asking

    def test_it_is_computed_with_progress_and_can_be_cancelled(self):
        self.keep()
        self.ui.stabilityButton.click()
        self.assertEqual(self.asked.names, ["stability"])
        self.asked.onProgress(0.25, "outline 5 of 20")
        self.assertEqual(self.ui.stabilityProgressBar.value, 250)
        self.assertFalse(self.ui.stabilityProgressBar.isHidden())
        self.assertEqual(self.ui.stabilityButton.text, "Cancel")
        self.ui.stabilityButton.click()
        self.assertEqual(self.asked.names, ["stability", "cancel"])
        self.assertIn("Cancelled", self.status)
        self.assertAtRest()

    def test_the_answer_is_shown_as_a_range_dots_and_the_calls_that_changed(self):
        self.keep()
        self.ui.stabilityButton.click()
        self.answer()
        self.assertFalse(self.ui.stabilityHolder.isHidden())
        self.assertTrue(self.ui.stabilityProgressBar.isHidden())
        self.assertEqual(len(self.panel.stability.dots.probabilities), 20)
        self.assertIn("Under 20 slightly different outlines", self.ui.stabilityLabel.text)
        self.assertIn("its call changes 0 times", self.ui.stabilityLabel.text)

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

    def test_a_mistake_is_told_and_leaves_the_result(self):
        self.keep()
        self.ui.stabilityButton.click()
        with dialogTexts() as texts:
            self.asked.onError("X", "No memory.", "Close something.")
        self.assertIn("No memory. Close something.", self.status)
        self.assertIn("The stability could not be computed.", texts[0])
        self.assertAtRest()
        self.assertEqual(self.ui.headlineTitleLabel.text, "82 %")

    def test_a_newer_request_takes_its_place_without_a_dialog(self):
        self.keep()
        self.ui.stabilityButton.click()
        with dialogTexts() as texts:
            self.asked.onError(SUPERSEDED, "A newer request took the place of this one.", "")
        self.assertEqual(texts, [])
        self.assertIn("Given up for something newer", self.status)
        self.assertAtRest()

    def test_a_refusal_leaves_the_button_usable(self):
        self.keep()

        def refuse(*_arguments):
            raise RuntimeError("not now")

        self.logic.classification.stability = refuse
        with self.assertRaisesRegex(RuntimeError, "not now"):
            self.panel.stability.onButton()
        self.assertAtRest()

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

    def test_a_scene_that_closes_ends_what_was_asked(self):
        self.keep()
        self.ui.stabilityButton.click()
        self.panel.setParameterNode(None)
        self.panel.setParameterNode(self.parameterNode)
        self.assertAtRest()
        self.assertEqual(self.status, "")

    def test_without_a_probability_there_is_nothing_to_try(self):
        self.keep(withoutModels())
        self.assertTrue(self.ui.stabilityGroupBox.isHidden())

    def test_one_question_at_a_time(self):
        self.keep()
        self.ui.stabilityButton.click()
        self.assertFalse(self.ui.saliencyButton.enabled)
        self.answer()
        self.assertTrue(self.ui.saliencyButton.enabled)
