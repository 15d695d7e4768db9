"""Which versions a number depends on: those of what was used, and of nothing else."""

import dataclasses

import pytest
from ParotidClassifierCore.base import versions
from ParotidClassifierCore.bundle.published_clinical import published_clinical_bundle
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.prediction import predict
from ParotidClassifierCore.prediction.predict import software_of
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.protocol import ClinicalRecord
from ParotidClassifierCore.reporting.answering import Asked
from ParotidClassifierCore.study.manifest import CohortCase
from ParotidClassifierCore.study.one_case import CaseWork, NamedBundle

ALWAYS = ["ParotidClassifierCore", "python", "numpy", "scipy", "SimpleITK", "PyWavelets"]


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(default_bundle())


@pytest.fixture
def a_gpu(monkeypatch):
    """As on a machine that has one."""
    monkeypatch.setattr(predict, "choose_device", lambda name: "cpu" if name == "cpu" else "cuda")


def test_a_bundle_that_reads_the_image_names_its_engine(shipped):
    found = software_of(shipped, training=True)
    assert sorted(found) == sorted([*ALWAYS, "radiomics engine", "torch"])
    assert found["radiomics engine"] == "built-in 1"
    assert "not installed" not in found.values()


@pytest.mark.parametrize("training", [False, True])
def test_what_reads_findings_alone_has_no_engine_and_no_device(training):
    found = software_of(published_clinical_bundle(), device="cuda", training=training)
    assert sorted(found) == sorted(ALWAYS)


def test_pytorch_is_named_where_it_computes(shipped, a_gpu):
    assert "torch" not in software_of(shipped)
    assert "torch" in software_of(shipped, device="auto")
    assert "torch" in software_of(shipped, training=True)
    without = dataclasses.replace(shipped, network=None)
    assert "torch" not in software_of(without, device="auto")
    assert "torch" not in software_of(without, training=True)


def test_a_bundle_without_a_network_asks_for_no_device(bundle, case):
    models = {"Tumor_RAD": bundle.models["Tumor_RAD"]}
    without = dataclasses.replace(bundle, network=None, models=models)
    assert "torch" not in Session(case, without, device="no such device").predict().software


def test_a_kept_case_is_known_by_the_pytorch_of_a_gpu(shipped, a_gpu, monkeypatch, tmp_path):
    file = tmp_path / "ct.nrrd"
    file.write_bytes(b"voxels")
    case = CohortCase("a", file, file, False, "test", ClinicalRecord())

    def keys(torch):
        monkeypatch.setattr(versions, "_version", lambda name: torch if name == "torch" else "1")
        asked = (Asked(device=device) for device in ("cpu", "auto"))
        return [CaseWork(case, tmp_path, NamedBundle.of(shipped), None, a).key() for a in asked]

    before, after = keys("2.5"), keys("2.6")
    assert before[0] == after[0]
    assert before[1] != after[1]
