"""Self tests of the section "Advanced"."""

import shutil
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import slicer
from MadeModules import madeModule
from MadeScene import addCt, addOutline, setWindow, windowAndLevel
from ParotidClassifierCore.base.errors import BundleError
from ParotidClassifierCore.bundle.shipped import shipped_bundles
from ParotidClassifierLib.Background.Additions import Addition, isWanted, setWanted
from ParotidClassifierLib.Background.DependencyError import DependenciesDeclinedError
from ParotidClassifierLib.Background.WheelFolder import setWheelFolder, wheelFolder
from ParotidClassifierLib.Panels.AdvancedPanel import AdvancedPanel
from ShownPanel import ShownPanel
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


class MissingAdditions:
    """Stands for what can be added, likewise."""

    def __init__(self, error=None):
        self.error = error
        self.added = []
        self.restartOffered = False

    def isThere(self, addition):
        return addition in self.added

    def describe(self, addition):
        return f"{addition.name} adds little."

    def install(self, addition):
        if self.error is not None:
            raise self.error
        self.added.append(addition)
        return True

    def offerRestart(self):
        self.restartOffered = True


class AdvancedPanelTest(ShownPanel, ScriptedLoadableModuleTest):
    """The user chooses the model, the plain CT, the window, and what is added."""

    panelClass = AdvancedPanel

    # Model

    def test_the_shipped_bundles_are_offered_and_the_default_one_is_chosen(self):
        box = self.ui.bundleComboBox
        texts = [box.itemText(index) for index in range(box.count)]
        self.assertIn("simulated-demo (demonstration)", texts)
        self.assertTrue(box.currentText.startswith("simulated-demo"))
        self.assertIn("249 simulated cases", self.ui.bundleLineLabel.text)
        self.assertEqual(texts[-1], "Other model, a .zip file…")

    def test_a_shipped_bundle_is_remembered_by_its_name(self):
        box = self.ui.bundleComboBox
        index = next(i for i in range(box.count) if "published-clinical" in box.itemText(i))
        self.panel.bundleList.onActivated(index)
        self.assertEqual(self.parameterNode.bundle, "published-clinical")
        self.assertTrue(box.currentText.startswith("published-clinical"))

    def test_a_bundle_from_elsewhere_is_remembered_by_its_path(self):
        with tempfile.TemporaryDirectory() as folder:
            own = shutil.copytree(shipped_bundles()[0], Path(folder) / "own")
            self.panel.bundleList.askForFolder = lambda: str(own)
            self.panel.bundleList.onActivated(self.ui.bundleComboBox.count - 2)
            self.assertEqual(self.parameterNode.bundle, str(own))
            self.assertEqual(self.ui.bundleComboBox.itemData(2), str(own))

    def test_asking_for_another_bundle_and_choosing_none_changes_nothing(self):
        self.panel.bundleList.askForFile = lambda: ""
        self.panel.bundleList.onActivated(self.ui.bundleComboBox.count - 1)
        self.assertEqual(self.parameterNode.bundle, "")
        self.assertTrue(self.ui.bundleComboBox.currentText.startswith("simulated-demo"))

    def test_what_is_no_bundle_is_refused_and_not_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(BundleError) as refused:
                self.panel.useBundle(folder)
            self.assertTrue(refused.exception.remedy)
        self.assertEqual(self.parameterNode.bundle, "")
        self.assertTrue(self.ui.bundleComboBox.currentText.startswith("simulated-demo"))

    def test_about_this_bundle_shows_the_model_card_and_where_it_comes_from(self):
        self.ui.aboutBundleButton.click()
        dialog = self.panel.aboutDialog
        children = slicer.util.childWidgetVariables(dialog)
        self.assertIn("Limits and caveats", children.modelCardBrowser.plainText)
        self.assertNotIn("**", children.modelCardBrowser.plainText)
        facts = children.bundleFactsLabel.text
        self.assertIn("trained on 249 simulated cases", facts)
        self.assertIn(self.panel.bundleList.chosen.bundle_hash, facts)

    # Optional parts

    def test_what_can_be_added_is_folded_away_and_added_by_a_button(self):
        self.assertTrue(self.ui.optionalGroupBox.collapsed)
        self.logic.additions = MissingAdditions()
        self.panel.refresh()
        self.ui.optionalGroupBox.collapsed = False
        self.assertEqual(self.ui.torchLabel.text, "Not installed: TORCH adds little.")
        self.ui.radiomicsButton.click()
        self.assertEqual(self.logic.additions.added, [Addition.RADIOMICS])
        self.assertTrue(self.logic.additions.restartOffered)
        self.assertTrue(self.ui.radiomicsButton.isHidden())
        self.assertTrue(self.ui.radiomicsLabel.text.startswith("Installed: "))
        self.assertFalse(self.ui.torchButton.isHidden())

    def test_a_no_to_an_addition_is_taken_quietly(self):
        declined = DependenciesDeclinedError("Nothing was installed.", "Not needed.")
        self.logic.additions = MissingAdditions(declined)
        self.ui.optionalGroupBox.collapsed = False
        self.ui.torchButton.click()
        self.assertIn("Nothing was installed", self.ui.partsStatusLabel.text)

    def test_what_was_added_is_used_where_it_is_wanted(self):
        ctNode = addCt()
        self.parameterNode.ct = ctNode
        self.logic.adoptOutline(self.parameterNode, addOutline(ctNode), "Tumor")
        self.ui.optionalGroupBox.collapsed = False
        for addition, checkBox, asked in (
            (Addition.TORCH, self.ui.graphicsCardCheckBox, ("device", "auto")),
            (
                Addition.RADIOMICS,
                self.ui.pyRadiomicsCheckBox,
                ("radiomics_engine", "pyradiomics"),
            ),
        ):
            self.addCleanup(setWanted, addition, isWanted(addition))
            for isThere, isChecked in ((True, True), (True, False), (False, True)):
                made = {name: madeModule(name) if isThere else None for name in addition.value}
                with patch.dict(sys.modules, made):
                    self.panel.refresh()
                    self.assertEqual(checkBox.isHidden(), not isThere)
                    checkBox.checked = isChecked
                    self.assertEqual(isWanted(addition), isChecked)
                    request = self.logic.classification._request(self.parameterNode, "predict")
                self.assertEqual(asked in request.items(), isThere and isChecked)

    def test_the_wheel_folder_is_kept(self):
        self.addCleanup(setWheelFolder, wheelFolder())
        self.ui.wheelFolderLineEdit.text = "/wheels/of/the/hospital"
        self.panel.optionalParts.onFolderEdited()
        self.assertEqual(wheelFolder(), "/wheels/of/the/hospital")

    # Plain CT and window

    def test_the_button_sets_the_window_of_both_cts(self):
        ctNode, plainNode = addCt(), addCt("Plain CT")
        composite = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
        for node in (ctNode, plainNode):
            setWindow(node, 2000.0, 500.0)
        self.parameterNode.ct, self.parameterNode.plainCt = ctNode, plainNode
        self.panel.refresh()
        self.ui.softTissueButton.click()
        self.assertEqual(windowAndLevel(ctNode), (400.0, 40.0))
        self.assertEqual(windowAndLevel(plainNode), (400.0, 40.0))
        self.assertEqual(composite.GetBackgroundVolumeID(), ctNode.GetID())

    def test_the_plain_ct_the_user_chooses_gets_the_window_unless_someone_has_set_it(self):
        for isSet, expected in ((False, (400.0, 40.0)), (True, (2000.0, 500.0))):
            plainNode = addCt("Plain CT")
            if isSet:
                setWindow(plainNode, 2000.0, 500.0)
            self.ui.plainCtSelector.setCurrentNode(plainNode)
            self.assertEqual(self.parameterNode.plainCt, plainNode)
            self.assertEqual(windowAndLevel(plainNode), expected)

    def test_choosing_no_plain_ct_shows_no_error(self):
        self.ui.plainCtSelector.setCurrentNode(addCt("Plain CT"))
        self.ui.plainCtSelector.setCurrentNode(None)
        self.ui.plainCtSelector.nodeActivated(None)
        self.assertIsNone(self.parameterNode.plainCt)
