"""The command line as a user meets it: files in, files out, exit codes."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.bundles import bundle_with_domain, made_bundle
from fixtures.cases import ball_mask, tissue_ct
from fixtures.interruptible import interrupt, interruptible
from fixtures.regions import EXTERNAL2
from ParotidClassifierCore.app import cli, commands, study_commands
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.bundle.store import save_bundle
from ParotidClassifierCore.case.loading import load_case_folder
from ParotidClassifierCore.imaging.masks import load_mask
from ParotidClassifierCore.models.probabilities import percent
from ParotidClassifierCore.protocol import shen2026

FINDINGS = ("--symptoms", "with", "--margin", "unclear", "--lymph-nodes", "without")


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def files_in(folder):
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def prediction_in(folder):
    return json.loads((folder / "prediction.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def usual(a_case, a_bundle, tmp_path_factory):
    """The folder that one prediction with all findings wrote, on all cores."""
    folder = tmp_path_factory.mktemp("usual") / "out"
    files = ["--ct", str(a_case / "ct.nrrd"), "--tumor", str(a_case / "tumor.nrrd")]
    given = ["--bundle", str(a_bundle), "--out", str(folder), *FINDINGS]
    assert main(["predict", *files, *given]) == 0
    return folder


def test_a_bundle_that_reads_no_image_asks_for_none(capsys, tmp_path):
    clinical = ("predict", "--bundle", "published-clinical", *FINDINGS, "--out", tmp_path)
    (tmp_path / "prediction.json").write_text('{"ring": {"volume_mm3": 1.0}}')
    (tmp_path / "ring.seg.nrrd").write_text("of an earlier case")
    code, out, _ = run(capsys, *clinical)
    assert code == 0
    assert files_in(tmp_path) == ["prediction.json"]
    alone = prediction_in(tmp_path)
    assert alone["inputs"] == {"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"}
    assert alone["models"]["Clinical"]["probability"] == pytest.approx(0.75651, abs=1e-5)
    assert alone["models"]["Combined"]["unavailable"]
    assert "Clinical" in out
    assert "Side" not in out
    (tmp_path / "ring.seg.nrrd").write_text("refined by hand")
    assert run(capsys, *clinical)[0] == 0
    assert files_in(tmp_path) == ["prediction.json", "ring.seg.nrrd"]
    asked = ("--report", "--ring-width", "3", "--acquisition", "1", "--tumor-any-series")
    code, _, error = run(capsys, *clinical, *asked)
    assert code == 2
    assert "no answer to --acquisition, --ring-width, --report, --tumor-any-series" in error
    code, _, error = run(capsys, *clinical, "--jobs", "2")
    assert (code, "--jobs" in error) == (2, True)
    code, _, error = run(capsys, "predict", *FINDINGS, "--out", tmp_path)
    assert code == 2
    assert "A case needs a CT" in error


def test_any_variable_of_the_protocol_is_named_with_clinical(capsys, tmp_path):
    asked = ("predict", "--bundle", "published-clinical", "--out", tmp_path)
    named = ("--clinical", "symptoms=with", "--margin", "unclear", "--clinical", "age_years=61")
    assert run(capsys, *asked, *named)[0] == 0
    inputs = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "unknown"}
    assert prediction_in(tmp_path)["inputs"] == inputs
    for word, told in (
        ("fever=yes", "'fever' is not a clinical variable.\nThe variables are symptoms, margin,"),
        ("sex=none", "value 'none'.\nUse one of 'female', 'male', 'unknown'."),
        ("symptoms=without", "'symptoms' was given twice"),
    ):
        code, _, error = run(capsys, *asked, *named, "--clinical", word)
        assert (code, told in error) == (2 if "twice" in told else 3, True)


@pytest.fixture
def predict(a_case, a_bundle, tmp_path, capsys):
    def predicted(*more, out="out", ct=None, tumor=None, bundle=a_bundle):
        return run(
            capsys, "predict", "--ct", ct or a_case / "ct.nrrd",
            "--tumor", tumor or a_case / "tumor.nrrd", "--bundle", bundle,
            "--out", tmp_path / out, *more,
        )  # fmt: skip

    return predicted


def test_the_figures_of_a_prediction_fit_each_other(usual):
    written = prediction_in(usual)
    assert list(written["models"]) == list(shen2026().models)
    for result in written["models"].values():
        assert 0 < result["probability"] < 1
        assert result["call"] == (
            "malignant" if result["probability"] >= result["threshold"] else "benign"
        )
        total = result["intercept"] + sum(result["contributions"].values())
        assert total == pytest.approx(result["log_odds"])
    ring = load_mask(usual / "ring.seg.nrrd", EXTERNAL2)
    assert sitk.GetArrayFromImage(ring).sum() == written["ring"]["volume_mm3"]


@pytest.mark.parametrize(("alike", "status"), [(0, "outside"), (3, "borderline"), (12, "inside")])
def test_the_voxels_of_the_training_cases_decide_of_those_of_a_case(
    alike, status, predict, tmp_path
):
    spacings = np.tile([0.5, 0.5, 3.0], (60, 1))
    spacings[:alike, :2] = 1.0
    bundle = bundle_with_domain(tmp_path / "bundle", (0.0, 1000.0), spacings)
    code, text, _ = predict(*FINDINGS, bundle=bundle)
    domain = prediction_in(tmp_path / "out")["applicability"]["domain"]
    assert (code, domain["status"]) == (0, status)
    pixels = "ixels of 1 mm, not 0.5 mm" if alike == 0 else "pixels of 1 mm, as few"
    assert (pixels in text) == (status != "inside")


def test_numbers_of_a_case_outside_are_shown_to_who_asks(predict, narrow, tmp_path):
    told = "No answer: this case is unlike the training cases."
    code, text, _ = predict(*FINDINGS, bundle=narrow)
    assert (code, told in text, "%" in text) == (0, True, False)
    assert "Unusual shape of the tumour, brightness of the ring." in text
    written = prediction_in(tmp_path / "out")
    assert written["applicability"]["domain"]["status"] == "outside"
    shown = percent(written["models"]["Combined"]["probability"])
    _, text, _ = predict(*FINDINGS, "--show-outside", bundle=narrow)
    assert told not in text
    assert "not reliable here" in text
    assert f"Model: image + clinical, {shown} probability of malignancy" in text
    again = prediction_in(tmp_path / "out")
    assert again["models"] == written["models"]
    assert again["show_outside"] is True


def test_without_any_finding_the_image_is_judged_alone_or_nothing(predict, capsys, tmp_path):
    code, text, _ = predict()
    written = prediction_in(tmp_path / "out")
    assert (code, written["headline"]) == (0, "Tumor+External2_RAD+DL")
    assert (
        "The model image + clinical gives no probability: symptoms, margin and enlarged lymph nodes"
        in text
    )
    code, text, _ = run(
        capsys, "predict", "--bundle", "published-clinical", "--out", tmp_path / "n"
    )
    assert (code, "%" in text.replace("95 %", "")) == (0, False)
    banner, _, said, *_ = text.splitlines()
    assert banner.startswith("published-clinical: ")
    assert said == "No probability: symptoms, margin and enlarged lymph nodes are unknown."
    assert "answer" not in prediction_in(tmp_path / "n")["models"]["Clinical"]


def test_files_of_an_earlier_answer_do_not_stand_beside_the_next_one(predict, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.pdf").write_text("not ours")
    usual = ["overview.png", "prediction.json", "report.pdf", "ring.seg.nrrd"]
    assert predict(*FINDINGS, "--saliency")[0] == 0
    assert files_in(tmp_path / "out") == [*usual, "saliency.nrrd"]
    assert predict(*FINDINGS)[0] == 0
    assert files_in(tmp_path / "out") == usual


def test_saliency_of_a_bundle_without_a_network_is_refused_and_nothing_written(predict, tmp_path):
    code, _, err = predict(*FINDINGS, "--saliency", bundle="published-clinical")
    assert code == 4
    assert "holds no network" in err
    assert files_in(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("options", "exit_code", "told"),
    [
        (("--second-bundle", "BUNDLE"), 2, "is the first one"),
        (("--second-bundle", "nothing"), 4, "no model bundle at nothing"),
        (("--second-tumor-label", 1), 2, "Give it with --second-tumor."),
        (("--second-tumor", "TUMOR", "--second-tumor-segment", "A"), 2, "--second-tumor-label N"),
        (("--second-tumor", "EMPTY"), 3, "empty"),
        (("--second-tumor", "missing.nrrd"), 3, "missing.nrrd"),
    ],
)
def test_second_opinions_that_cannot_be_given_are_refused_before_anything_is_written(
    predict, a_case, a_bundle, tmp_path, options, exit_code, told
):
    tumor = sitk.ReadImage(str(a_case / "tumor.nrrd"))
    sitk.WriteImage(tumor * 0, str(tmp_path / "empty.nrrd"))
    files = {
        "BUNDLE": a_bundle,
        "TUMOR": a_case / "tumor.nrrd",
        "EMPTY": tmp_path / "empty.nrrd",
    }
    code, _, err = predict(*(files.get(option, option) for option in options))
    assert code == exit_code
    assert told in err
    assert files_in(tmp_path / "out") == []


def test_two_runs_differ_in_nothing_but_their_timings(usual, predict, tmp_path):
    predict(*FINDINGS)
    one, two = prediction_in(usual), prediction_in(tmp_path / "out")
    one.pop("timings_s")
    two.pop("timings_s")
    assert one == two


def test_the_written_ring_given_back_gives_the_same_prediction(usual, predict, tmp_path):
    predict(*FINDINGS, "--ring", usual / "ring.seg.nrrd")
    one, two = prediction_in(usual), prediction_in(tmp_path / "out")
    for name in shen2026().models:
        assert two["models"][name]["probability"] == one["models"][name]["probability"]
    assert "ring_given" in {finding["code"] for finding in two["findings"]}


def test_a_saved_case_is_predicted_like_its_files(usual, a_case, a_bundle, tmp_path, capsys):
    case = tmp_path / "case"
    case.mkdir()
    shutil.copy(a_case / "ct.nrrd", case)
    (case / "clinical.json").write_text(
        json.dumps({"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"})
    )
    shutil.copy(usual / "ring.seg.nrrd", case / "segmentation.seg.nrrd")
    assert load_case_folder(case).rings
    code, printed, _ = run(
        capsys, "predict", "--case", case, "--bundle", a_bundle, "--json", "--out", tmp_path / "a"
    )
    assert code == 0
    assert json.loads(printed)["models"] == prediction_in(usual)["models"]


def test_a_path_that_the_system_does_not_look_at_is_refused_by_its_name(capsys, tmp_path):
    name = tmp_path / ("a" * 300)
    code, _, error = run(capsys, "predict", "--case", name, "--out", tmp_path / "out")
    assert code == 3
    assert f"{name} cannot be reached: " in error


def test_json_goes_to_standard_output_and_errors_too(predict, tmp_path):
    _, out, _ = predict("--json")
    assert json.loads(out)["bundle"]["name"] == "made"
    code, out, _ = predict("--json", ct=tmp_path / "gone.nrrd", out="none")
    assert code == 3
    error = json.loads(out)["error"]
    assert error["kind"] == "UnreadableFileError"
    assert "gone.nrrd" in error["message"]
    assert error["remedy"]


@pytest.mark.parametrize("lacking", ["ct.nrrd", "segmentation.seg.nrrd"])
def test_a_folder_that_is_no_saved_case_is_told_what_one_holds(a_case, tmp_path, capsys, lacking):
    for name, source in (("ct.nrrd", "ct.nrrd"), ("segmentation.seg.nrrd", "tumor.nrrd")):
        shutil.copy(a_case / source, tmp_path / name)
    (tmp_path / lacking).unlink()
    code, _, error = run(capsys, "predict", "--case", tmp_path, "--out", tmp_path / "out")
    problem, remedy = error.splitlines()
    assert (code, problem) == (3, f"{tmp_path} holds no {lacking}.")
    assert "it holds ct.nrrd, segmentation.seg.nrrd and" in remedy


def test_ring_is_drawn_anew_for_a_case_that_has_one(predict, a_case, tmp_path, capsys):
    predict("--ring-width", "4", out="case")
    shutil.copy(a_case / "ct.nrrd", tmp_path / "case")
    (tmp_path / "case" / "ring.seg.nrrd").rename(tmp_path / "case" / "segmentation.seg.nrrd")
    volumes = []
    for width in ("2", "4"):
        _, out, _ = run(
            capsys, "ring", "--case", tmp_path / "case", "--ring-width", width, "--json",
            "--out", tmp_path / width,
        )  # fmt: skip
        volumes.append(json.loads(out)["ring"]["volume_mm3"])
    assert volumes[1] > 1.8 * volumes[0]


@pytest.mark.parametrize(
    "wrong",
    [
        ("predict", "--ct", "a.nrrd", "--tumor", "b.nrrd", "--case", "c", "--out", "x"),
        ("simulate", "--cohort", "3", "--outcome", "benign", "--out", "x"),
        ("predict", "--case", "c", "--tumor-label", "2", "--out", "x"),
        (
            *("predict", "--ct", "a.nrrd", "--tumor", "b.nrrd", "--ring", "b.nrrd"),
            *("--ring-width", "3", "--out", "x"),
        ),
    ],
)
def test_options_that_do_not_go_together_end_with_2(wrong, a_case, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, source in (("a.nrrd", "ct.nrrd"), ("b.nrrd", "tumor.nrrd")):
        shutil.copy(a_case / source, tmp_path / name)
    code, _, told = run(capsys, *wrong)
    assert code == 2
    assert told.strip()
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ("predict", "--margin", "blurry", "--out", "x"),
        ("predict", "--clinical", "margin", "--out", "x"),
        ("simulate", "--seed", "-1", "--out", "x"),
        ("simulate", "--cohort", "none", "--out", "x"),
    ],
)
def test_a_word_outside_its_levels_ends_with_2(wrong, capsys):
    code, out, told = run(capsys, *wrong)
    assert (code, out) == (2, "")
    problem, remedy = told.splitlines()
    assert wrong[1] in problem
    assert remedy == f"See `parotid-classifier {wrong[0]} --help`."


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("dance",),
        ("predict",),
        ("predict", "--case", "x", "--symptoms", "yes", "--out", "o"),
        ("predict", "--no-such-option", "--out", "o"),
        ("bundle", "info", "one", "two"),
    ],
)
def test_a_usage_error_is_one_json_object(wrong, capsys):
    code, out, told = run(capsys, *wrong, "--json")
    assert (code, told) == (2, "")
    error = json.loads(out)["error"]
    assert error["kind"] == "UsageError"
    assert error["message"][0].isupper()
    assert "parotid-classifier" in error["remedy"]


def bad_bundle(a_bundle, folder):
    shutil.copytree(a_bundle, folder)
    with (folder / "models.json").open("a") as models:
        models.write(" ")
    return folder


def mr_like(folder):
    values = np.random.default_rng(0).gamma(2.0, 300.0, (8, 60, 60))
    sitk.WriteImage(sitk.GetImageFromArray(values), str(folder / "mr.nrrd"))
    return folder / "mr.nrrd"


def elsewhere(folder):
    ct = tissue_ct(origin=(5000.0, 0.0, 0.0))
    sitk.WriteImage(ball_mask(ct), str(folder / "elsewhere.nrrd"))
    return folder / "elsewhere.nrrd"


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("mr", 3, "does not look like CT in HU"),
        ("elsewhere", 3, "does not overlap"),
        ("no ring", 3, "No voxel"),
        ("bundle", 4, "models.json"),
    ],
)
def test_unusable_input_ends_with_its_code_and_writes_nothing(
    name, code, words, predict, a_bundle, tmp_path
):
    given = {
        "mr": lambda: predict(ct=mr_like(tmp_path)),
        "elsewhere": lambda: predict(tumor=elsewhere(tmp_path)),
        "no ring": lambda: predict("--hu-range", "2000", "3000"),
        "bundle": lambda: predict(bundle=bad_bundle(a_bundle, tmp_path / "bad")),
    }[name]
    ended, _, told = given()
    assert ended == code
    assert words in told
    assert "Traceback" not in told
    assert files_in(tmp_path / "out") == []


def test_a_feature_that_is_not_finite_ends_with_3_and_is_named(predict, tmp_path):
    ct = tissue_ct((50, 46, 34), (1.0, 1.0, 1.0))
    apart = np.zeros((34, 46, 50), np.uint8)
    apart[14, 20, 20] = apart[17, 24, 25] = 1  # two grey values have no 10th to 90th percentile
    tumor = sitk.GetImageFromArray(apart)
    tumor.CopyInformation(ct)
    for name, image in (("ct", ct), ("tumor", tumor)):
        sitk.WriteImage(image, str(tmp_path / f"{name}.nrrd"))
    made, column = made_bundle(), "Tumor_original_firstorder_RobustMeanAbsoluteDeviation"
    model = made.models["Tumor_RAD"]
    model = replace(model, columns=(column, *model.columns[1:]))
    save_bundle(replace(made, models={**made.models, "Tumor_RAD": model}), tmp_path / "bundle")
    given = {"ct": tmp_path / "ct.nrrd", "tumor": tmp_path / "tumor.nrrd"}
    code, _, told = predict(bundle=tmp_path / "bundle", **given)
    assert (code, f"not finite numbers: {column}" in told) == (3, True), told
    assert files_in(tmp_path / "out") == []


def test_our_own_fault_ends_with_1_and_keeps_the_traceback_in_a_log(predict, monkeypatch, tmp_path):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(commands, "case_of", broken)
    code, _, told = predict()
    assert code == 1
    assert "Traceback" not in told
    assert "a bug" in told
    (path,) = tmp_path.glob("parotid-classifier-*.log")
    assert str(path) in told
    log = path.read_text("utf-8")
    assert "Traceback" in log
    assert "broken" in log


def test_a_gpu_that_is_not_there_is_said_plainly(predict):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    code, _, told = predict("--device", "cuda")
    assert code == 2
    assert "no GPU" in told


def test_ctrl_c_ends_at_once_and_leaves_nothing_half_written(tmp_path):
    command = [
        sys.executable, "-m", "ParotidClassifierCore", "simulate", "--cohort", "200",
        "--out", tmp_path,
    ]  # fmt: skip
    with interruptible(command, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("*/truth.json")) and time.monotonic() < deadline:
            time.sleep(0.05)
        interrupt(process)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped" in told
    assert "Traceback" not in told
    cases = files_in(tmp_path)
    assert cases
    assert "cohort.csv" not in cases
    for case in cases:
        assert files_in(tmp_path / case) == [
            "clinical.json", "ct.nrrd", "segmentation.seg.nrrd", "truth.json",
        ]  # fmt: skip


def test_ctrl_c_that_is_pressed_twice_interrupts_once(monkeypatch, capsys):
    tidied = []

    def work(_options):
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            tidied.append(True)

    monkeypatch.setattr(study_commands, "simulate", work)
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code, _, told = run(capsys, "simulate", "--out", "x")
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
            tidied.append("and the process ends undisturbed")
    finally:
        signal.signal(signal.SIGINT, usual)
    assert (code, tidied) == (130, [True, "and the process ends undisturbed"])
    assert told.startswith("Stopped.")


def test_ctrl_c_is_heard_again_where_a_library_swallows_it(monkeypatch, capsys):
    heard = []

    def work(_options):
        for _ in range(2):
            monkeypatch.setattr(cli, "_PUT_RIGHT_SECONDS", 0.0)
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
                heard.append(False)
            heard.append(True)
        raise KeyboardInterrupt

    monkeypatch.setattr(study_commands, "simulate", work)
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(capsys, "simulate", "--out", "x")
    finally:
        signal.signal(signal.SIGINT, usual)
    assert heard == [True, True]


@pytest.mark.parametrize("wrong", ["features", "cohort"])
def test_a_folder_is_not_taken_for_a_file_to_write(wrong, tmp_path, capsys):
    (tmp_path / "a.csv").touch()
    table = ("features", "--cohort", tmp_path / "a.csv")
    more = {"features": ("--case", tmp_path), "cohort": table}[wrong]
    code, _, told = run(capsys, wrong, *more, "--out", tmp_path)
    assert code == 3
    assert told.startswith(f"{tmp_path} is a folder")
    assert "room" not in told


def test_a_file_of_ones_own_that_a_prediction_names_stays(usual, predict, tmp_path):
    out = shutil.copytree(usual, tmp_path / "out")
    written = prediction_in(out)
    (out / "thesis.docx").write_text("mine")
    (out / "report.pdf").write_text("of an earlier case")
    written["more_files"] = ["thesis.docx", "report.pdf"]
    (out / "prediction.json").write_text(json.dumps(written))
    assert predict(*FINDINGS)[0] == 0
    assert (out / "thesis.docx").read_text() == "mine"
    assert not (out / "report.pdf").exists()


def test_a_case_whose_path_is_not_utf_8_is_classified(a_case, a_bundle, usual, tmp_path):
    place = tmp_path / os.fsdecode(b"\xe4\xff")
    shutil.copytree(a_case, place / "case")
    files = [place / "case" / name for name in ("ct.nrrd", "tumor.nrrd")]
    command = [
        sys.executable, "-m", "ParotidClassifierCore", "predict", "--ct", files[0],
        "--tumor", files[1], "--bundle", a_bundle, "--out", place / "out", *FINDINGS,
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\udce4\udcff/out" in done.stdout
    assert prediction_in(place / "out")["models"] == prediction_in(usual)["models"]


def features_of(capsys, case, out, *more):
    files = ("--ct", case / "ct.nrrd", "--tumor", case / "tumor.nrrd")
    code, told, _ = run(capsys, "features", *files, "--out", out, *more)
    assert code == 0
    return told, out.read_text("utf-8-sig").splitlines()


def test_both_engines_stand_side_by_side(capsys, a_case, tmp_path):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    both = ("--radiomics-engine", "both")
    told, lines = features_of(capsys, a_case, tmp_path / "both.csv", *both)
    assert lines[0] == "feature,built-in,pyradiomics,relative difference"
    assert len(lines) == 1 + 2 * 1874
    assert "of 3748 values differ" in told
    _, one = features_of(capsys, a_case, tmp_path / "one.csv")
    name, tumor, _ = one[1].split(",")
    assert lines[1].split(",")[:2] == [f"Tumor_{name}", tumor]
    told, _ = features_of(capsys, a_case, tmp_path / "both.csv", *both, "--json")
    assert json.loads(told)["radiomics engine"].startswith("built-in 1 and pyradiomics ")


def test_a_result_names_its_engine(capsys, a_case, a_bundle, tmp_path, monkeypatch):
    files = ("--ct", a_case / "ct.nrrd", "--tumor", a_case / "tumor.nrrd", "--bundle", a_bundle)
    ask = ("predict", *files, *FINDINGS, "--out", tmp_path, "--radiomics-engine")
    assert run(capsys, *ask, "built-in")[0] == 0
    named = prediction_in(tmp_path)
    assert named["software"]["radiomics engine"] == "built-in 1"
    monkeypatch.setitem(sys.modules, "radiomics", None)
    code, _, error = run(capsys, *ask, "pyradiomics")
    assert code != 0
    assert "radiomics, which cannot be imported" in error


def test_pyradiomics_answers_alike(capsys, a_case, a_bundle, tmp_path):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    files = ("--ct", a_case / "ct.nrrd", "--tumor", a_case / "tumor.nrrd", "--bundle", a_bundle)
    answers = []
    for engine in ("built-in", "pyradiomics"):
        out = tmp_path / engine
        ask = ("predict", *files, *FINDINGS, "--out", out, "--radiomics-engine", engine)
        assert run(capsys, *ask)[0] == 0
        answers.append(prediction_in(out))
    first, second = answers
    assert second["software"]["radiomics engine"].startswith("pyradiomics ")
    for name, model in first["models"].items():
        assert second["models"][name].get("probability") == pytest.approx(
            model.get("probability"), abs=1e-9
        )
