"""Self tests of the section "Another model"."""

import json
import shutil
import tempfile
from html import escape
from pathlib import Path

from MadeResults import inDomain, madePrediction, madeSecondOpinion, withAnswers
from ParotidClassifierCore.base.errors import BundleError, UsageError
from ParotidClassifierCore.bundle.shipped import default_bundle, shipped_bundles
from ParotidClassifierCore.models.domain import DomainStatus
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


class SecondOpinionTest(ShownResult, ScriptedLoadableModuleTest):
    """The user asks what another bundle says of the same case."""

    def setUp(self):
        ShownResult.setUp(self)
        self.asked = self.answerSections()

    def keepShipped(self, **more):
        """Keep a result of the shipped bundle, as it is known by its hash."""
        prediction = madePrediction()
        prediction["bundle"]["hash"] = self.logic.bundles.chosen(self.parameterNode).bundle_hash
        self.keep(prediction, **more)

    def answer(self, **opinion):
        """Keep an answer in the scene and tell so, as the logic does."""
        stored = json.loads(self.parameterNode.result)
        stored["secondOpinion"] = madeSecondOpinion(**opinion)
        self.parameterNode.result = json.dumps(stored)
        self.asked.onDone(stored["secondOpinion"])

    @property
    def listed(self):
        box = self.ui.secondBundleComboBox
        return [box.itemText(index) for index in range(box.count)]

    @property
    def status(self):
        label = self.ui.secondOpinionStatusLabel
        return "" if label.isHidden() else label.text

    def assertAtRest(self):
        self.assertTrue(self.ui.secondOpinionProgressBar.isHidden())
        self.assertTrue(self.ui.secondOpinionButton.enabled)
        self.assertEqual(self.ui.secondOpinionButton.text, "Ask this model too")

    # Choosing

    def test_every_bundle_but_the_one_that_answered_is_offered(self):
        self.keepShipped()
        first = self.logic.bundles.chosen(self.parameterNode).name
        names = [path.name for path in shipped_bundles() if path.name != first]
        self.assertEqual([text.partition(" (")[0] for text in self.listed[: len(names)]], names)
        self.assertNotIn(first, " ".join(self.listed))
        self.assertIn("Other model, a folder…", self.listed)
        self.assertAtRest()

    def test_a_bundle_from_elsewhere_is_offered_and_chosen(self):
        self.keep()
        with tempfile.TemporaryDirectory() as folder:
            own = Path(folder) / "own"
            shutil.copytree(default_bundle(), own)
            bundleList = self.panel.secondOpinion.bundleList
            bundleList.askForFolder = lambda: str(own)
            bundleList.onActivated(len(self.listed) - 2)
            self.ui.secondOpinionButton.click()
            self.assertEqual(self.asked.path, str(own))

    def test_the_bundle_that_answered_is_no_second_opinion(self):
        self.keepShipped()
        before = self.listed
        with self.assertRaisesRegex(UsageError, "it would say the same"):
            self.panel.secondOpinion.useBundle(str(default_bundle()))
        self.assertEqual(self.listed, before)

    def test_a_bundle_that_cannot_be_read_is_told_and_not_taken(self):
        self.keepShipped()
        before = self.listed
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(BundleError):
            self.panel.secondOpinion.useBundle(folder)
        self.assertEqual(self.listed, before)
        self.assertAtRest()

    # Asking

    def test_it_is_asked_with_progress_and_can_be_cancelled(self):
        self.keepShipped()
        self.ui.secondOpinionButton.click()
        self.assertEqual(self.asked.names, ["secondOpinion"])
        self.assertIn("published-clinical", self.asked.path)
        self.asked.onProgress(0.5, "models")
        self.assertEqual(self.ui.secondOpinionProgressBar.value, 500)
        self.assertEqual(self.ui.secondOpinionButton.text, "Cancel")
        self.assertFalse(self.ui.secondBundleComboBox.enabled)
        self.ui.secondOpinionButton.click()
        self.assertEqual(self.asked.names, ["secondOpinion", "cancel"])
        self.assertIn("Cancelled", self.status)
        self.assertAtRest()

    def test_both_answers_stand_side_by_side_and_a_disagreement_is_told(self):
        self.keepShipped()
        self.assertTrue(self.ui.secondOpinionLabel.isHidden())
        self.ui.secondOpinionButton.click()
        self.answer()
        text = self.ui.secondOpinionLabel.text
        self.assertFalse(self.ui.secondOpinionLabel.isHidden())
        for word in ("82 %", "12 %", "malignant", "benign", "simulated-demo", "published-clinical"):
            self.assertIn(word, text)
        self.assertIn("<b>The bundles disagree.</b>", text)
        self.assertIn("(70–86 %)", text)
        self.assertEqual(text.count("white-space:nowrap"), 4)
        self.assertIn("published-clinical: for research, not a medical device", text)
        self.assertIn("tumour texture", self.ui.secondOpinionLabel.toolTip)
        self.assertIn("82&nbsp;%", self.ui.headlineNumberLabel.text)

    def test_whether_they_agree_is_said_in_cores_words(self):
        for agreement in ("Both call it <malignant>.", "One gives no probability."):
            self.keepShipped(secondOpinion=madeSecondOpinion(0.9, agreement))
            self.assertIn(escape(agreement), self.ui.secondOpinionLabel.text)

    def test_a_bundle_without_a_probability_has_dashes(self):
        opinion = madeSecondOpinion()
        opinion["models"]["Clinical"] = {"unavailable": "margin is unknown"}
        self.keepShipped(secondOpinion=opinion)
        self.assertEqual(self.ui.secondOpinionLabel.text.count(">\N{EN DASH}</td>"), 2)

    def test_a_bundle_whose_training_cases_are_unlike_the_case_has_no_number(self):
        opinion = madeSecondOpinion()
        domain = inDomain(madePrediction(), DomainStatus.OUTSIDE)["applicability"]["domain"]
        self.keepShipped(secondOpinion={**opinion, "applicability": {"domain": domain}})
        for text in (self.ui.secondOpinionLabel.text, self.ui.secondOpinionLabel.toolTip):
            self.assertIn("82 %", text)
            self.assertNotIn("12 %", text)
        self.assertIn("Unusual texture of the tumour.", self.ui.secondOpinionLabel.text)
        self.assertIn("unlike its training cases", self.ui.secondOpinionLabel.text)

    def test_a_call_is_not_taken_for_an_answer(self):
        self.keep(withAnswers(madePrediction()), secondOpinion=madeSecondOpinion())
        self.assertIn("<b>malignant</b>", self.ui.secondOpinionLabel.text)
        self.assertIn("<b>called benign</b>", self.ui.secondOpinionLabel.text)
        self.assertIn("12 %, called benign", self.ui.secondOpinionLabel.toolTip)

    # Whether it still holds

    def test_it_is_gone_when_the_result_is_out_of_date(self):
        self.keepShipped(secondOpinion=madeSecondOpinion())
        self.makeOutOfDate()
        self.assertTrue(self.ui.secondOpinionLabel.isHidden())
        self.assertFalse(self.ui.secondOpinionButton.enabled)

    def test_another_result_has_none(self):
        self.keepShipped(secondOpinion=madeSecondOpinion())
        self.keepShipped()
        self.assertTrue(self.ui.secondOpinionLabel.isHidden())

    def test_it_comes_back_with_the_scene(self):
        self.keepShipped(secondOpinion=madeSecondOpinion())
        text = self.ui.secondOpinionLabel.text
        self.panel.setParameterNode(None)
        self.panel.setParameterNode(self.parameterNode)
        self.assertEqual(self.ui.secondOpinionLabel.text, text)
