"""From a cohort table to a bundle to a prediction, on small made cases."""

import json

import numpy as np
import pytest
import SimpleITK as sitk
from made_cases import ball_mask, tissue_ct
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.masks import load_mask
from ParotidClassifierCore.case.volumes import load_ct
from ParotidClassifierCore.cli import main
from ParotidClassifierCore.cohort.extraction import extract_cohort, perturbation_agreement
from ParotidClassifierCore.cohort.manifest import read_manifest
from ParotidClassifierCore.errors import CohortError
from ParotidClassifierCore.models.bundle_store import load_bundle
from ParotidClassifierCore.models.names import ELEVEN_MODELS
from ParotidClassifierCore.predict import predict
from ParotidClassifierCore.ring import RingSettings

CASES = 26  # of them 22 to train on, 11 of each class


def write_case(folder, number, malignant):
    ct = tissue_ct(size=(64, 64, 22), seed=number)
    tumor = ball_mask(ct, 6.0 + number % 3)
    values = sitk.GetArrayFromImage(ct)
    inside = sitk.GetArrayFromImage(tumor) != 0
    rng = np.random.default_rng(1000 + number)
    values[inside] += rng.integers(0, 70 if malignant else 25, inside.sum()).astype(np.int16)
    image = sitk.GetImageFromArray(values)
    image.CopyInformation(ct)
    sitk.WriteImage(image, str(folder / f"ct{number}.nrrd"))
    sitk.WriteImage(tumor, str(folder / f"tumor{number}.nrrd"))


@pytest.fixture(scope="module")
def a_cohort(tmp_path_factory):
    """Path of a table of made cases; one of them cannot be used."""
    folder = tmp_path_factory.mktemp("cohort")
    rows = ["case_id,ct,tumor,outcome,split,simulated,symptoms,margin,lymph_nodes"]
    for number in range(CASES):
        malignant = number % 2 == 1
        write_case(folder, number, malignant)
        rows.append(
            f"case{number},ct{number}.nrrd,tumor{number}.nrrd,"
            f"{'malignant' if malignant else 'benign'},{'test' if number >= 22 else 'train'},yes,"
            f"{'with' if number % 3 else 'without'},{'unclear' if number % 4 == 1 else 'clear'},"
            f"{'with' if number % 5 == 1 else 'without'}"
        )
    sitk.WriteImage(ball_mask(tissue_ct()) * 0, str(folder / "empty.nrrd"))
    rows.append("broken,ct0.nrrd,empty.nrrd,benign,train,yes,with,clear,without")
    (folder / "cohort.csv").write_text("\n".join(rows) + "\n")
    return folder / "cohort.csv"


@pytest.fixture(scope="module")
def a_training(a_cohort, tmp_path_factory):
    """What `train` printed, and the folder of the bundle it wrote."""
    import contextlib
    import io

    folder = tmp_path_factory.mktemp("trained") / "bundle"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(
            ["train", "--cohort", str(a_cohort), "--name", "tiny", "--epochs", "1",
             "--jobs", "2", "--json", "--out", str(folder)]
        )  # fmt: skip
    assert code == 0
    return json.loads(printed.getvalue()), folder


def test_train_writes_a_bundle_with_all_eleven_models(a_training):
    report, folder = a_training
    bundle = load_bundle(folder)
    assert tuple(bundle.models) == ELEVEN_MODELS
    assert report["hash"] == bundle.bundle_hash
    assert bundle.is_demonstration
    assert (bundle.cohort.cases, bundle.cohort.malignant) == (22, 11)
    assert "simulated" in bundle.model_card


def test_a_case_that_cannot_be_used_is_reported_and_stops_nothing(a_training):
    report, _ = a_training
    assert list(report["failures"]) == ["broken"]
    assert "is empty" in report["failures"]["broken"]


def test_prediction_runs_what_training_ran(a_training, a_cohort):
    """Classifying the test cases one by one gives the figures that training found for them."""
    _, folder = a_training
    bundle = load_bundle(folder)
    tested = [case for case in read_manifest(a_cohort) if case.split == "test"]
    results = [
        predict(Case(load_ct(c.ct), load_mask(c.tumor, "Tumor"), record=c.record), bundle)[1].models
        for c in tested
    ]
    malignant = np.array([case.malignant for case in tested])
    for name in ELEVEN_MODELS:
        scores = np.array([result[name].probability for result in results])
        called = np.array([result[name].call == "malignant" for result in results])
        pairs = scores[malignant][:, None] - scores[~malignant][None, :]
        auc = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
        figures = bundle.test_figures[name]
        assert figures["auc"] == pytest.approx(auc, abs=1e-12)
        assert figures["sensitivity"] == pytest.approx(called[malignant].mean())
        assert figures["specificity"] == pytest.approx((~called[~malignant]).mean())


def test_features_that_another_outline_changes_agree_less(a_cohort):
    cases = [case for case in read_manifest(a_cohort) if case.case_id != "broken"][:6]
    features = extract_cohort(cases, RingSettings(), jobs=2)
    agreement = perturbation_agreement(features, RingSettings(), seed=0, jobs=2)
    by_column = dict(zip(features.columns, agreement, strict=True))
    assert by_column["Tumor_original_shape_MeshVolume"] > 0.8
    assert (
        by_column["Tumor_original_shape_MeshVolume"]
        > by_column["Tumor_original_firstorder_Minimum"]
    )
    again = perturbation_agreement(features, RingSettings(), seed=0, jobs=1)
    assert np.array_equal(agreement, again, equal_nan=True)


def test_a_cohort_with_too_few_of_a_class_is_refused_before_the_work(a_cohort, tmp_path, capsys):
    text = a_cohort.read_text().splitlines()
    benign = [text[0], *[row for row in text if ",benign,train" in row and "broken" not in row][:2]]
    one = a_cohort.with_name("one.csv")
    one.write_text("\n".join(benign) + "\n")
    code = main(["train", "--cohort", str(one), "--name", "x", "--out", str(tmp_path / "x")])
    assert code == 3
    assert "0 malignant and 2 benign" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_cohort_without_any_usable_case_is_refused(a_cohort):
    broken = [case for case in read_manifest(a_cohort) if case.case_id == "broken"]
    with pytest.raises(CohortError, match="No case of the cohort could be used"):
        extract_cohort(broken, RingSettings())
