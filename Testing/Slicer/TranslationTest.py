"""Self test: every text of the panel can be translated.

It needs the stand-in's marker language; in the application it is skipped.
"""

import json
from contextlib import ExitStack
from html import escape

import slicer
from MadeResults import (
    FINISHED_AT,
    inDomain,
    madeFeatures,
    madePrediction,
    madeStability,
    withAnswers,
    withoutModels,
    withoutRefits,
)
from ParotidClassifierCore.imaging.findings import other_ring
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.protocol import RingSettings, shen2026
from ParotidClassifierCore.reporting.case_view import CaseView
from ParotidClassifierLib.Panels.FindingsText import lineText
from ParotidClassifierLib.Panels.MainPanel import MainPanel
from ParotidClassifierLib.Panels.Panel import UI_FOLDER
from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES
from slicer import i18n
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from ParotidClassifier import ParotidClassifierLogic


class TranslationTest(ScriptedLoadableModuleTest):
    """Texts of Core and names of data stay as they are; all others pass a translation."""

    def setUp(self):
        if not hasattr(i18n, "language"):
            self.skipTest("the marker language is the stand-in's")
        slicer.mrmlScene.Clear(0)
        self.stack = ExitStack()
        self.stack.enter_context(i18n.language(i18n.marked))
        self.logic = ParotidClassifierLogic()
        self.parameterNode = self.logic.getParameterNode()
        self.mainPanel = MainPanel(self.logic, str(UI_FOLDER / "ParotidClassifier.ui"))
        self.mainPanel.setParameterNode(self.parameterNode)

    def tearDown(self):
        self.mainPanel.cleanup()
        self.logic.stop()
        self.stack.close()
        slicer.mrmlScene.Clear(0)

    def loadCase(self):
        self.mainPanel.samples.load(SAMPLE_CASES[0].name)

    def keepResult(self, prediction):
        fingerprint = self.logic.classification._fingerprint.of(self.parameterNode)
        self.parameterNode.result = json.dumps(
            {
                "prediction": prediction,
                "features": madeFeatures(),
                "fingerprint": fingerprint,
                "finishedAt": FINISHED_AT,
                "stability": madeStability(prediction),
            }
        )

    def assertTranslated(self, *data):
        from SlicerStandIn.untranslated import untranslated_texts

        self.mainPanel.refresh()
        plain = {*data, *self.textsOfCore(), *nodeNames()}
        known = plain | {rich(text) for text in plain for rich in (escape, lineText)}
        forms = sorted(UI_FOLDER.glob("*.ui"))
        self.assertEqual(untranslated_texts(self.mainPanel.widget, forms, known), [])

    def textsOfCore(self):
        texts = {finding.message for finding in self.logic.findings.of(self.parameterNode)}
        for bundle in self.logic.bundles.all(self.parameterNode):
            texts |= {f"{bundle.name} ({bundle.kind})", bundle.banner, bundle.cohort.line}
        return texts

    def test_without_a_case(self):
        self.assertTranslated()

    def test_with_a_case_and_what_is_measured_of_it(self):
        self.loadCase()
        panel = self.mainPanel.panels["ClinicalPanel"]
        panel.onMeasureButton()
        self.assertTranslated(*(offer.how for offer in panel.offers.measurements))

    def test_with_findings_that_cannot_be_read(self):
        self.parameterNode.clinical = "not json"
        self.assertTranslated()

    def test_with_any_result(self):
        self.loadCase()
        made, texts = madePrediction(), set()
        for prediction in (
            made,
            madePrediction(clinical=False),
            withAnswers(madePrediction(probability=0.3)),
            inDomain(made, DomainStatus.BORDERLINE),
            inDomain(made, DomainStatus.OUTSIDE),
            withoutRefits(made),
            withoutModels(),
        ):
            self.keepResult(prediction)
            texts |= textsOf(prediction)  # what is hidden may be of the one before
            self.assertTranslated(*texts)
            self.mainPanel.panels["ResultPanel"].ui.outsideGroupBox.collapsed = False
            self.assertTranslated(*texts)

    def test_with_a_result_that_is_out_of_date(self):
        self.loadCase()
        prediction = madePrediction()
        self.keepResult(prediction)
        self.parameterNode.ringWidthMm = "4.0"
        differs = other_ring(*(RingSettings(width, (-200.0, 400.0)) for width in (2.0, 4.0)))
        self.assertTranslated(*textsOf(prediction), differs.message)

    def test_of_the_sections_without_a_scene(self):
        self.mainPanel.setParameterNode(None)
        self.assertTranslated()


def nodeNames():
    return {node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLDisplayableNode")}


def textsOf(prediction):
    """Return what Core says in a prediction: about the bundle, the models and their inputs."""
    told = {**prediction, "stability": madeStability(prediction)}
    view, sentences = CaseView({**told, "show_outside": True}), set()
    if view.first.probability is not None:
        sentences.add(view.stability(view.headline))
    for of in (CaseView(told), view):
        sentences |= {
            of.heading,
            of.title,
            of.verdict,
            of.short,
            *of.details,
            of.agreement,
            of.why_note,
        }
        sentences |= {of.domain_warning, of.domain_note, of.domain.measured, of.measured_by}
        sentences |= {of.sentence, of.lacking, of.bundle_line}
    models = prediction["models"]
    bars = {bar.label for name in view.available for bar in view.bars(name, 10)}
    bars |= {bar.label for bar in view.why}
    named = {view.named(name) for name in prediction["models"]}
    reasons = {
        model.get(key, "") for model in models.values() for key in ("unavailable", "no_interval")
    }
    bundle = prediction["bundle"]
    return {
        *shen2026().models,
        *bars,
        *named,
        *sentences,
        *reasons,
        *prediction["applicability"]["sentences"],
        *(finding["message"] for finding in prediction["findings"]),
        *(bundle[key] for key in ("name", "banner", "training_cohort", "intended_use")),
    }
