"""Self tests of what the DICOM headers of a CT say of it."""

import html
from pathlib import Path

import slicer
from MadeScene import addCt, addOutline
from MadeSeries import PATIENT, SERIES, importHeaders, openDatabaseFor
from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.case.loading import load_case_folder
from ParotidClassifierLib.Background.CaseFolder import CaseFolder
from ParotidClassifierLib.Panels.CasePanel import CasePanel
from ShownPanel import ShownPanel
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import folderFor

VENOUS = {"SeriesDescription": "neck venous", "KVP": "80", "ContrastBolusAgent": "Ultravist"}
SAID = "The series description says 'venous'"


class HeadersTest(ShownPanel, ScriptedLoadableModuleTest):
    """A CT that came from Slicer's DICOM database tells how it was made."""

    panelClass = CasePanel

    def setUp(self):
        super().setUp()
        self.folder = folderFor(self)
        openDatabaseFor(self, self.folder)
        self.parameterNode.ct = addCt()

    def importSeries(self, change=None, **tags):
        importHeaders(self.parameterNode.ct, self.folder, change, **tags)

    def refused(self):
        """Return why the CT is refused."""
        findings = self.logic.findings.of(self.parameterNode)
        self.assertEqual([finding.severity.value for finding in findings], ["error"])
        with self.assertRaises(ParotidClassifierError) as refusal:
            self.logic.classification.classify(self.parameterNode, None, None, None)
        self.assertIn(str(refusal.exception), findings[0].message)
        return findings[0].message

    def findings(self):
        self.panel.onFindingsLink("passed")
        return html.unescape(self.panel.ui.findingsLabel.text)

    def test_the_panel_shows_what_is_unlike_the_study(self):
        self.importSeries(**VENOUS)
        shown = self.findings()
        self.assertIn(SAID, shown)
        self.assertIn("80 kV", shown)
        self.assertIn("Contrast agent: Ultravist.", shown)
        self.assertNotIn(PATIENT, shown)

    def test_a_ct_that_names_no_contrast_agent_is_told(self):
        self.importSeries()
        self.assertIn("The headers name no contrast agent", self.findings())

    def test_what_a_single_slice_says_is_told(self):
        def lossy(content, number):
            content.LossyImageCompression = "01" if number == 11 else "00"

        self.importSeries(lossy)
        self.assertIn("The CT was compressed with loss", self.findings())

    def test_a_slice_that_does_not_say_its_hu_is_refused_by_name(self):
        def plain(content, number):
            if number == 11:
                del content.RescaleSlope, content.RescaleIntercept

        self.importSeries(plain, RescaleSlope=1, RescaleIntercept=-1024)
        reason = self.refused()
        self.assertIn("011.dcm has no RescaleSlope and no RescaleInt", reason)

    def test_values_that_were_read_turned_round_are_refused(self):
        self.importSeries(PhotometricInterpretation="MONOCHROME1")
        self.assertIn("of Enhanced CT is stored as MONOCHROME1", self.refused())

    def test_a_missing_slice_is_refused_and_does_not_come_back_by_a_transform(self):
        def apart(content, number):
            content.ImagePositionPatient[2] += 2 * (number > 11)

        self.importSeries(apart)
        self.assertIn("1 slice of Enhanced CT is missing", self.refused())
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        self.parameterNode.ct.SetAndObserveTransformNodeID(transform.GetID())
        self.assertIn("1 slice of Enhanced CT is missing", self.refused())

    def test_slices_that_were_straightened_are_no_reason_to_refuse(self):
        def tilted(content, number):
            content.ImagePositionPatient[1] += number

        self.importSeries(tilted)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Upright")
        self.parameterNode.ct.SetAndObserveTransformNodeID(transform.GetID())
        self.assertIn("lies under the transform Upright", self.refused())
        self.parameterNode.ct.HardenTransform()
        self.assertIn("70 × 60 × 24", self.findings())

    def test_a_plain_ct_is_refused_likewise(self):
        self.importSeries(PhotometricInterpretation="MONOCHROME1")
        self.parameterNode.plainCt = self.parameterNode.ct
        self.parameterNode.ct = addCt("Another")
        self.assertIn("of Enhanced CT is stored as MONOCHROME1", self.findings())

    def test_without_a_database_nothing_is_said_of_headers(self):
        self.importSeries(**VENOUS)
        slicer.app.dicomDatabase().closeDatabase()
        self.assertNotIn(SAID, self.findings())

    def test_headers_that_went_away_are_no_obstacle(self):
        self.importSeries(**VENOUS)
        for path in Path(self.folder).glob("*.dcm"):
            path.unlink()
        shown = self.findings()
        self.assertNotIn(SAID, shown)
        self.assertIn("70 × 60 × 24", shown)

    def test_another_ct_has_its_own_headers(self):
        self.importSeries(**VENOUS)
        self.assertIn(SAID, self.findings())
        self.parameterNode.ct = addCt("Another")
        self.assertNotIn(SAID, self.findings())

    def test_a_saved_case_keeps_the_series_and_not_the_patient(self):
        self.importSeries(**VENOUS)
        outline = addOutline(self.parameterNode.ct)
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        folder = Path(self.folder) / "case"
        self.logic.classification.saveCase(self.parameterNode, str(folder))
        source = load_case_folder(folder).source
        self.assertEqual(source.series_uid, SERIES)
        self.assertEqual(source.acquisition.kvp, 80.0)
        self.assertEqual(source, self.logic.sceneCase.source(self.parameterNode))
        for path in folder.iterdir():
            self.assertNotIn(PATIENT.encode(), path.read_bytes())

    def test_the_background_process_is_told_of_the_series_and_of_its_end(self):
        self.importSeries(**VENOUS)
        self.logic.adoptOutline(self.parameterNode, addOutline(self.parameterNode.ct), "Tumor")
        ct = self.logic.sceneCase.ct(self.parameterNode)
        drawn = self.logic.ringFollower.drawn
        source = self.logic.sceneCase.source(self.parameterNode)
        caseFolder = CaseFolder()
        try:
            path = caseFolder.write(ct, drawn, False, source)
            self.assertEqual(load_case_folder(path).source, source)
            caseFolder.write(ct, drawn, False, None)
            self.assertIsNone(load_case_folder(path).source)
        finally:
            caseFolder.remove()
