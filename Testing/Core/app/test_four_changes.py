"""A study with another ring, a third region, a fourth finding and more models, as it is told."""

import json
from pathlib import Path
from types import SimpleNamespace

import pydicom
import pytest
import SimpleITK as sitk
from fixtures.bundles import made_bundle
from fixtures.cases import ball_mask, tissue_ct
from fixtures.dicom_series import write_series
from fixtures.protocols import all_changes
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.bundle.bundle import bundle_info
from ParotidClassifierCore.bundle.store import load_bundle, save_bundle
from ParotidClassifierCore.protocol import ClinicalRecord
from ParotidClassifierCore.protocol.columns import TABLE_COLUMNS
from ParotidClassifierCore.study.manifest import CohortCase
from ParotidClassifierCore.study.outcomes import CaseOutcome, columns_of

PROTOCOL = all_changes()
REGIONS, MODELS = list(PROTOCOL.regions), list(PROTOCOL.models)
FINDINGS = {"symptoms": "without", "margin": "unclear", "lymph_nodes": "without"}
SKIN = "skin_infiltration"


def texts_in(dataset):
    """Return every text of a DICOM object."""
    return {str(element.value) for element in dataset.iterall() if element.VR != "SQ"}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What one prediction of all kinds wrote of a DICOM series: the folder and its contents."""
    folder = tmp_path_factory.mktemp("four")
    bundle, out = folder / "bundle", folder / "out"
    save_bundle(made_bundle("four", PROTOCOL), bundle)
    ct = tissue_ct(size=(56, 50, 16))
    write_series(folder / "ct", ct)
    sitk.WriteImage(ball_mask(ct, 7.0), str(folder / "tumor.nrrd"))
    findings = [f"--clinical={name}={word}" for name, word in {**FINDINGS, SKIN: "with"}.items()]
    files = ["--ct", folder / "ct", "--tumor", folder / "tumor.nrrd", "--bundle", bundle]
    asked = ["predict", *files, *findings, "--report", "--dicom", "--out", out]
    assert main([str(word) for word in asked]) == 0
    return SimpleNamespace(
        out=out,
        bundle=load_bundle(bundle),
        prediction=json.loads((out / "prediction.json").read_text(encoding="utf-8")),
        page=(out / "report.html").read_text(encoding="utf-8"),
        segmentation=pydicom.dcmread(out / "segmentation.dcm"),
        report=texts_in(pydicom.dcmread(out / "report.dcm")),
    )


def test_every_model_has_a_probability(told):
    models = told.prediction["models"]
    assert list(models) == MODELS
    assert all("probability" in said for said in models.values())
    assert told.prediction["headline"] == "Combined"
    assert SKIN in models["Combined"]["contributions"]
    image = models["Tumor+External5_RAD+DL"]["contributions"]
    assert image.keys() < models["Combined"]["contributions"].keys()
    assert SKIN not in models["Clinical+Tumor_RAD"]["contributions"]


def test_the_rings_are_those_of_the_bundle(told):
    inputs = told.prediction["inputs"]
    assert inputs["ring"] == {"width_mm": 3.0, "hu_range": [-100.0, 300.0]}
    assert inputs["External5"] == {"width_mm": 5.0, "hu_range": [-200.0, 400.0]}
    assert not [f for f in told.prediction["findings"] if "ring" in f["code"]]
    told_of_bundle = json.dumps(bundle_info(told.bundle))
    assert all(name in told_of_bundle for name in (*REGIONS, *MODELS, SKIN))


def test_the_report_names_all_of_them(told):
    page = told.page
    assert all(f">{name}<" in page for name in (*REGIONS, *MODELS))
    assert "each of the 18 models" in page
    findings = "symptoms, margin, enlarged lymph nodes"
    assert f"log-odds of Tumor+External5_RAD+DL; {findings} and skin infiltration" in page
    assert "radiomic features of Tumor; symptoms, margin and enlarged lymph nodes" in page
    assert "Skin infiltration" in page
    assert "automatic, 3 mm, -100 to 300 HU" in page
    assert "automatic, 5 mm, -200 to 400 HU" in page
    assert "Dashed lines: ring (3 mm) and External5, the tissue around it." in page


def test_the_dicom_objects_name_all_of_them(told):
    assert [segment.SegmentLabel for segment in told.segmentation.SegmentSequence] == REGIONS
    said = [f"four: {name}" for name in MODELS] + [f"Call of the model {name}" for name in MODELS]
    assert {*said, *REGIONS, "Skin infiltration", f"{SKIN}:with"} <= told.report


def test_the_table_of_a_batch_has_all_of_them(told):
    case = CohortCase("one", Path("ct"), Path("tumor"), None, "test", ClinicalRecord({}))
    table = columns_of([CaseOutcome(case, told.out.name, told.prediction)], PROTOCOL)
    volumes = [table[f"{region}_mm3"] for region in REGIONS]
    assert volumes[0] < volumes[1] < volumes[2]
    assert table[SKIN] == ["with"]
    of_the_study = {*PROTOCOL.clinical, *MODELS, *(f"{region}_mm3" for region in REGIONS)}
    assert {name.partition(":")[0] for name in table} - of_the_study <= TABLE_COLUMNS
    assert [name for name in table if name in MODELS] == MODELS
