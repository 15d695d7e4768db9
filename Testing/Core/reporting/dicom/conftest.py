from dataclasses import replace
from types import SimpleNamespace

import pydicom
import pytest
from fixtures.cases import ball_mask, tissue_ct
from fixtures.dicom_series import write_series
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.case.ct import load_sourced_ct
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.answer_files import write_answer
from ParotidClassifierCore.reporting.answering import Asked, answer
from ParotidClassifierCore.reporting.dicom.source_headers import read_source_headers

FINDINGS = {"symptoms": "without", "margin": "unclear", "lymph_nodes": "without"}
INTERVAL = (0.0625, 0.9375)


@pytest.fixture(scope="session")
def dicom_case(tmp_path_factory):
    """Return a case whose CT lies in a DICOM series of 16 slices."""
    folder = tmp_path_factory.mktemp("series") / "ct"
    made = tissue_ct(size=(56, 50, 16))
    ct, source = load_sourced_ct(write_series(folder, made))
    return Case(ct, ball_mask(made, 7.0), {}, shen2026().record(FINDINGS), source)


@pytest.fixture(scope="session")
def answered(dicom_case, a_bundle):
    """Return the answer to it, Combined with an interval and every model with a probability."""
    found = answer(dicom_case, load_bundle(a_bundle), Asked(dicom=True))
    models = dict(found.prediction.models)
    models["Combined"] = replace(models["Combined"], interval=INTERVAL)
    return replace(found, prediction=replace(found.prediction, models=models))


@pytest.fixture(scope="session")
def written(answered, tmp_path_factory):
    """Return the folder of the answer, and its two DICOM objects as pydicom reads them."""
    folder = tmp_path_factory.mktemp("answer")
    write_answer(folder, answered)
    return _read(folder)


@pytest.fixture(scope="session")
def named(answered, tmp_path_factory):
    """Return the same where the patient may be named."""
    folder = tmp_path_factory.mktemp("named")
    sources = read_source_headers(answered.case, keep_identity=True)
    write_answer(folder, replace(answered, dicom_sources=sources))
    return _read(folder)


def _read(folder):
    return SimpleNamespace(
        folder=folder,
        segmentation=pydicom.dcmread(folder / "segmentation.dcm"),
        report=pydicom.dcmread(folder / "report.dcm"),
    )
