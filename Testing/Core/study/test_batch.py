"""Many cases at once: every case as it would be alone, and one bad case stops nothing."""

import csv
import dataclasses
import errno
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date

import pandas as pd
import pytest
import SimpleITK as sitk
from fixtures.bundles import made_bundle
from fixtures.cohorts import add_row, write_cohort
from fixtures.interruptible import interruptible
from fixtures.regions import TUMOR, ring_settings
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base import temporary
from ParotidClassifierCore.base.errors import CohortError, MissingPackageError, OutputError
from ParotidClassifierCore.base.parallel import Machines
from ParotidClassifierCore.bundle.store import load_bundle, save_bundle
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.imaging.masks import load_mask
from ParotidClassifierCore.models.domain import DomainResult, DomainStatus
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting import answer_files
from ParotidClassifierCore.reporting.answering import Asked
from ParotidClassifierCore.reporting.case.labels import ReportLabels
from ParotidClassifierCore.study import one_case
from ParotidClassifierCore.study.batch import predict_cases
from ParotidClassifierCore.study.manifest import read_manifest
from ParotidClassifierCore.study.outcomes import CaseOutcome, cases_page, columns_of
from ParotidClassifierCore.study.reading import content_hash

FILES = ["origin.json", "overview.png", "prediction.json", "ring.seg.nrrd", "thumbnail.jpg"]


@pytest.fixture(scope="module")
def bundle(a_bundle):
    return load_bundle(a_bundle)


@pytest.fixture(scope="module")
def classified(bundle, tmp_path_factory):
    """Folder with a table of three cases and a fourth that is none, classified into out."""
    folder = tmp_path_factory.mktemp("many")
    table = write_cohort(folder, 3, 0)
    (folder / "notes.nrrd").write_text("no image")
    add_row(table, "<b>bad</b>,ct0.nrrd,notes.nrrd,,test,yes,with,clear,with,40,male")
    return folder, run(folder, bundle)


@pytest.fixture
def again(classified, tmp_path):
    """The same folder, to be changed."""
    shutil.copytree(classified[0], tmp_path / "many")
    return tmp_path / "many"


def run(folder, bundle, asked=Asked(), machines=Machines()):  # noqa: B008  frozen
    cases = read_manifest(folder / "cohort.csv", outcomes_needed=False)
    return predict_cases(cases, bundle, asked, machines, folder / "out", "cohort")


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def rows_of(folder):
    with (folder / "out" / "predictions.csv").open(encoding="utf-8-sig") as file:
        return {row["case_id"]: row for row in csv.DictReader(file)}


def usable(rows):
    return {name: row for name, row in rows.items() if name != "<b>bad</b>"}


def sums_in(folder):
    out = folder / "out"
    sums = [out / name for name in ("index.html", "predictions.csv", "predictions.parquet")]
    return {path.name: path.read_bytes() for path in sums if path.exists()}


def change_table(folder, before, after):
    table = folder / "cohort.csv"
    text = table.read_text()
    assert before in text
    table.write_text(text.replace(before, after))


def computed(monkeypatch):
    """Note the sizes of the cases that are put through the models from now on."""
    seen = []
    usual = one_case.answer

    def noted(case, *more, **others):
        seen.append(int(sitk.GetArrayViewFromImage(case.tumor).sum()))
        return usual(case, *more, **others)

    monkeypatch.setattr(one_case, "answer", noted)
    return seen


def test_every_case_gets_the_files_and_the_probabilities_that_it_gets_alone(classified, bundle):
    folder, _ = classified
    rows = rows_of(folder)
    for row in read_manifest(folder / "cohort.csv", outcomes_needed=False)[:3]:
        place = folder / "out" / "cases" / row.case_id
        assert names_in(place) == FILES
        case = Case(load_ct(row.ct), load_mask(row.tumor, TUMOR), record=row.record)
        alone = Session(case, bundle).predict()
        told = rows[row.case_id]
        for name in shen2026().models:
            assert float(told[name]) == alone.models[name].probability
            assert told[f"{name}:call"] == alone.models[name].call
        assert told["headline_model"] == "Combined"
        assert float(told["probability"]) == alone.models["Combined"].probability
        assert told["margin"] == row.record["margin"]
        assert (told["side"], told["tumor_outline"]) == (alone.side, "label 1")
        assert "demonstration, not for clinical use" in told["note"]


def test_a_case_that_cannot_be_used_stands_in_table_text_and_page_with_its_reason(classified):
    folder, result = classified
    row = rows_of(folder)["<b>bad</b>"]
    assert row["status"] == "failed"
    assert "notes.nrrd" in row["error"]
    assert row["probability"] == row["Combined"] == ""
    assert "notes.nrrd" in result.data["failures"]["<b>bad</b>"]
    assert "3 of 4 cases classified" in result.text
    assert "`parotid-classifier evaluate` judges" in result.text
    page = (folder / "out" / "index.html").read_text("utf-8")
    assert page.index("notes.nrrd") < page.index("case0")
    assert "<b>bad" not in page


def test_what_others_get_names_no_folder_of_the_cases(classified):
    folder, result = classified
    assert str(folder) in result.data["failures"]["<b>bad</b>"]
    tables = rows_of(folder)["<b>bad</b>"], pd.read_parquet(folder / "out" / "predictions.parquet")
    for shared in (*map(str, tables), (folder / "out" / "index.html").read_text("utf-8")):
        assert str(folder) not in shared
    assert tables[0]["error"].startswith("notes.nrrd ")


def test_the_page_needs_nothing_else_and_its_links_lead_somewhere(classified):
    folder, _ = classified
    page = (folder / "out" / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) == 1 + 3 * 3
    assert all((folder / "out" / link).is_file() for link in links)
    sources = re.findall(r'src="([^"]{0,40})', page)
    assert len(sources) == 3
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert page.count("demonstration, not for clinical use") >= 3


def test_what_is_done_is_not_computed_again(again, bundle, monkeypatch):
    before = rows_of(again)
    seen = computed(monkeypatch)
    result = run(again, bundle)
    assert seen == []
    assert result.data["by_an_earlier_run"] == 3
    assert "3 of them by an earlier run" in result.text
    assert usable(rows_of(again)) == usable(before)


def test_a_case_whose_image_or_findings_changed_is_computed_again_and_no_other(
    again, bundle, monkeypatch
):
    seen = computed(monkeypatch)
    before = rows_of(again)
    ct = sitk.ReadImage(str(again / "ct1.nrrd"))
    sitk.WriteImage(ct + 5, str(again / "ct1.nrrd"))
    assert run(again, bundle).data["by_an_earlier_run"] == 2
    change_table(again, "case2,ct2.nrrd,tumor2.nrrd,benign,test,yes,with",
                 "case2,ct2.nrrd,tumor2.nrrd,benign,test,yes,without")  # fmt: skip
    assert run(again, bundle).data["by_an_earlier_run"] == 2
    assert len(seen) == 2
    after = rows_of(again)
    changed = [n for n in after if after[n]["Combined"] != before[n]["Combined"]]
    assert changed == ["case1", "case2"]


def test_other_settings_are_another_question(again, bundle, monkeypatch):
    seen = computed(monkeypatch)
    run(again, bundle, Asked(ring_settings(3.0)))
    assert len(seen) == 3


def test_the_day_on_a_report_alone_is_no_other_question_but_its_words_are(classified, bundle):
    case = read_manifest(classified[0] / "cohort.csv", outcomes_needed=False)[0]

    named = one_case.NamedBundle.of(bundle)

    def key(*labels):
        asked = Asked(report=ReportLabels(*labels) if labels else None)
        return one_case.CaseWork(case, classified[0], named, None, asked).key()

    first, second = date(2026, 3, 1), date(2026, 3, 2)
    assert key(first) == key(second)
    assert len({key(), key(first), key(first, "", "Radiology")}) == 3


def test_what_a_killed_run_has_left_is_removed_though_no_case_is_computed(again, bundle):
    half = again / "out" / "cases" / f".unfinished-{temporary._MACHINE}-12345678"
    (half / "new" / "case1").mkdir(parents=True)
    for name in ("held", "new/case1/overview.png"):
        (half / name).write_text("half")
    assert run(again, bundle).data["by_an_earlier_run"] == 3
    assert not half.exists()


@pytest.mark.parametrize(
    ("name", "edited"),
    [("prediction.json", None), ("prediction.json", "{"), ("thumbnail.jpg", None)],
)
def test_a_case_whose_files_changed_is_computed_again(again, bundle, name, edited):
    place = again / "out" / "cases" / "case1"
    before = (place / "prediction.json").read_text(encoding="utf-8")
    (place / name).unlink() if edited is None else (place / name).write_text(edited)
    assert run(again, bundle).data["by_an_earlier_run"] == 2
    assert names_in(place) == FILES
    after = (place / "prediction.json").read_text(encoding="utf-8")
    assert json.loads(after)["models"] == json.loads(before)["models"]


def test_what_was_left_unfinished_in_the_folder_of_a_case_is_no_file_of_ones_own(again, bundle):
    left = again / "out" / "cases" / "case1" / ".unfinished-0123ab-01234567"
    left.mkdir()
    assert run(again, bundle).data["by_an_earlier_run"] == 3
    (again / "ct1.nrrd").write_text("damaged")
    run(again, bundle)
    assert not left.exists()


def test_a_file_of_ones_own_in_the_folder_of_a_case_is_not_removed(again, bundle):
    mine = again / "out" / "cases" / "case1" / "notes.txt"
    mine.write_text("mine")
    (again / "ct1.nrrd").write_text("damaged")
    with pytest.raises(OutputError, match=r"case1 holds 'notes\.txt', which .* would be removed"):
        run(again, bundle)
    assert mine.read_text() == "mine"


def test_table_and_page_are_written_together_or_not_at_all(again, bundle, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    before = sums_in(again)
    with pytest.raises(OutputError, match="No space left"):
        run(again, bundle)
    assert sums_in(again) == before, "no case was computed anew: they still hold"
    change_table(again, "unclear", "clear")
    with pytest.raises(OutputError, match="No space left"):
        run(again, bundle)
    assert sums_in(again) == {}


def test_a_package_that_is_missing_costs_no_earlier_answer(again, bundle, monkeypatch):
    change_table(again, "unclear", "clear")
    before = {p: p.read_bytes() for p in (again / "out").rglob("*") if p.is_file()}
    monkeypatch.setitem(sys.modules, "pywt", None)
    monkeypatch.setattr(one_case, "answer", lambda *_, **__: importlib.import_module("pywt"))
    with pytest.raises(MissingPackageError, match="pywt"):
        run(again, bundle)
    assert before == {p: p.read_bytes() for p in (again / "out").rglob("*") if p.is_file()}


def test_what_is_our_fault_costs_no_earlier_answer(again, bundle, monkeypatch):
    change_table(again, "unclear", "clear")
    before = names_in(again / "out" / "cases" / "case1")
    monkeypatch.setattr(one_case, "answer", lambda *_, **__: 1 / 0)
    run(again, bundle)
    assert names_in(again / "out" / "cases" / "case1") == before


def test_a_case_that_fails_now_leaves_nothing_of_what_it_said_before(again, bundle):
    (again / "ct1.nrrd").write_text("damaged")
    result = run(again, bundle)
    assert set(result.data["failures"]) == {"case1", "<b>bad</b>"}
    assert not (again / "out" / "cases" / "case1").exists()
    assert rows_of(again)["case1"]["Combined"] == ""


def test_where_no_case_can_be_used_the_page_says_why_and_the_run_failed(again, bundle):
    for number in range(3):
        (again / f"ct{number}.nrrd").write_text("damaged")
    with pytest.raises(CohortError, match=r"No case could be classified:\n  case0"):
        run(again, bundle)
    assert "0 of 4 cases classified" in (again / "out" / "index.html").read_text("utf-8")


def test_results_of_another_bundle_are_left_alone(again, tmp_path):
    other = dataclasses.replace(made_bundle(), intended_use="Other tests.")
    save_bundle(other, tmp_path / "other")
    before = {p: p.read_bytes() for p in (again / "out").rglob("*") if p.is_file()}
    with pytest.raises(OutputError, match="results of another bundle"):
        run(again, load_bundle(tmp_path / "other"))
    assert before == {p: p.read_bytes() for p in (again / "out").rglob("*") if p.is_file()}


def test_a_folder_that_is_no_result_is_not_replaced(again, bundle):
    shutil.rmtree(again / "out")
    (again / "out" / "cases" / "case1").mkdir(parents=True)
    (again / "out" / "cases" / "case1" / "ct.nrrd").write_text("mine")
    with pytest.raises(OutputError, match="it would be replaced"):
        run(again, bundle)
    assert (again / "out" / "cases" / "case1" / "ct.nrrd").read_text() == "mine"
    assert not (again / "out" / "run.json").exists()


def test_a_full_disk_in_the_middle_leaves_whole_cases_which_the_next_run_keeps(
    again, bundle, monkeypatch
):
    shutil.rmtree(again / "out")
    usual, left = answer_files.save_outlines, [1]

    def full_after_one(*arguments):
        if not left.pop() if left else True:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        usual(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(answer_files, "save_outlines", full_after_one)
        with pytest.raises(OutputError, match="No space left"):
            run(again, bundle)
    cases = again / "out" / "cases"
    assert names_in(cases) == ["case0"]
    assert names_in(cases / "case0") == FILES
    assert run(again, bundle).data["by_an_earlier_run"] == 1


@pytest.mark.parametrize("show_outside", [False, True])
def test_of_a_case_outside_the_table_has_no_number_unless_asked(classified, bundle, show_outside):
    folder, _ = classified
    row = read_manifest(folder / "cohort.csv", outcomes_needed=False)[0]
    path = folder / "out" / "cases" / row.case_id
    written = json.loads((path / "prediction.json").read_text("utf-8"))
    domain = DomainResult(DomainStatus.OUTSIDE, ("slices of 9 mm",), 120, 0, {"voxels": 9.0})
    written["applicability"]["domain"] = domain.as_dict()
    outcome = CaseOutcome(row, f"out/cases/{row.case_id}", written | {"show_outside": show_outside})
    table = columns_of([outcome], bundle.protocol)
    told = [table[name][0] for name in ("status", "domain", "domain_reasons")]
    assert told == ["outside", "outside", "slices of 9 mm"]
    numbers = [
        f"{before}{what}" for before in ("", "Combined:") for what in ("low", "call", "answer")
    ]
    values = [table[name][0] for name in ("probability", "Combined", "Clinical", *numbers)]
    assert any(value is not None for value in values) == show_outside
    page = cases_page(folder, [outcome], bundle, "cohort")
    assert "<strong>No answer</strong>" in page
    assert ('class="bar"' in page) == show_outside
    assert ("not reliable here" in page) == show_outside
    assert "lices of 9 mm" in page
    assert "0 of 1 case classified, 1 unlike the training cases" in page
    assert "no warning" not in page


def test_a_case_outside_is_counted_as_such_though_its_numbers_are_shown(again, bundle):
    path = again / "out" / "cases" / "case0" / "prediction.json"
    written = json.loads(path.read_text("utf-8"))
    domain = DomainResult(DomainStatus.OUTSIDE, ("slices of 9 mm",), 120, 0, {"voxels": 9.0})
    written["applicability"]["domain"] = domain.as_dict()
    path.write_text(json.dumps(written | {"show_outside": True}), "utf-8")
    origin = json.loads(path.with_name("origin.json").read_text("utf-8"))
    changed = json.dumps(origin | {"answer": content_hash(path)})
    path.with_name("origin.json").write_text(changed, "utf-8")
    result = run(again, bundle)
    assert (result.data["classified"], result.data["outside"]) == (2, 1)
    assert "2 of 4 cases classified, 1 unlike the training cases: " in result.text
    counts = re.findall(r"(\d) (?:malignant|benign|indeterminate)\b", result.text)
    assert sum(map(int, counts)) == 2
    assert "2 of 4 cases classified, 1 unlike" in (again / "out/index.html").read_text("utf-8")


def test_a_second_reader_and_a_second_bundle_are_compared_case_by_case(again, bundle):
    change_table(again, "case_id,ct,tumor", "case_id,second_reader,ct,tumor")
    change_table(again, "case0,", "case0,tumor1.nrrd,")
    for name in ("case1", "case2", "<b>bad</b>"):
        change_table(again, f"{name},", f"{name},,")
    from ParotidClassifierCore.bundle.shipped import find_bundle

    second = load_bundle(find_bundle("published-clinical"))
    run(again, bundle, Asked(second_bundle=second))
    rows = rows_of(again)
    assert 0.3 < float(rows["case0"]["second_reader_dice"]) < 1
    assert rows["case0"]["second_reader_domain"] == "unknown"
    assert rows["case1"]["second_reader_dice"] == rows["case1"]["second_reader_domain"] == ""
    assert rows["case2"]["second_bundle_model"] == "Clinical"
    written = json.loads((again / "out/cases/case2/prediction.json").read_text("utf-8"))
    probability = written["second_opinion"]["models"]["Clinical"]["probability"]
    assert float(rows["case2"]["second_bundle_probability"]) == probability
    page = (again / "out" / "index.html").read_text("utf-8")
    assert page.count("Both call it") + page.count("The two disagree") == 3
    banner = second.banner
    assert rows["case2"]["second_bundle_note"] == banner
    assert page.count(banner) == 3
    assert "Dice" in page


def test_a_run_that_is_killed_goes_on_where_it_was_and_two_jobs_say_what_one_says(
    again, classified, bundle
):
    shutil.rmtree(again / "out")
    command = [sys.executable, "-m", "ParotidClassifierCore", "predict", "--cohort",
               str(again / "cohort.csv"), "--bundle", str(bundle.path),
               "--out", str(again / "out"), "--jobs", "2"]  # fmt: skip
    cases = again / "out" / "cases"
    process = interruptible(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not any(cases.glob("case*")) and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = [path for path in cases.iterdir() if not path.name.startswith(".")]
    assert done
    assert all(names_in(path) == FILES for path in done)
    assert not (again / "out" / "index.html").exists()
    made = {path: (path / "prediction.json").stat().st_mtime_ns for path in done}
    assert run(again, bundle).data["by_an_earlier_run"] == len(done)
    assert made == {path: (path / "prediction.json").stat().st_mtime_ns for path in done}
    assert usable(rows_of(again)) == usable(rows_of(classified[0]))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--cohort", "TABLE", "--ct", "a.nrrd", "--tumor-label", "1"), "--ct, --tumor-label"),
        (("--cohort", "TABLE", "--margin", "clear"), "--margin one case"),
        (("--jobs", "2", "--ct", "a.nrrd", "--tumor", "b.nrrd"), "Give their table as --cohort."),
        (("--cohort", "TABLE", "--second-bundle", "BUNDLE"), "is the first one"),
    ],
)
def test_options_of_one_case_and_of_many_do_not_go_together(
    classified, a_bundle, tmp_path, capsys, options, told
):
    places = {"TABLE": str(classified[0] / "cohort.csv"), "BUNDLE": str(a_bundle)}
    chosen = [places.get(option, option) for option in options]
    out = tmp_path / "out"
    assert main(["predict", *chosen, "--bundle", str(a_bundle), "--out", str(out)]) == 2
    assert told in capsys.readouterr().err
    assert not out.exists()


def test_what_is_wrong_with_the_table_is_listed_at_once_and_no_outcome_is_needed(
    classified, a_bundle, tmp_path, capsys
):
    table = tmp_path / "cases.csv"
    ct = classified[0] / "ct0.nrrd"
    tumor = classified[0] / "tumor0.nrrd"
    rows = ["case_id,ct,tumor", f"a,{ct},missing.nrrd", f"b,{ct},{tumor}", "b,,x.nrrd"]
    table.write_text("\n".join(rows))
    command = ["predict", "--cohort", str(table), "--bundle", str(a_bundle)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 3
    told = capsys.readouterr().err
    assert "row 2, column tumor: missing.nrrd does not exist" in told
    assert "row 4, column case_id: 'b' occurs in row 3 already" in told
    assert "row 4, column ct: it is empty" in told
    assert "row 3" not in told.replace("occurs in row 3", "")
    table.write_text("case_id,ct\na,b\n")
    assert main([*command, "--out", str(tmp_path / "out")]) == 3
    assert "has no column tumor;" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
