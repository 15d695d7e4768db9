"""Self tests of "Export to DICOM": from the result to Slicer's DICOM database and a folder."""

from html import unescape
from pathlib import Path
from unittest import mock

import pydicom
import slicer
from MadeScene import addOutline
from MadeSeries import PATIENT, SERIES, STUDY, addDicomCt, openDatabaseFor
from ParotidClassifierLib.Background.Dependencies import Need
from ParotidClassifierLib.Scene import DicomSource
from ShownModule import dialogTexts
from ShownResult import ShownResult
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import folderFor, waitFor


class DicomExportTest(ShownResult, ScriptedLoadableModuleTest):
    """The user saves the result where the hospital's archive can take it."""

    def setUp(self):
        ShownResult.setUp(self)
        self.folder = Path(folderFor(self))
        self.database = openDatabaseFor(self, self.folder)

    @property
    def action(self):
        return self.panel.dicom.action

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

    def test_its_packages_are_asked_for_when_it_is_first_used(self):
        self.keepOfDicomCase()
        self.assertInstalls(Need.DICOM, self.action.trigger, self.ui.dicomStatusLabel)

    def exportAndWait(self):
        self.panel.dicom.export(str(self.out))
        waitFor(lambda: not self.logic.classification.isRunning, 60)

    def written(self):
        """Return both objects of the folder, the outlines first."""
        return [pydicom.dcmread(self.out / name) for name in ("segmentation.dcm", "report.dcm")]

    def patientOfTheStudy(self):
        return self.database.nameForPatient(self.database.patientForStudy(STUDY))

    def inDatabase(self):
        """Return what the database holds beside the slices."""
        held = [pydicom.dcmread(path, stop_before_pixels=True) for path in self.database.allFiles()]
        return [made for made in held if made.Modality != "CT"]

    def assertDisabled(self, words):
        """Assert that nothing can be exported and that the entry says why."""
        self.assertFalse(self.action.enabled)
        self.assertFalse(self.ui.keepIdentityCheckBox.enabled)
        self.assertIn(words, self.action.toolTip)
        self.assertTrue(self.panel.exportMenu.toolTipsVisible)

    # Whether it can be exported

    def test_a_ct_that_was_not_loaded_from_dicom_cannot_be_exported_and_the_entry_says_why(self):
        self.keepOfCase()
        self.assertDisabled("not loaded from Slicer's DICOM database")
        self.assertTrue(self.ui.keepIdentityCheckBox.isHidden())

    def test_without_an_open_database_the_slices_cannot_be_found(self):
        self.keepOfDicomCase()
        self.database.closeDatabase()
        self.panel.refresh()
        self.assertDisabled("database is not open")

    def test_a_result_that_is_out_of_date_is_not_exported(self):
        self.keepOfDicomCase()
        self.makeOutOfDate()
        self.assertDisabled("out of date")
        self.assertIn("out of date", unescape(self.ui.notCurrentLabel.text))

    def test_a_current_result_of_a_ct_from_dicom_can_be_exported(self):
        self.keepOfDicomCase()
        self.assertTrue(self.action.enabled)
        self.assertIn("Structured Report", self.action.toolTip)
        self.assertFalse(self.ui.keepIdentityCheckBox.isHidden())
        self.assertTrue(self.ui.dicomProgressBar.isHidden())
        for label in (self.ui.dicomStatusLabel, self.ui.notCurrentLabel):
            self.assertTrue(label.isHidden())

    def test_the_files_of_a_ct_come_in_the_order_of_its_slices(self):
        self.keepOfDicomCase()
        files = DicomSource.filesOf(self.parameterNode.ct)
        numbers = [pydicom.dcmread(file, stop_before_pixels=True).InstanceNumber for file in files]
        self.assertEqual(numbers, list(range(1, 25)))

    # What is exported

    def test_the_folder_gets_objects_without_the_patient_in_a_study_of_their_own(self):
        self.keepOfDicomCase()
        self.panel.dicom.export(str(self.out))
        self.assertFalse(self.ui.dicomProgressBar.isHidden())
        self.assertFalse(self.action.enabled)
        waitFor(lambda: not self.logic.classification.isRunning, 60)
        self.assertIn("patient's name", unescape(self.ui.dicomStatusLabel.text))
        self.assertTrue(self.ui.dicomProgressBar.isHidden())
        self.assertTrue(self.action.enabled)
        outlines, report = self.written()
        self.assertEqual([outlines.Modality, report.Modality], ["SEG", "SR"])
        self.assertEqual(outlines.StudyInstanceUID, report.StudyInstanceUID)
        self.assertNotEqual(outlines.StudyInstanceUID, STUDY)
        for made in (outlines, report):
            self.assertEqual(str(made.PatientName), "")
            self.assertEqual(self.database.fileForInstance(made.SOPInstanceUID), "")

    def test_the_study_in_the_database_stays_the_patients_and_gets_both_objects(self):
        self.keepOfDicomCase()
        self.assertEqual(self.patientOfTheStudy(), PATIENT)
        self.exportAndWait()
        self.assertEqual(self.patientOfTheStudy(), PATIENT)
        self.assertEqual(len(self.database.patients()), 1)
        made = {one.Modality: one for one in self.inDatabase()}
        self.assertEqual(set(made), {"SEG", "SR"})
        self.assertEqual({one.StudyInstanceUID for one in made.values()}, {STUDY})
        self.assertEqual({str(one.PatientName) for one in made.values()}, {PATIENT})
        self.assertEqual(made["SEG"].ReferencedSeriesSequence[0].SeriesInstanceUID, SERIES)

    def test_what_names_the_patient_is_left_in_no_folder_but_the_databases(self):
        self.keepOfDicomCase()
        self.exportAndWait()
        left = self.logic.classification._caseFolder.path.rglob("*.dcm")
        self.assertEqual(list(left), [])

    def test_what_names_the_patient_is_left_in_no_folder_when_the_export_fails(self):
        self.keepOfDicomCase()
        archives = []

        def fail(request, _onProgress, _onDone, onError):
            archives.append(Path(request["archive"]))
            archives[0].mkdir()
            (archives[0] / "report.dcm").touch()
            onError("OutputError", "Disk full.", "Tidy.")

        worker = self.logic.classification._worker
        with mock.patch.object(worker, "request", fail), dialogTexts():
            self.panel.dicom.export(str(self.out))
        self.assertFalse(archives[0].exists())

    def test_with_the_patients_name_the_database_gets_what_the_folder_gets(self):
        self.keepOfDicomCase()
        self.ui.keepIdentityCheckBox.checked = True
        self.exportAndWait()
        self.assertIn("DICOM database, with the study of the CT", self.ui.dicomStatusLabel.text)
        for made in self.written():
            self.assertEqual((made.StudyInstanceUID, str(made.PatientName)), (STUDY, PATIENT))
            stored = self.database.fileForInstance(made.SOPInstanceUID)
            self.assertNotEqual(Path(stored), self.out / Path(made.filename).name)
            self.assertEqual(pydicom.dcmread(stored).SeriesInstanceUID, made.SeriesInstanceUID)
        self.assertEqual(self.patientOfTheStudy(), PATIENT)

    def test_a_series_says_in_the_database_what_came_out_and_when(self):
        self.keepOfDicomCase()
        self.exportAndWait()
        for made in self.inDatabase():
            self.assertRegex(made.SeriesDescription, r"research: .*\d{4}-\d\d-\d\d \d\d:\d\d$")

    def test_the_patient_is_named_only_where_the_box_is_checked(self):
        self.keepOfDicomCase()
        self.assertFalse(self.ui.keepIdentityCheckBox.checked)
        asked = []
        self.logic.classification.exportDicom = lambda _node, folder, identity, *_: asked.append(
            identity
        )
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
        self.assertFalse(self.logic.classification.isRunning)
        self.assertTrue(self.action.enabled)
        self.assertTrue(all("Import the series again" in text for text in texts))

    def test_what_goes_wrong_in_the_background_is_told(self):
        self.keepOfDicomCase()

        def fail(_node, _folder, _identity, _outside, _onProgress, _onDone, onError):
            onError("OutputError", "Disk full.", "Tidy.")

        self.logic.classification.exportDicom = fail
        self.panel.dicom.export(str(self.out))
        self.assertIn("Disk full. Tidy.", self.ui.dicomStatusLabel.text)
        self.assertTrue(self.action.enabled)

    def test_what_the_database_does_not_take_is_still_in_the_folder_and_that_is_told(self):
        self.keepOfDicomCase()

        def write(_node, _folder, _identity, _outside, _onProgress, onDone, _onError):
            slicer.app.dicomDatabase().closeDatabase()
            onDone({"files": {}, "archived": {str(self.out / "report.dcm"): "1.2.3.4"}})

        self.logic.classification.exportDicom = write
        self.panel.dicom.export(str(self.out))
        self.assertIn("could not be brought into", self.ui.dicomStatusLabel.text)
        self.assertIn(str(self.out), self.ui.dicomStatusLabel.text)

    def test_another_scene_says_nothing_of_what_was_exported(self):
        self.keepOfDicomCase()
        self.logic.classification.exportDicom = lambda *asked: asked[-2](
            {"files": {}, "archived": {}}
        )
        self.panel.dicom.export(str(self.out))
        self.assertIn("Saved to", self.ui.dicomStatusLabel.text)
        self.panel.setParameterNode(None)
        self.assertEqual(self.ui.dicomStatusLabel.text, "")
        self.assertNotIn(PATIENT, self.ui.dicomStatusLabel.text)
