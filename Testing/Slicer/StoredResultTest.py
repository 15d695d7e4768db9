"""Self tests of a result in a scene that is a stranger's, or damaged."""

import copy
import json

import qt
from MadeResults import inDomain, madePrediction, madeSecondOpinion, madeStability, withAnswers
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.models.domain import DomainStatus
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

COMBINED = ("prediction", "models", "Combined")
DOMAIN = ("prediction", "applicability", "domain")
IMAGE = '<img src="//host/share/seen.png">'
GONE = object()
# What is put where in a result that is whole.
DAMAGES = (
    (("prediction",), GONE),
    (("prediction",), []),
    (("features",), GONE),
    (("features", "symptoms"), "with"),
    (("fingerprint",), None),
    (("fingerprint", "ct"), 7),
    (("finishedAt",), GONE),
    (("finishedAt",), "yesterday"),
    (("finishedAt",), 7),
    (("prediction", "bundle"), GONE),
    (("prediction", "bundle", "hash"), 12),
    (("prediction", "bundle", "hash"), GONE),
    (("prediction", "bundle", "banner"), None),
    (("prediction", "bundle", "intended_use"), "x" * 20_000),
    (("prediction", "models"), {}),
    (("prediction", "models", "Combined"), None),
    (("prediction", "models", "Thirteenth"), {"probability": 0.5}),
    ((*COMBINED, "probability"), float("nan")),
    ((*COMBINED, "probability"), float("inf")),
    ((*COMBINED, "probability"), 7),
    ((*COMBINED, "probability"), -0.1),
    ((*COMBINED, "probability"), True),
    ((*COMBINED, "probability"), "0.82"),
    ((*COMBINED, "probability"), GONE),
    ((*COMBINED, "interval"), [0.7, 7]),
    ((*COMBINED, "interval"), [0.9, 0.7]),
    ((*COMBINED, "interval"), [0.7]),
    ((*COMBINED, "interval"), None),
    ((*COMBINED, "threshold"), None),
    ((*COMBINED, "call"), "benign"),
    ((*COMBINED, "call"), IMAGE),
    ((*COMBINED, "log_odds"), 10**400),
    ((*COMBINED, "intercept"), "nan"),
    ((*COMBINED, "contributions"), [1, 2]),
    ((*COMBINED, "contributions", "symptoms"), 1.7e308),
    ((*COMBINED, "contributions", "symptoms"), None),
    ((*COMBINED, "contributions", IMAGE), 1.0),
    ((*COMBINED, "answer"), GONE),
    ((*COMBINED, "answer"), "benign"),
    ((*COMBINED, "answer"), IMAGE),
    ((*COMBINED, "answer"), None),
    ((*COMBINED, "answer_limits"), GONE),
    ((*COMBINED, "answer_limits"), [0.5, 0.12]),
    ((*COMBINED, "answer_limits"), [0.12, 7]),
    ((*COMBINED, "answer_limits"), [0.9, 0.95]),
    ((*COMBINED, "no_answer"), 7),
    (("prediction", "models", "Clinical"), {"unavailable": 7}),
    (("prediction", "models", "Clinical"), {"unavailable": "so", "interval": 7}),
    (("prediction", "models", "Clinical"), {"unavailable": "so", "answer": "malignant"}),
    (("prediction", "findings"), {"code": "x"}),
    (("prediction", "findings", 0, "severity"), "terrible"),
    (("prediction", "findings", 0, "message"), ["text"]),
    (("prediction", "findings", 0, "code"), GONE),
    (("prediction", "applicability", "sentences"), [7]),
    (("prediction", "applicability", "score"), 7),
    (("prediction", "applicability", "model"), "Thirteenth"),
    (("prediction", "applicability", "training_scores", "malignant"), [0.1, float("nan")]),
    (("prediction", "applicability", "training_scores", "uncertain"), [0.1]),
    (DOMAIN, None),
    (DOMAIN, "inside"),
    ((*DOMAIN, "status"), GONE),
    ((*DOMAIN, "status"), "besides"),
    ((*DOMAIN, "status"), ["inside"]),
    ((*DOMAIN, "status"), "unknown"),
    ((*DOMAIN, "reasons"), "strange"),
    ((*DOMAIN, "reasons"), [7]),
    ((*DOMAIN, "reasons"), ["strange"] * 201),
    ((*DOMAIN, "cases"), 0),
    ((*DOMAIN, "cases"), True),
    ((*DOMAIN, "cases"), 10**400),
    ((*DOMAIN, "as_far"), 250),
    ((*DOMAIN, "as_far"), -1),
    ((*DOMAIN, "ratios"), [1.0]),
    ((*DOMAIN, "ratios", "features"), "far"),
    ((*DOMAIN, "ratios", "features"), -1.0),
    ((*DOMAIN, "ratios", "colours"), 1.0),
    (("prediction", "software", "python"), "\ud800"),
    (("prediction", "software"), "3.12"),
    (("prediction", "words"), "plain"),
    (("prediction", "words", "models", "Combined"), 7),
    (("prediction", "words", "inputs"), ["symptoms"]),
    (("prediction", "software", "radiomics engine"), 1),
    (("stability",), []),
    (("stability", "probabilities", "Combined"), []),
    (("stability", "probabilities", "Combined"), [7]),
    (("stability", "probabilities", "Combined"), GONE),
    (("stability", "call_flips", "Combined"), 21),
    (("stability", "call_flips", "Combined"), GONE),
    (("stability", "unusable"), "none"),
    (("stability", "outside"), 21),
    (("stability", "outside"), "none"),
    (("secondOpinion",), "yes"),
    (("secondOpinion", "bundle", "hash"), GONE),
    (("secondOpinion", "models", "Clinical", "probability"), float("nan")),
    (("secondOpinion", "headline"), ["Combined"]),
    (("secondOpinion", "headline", 0), "Thirteenth"),
    (("secondOpinion", "headline", 1), "Thirteenth"),
    (("secondOpinion", "headline", 1), ["Clinical"]),
    (("secondOpinion", "agreement"), GONE),
    (("secondOpinion", "applicability"), "yes"),
    (("secondOpinion", "applicability", "domain"), {"status": "inside"}),
)
# What is no result of ours at all.
OTHERS = (
    "{",
    "7",
    "null",
    "[]",
    "{}",
    '{"prediction": {"models": {}}}',
    "[" * 100_000,
    '{"a":' * 900 + "1" + "}" * 900,
    '{"prediction": 1, "prediction": 2}',
    "\N{SNOWMAN}",
)


class StoredResultTest(ShownResult, ScriptedLoadableModuleTest):
    """The user opens a scene that someone else made."""

    def whole(self):
        """Return a result that holds everything a result may hold."""
        prediction = withAnswers(madePrediction())
        stability = {**madeStability(prediction), "outside": 1}
        opinion = {**madeSecondOpinion(), "applicability": prediction["applicability"]}
        self.keep(prediction, stability=stability, secondOpinion=opinion)
        return json.loads(self.parameterNode.result)

    def open(self, stored):
        self.parameterNode.result = stored if isinstance(stored, str) else json.dumps(stored)
        self.panel.refresh()

    def assertNoResult(self, what):
        self.assertTrue(self.ui.resultWidget.isHidden(), what)
        self.assertIn("no result in this scene", self.ui.emptyLabel.text, what)
        with self.assertRaises(UsageError):
            self.logic.results.exportPrediction(self.parameterNode, "never.json")

    def test_what_is_damaged_anywhere_is_no_result(self):
        result = self.whole()
        self.assertFalse(self.ui.stabilityLabel.isHidden())
        self.assertFalse(self.ui.secondOpinionLabel.isHidden())
        for path, value in DAMAGES:
            self.open(damaged(result, path, value))
            self.assertNoResult((path, value))
        self.open(result)
        self.assertFalse(self.ui.resultWidget.isHidden())

    def test_what_is_something_else_is_no_result(self):
        for stored in OTHERS:
            self.open(stored)
            self.assertNoResult(stored[:40])
        self.open("")
        self.assertIn("There is no result yet", self.ui.emptyLabel.text)

    def test_what_it_says_is_shown_letter_by_letter(self):
        result = self.whole()
        bundle = dict.fromkeys(result["prediction"]["bundle"], IMAGE)
        result["prediction"]["bundle"] = result["secondOpinion"]["bundle"] = bundle
        result["secondOpinion"]["agreement"] = IMAGE
        result["prediction"]["findings"] = [{"code": IMAGE, "severity": "info", "message": IMAGE}]
        result["prediction"]["applicability"]["sentences"] = [IMAGE]
        models = result["prediction"]["models"]
        for model in models.values():
            for key in ("interval", "answer", "answer_limits"):
                del model[key]
            model["no_interval"] = model["no_answer"] = IMAGE
        for name in ("Clinical", "Tumor+External2_DL"):
            models[name] = {"unavailable": IMAGE}
            for kept in ("probabilities", "call_flips"):
                del result["stability"][kept][name]
        self.open(result)
        self.assertFalse(self.ui.resultWidget.isHidden())
        self.assertShownLetterByLetter()

    def test_why_nothing_can_be_said_is_shown_letter_by_letter(self):
        result = self.whole()
        del result["stability"], result["prediction"]["applicability"]
        models = result["prediction"]["models"]
        models.update({name: {"unavailable": IMAGE} for name in models})
        self.open(result)
        self.assertFalse(self.ui.resultWidget.isHidden())
        self.assertShownLetterByLetter()

    def test_why_a_case_is_unlike_the_others_is_shown_letter_by_letter(self):
        for status in (DomainStatus.BORDERLINE, DomainStatus.OUTSIDE):
            self.keep(inDomain(madePrediction(), status, IMAGE))
            self.assertShownLetterByLetter()
        self.ui.outsideGroupBox.collapsed = False
        self.assertShownLetterByLetter()

    def assertShownLetterByLetter(self):
        labels = self.panel.widget.findChildren("QLabel")
        told = [label for label in labels if "//host" in label.text]
        self.assertTrue(told)
        for label in told:
            if label.textFormat != qt.Qt.PlainText:
                self.assertEqual(label.textFormat, qt.Qt.RichText, label.objectName)
                self.assertNotIn("<img", label.text, label.objectName)
        for widget in self.panel.widget.findChildren("QWidget"):
            self.assertNotIn("<img", widget.toolTip, widget.objectName)

    def test_what_a_later_version_adds_is_left_alone(self):
        result = self.whole()
        result["prediction"]["inputs"]["outline"] = {"name": "Tumor"}
        result["later"] = [1, None, True]
        self.open(result)
        self.assertEqual(self.logic.results.read(self.parameterNode), result)


def damaged(result, path, value):
    """Return a copy of a result with another value at a path, or with nothing there."""
    copied = copy.deepcopy(result)
    *way, last = path
    place = copied
    for step in way:
        place = place[step]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return copied
