"""A small study end to end: cohort table → bundle and report → evaluation → prediction."""

import contextlib
import io
import json
import shutil
import sys

import pandas as pd
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask, tissue_ct
from fixtures.cohorts import add_row, write_cohort
from fixtures.undrawn import coarse_figures, undrawn_figures
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.models.answers import SEEN
from ParotidClassifierCore.protocol import shen2026

pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")

CASES, TRAINING = 26, 20


@pytest.fixture(scope="module")
def a_cohort(tmp_path_factory):
    """Path of a table of 26 made cases, and one that cannot be used."""
    folder = tmp_path_factory.mktemp("cohort")
    table = write_cohort(folder, CASES, TRAINING)
    shutil.copy(folder / "ct0.nrrd", folder / "ct-broken.nrrd")
    sitk.WriteImage(ball_mask(tissue_ct()) * 0, str(folder / "empty.nrrd"))
    add_row(table, "broken,ct-broken.nrrd,empty.nrrd,benign,train,yes,with,clear,without,50,male")
    return table


def told(*arguments):
    """Run a command with --json; return its exit code and what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main([*map(str, arguments), "--json"])
    return code, json.loads(printed.getvalue())


def trained(cohort, folder, *more, jobs=1):
    return told(
        "train", "--cohort", cohort, "--name", "tiny", "--epochs", 1, "--jobs", jobs,
        "--bootstraps", 20, "--out", folder / "bundle", "--report", folder / "report", *more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def a_training(a_cohort, tmp_path_factory):
    """What `train` printed, and the folder with its bundle and report."""
    folder = tmp_path_factory.mktemp("trained")
    with coarse_figures():
        code, result = trained(a_cohort, folder, "--steadiness", 2)
    assert code == 0, result
    return result, folder


@pytest.fixture
def undrawn():
    """Reports without their figures: they are drawn for the training."""
    with undrawn_figures():
        yield


@pytest.fixture(scope="module")
def training_table(a_training):
    """The probabilities that the training wrote, by case."""
    return pd.read_parquet(a_training[1] / "report" / "predictions.parquet").set_index("case_id")


def test_a_trained_bundle_holds_all_models_and_what_it_learnt_from(a_training):
    result, folder = a_training
    bundle = load_bundle(folder / "bundle")
    assert list(bundle.models) == list(shen2026().models)
    assert result["hash"] == bundle.bundle_hash
    assert (bundle.cohort.cases, bundle.cohort.malignant) == (TRAINING, TRAINING // 2)
    assert len(bundle.cohort.fingerprints) == TRAINING
    assert bundle.refits.count == 200
    assert set(bundle.refits.coefficients) == set(shen2026().models)
    assert f"{TRAINING} training cases are too few" in bundle.reference.domain.absent
    no_domain = bundle.reference.domain.lacking
    assert no_domain in result["notes"]
    assert f"- {no_domain}" in bundle.model_card
    assert set(bundle.reference.voxel_mm["slice"]) == {3.0}


def test_a_case_that_cannot_be_used_is_reported_and_stops_nothing(a_training, training_table):
    result, _ = a_training
    assert list(result["failures"]) == ["broken"]
    assert "is empty" in result["failures"]["broken"]
    for shared in (a_training[1] / "report").rglob("*.*"):
        if shared.suffix in (".html", ".csv", ".json", ".md"):
            assert str(a_training[1].parent) not in shared.read_text("utf-8")
    assert len(training_table) == CASES


@pytest.mark.parametrize("number", [3, CASES - 1])
def test_predict_gives_the_probability_that_the_training_table_has(
    number, a_training, a_cohort, training_table, tmp_path
):
    words = pd.read_csv(a_cohort).set_index("case_id").loc[f"case{number}"]
    code, result = told(
        "predict", "--ct", a_cohort.with_name(f"ct{number}.nrrd"),
        "--tumor", a_cohort.with_name(f"tumor{number}.nrrd"), "--symptoms", words["symptoms"],
        "--margin", words["margin"], "--lymph-nodes", words["lymph_nodes"],
        "--bundle", a_training[1] / "bundle", "--out", tmp_path,
    )  # fmt: skip
    assert code == 0
    row = training_table.loc[f"case{number}"]
    for name in shen2026().models:
        assert result["models"][name]["probability"] == pytest.approx(row[name], abs=1e-6)
        low, high = result["models"][name]["interval"]
        assert 0 <= low <= high <= 1  # equal where the classes are apart in one value


def test_evaluate_finds_what_train_found(a_training, a_cohort, tmp_path, undrawn):
    result, folder = a_training
    code, again = told(
        "evaluate", "--bundle", folder / "bundle", "--cohort", a_cohort, "--jobs", 1,
        "--bootstraps", 20, "--steadiness", 2, "--out", tmp_path / "report",
    )  # fmt: skip
    assert code == 0
    assert again["test_figures"] == result["test_figures"]
    assert (tmp_path / "report" / "report.html").exists()
    found = json.loads((tmp_path / "report" / "results.json").read_text("utf-8"))
    before = json.loads((folder / "report" / "results.json").read_text("utf-8"))
    answers = found["evaluation"]["test"]["models"]["Clinical"]["answers"]
    assert answers == before["evaluation"]["test"]["models"]["Clinical"]["answers"]
    assert answers["all"]["cases"] == CASES - TRAINING
    assert found["steadiness"] == before["steadiness"]
    assert found["steadiness"]["cases"] == 2
    assert before["evaluation"]["out_of_fold"]["models"]["Clinical"]["answers"]


def test_evaluate_refuses_test_cases_that_the_bundle_learnt_from(a_training, a_cohort, tmp_path):
    table = pd.read_csv(a_cohort).drop(columns="split")
    table[table["case_id"] != "broken"].to_csv(a_cohort.with_name("all.csv"), index=False)
    code, result = told(
        "evaluate", "--bundle", a_training[1] / "bundle", "--cohort",
        a_cohort.with_name("all.csv"), "--cache", a_cohort.with_name("cohort.cache"),
        "--out", tmp_path / "report",
    )  # fmt: skip
    assert code == 3
    assert "case0" in result["error"]["message"]
    assert not (tmp_path / "report").exists()


def test_the_same_seed_gives_the_same_bundle_in_two_processes(
    a_training, a_cohort, tmp_path, undrawn
):
    result, folder = a_training
    code, again = trained(a_cohort, tmp_path, jobs=2)
    assert code == 0
    assert again["test_figures"] == result["test_figures"]
    for name in ("models.json", "network.safetensors", "reference.json", "refits.json"):
        first, second = (place / "bundle" / name for place in (folder, tmp_path))
        assert first.read_bytes() == second.read_bytes()


def test_a_protocol_decides_what_is_trained(a_cohort, tmp_path, undrawn):
    (tmp_path / "ours.yaml").write_text(
        """name: ours
regions: {Tumor: {}, External2: {ring: {width_mm: 2, hu_range: [-200, 400]}}}
clinical:
  margin: {label: Margin, levels: {clear: Clear, unclear: Unclear}, malignant: unclear,
           column: margin_unclear}
models:
  Tumor_RAD: {radiomics: [Tumor]}
  Both: {clinical: [margin], log_odds: [Tumor_RAD]}
headline: [Both]
"""
    )
    code, result = trained(a_cohort, tmp_path, "--protocol", tmp_path / "ours.yaml")
    assert code == 0, result
    bundle = load_bundle(tmp_path / "bundle")
    assert (bundle.protocol.name, list(bundle.models)) == ("ours", ["Tumor_RAD", "Both"])
    assert bundle.network is None
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "Both reached an AUC" in page
    assert "Combined" not in page
    code, told_of_one = told(
        "predict", "--ct", a_cohort.with_name("ct22.nrrd"), "--margin", "clear",
        "--tumor", a_cohort.with_name("tumor22.nrrd"),
        "--bundle", tmp_path / "bundle", "--out", tmp_path / "one",
    )  # fmt: skip
    assert code == 0, told_of_one
    assert told_of_one["bundle"]["protocol"] == "ours"
    assert set(told_of_one["models"]) == {"Tumor_RAD", "Both"}


def test_the_paper_stacking_predicts_what_it_trained(a_cohort, tmp_path, undrawn):
    code, _ = trained(a_cohort, tmp_path, "--stacking", "paper")
    assert code == 0
    assert load_bundle(tmp_path / "bundle").stacking == "paper"
    table = pd.read_parquet(tmp_path / "report" / "predictions.parquet").set_index("case_id")
    code, result = told(
        "predict", "--ct", a_cohort.with_name("ct22.nrrd"),
        "--tumor", a_cohort.with_name("tumor22.nrrd"),
        "--bundle", tmp_path / "bundle", "--out", tmp_path / "one",
    )  # fmt: skip
    assert code == 0
    for name in ("Tumor_RAD+DL", "Tumor+External2_RAD+DL"):
        assert result["models"][name]["probability"] == pytest.approx(
            table.loc["case22", name], abs=1e-6
        )
        assert result["models"][name]["no_answer"] == SEEN
    assert "answer" in result["models"]["Tumor_DL"]


def test_a_cohort_with_too_few_of_a_class_is_refused_before_the_work(a_cohort, tmp_path):
    table = pd.read_csv(a_cohort)
    benign = table[(table["outcome"] == "benign") & (table["case_id"] != "broken")]
    benign.head(2).to_csv(a_cohort.with_name("one.csv"), index=False)
    code, result = trained(a_cohort.with_name("one.csv"), tmp_path)
    assert code == 3
    assert "0 malignant and 2 benign" in result["error"]["message"]
    assert list(tmp_path.iterdir()) == []
    assert not a_cohort.with_name("one.cache").exists()


def test_train_says_at_once_that_there_is_no_gpu(a_cohort, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    code, result = trained(a_cohort, tmp_path, "--device", "cuda")
    assert code == 2
    assert result["error"]["kind"] == "DeviceUnavailableError"
    assert list(tmp_path.iterdir()) == []


def test_without_pytorch_no_training_begins(a_cohort, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    code, result = trained(a_cohort, tmp_path)
    assert code == 2
    assert result["error"]["kind"] == "MissingPackageError"
    assert 'pip install ".[study]"' in result["error"]["remedy"]
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_is_interrupted_leaves_no_bundle(a_cohort, tmp_path, monkeypatch):
    from ParotidClassifierCore.models import training

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "fit_models", interrupted)
    code, result = trained(a_cohort, tmp_path)
    assert code == 130
    assert result["error"]["kind"] == "Interrupted"
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_learnt_from_none_of_the_cases_is_tested_on_all(a_cohort, tmp_path, undrawn):
    code, result = told(
        "evaluate", "--bundle", "published-clinical", "--cohort", a_cohort, "--jobs", 1,
        "--bootstraps", 20, "--out", tmp_path / "report",
    )  # fmt: skip
    assert code == 0
    assert result["test_figures"]["Clinical"]["cases"] == CASES + 1
    # It reads no image, so nobody can tell whether it learnt from them.
    assert any("they are judged with the test cases" in note for note in result["notes"])
    assert any("could not be checked" in note for note in result["notes"])
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "on the test cases" in page
    for never in ("Stacked as in the paper", "Youden", "models that learnt from them"):
        assert never not in page


def test_a_report_cannot_lie_in_a_bundle(a_training, a_cohort, tmp_path):
    bundle = a_training[1] / "bundle"
    before = {path.name: path.read_bytes() for path in bundle.iterdir()}
    code, result = told("evaluate", "--bundle", bundle, "--cohort", a_cohort, "--out", bundle)
    assert code == 3
    assert "holds a model bundle" in result["error"]["message"]
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == before
    code, result = trained(a_cohort, tmp_path, "--report", tmp_path / "bundle")
    assert code == 2
    assert "both bundle and report" in result["error"]["message"]
