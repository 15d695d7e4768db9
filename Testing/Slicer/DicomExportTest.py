"""Self tests of "Export to DICOM": from the result to Slicer's DICOM database and a folder."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pydicom
import slicer
from MadeDicom import PATIENT, SERIES, STUDY, addDicomCt, openedDatabase
from MadeScene import addOutline
from ParotidClassifierLib import DicomSource
from ShownModule import dialogTexts
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import waitFor


class DicomExportTest(ShownResult, ScriptedLoadableModuleTest):
    """The user saves the result where the hospital's archive can take it."""

    def setUp(self):
        ShownResult.setUp(self)
        self.held = ExitStack()
        self.folder = Path(self.held.enter_context(tempfile.TemporaryDirectory()))
        self.database = self.held.enter_context(openedDatabase(self.folder))

    def tearDown(self):
        ShownResult.tearDown(self)
        self.held.close()

    @property
    def out(self):
        return self.folder / "out"

    def keepOfDicomCase(self):
        """Let the scene hold a result of a CT that was loaded from the database."""
        (self.folder / "slices").mkdir()
        ctNode = addDicomCt(self.folder / "slices")
        self.parameterNode.ct = ctNode
        self.logic.adoptOutline(self.parameterNode, addOutline(ctNode), "Tumor")
        self.parameterNode.bundle = "published-clinical"  # its answer takes no time
        self.keep()

    def assertDisabled(self, *words):
        self.assertFalse(self.ui.exportDicomButton.enabled)
        self.assertFalse(self.ui.keepIdentityCheckBox.enabled)
        for word in words:
            self.assertIn(word, self.ui.exportDicomButton.toolTip)

    # Whether it can be exported

    def test_a_ct_that_was_not_loaded_from_dicom_cannot_be_exported_and_the_button_says_why(self):
        self.keepOfCase()
        self.assertDisabled("not loaded from DICOM")

    def test_without_an_open_database_the_slices_cannot_be_found(self):
        self.keepOfDicomCase()
        self.database.closeDatabase()
        self.panel.refresh()
        self.assertDisabled("database is not open")

    def test_a_result_that_is_out_of_date_is_not_exported(self):
        self.keepOfDicomCase()
        self.makeOutOfDate()
        self.assertDisabled("out of date")

    def test_a_current_result_of_a_ct_from_dicom_can_be_exported(self):
        self.keepOfDicomCase()
        self.assertTrue(self.ui.exportDicomButton.enabled)
        self.assertIn("Structured Report", self.ui.exportDicomButton.toolTip)
        self.assertTrue(self.ui.dicomProgressBar.isHidden())
        self.assertTrue(self.ui.dicomStatusLabel.isHidden())

    def test_the_files_of_a_ct_come_in_the_order_of_its_slices(self):
        self.keepOfDicomCase()
        files = DicomSource.filesOf(self.parameterNode.ct)
        numbers = [pydicom.dcmread(file, stop_before_pixels=True).InstanceNumber for file in files]
        self.assertEqual(numbers, list(range(1, 25)))

    # What is exported

    def test_the_objects_go_into_the_folder_and_into_the_study_of_the_ct(self):
        self.keepOfDicomCase()
        self.panel.dicom.export(str(self.out))
        self.assertFalse(self.ui.dicomProgressBar.isHidden())
        self.assertFalse(self.ui.exportDicomButton.enabled)
        waitFor(lambda: not self.logic.isRunning, 60)
        self.assertIn("DICOM database, with the study of the CT", self.ui.dicomStatusLabel.text)
        self.assertTrue(self.ui.dicomProgressBar.isHidden())
        self.assertTrue(self.ui.exportDicomButton.enabled)
        for name, modality in (("segmentation.dcm", "SEG"), ("report.dcm", "SR")):
            made = pydicom.dcmread(self.out / name)
            self.assertEqual((made.Modality, made.StudyInstanceUID), (modality, STUDY))
            self.assertEqual(str(made.PatientName), "")
            stored = self.database.fileForInstance(made.SOPInstanceUID)
            self.assertNotEqual(Path(stored), self.out / name)
            self.assertEqual(pydicom.dcmread(stored).SeriesInstanceUID, made.SeriesInstanceUID)
        segmentation = pydicom.dcmread(self.out / "segmentation.dcm")
        self.assertEqual(segmentation.ReferencedSeriesSequence[0].SeriesInstanceUID, SERIES)

    def test_the_patient_is_named_only_where_the_box_is_checked(self):
        self.keepOfDicomCase()
        self.assertFalse(self.ui.keepIdentityCheckBox.checked)
        asked = []
        self.logic.exportDicom = lambda _node, folder, identity, *_: asked.append(identity)
        self.panel.dicom.export(str(self.out))
        self.panel.dicom.forget()
        self.ui.keepIdentityCheckBox.checked = True
        self.panel.dicom.export(str(self.out))
        self.assertEqual(asked, [False, True])
        self.panel.setParameterNode(self.parameterNode)
        self.assertFalse(self.ui.keepIdentityCheckBox.checked)

    # What goes wrong

    def test_slices_that_are_gone_from_the_disk_are_told_with_what_to_do(self):
        self.keepOfDicomCase()
        for path in DicomSource.filesOf(self.parameterNode.ct)[:2]:
            path.unlink()
        with dialogTexts() as texts, self.assertRaisesRegex(Exception, "2 of 24 slices"):
            self.panel.dicom.export(str(self.out))
        self.assertFalse(self.out.exists())
        self.assertFalse(self.logic.isRunning)
        self.assertTrue(self.ui.exportDicomButton.enabled)
        self.assertTrue(all("Import the series again" in text for text in texts))

    def test_what_goes_wrong_in_the_background_is_told(self):
        self.keepOfDicomCase()

        def fail(_node, _folder, _identity, _onProgress, _onDone, onError):
            onError("OutputError", "Disk full.", "Tidy.")

        self.logic.exportDicom = fail
        self.panel.dicom.export(str(self.out))
        self.assertIn("Disk full. Tidy.", self.ui.dicomStatusLabel.text)
        self.assertTrue(self.ui.exportDicomButton.enabled)

    def test_what_the_database_does_not_take_is_still_in_the_folder_and_that_is_told(self):
        self.keepOfDicomCase()

        def write(_node, _folder, _identity, _onProgress, onDone, _onError):
            slicer.app.dicomDatabase().closeDatabase()
            onDone({"files": [], "instances": ["1.2.3.4"]})

        self.logic.exportDicom = write
        self.panel.dicom.export(str(self.out))
        self.assertIn("could not be brought into", self.ui.dicomStatusLabel.text)
        self.assertIn(str(self.out), self.ui.dicomStatusLabel.text)

    def test_another_scene_says_nothing_of_what_was_exported(self):
        self.keepOfDicomCase()
        self.logic.exportDicom = lambda *asked: asked[-2]({"files": [], "instances": []})
        self.panel.dicom.export(str(self.out))
        self.assertIn("Saved to", self.ui.dicomStatusLabel.text)
        self.panel.setParameterNode(None)
        self.assertEqual(self.ui.dicomStatusLabel.text, "")
        self.assertNotIn(PATIENT, self.ui.dicomStatusLabel.text)
