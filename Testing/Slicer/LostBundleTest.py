"""Self tests of a model bundle that goes while it is in use, and of two instances with one."""

import shutil
from pathlib import Path
from unittest import mock

from MadeResults import HALF_WAY, RESULT, workerOf
from ParotidClassifierCore.base.errors import BundleError
from ParotidClassifierCore.bundle.shipped import shipped_bundles
from ParotidClassifierLib.Panels.Bundles import Bundles
from ShownModule import ShownModule, dialogTexts, toldBy
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import folderFor, waitFor

from ParotidClassifier import ParotidClassifierLogic


class LostBundleTest(ShownModule, ScriptedLoadableModuleTest):
    """A bundle lies in a folder that anyone can remove."""

    def setUp(self):
        super().setUp()
        self.folder = folderFor(self)
        self.bundle = Path(shutil.copytree(shipped_bundles()[0], Path(self.folder) / "own"))

    def use(self):
        self.panels["AdvancedPanel"].useBundle(str(self.bundle))

    def test_it_goes_before_the_run(self):
        self.makeCase()
        self.use()
        before = self.held()
        shutil.rmtree(self.bundle)
        told = toldBy(self.panels["ClassifyPanel"].run)
        for said in (told, self.status, self.ui["AdvancedPanel"].bundleLineLabel.text):
            self.assertIn("own", said)
        self.assertFalse(self.canRun)
        self.assertEqual(self.held(), before)
        self.panels["AdvancedPanel"].bundleList.onActivated(0)
        self.assertTrue(self.canRun)

    def test_a_file_of_it_goes_before_the_run(self):
        self.makeCase()
        self.use()
        (self.bundle / "bundle.yaml").unlink(missing_ok=True)
        for file in self.bundle.glob("*.json"):
            file.unlink()
        told = toldBy(self.panels["ClassifyPanel"].run)
        self.assertIn("own", told)
        self.assertFalse(self.logic.classification.isRunning)

    def test_it_goes_during_the_run(self):
        self.makeCase()
        self.use()
        before = self.held()
        shutil.copytree(self.bundle, Path(self.folder) / "kept")
        self.answerByItself()
        with dialogTexts() as texts:
            self.run_()
            shutil.rmtree(self.bundle)
            self.wait()
        for said in (self.status, *texts):
            self.assertIn("own", said)
        self.assertEqual(self.held(), before)
        (Path(self.folder) / "kept").rename(self.bundle)
        self.mainPanel.refresh()
        self.assertTrue(self.canRun)

    def test_it_goes_after_the_result(self):
        self.makeCase()
        self.use()
        self.answerBy(RESULT)
        self.run_()
        self.wait()
        result = self.parameterNode.result
        kept = Path(self.folder) / "kept"
        self.bundle.rename(kept)
        self.mainPanel.refresh()
        self.assertIn("bundle", self.ui["ResultPanel"].outOfDateLabel.text)
        self.assertFalse(self.panels["ResultPanel"].exports.predictionAction.enabled)
        self.assertEqual(self.parameterNode.result, result)
        exports = self.panels["ResultPanel"].exports
        self.assertIn("out of date", toldBy(exports.exportPrediction, f"{self.folder}/p.json"))
        kept.rename(self.bundle)
        self.mainPanel.refresh()
        self.assertTrue(self.ui["ResultPanel"].outOfDateLabel.isHidden())
        self.assertTrue(self.panels["ResultPanel"].exports.predictionAction.enabled)

    def test_a_damaged_one_among_those_shipped_hides_no_other(self):
        (self.bundle / "models.json").write_text("{", encoding="utf-8")
        offered = (self.bundle, *shipped_bundles())
        with mock.patch(
            "ParotidClassifierLib.Panels.Bundles.shipped_bundles", return_value=offered
        ):
            found = Bundles().all(self.parameterNode)
        self.assertEqual([summary.path for summary in found], list(shipped_bundles()))

    def test_a_folder_that_may_not_be_listed_is_refused(self):
        with (
            mock.patch.object(Path, "iterdir", side_effect=PermissionError(13, "denied")),
            self.assertRaises(BundleError) as refused,
        ):
            Bundles().at(str(self.bundle))
        self.assertIn("denied", str(refused.exception))

    def test_about_a_bundle_that_went_is_told(self):
        self.use()
        shutil.rmtree(self.bundle)
        self.mainPanel.refresh()
        self.assertFalse(self.ui["AdvancedPanel"].aboutBundleButton.enabled)

    def test_two_instances_share_a_bundle_and_nothing_else(self):
        self.makeCase()
        self.use()
        other = ParotidClassifierLogic()
        answers = []
        try:
            self.runHalfWay()
            other.follow(self.parameterNode)
            other.classification._worker = workerOf(HALF_WAY, "time.sleep(0.5)", RESULT)
            other.classification.classify(
                self.parameterNode,
                lambda *_: None,
                lambda: answers.append("done"),
                lambda *error: answers.append(error),
            )
            folders = [logic.classification._caseFolder.path for logic in (self.logic, other)]
            self.assertNotEqual(*folders)
            self.run_()  # cancels the first one
            self.logic.classification.forgetCase()
            self.assertFalse(folders[0].exists())
            self.assertTrue((folders[1] / "ct.nrrd").exists())
            waitFor(lambda: answers, what="the other's answer")
            self.assertEqual(answers, ["done"])
        finally:
            other.stop()
        self.assertFalse(folders[1].exists())
