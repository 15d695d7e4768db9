"""Self tests of a scene that a stranger made: it opens, is told, and the module goes on."""

import base64
import json
import zlib
from unittest.mock import patch

import numpy as np
import qt
import slicer
from MadeScene import addCt, addOutline, addVolume
from ParotidClassifierCore.base.errors import UnreadableFileError
from ParotidClassifierLib.Scene import RingRefinement
from ShownModule import ShownModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass

IMAGE = '<img src="//host/share/seen.png">'
# What may stand in place of any text that the module stored.
TEXTS = (
    IMAGE,
    "nan",
    "[]",
    "{",
    "[" * 100_000,
    "x" * 100_000,
    "a:b",
    "/root",
    "../" * 2_000,
    "\N{SNOWMAN}\N{RIGHT-TO-LEFT OVERRIDE}",
    json.dumps({"kind": "segment", "name": f"parotid {IMAGE}", "notes": []}),
)
RECORDS = (
    {"symptoms": ["with"]},
    {"symptoms": {"with": "with"}},
    {"symptoms": None},
    {"age_years": 10**400},
    {"age_years": 1e300},
    {"age_years": -1},
    {"max_diameter_cm": [1]},
    {IMAGE: "with"},
    {"margin": IMAGE},
)
STORED = ("tumorOrigin", "ringWidthMm", "ringRefinement", "clinical", "bundle")


class HostileSceneTest(ShownModule, ScriptedLoadableModuleTest):
    """Nothing that lies in a scene raises, and its texts are shown letter by letter."""

    def reopen(self):
        """Show the scene as when it is opened."""
        self.mainPanel.setParameterNode(None)
        self.mainPanel.setParameterNode(self.parameterNode)

    def hold(self, name, text):
        self.parameterNode.parameterNode.SetParameter(name, text)
        self.reopen()

    def assertShownLetterByLetter(self):
        for widget in self.mainPanel.widget.findChildren("QWidget"):
            self.assertNotIn("<img", widget.toolTip, widget.objectName)
            if widget.inherits("QLabel") and widget.textFormat != qt.Qt.PlainText:
                self.assertNotIn("<img", widget.text, widget.objectName)

    def assertUsable(self):
        self.assertTrue(self.canRun, self.missing)

    # Parameters

    def test_any_text_in_place_of_a_stored_one(self):
        self.makeCase()
        for name in STORED:
            for text in TEXTS:
                self.hold(name, text)
            self.hold(name, IMAGE)
            self.assertShownLetterByLetter()
            self.hold(name, "")
            self.assertUsable()

    def test_clinical_findings_that_are_none(self):
        self.makeCase()
        for words in RECORDS:
            self.hold("clinical", json.dumps(words))
            self.assertShownLetterByLetter()
        self.ui["ClinicalPanel"].forgetButton.click()
        self.assertUsable()

    def test_nodes_of_another_kind(self):
        self.makeCase()
        model = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", IMAGE)
        for name in ("ct", "plainCt", "segmentation"):
            held = self.parameterNode.getValue(name)
            self.mainPanel.setParameterNode(None)
            self.parameterNode.parameterNode.SetNodeReferenceID(name, model.GetID())
            self.reopen()
            self.assertIsNone(self.parameterNode.getValue(name))
            self.parameterNode.setValue(name, held)
        self.reopen()
        self.assertUsable()

    def test_a_refinement_that_grows_when_unpacked(self):
        grown = base64.b64encode(zlib.compress(bytes(12_000))).decode()
        self.assertEqual(len(RingRefinement.unpacked(f"{grown}:{grown}").added), 1_000)
        with (
            patch.object(RingRefinement, "_MOST_BYTES", 11_000),
            self.assertRaises(UnreadableFileError),
        ):
            RingRefinement.unpacked(f"{grown}:{grown}")

    # Nodes

    def test_names_of_nodes_and_segments(self):
        ctNode, outline = addCt(IMAGE), None
        outline = addOutline(ctNode, IMAGE)
        self.choose(ctNode)
        self.take(outline)
        for node in (ctNode, self.parameterNode.segmentation):
            transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", IMAGE)
            node.SetAndObserveTransformNodeID(transform.GetID())
            letPass(AFTER_AN_EDIT)
            self.assertIn("&lt;img", self.missing)
            self.assertShownLetterByLetter()
            node.SetAndObserveTransformNodeID(None)
        self.choose(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", IMAGE))
        letPass(AFTER_AN_EDIT)
        self.assertIn("holds no voxels", self.missing)
        self.assertShownLetterByLetter()

    def test_findings_that_a_ct_claims_to_come_with(self):
        ctNode, _outline = self.makeCase()
        for words in (*TEXTS, *map(json.dumps, RECORDS)):
            ctNode.SetAttribute("ParotidClassifier.clinical", words)
            self.mainPanel.refresh()
            self.assertShownLetterByLetter()
        ctNode.SetAttribute("ParotidClassifier.clinical", '{"margin": "unclear"}')
        self.mainPanel.refresh()
        self.ui["ClinicalPanel"].takeSampleButton.click()
        self.assertIn("unclear", self.parameterNode.clinical)

    def test_labels_that_are_no_numbers(self):
        values = np.zeros((4, 5, 6), np.float32)
        values[0, 0] = [np.nan, np.inf, -np.inf, 1.0, 2.0, 0.0]
        labels = slicer.util.addVolumeFromArray(values, nodeClassName="vtkMRMLLabelMapVolumeNode")
        self.choose(addCt())
        self.ui["TumorPanel"].outlineSelector.setCurrentNode(labels)
        box = self.ui["TumorPanel"].outlinePartComboBox
        self.assertEqual([box.itemText(i) for i in range(box.count)], ["Label 1", "Label 2"])

    def test_an_outline_as_large_as_a_town(self):
        ctNode, _outline = self.makeCase()
        away = addCt("Away")
        away.SetSpacing(900.0, 900.0, 900.0)
        self.parameterNode.segmentation = addOutline(away)
        letPass(AFTER_AN_EDIT)
        self.assertFalse(self.canRun)
        self.parameterNode.segmentation = None
        self.take(addOutline(ctNode))
        self.assertUsable()

    def test_a_ct_that_lies_nowhere(self):
        self.makeCase()
        for place in (np.nan, np.inf, 1e300):
            lost = addVolume(np.zeros((5, 5, 5), np.int16), "Lost")
            lost.SetOrigin(place, 0.0, 0.0)
            self.choose(lost)
            letPass(AFTER_AN_EDIT)
            self.assertFalse(self.canRun)
