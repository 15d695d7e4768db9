"""Every output is the one that was written before: Testing/Golden holds the texts.

Only the command line and the worker's lines are used, so that all else may be moved. After an
intended change: PAROTID_CLASSIFIER_GOLDEN=write writes the texts anew; look at their difference.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.real_data import REAL_DATA, needs_real_data
from golden import check, difference, json_text, texts_in, told
from matplotlib.figure import Figure

TESTING = Path(__file__).resolve().parents[1]
FINDINGS = ("--symptoms", "without", "--margin", "unclear", "--lymph-nodes", "without")
COMMANDS = (
    "predict", "ring", "features", "simulate", "cohort", "cohort check", "cohort features",
    "train", "evaluate", "bundle", "bundle info", "bundle verify", "bundle published-clinical",
    "demo",
)  # fmt: skip
# One epoch of a network magnifies what processors round differently.
TRAINED_CLOSE, CLOSE = 1e-3, 1e-6


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Folder with a simulated case, outlines of it that were edited, and a small cohort."""
    folder = tmp_path_factory.mktemp("inputs")
    told("simulate", "--seed", 5, "--out", folder / "case")
    tumor = sitk.ReadImage(str(folder / "case" / "segmentation.seg.nrrd"))
    ring = sitk.GetArrayFromImage(sitk.BinaryDilate(tumor, (4, 4, 1)) - tumor)
    ring[:, :, : int(np.argwhere(ring)[:, 2].mean())] = 0
    both = sitk.GetImageFromArray(sitk.GetArrayFromImage(tumor) + 2 * ring)
    both.CopyInformation(tumor)
    told_apart = {"ID": "ring", "Name": "External2", "LabelValue": "2", "Layer": "0"}
    words = {key: tumor.GetMetaData(key) for key in tumor.GetMetaDataKeys()}
    for key, value in (words | {f"Segment1_{k}": v for k, v in told_apart.items()}).items():
        both.SetMetaData(key, value)
    shutil.copytree(folder / "case", folder / "refined")
    sitk.WriteImage(both, str(folder / "refined" / "segmentation.seg.nrrd"))
    sitk.WriteImage(sitk.BinaryErode(tumor, (1, 1, 0)), str(folder / "second.nrrd"))
    sitk.WriteImage(tumor * 0, str(folder / "empty.nrrd"))
    small_cohort(folder)
    return folder


def small_cohort(folder):
    """Write 18 balls in textured tissue, every second one malignant, and one that is empty."""
    rows = ["case_id,ct,tumor,outcome,split,simulated,symptoms,margin,lymph_nodes,age_years,sex"]
    z, y, x = np.indices((20, 60, 60))
    for i in range(18):
        rng, malignant = np.random.default_rng(i), i % 2
        noise = sitk.GetImageFromArray(rng.standard_normal(z.shape))
        ct = 50 + 200 * sitk.GetArrayFromImage(sitk.DiscreteGaussian(noise, (2.0, 2.0, 0.5)))
        ball = np.hypot(np.hypot(x - 29.5, y - 29.5), 3 * (z - 9.5)) <= 6 + i % 3
        ct[ball] += rng.integers(0, 60, ball.sum()) + rng.integers(-20, 20) + 20 * malignant
        ct[:, :5] = -1000
        for name, values in (("ct", np.rint(ct).astype("i2")), ("tumor", ball.astype("u1"))):
            image = sitk.GetImageFromArray(values)
            image.SetSpacing((1.0, 1.0, 3.0))
            sitk.WriteImage(image, str(folder / f"{name}{i}.nrrd"))
        rows.append(
            f"case{i},ct{i}.nrrd,tumor{i}.nrrd,{'malignant' if malignant else 'benign'},"
            f"{'train' if i < 12 else 'test'},yes,{'with' if i % 3 else 'without'},"
            f"{'unclear' if i % 4 == 1 else 'clear'},{'with' if i % 5 == 1 else 'without'},"
            f"{40 + i},{'male' if i % 7 else 'female'}"
        )
    sitk.WriteImage(image * 0, str(folder / "tumor-empty.nrrd"))
    bad = "broken,ct17.nrrd,tumor-empty.nrrd,benign,train,yes,with,clear,without,50,male"
    (folder / "cohort.csv").write_text("\n".join([*rows, bad]) + "\n")
    (folder / "batch.csv").write_text("\n".join([*rows[:3], bad]) + "\n")


@pytest.fixture
def golden(request, inputs, tmp_path, monkeypatch):
    """Compares terminal texts, and the files under "out", with those of the test's name."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    def compare(*said, close=CLOSE):
        case = request.node.name.removeprefix("test_")
        texts = texts_in(tmp_path / "out") | {"terminal.txt": "".join(said)}
        places = {"inputs": inputs, "here": tmp_path, "testing": TESTING, "data": REAL_DATA}
        check(case, texts, places, close)

    return compare


@pytest.mark.parametrize(
    ("now", "told_of"),
    [("a 0.5000000001 b", False), ("a 0.50001 b", True), ("c 0.5 b", True), ("a 0.50 b", True)],
)
def test_a_changed_word_or_number_is_shown(now, told_of):
    assert bool(difference("demo/terminal.txt", "x\na 0.5 b", f"x\n{now}", CLOSE)) == told_of


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="argparse breaks lines otherwise on other Pythons"
)
def test_help(golden):
    golden(told("--help"), *(told(*command.split(), "--help") for command in COMMANDS))


def test_errors(inputs, golden):
    ct, tumor = inputs / "case" / "ct.nrrd", inputs / "case" / "segmentation.seg.nrrd"
    asked = (
        ("--ct", ct),
        ("--ct", ct, "--tumor", inputs / "missing.nrrd"),
        ("--ct", ct, "--tumor", inputs / "empty.nrrd"),
        ("--ct", ct, "--tumor", tumor, "--tumor-segment", "Ring"),
        ("--ct", ct, "--tumor", tumor, "--ring-width", 0),
        ("--ct", ct, "--tumor", tumor, "--hu-range", 400, -200),
        ("--ct", ct, "--tumor", tumor, "--dicom"),
        ("--ct", ct, "--tumor", tumor, "--bundle", "nothing"),
        ("--ct", ct, "--tumor", tumor, "--second-bundle", "simulated-demo"),
        ("--ct", ct, "--tumor", tumor, "--ring", inputs / "refined", "--ring-width", 3),
        ("--case", inputs / "case", "--ct", ct),
        ("--case", inputs),
        ("--bundle", "published-clinical", "--report"),
    )
    golden(*(told("predict", *options, "--json", "--out", "no") for options in asked))


def test_simulate(golden):
    golden(
        told("simulate", "--outcome", "benign", "--seed", 8, "--out", "out/one"),
        told("simulate", "--cohort", 1, "--seed", 4, "--jobs", 1, "--out", "out/cohort", "--json"),
    )


def test_demo(golden):
    labels = ("--case-label", "Case A", "--prepared-by", "A. Reader")
    golden(told("demo", "--report", *labels, "--out", "out"))


@needs_real_data
def test_dicom(golden):
    place = REAL_DATA / "real_ct" / "STS_019_dicom"
    golden(
        told("predict", "--ct", place / "image", "--tumor", place / "mask", *FINDINGS, "--dicom",
             "--report", "--second-bundle", "published-clinical", "--out", "out")
    )  # fmt: skip


def test_unknown_findings(inputs, golden):
    ct, tumor = inputs / "case" / "ct.nrrd", inputs / "case" / "segmentation.seg.nrrd"
    more = ("--saliency", "--stability", "--json", "--out", "out")
    golden(told("predict", "--ct", ct, "--tumor", tumor, *more))


def test_refined_ring_and_second_reader(inputs, golden):
    case, outlines = inputs / "case", inputs / "refined" / "segmentation.seg.nrrd"
    second = ("--second-tumor", inputs / "second.nrrd", "--second-tumor-label", 1)
    asked = (*second, "--second-bundle", "published-clinical", "--report")
    shown = ("--ct", case / "ct.nrrd", "--tumor", outlines, "--ring", outlines, *FINDINGS)
    drawn = ("--case", case, "--ring-width", 3, "--hu-range", -150, 300)
    golden(
        told("ring", *drawn, "--out", "out/ring"),
        told("predict", *drawn, "--out", "out/drawn"),
        told("predict", "--case", inputs / "refined", *asked, "--out", "out/stored"),
        told("predict", *shown, "--out", "out/given"),
    )


def test_published_clinical(golden):
    clinical = ("predict", "--bundle", "published-clinical")
    golden(
        told(*clinical, *FINDINGS, "--out", "out/known"),
        told(*clinical, "--margin", "clear", "--json", "--out", "out/unknown"),
        told("bundle", "published-clinical", "--out", "out/bundle"),
    )


def test_bundles(golden):
    oldest = next(TESTING.rglob("schema-1-bundle"))
    golden(
        *(
            told("bundle", action, bundle, *form)
            for bundle in ("simulated-demo", "published-clinical", oldest)
            for action in ("info", "verify")
            for form in ((), ("--json",))
        )
    )


def test_features(inputs, golden):
    golden(told("features", "--case", inputs / "case", "--out", "out/features.csv"))


def test_batch(inputs, golden):
    table = ("--cohort", inputs / "batch.csv", "--jobs", 1)
    golden(
        told("cohort", "check", *table),
        told("cohort", "check", *table, "--json"),
        told("predict", *table, "--out", "out"),
    )


def test_training(inputs, golden, monkeypatch):
    pytest.importorskip("torch", reason="PyTorch, which trains networks, is not installed")
    save = Figure.savefig

    def coarse(figure, file, **options):
        """Draw a PDF, whose words are compared, and no more of a picture than its size."""
        if options.get("format") == "svg":
            file.write(b"<svg/>")
        else:
            save(figure, file, **options | {"dpi": 10})

    monkeypatch.setattr(Figure, "savefig", coarse)
    cohort = ("--cohort", inputs / "cohort.csv", "--jobs", 1, "--cache", "cache")
    golden(
        told("cohort", "features", *cohort, "--out", "out/features.parquet"),
        told("train", *cohort, "--name", "tiny", "--epochs", 1, "--bootstraps", 20, "--force",
             "--out", "out/bundle", "--report", "out/report"),
        told("bundle", "info", "out/bundle"),
        told("evaluate", "--bundle", "out/bundle", *cohort, "--bootstraps", 20, "--json", "--out",
             "out/evaluation"),
        close=TRAINED_CLOSE,
    )  # fmt: skip


def test_worker(inputs, golden, tmp_path):
    (tmp_path / "out").mkdir()
    case = {"case": str(inputs / "case"), "bundle": "simulated-demo"}
    ring = {"ring": {"width_mm": 3.0, "hu_range": [-150.0, 300.0]}}
    requests = (
        {"command": "warm", "bundle": "simulated-demo"},
        {"command": "predict", **case},
        {"command": "predict", **case, **ring, "clinical": {"margin": "clear"}},
        {"command": "stability", **case, "count": 3, "seed": 1},
        {"command": "saliency", **case, "out": str(tmp_path / "out" / "saliency.nrrd")},
        {"command": "features", **case, "out": str(tmp_path / "features.csv")},
        {"command": "second_opinion", **case, "second_bundle": "published-clinical"},
        {"command": "predict", **case, "ring": 3},
        {"command": "predict", **case, "clinical": {"margin": "unsharp"}},
        {"command": "predict", **case | {"bundle": "nothing"}},
        {"command": "dance"},
    )
    with subprocess.Popen(
        [sys.executable, "-m", "ParotidClassifierCore.app.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        events = [process.stdout.readline()]
        for number, request in enumerate(requests):
            process.stdin.write(json.dumps({"id": number, **request}) + "\n")
            process.stdin.flush()
            while (event := json.loads(process.stdout.readline()))["event"] == "progress":
                assert 0 <= event["fraction"] <= 1
            events.append(json.dumps(event))
        process.stdin.close()
    golden(*(json_text(event) + "\n" for event in events))
