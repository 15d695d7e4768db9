"""Self tests of the step "3. Findings"."""

import json

import qt
import slicer
from MadeScene import addCt, addOutline
from ParotidClassifierCore.protocol import protocol_from, shen2026
from ParotidClassifierLib.Panels.ClinicalPanel import ClinicalPanel
from ParotidClassifierLib.Panels.TabOrder import stopsIn
from ParotidClassifierLib.Scene.Parameters import setClinicalValue
from ShownPanel import ShownPanel
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import letPass

SAMPLE = {"symptoms": "with", "margin": "unclear", "age_years": 61.0}


class ClinicalPanelTest(ShownPanel, ScriptedLoadableModuleTest):
    """The user enters findings; what can be measured is offered and never taken silently."""

    panelClass = ClinicalPanel

    def find(self, name):
        return slicer.util.findChild(self.panel.widget, name)

    def stored(self):
        return json.loads(self.parameterNode.clinical or "{}")

    def chooseCase(self):
        ctNode = addCt()
        self.parameterNode.ct = ctNode
        self.parameterNode.plainCt = addCt("Plain CT", enhancementHu=-60)
        self.logic.adoptOutline(self.parameterNode, addOutline(ctNode), "Tumor")
        self.ui.recordedGroupBox.collapsed = False
        self.panel.refresh()

    def chooseSampleCase(self, words=SAMPLE):
        ctNode = addCt()
        ctNode.SetAttribute("ParotidClassifier.clinical", json.dumps(words))
        self.parameterNode.ct = ctNode
        self.panel.refresh()

    def test_a_chosen_predictor_reaches_the_record(self):
        self.find("symptomsWithButton").click()
        self.find("marginClearButton").click()
        self.find("lymphNodesWithoutButton").click()
        self.assertEqual(
            self.stored(), {"symptoms": "with", "margin": "clear", "lymph_nodes": "without"}
        )

    def test_the_choices_of_a_row_exclude_each_other_and_leave_the_other_rows_alone(self):
        self.find("symptomsWithButton").click()
        self.find("symptomsWithoutButton").click()
        self.assertFalse(self.find("symptomsWithButton").checked)
        self.assertTrue(self.find("marginUnknownButton").checked)
        self.assertEqual(self.stored(), {"symptoms": "without"})

    def test_unknown_can_be_chosen_again(self):
        self.find("marginUnclearButton").click()
        self.find("marginUnknownButton").click()
        self.assertEqual(self.stored(), {})
        self.assertTrue(self.find("marginUnknownButton").checked)

    def test_stored_findings_are_shown(self):
        words = {"symptoms": "without", "margin": "unclear", "sex": "female", "age_years": 54}
        for name, value in words.items():
            setClinicalValue(self.parameterNode, name, value)
        self.panel.refresh()
        self.assertTrue(self.find("symptomsWithoutButton").checked)
        self.assertTrue(self.find("marginUnclearButton").checked)
        self.assertTrue(self.find("lymphNodesUnknownButton").checked)
        self.assertEqual(self.find("sexComboBox").currentText, "Female")
        self.assertEqual(self.find("ageYearsSpinBox").value, 54)
        self.assertEqual(self.stored(), words)

    def test_every_level_of_every_recorded_finding_can_be_chosen_and_comes_back(self):
        variables = shen2026().clinical.values()
        names = {v.name: v.name.title().replace("_", "") for v in variables if v.levels}
        names = {name: widget[0].lower() + widget[1:] for name, widget in names.items()}
        boxes = {box.objectName: box for box in self.panel.widget.findChildren("ctkComboBox")}
        comboBoxes = {n: boxes[f"{c}ComboBox"] for n, c in names.items() if f"{c}ComboBox" in boxes}
        self.assertEqual(len(comboBoxes), 11)
        for name, comboBox in comboBoxes.items():
            for index in range(1, comboBox.count):
                comboBox.currentIndex = index
                self.assertEqual(self.stored()[name], comboBox.itemData(index))
                self.panel.refresh()
                self.assertEqual(comboBox.currentIndex, index)
            comboBox.currentIndex = 0
            self.assertNotIn(name, self.stored())

    def test_numbers_reach_the_record_and_are_forgotten_at_unknown(self):
        self.find("ageYearsSpinBox").value = 61
        self.find("maxDiameterCmSpinBox").value = 2.4
        self.assertEqual(self.stored(), {"age_years": 61.0, "max_diameter_cm": 2.4})
        self.find("ageYearsSpinBox").value = self.find("ageYearsSpinBox").minimum
        self.find("maxDiameterCmSpinBox").value = self.find("maxDiameterCmSpinBox").minimum
        self.assertEqual(self.stored(), {})

    def test_a_newborns_age_is_not_unknown(self):
        self.find("ageYearsSpinBox").value = 0
        self.assertEqual(self.stored(), {"age_years": 0.0})

    def test_what_is_unknown_and_what_follows_is_said(self):
        self.find("symptomsWithButton").click()
        names, follows = self.panel.unanswered()
        self.assertEqual(follows, "Without: image alone.")
        self.assertEqual(names, "Tumour margin, Enlarged lymph nodes")
        self.find("marginClearButton").click()
        self.find("lymphNodesWithoutButton").click()
        self.assertEqual(self.panel.unanswered(), ("", ""))

    def test_the_definition_of_enlarged_nodes_is_a_click_away(self):
        self.assertTrue(self.find("lymphNodesDefinition").isHidden())
        self.find("lymphNodesHelpButton").click()
        self.assertFalse(self.find("lymphNodesDefinition").isHidden())
        self.assertIn("15 mm", self.find("lymphNodesDefinition").text)

    def test_refreshing_stores_nothing_and_shows_the_same(self):
        setClinicalValue(self.parameterNode, "max_diameter_cm", 2.37)
        before = self.parameterNode.clinical
        self.panel.refresh()
        self.panel.refresh()
        self.assertEqual(self.parameterNode.clinical, before)

    def test_measured_values_are_offered_and_not_taken(self):
        self.chooseCase()
        self.ui.measureButton.click()
        offered = {offer.variable for offer in self.panel.offers.measurements}
        self.assertEqual(
            offered, {"max_diameter_cm", "cystic_areas", "calcification", "enhancement_degree"}
        )
        self.assertEqual(self.stored(), {})

    def test_one_measured_value_is_taken_by_its_button(self):
        self.chooseCase()
        self.ui.measureButton.click()
        self.panel.offers.takeButtons["max_diameter_cm"].click()
        self.assertEqual(list(self.stored()), ["max_diameter_cm"])
        self.assertAlmostEqual(self.stored()["max_diameter_cm"], 1.9, delta=0.1)
        self.assertAlmostEqual(self.find("maxDiameterCmSpinBox").value, 1.9, delta=0.1)
        self.assertFalse(self.panel.offers.takeButtons["max_diameter_cm"].enabled)

    def test_all_measured_values_are_taken_at_once(self):
        self.chooseCase()
        self.ui.measureButton.click()
        self.ui.takeAllButton.click()
        self.assertEqual(
            self.stored(), {offer.variable: offer.value for offer in self.panel.offers.measured}
        )
        self.assertEqual(self.stored()["enhancement_degree"], "obvious")

    def test_what_cannot_be_measured_says_why_and_has_no_button(self):
        self.chooseCase()
        self.parameterNode.plainCt = None
        self.ui.measureButton.click()
        self.assertNotIn("enhancement_degree", self.panel.offers.takeButtons)
        offer = next(
            offer
            for offer in self.panel.offers.measurements
            if offer.variable == "enhancement_degree"
        )
        self.assertIsNone(offer.value)
        self.assertIn("plain CT", offer.how)

    def test_a_measured_value_can_be_taken_again_after_it_was_changed(self):
        self.chooseCase()
        self.ui.measureButton.click()
        self.ui.takeAllButton.click()
        self.find("maxDiameterCmSpinBox").value = 5.0
        self.assertTrue(self.panel.offers.takeButtons["max_diameter_cm"].enabled)

    def test_another_ct_takes_the_old_offers_away(self):
        self.chooseCase()
        self.ui.measureButton.click()
        self.parameterNode.ct = addCt("Another patient")
        self.panel.refresh()
        self.assertEqual(self.panel.offers.measurements, [])
        self.assertTrue(self.ui.measuredOffers.isHidden())

    def test_an_edited_outline_takes_the_old_offers_away(self):
        self.chooseCase()
        self.ui.measureButton.click()
        self.logic.adoptOutline(
            self.parameterNode, addOutline(self.parameterNode.ct, radiusMm=6.0), "Tumor"
        )
        self.panel.refresh()
        self.assertEqual(self.panel.offers.measurements, [])

    def test_without_outline_there_is_nothing_to_measure(self):
        self.assertFalse(self.ui.measureButton.enabled)
        self.parameterNode.ct = addCt()
        self.panel.refresh()
        self.assertFalse(self.ui.measureButton.enabled)

    def test_a_sample_cases_findings_are_offered_in_words_and_not_taken(self):
        self.chooseSampleCase()
        self.assertFalse(self.ui.sampleOffer.isHidden())
        self.assertIn("Tumour margin: Ill defined", self.ui.sampleOfferLabel.text)
        self.assertIn("Age: 61 years", self.ui.sampleOfferLabel.toolTip)
        self.assertEqual(self.stored(), {})

    def test_a_sample_cases_findings_are_taken_by_the_button(self):
        self.chooseSampleCase()
        self.ui.takeSampleButton.click()
        self.assertEqual(self.stored(), SAMPLE)
        self.assertTrue(self.find("symptomsWithButton").checked)
        self.assertTrue(self.ui.sampleOffer.isHidden())

    def test_a_stored_level_that_does_not_exist_is_shown_as_error_and_not_lost(self):
        self.parameterNode.clinical = stored = '{"symptoms": "with", "margin": "blurred"}'
        self.panel.refresh()
        self.assertFalse(self.ui.storedError.isHidden())
        self.assertIn("blurred", self.ui.storedErrorLabel.text)
        self.assertTrue(self.find("symptomsWithButton").checked)
        self.assertEqual(self.parameterNode.clinical, stored)

    def test_choosing_the_level_again_mends_the_record(self):
        self.parameterNode.clinical = '{"symptoms": "with", "margin": "blurred"}'
        self.panel.refresh()
        self.find("marginUnclearButton").click()
        self.assertEqual(self.stored(), {"symptoms": "with", "margin": "unclear"})
        self.assertTrue(self.ui.storedError.isHidden())

    def test_findings_that_cannot_be_read_stay_until_the_user_forgets_them(self):
        self.parameterNode.clinical = "not json"
        self.panel.refresh()
        self.assertIn("cannot be read", self.ui.storedErrorLabel.text)
        self.assertEqual(self.parameterNode.clinical, "not json")
        self.ui.forgetButton.click()
        self.assertEqual(self.parameterNode.clinical, "")
        self.assertTrue(self.ui.storedError.isHidden())

    # Another bundle

    def chooseOtherProtocol(self):
        """Let the bundle be one of a hospital that asks for the skin and reads the age."""
        content = shen2026().as_json()
        levels = {"no": "No", "yes": "Yes & ulcerated"}
        skin = {"label": "Skin <b>infiltration</b>", "levels": levels, "malignant": "yes"}
        del content["clinical"]["lymph_nodes"]
        content["clinical"] |= {"skin": {**skin, "definition": "Of <i>any</i> depth."}}
        for model in ("Clinical", "Combined"):
            content["models"][model]["clinical"] = ["symptoms", "margin", "skin", "age_years"]
        protocol = protocol_from(content)
        self.logic.bundles.protocol = lambda _node: protocol
        self.panel.refresh()
        letPass(0.05)

    def test_the_questions_are_those_of_the_bundle(self):
        self.chooseOtherProtocol()
        self.assertEqual(self.find("skinLabel").text, "Skin <b>infiltration</b>:")
        self.assertEqual(self.find("skinDefinition").text, "Of <i>any</i> depth.")
        self.assertEqual(self.find("skinLabel").textFormat, qt.Qt.PlainText)
        self.assertIn("&lt;i&gt;", self.find("skinYesButton").toolTip)
        self.assertEqual(self.find("skinYesButton").text, "Yes && ulcerated")
        self.find("skinYesButton").click()
        self.find("ageYearsSpinBox").value = 50
        self.assertEqual(self.stored(), {"skin": "yes", "age_years": 50.0})
        self.assertEqual(self.panel.unanswered()[0], "Symptoms, Tumour margin")

    def test_a_finding_that_the_bundle_does_not_ask_for_stays(self):
        self.find("lymphNodesWithButton").click()
        self.chooseOtherProtocol()
        self.assertEqual(self.panel.widget.findChildren("QRadioButton", "lymphNodesWithButton"), ())
        self.assertTrue(self.ui.storedError.isHidden())
        self.find("symptomsWithButton").click()
        self.assertEqual(self.stored(), {"lymph_nodes": "with", "symptoms": "with"})

    def test_another_bundles_findings_come_by_tab_where_they_stand(self):
        self.chooseOtherProtocol()
        stops = [one.objectName for one in stopsIn(self.panel.widget)]
        first, last = stops.index("symptomsWithoutButton"), stops.index("skinUnknownButton")
        self.assertLess(first, last)
        self.assertLess(last, stops.index("measureButton"))

    def test_a_sample_is_offered_as_far_as_the_bundle_asks(self):
        self.chooseOtherProtocol()
        self.chooseSampleCase({**SAMPLE, "lymph_nodes": "with"})
        self.ui.takeSampleButton.click()
        self.assertEqual(self.stored(), SAMPLE)

    def test_who_may_be_classified_is_folded_away(self):
        self.assertTrue(self.ui.eligibilityGroupBox.collapsed)
        for criterion in ("radiotherapy", "aspiration biopsy", "10 mm", "artefacts", "No other"):
            self.assertIn(criterion, self.ui.eligibilityLabel.text)

    # The keyboard, and the step

    def test_a_key_gives_one_answer_after_the_other(self):
        answers = []
        for _press in range(4):
            self.panel.answerNext(1)
            answers.append(self.stored().get("margin"))
        self.assertEqual(answers, ["clear", "unclear", None, "clear"])
        self.panel.answerNext(3)  # there is no fourth question
        self.assertEqual(self.stored(), {"margin": "clear"})

    def test_the_step_is_done_when_everything_is_answered(self):
        self.assertEqual(self.panel.state().summary, "0 of 3 answered")
        for number in range(3):
            self.assertFalse(self.panel.state().isDone)
            self.panel.answerNext(number)
        self.assertTrue(self.panel.state().isDone)
        self.assertFalse(self.panel.state().isPassed)  # nobody classified yet
        self.assertIn("Well-defined margin", self.panel.state().summary)
