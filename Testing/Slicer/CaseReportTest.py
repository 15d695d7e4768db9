"""Self tests of "Case report": from the result to a page and a PDF that can be opened."""

from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import qt
from MadeResults import madePrediction, madeSecondOpinion
from MadeScene import addCt
from ParotidClassifierLib.Background.Dependencies import Need
from ParotidClassifierLib.Panels import CaseReport
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import folderFor, waitFor


class CaseReportTest(ShownResult, ScriptedLoadableModuleTest):
    """The user takes the result to a tumour board."""

    def setUp(self):
        ShownResult.setUp(self)
        self.folder = Path(folderFor(self))

    def answerWith(self, answer):
        """Let the test write the report; return what was asked."""
        asked = []

        def write(_node, folder, label, showOutside, _onProgress, onDone, onError):
            asked.append((folder, label, showOutside))
            answer(onDone, onError)

        self.logic.classification.writeReport = write
        return asked

    def writeAtOnce(self):
        files = [str(self.folder / name) for name in ("report.html", "report.pdf")]
        return self.answerWith(lambda onDone, _onError: onDone({"files": files}))

    def test_only_a_current_result_is_reported(self):
        self.keepOfCase()
        self.assertTrue(self.ui.caseReportButton.enabled)
        self.assertIn("tumour board", self.ui.caseReportButton.toolTip)
        self.assertTrue(self.ui.openReportButton.isHidden())
        self.makeOutOfDate()
        self.assertFalse(self.ui.caseReportButton.enabled)
        self.assertIn("out of date", self.ui.caseReportButton.toolTip)

    def test_its_packages_are_asked_for_when_it_is_first_used(self):
        self.keepOfCase()
        self.assertInstalls(Need.REPORT, self.ui.caseReportButton.click, self.ui.reportStatusLabel)

    def test_the_background_process_writes_both_files(self):
        self.parameterNode.bundle = "published-clinical"  # its answer takes no time
        self.keepOfCase()
        self.ui.caseLabelLineEdit.text = " Board 12 "
        self.panel.report.write(str(self.folder))
        self.assertFalse(self.ui.caseReportButton.enabled)
        self.assertFalse(self.ui.reportProgressBar.isHidden())
        waitFor(lambda: not self.logic.classification.isRunning, 60)
        page = (self.folder / "report.html").read_text(encoding="utf-8")
        self.assertIn("<dd>Board 12</dd>", page)
        self.assertTrue((self.folder / "report.pdf").read_bytes().startswith(b"%PDF"))
        self.assertIn("Saved to", self.ui.reportStatusLabel.text)
        self.assertTrue(self.ui.reportProgressBar.isHidden())
        self.assertTrue(self.ui.caseReportButton.enabled)

    def test_a_second_opinion_is_asked_for_again_while_its_bundle_is_there(self):
        gone = madeSecondOpinion()
        gone["bundle"]["hash"] = "0" * 64
        self.keepOfCase()
        self.logic.bundles.all(self.parameterNode)
        asked = []
        worker = self.logic.classification._worker
        with mock.patch.object(worker, "request", lambda request, *_: asked.append(request)):
            for opinion in ({}, {"secondOpinion": madeSecondOpinion()}, {"secondOpinion": gone}):
                self.keep(**opinion)
                self.logic.classification.writeReport(
                    self.parameterNode, str(self.folder), "", False, *[None] * 3
                )
        named = [Path(request.get("second_bundle", "none")).name for request in asked]
        self.assertEqual(named, ["none", "published-clinical", "none"])

    def test_what_was_written_can_be_opened(self):
        self.keepOfCase()
        self.writeAtOnce()
        self.panel.report.write(str(self.folder))
        self.assertFalse(self.ui.openReportButton.isHidden())
        opened = []
        services = SimpleNamespace(openUrl=lambda url: opened.append(url.toLocalFile()))
        pretended = SimpleNamespace(QDesktopServices=services, QUrl=qt.QUrl)
        with mock.patch.object(CaseReport, "qt", pretended):
            self.ui.openReportButton.click()
        self.assertEqual(opened, [str(self.folder / "report.pdf")])

    def test_a_report_of_another_result_is_neither_told_nor_opened(self):
        self.keepOfCase()
        self.writeAtOnce()
        self.panel.report.write(str(self.folder))
        self.keep(madePrediction(probability=0.12))
        self.assertTrue(self.ui.reportStatusLabel.isHidden())
        self.assertTrue(self.ui.openReportButton.isHidden())

    def test_what_goes_wrong_is_told_and_nothing_is_offered(self):
        self.keepOfCase()
        self.answerWith(lambda _onDone, onError: onError("OutputError", "Disk full.", "Tidy."))
        self.panel.report.write(str(self.folder))
        self.assertIn("Disk full. Tidy.", self.ui.reportStatusLabel.text)
        self.assertTrue(self.ui.openReportButton.isHidden())
        self.assertTrue(self.ui.caseReportButton.enabled)

    def test_another_ct_is_not_called_what_the_last_one_was_and_its_patient_is_not_named(self):
        self.keepOfCase()
        self.ui.caseLabelLineEdit.text = "Board 12"
        self.ui.keepIdentityCheckBox.checked = True
        self.panel.refresh()
        self.assertEqual(self.ui.caseLabelLineEdit.text, "Board 12")
        self.parameterNode.ct = addCt()
        self.panel.refresh()
        self.assertEqual(self.ui.caseLabelLineEdit.text, "")
        self.assertFalse(self.ui.keepIdentityCheckBox.checked)

    def test_another_scene_is_not_called_what_the_last_one_was(self):
        self.keepOfCase()
        asked = self.writeAtOnce()
        self.ui.caseLabelLineEdit.text = "Board 12"
        self.panel.report.write(str(self.folder))
        self.assertEqual(asked, [(str(self.folder), "Board 12", False)])
        self.panel.setParameterNode(self.parameterNode)
        self.assertEqual(self.ui.caseLabelLineEdit.text, "")
        self.assertTrue(self.ui.openReportButton.isHidden())
        self.assertTrue(self.ui.reportStatusLabel.isHidden())
