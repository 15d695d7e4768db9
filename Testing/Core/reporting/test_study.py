import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from fixtures.studies import made_evaluation, made_study
from fixtures.undrawn import undrawn_figures
from ParotidClassifierCore.base.errors import OutputError
from ParotidClassifierCore.reporting import study_report
from ParotidClassifierCore.reporting.figures import canvas
from ParotidClassifierCore.reporting.study_report import write_report
from ParotidClassifierCore.statistics.results import CaseFlow, Evaluation
from PIL import Image

BANNER = "simulated CT, demonstration, not for clinical use"
HOSTILE = "<img src=x onerror=alert(1)>"
FLOW = CaseFlow(0, {}, (0, 0), (0, 0), (0, 0))
NOTHING = Evaluation(None, None, None, None, None, None, FLOW, bootstraps=5, seed=0)


class Page(HTMLParser):
    """Tags with their attributes, ids, and the text that is read."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.ids, self.text = [], set(), ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.ids.add(attributes.get("id"))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def a_report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "out"
    told = []
    study = made_study(cohort_name=HOSTILE)
    cases = pd.DataFrame({"case_id": ["a", "é"], "Clinical": [0.25, np.nan]})
    cases = dict.fromkeys(("cases.parquet", "cases.csv"), cases)
    write_report(study, folder, cases, lambda share, step: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0
    return folder


@pytest.fixture(scope="module")
def a_page(a_report):
    return Page(a_report / "report.html")


@pytest.fixture(scope="module")
def an_evaluated_report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated")
    evaluation = replace(made_evaluation(), training=None, out_of_fold=None)
    with undrawn_figures():
        write_report(made_study(trained=False, evaluation=evaluation), folder)
    return folder


@pytest.fixture
def undrawn():
    with undrawn_figures():
        yield


def table(folder, name):
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_page_needs_nothing_from_elsewhere(a_report, a_page):
    for name in ("report.html", "checklist.html"):
        page = Page(a_report / name)
        assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "form"}
        sources = [a["src"] for _, a in page.tags if "src" in a]
        assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
        targets = [a["href"] for _, a in page.tags if "href" in a]
        assert not [t for t in targets if re.match(r"\w+:|//", t)]
        assert "url(" not in (a_report / name).read_text(encoding="utf-8")
    pictures = list((a_report / "figures").glob("*.png"))
    assert sum(tag == "img" for tag, _ in a_page.tags) == len(pictures)


def test_every_link_leads_somewhere(a_report):
    pages = {name: Page(a_report / name) for name in ("report.html", "checklist.html")}
    for name, page in pages.items():
        for target in (a["href"] for _, a in page.tags if "href" in a):
            file, _, anchor = target.partition("#")
            assert (a_report / (file or name)).is_file(), target
            assert not anchor or anchor in pages[file or name].ids, target


def test_what_the_bundle_is_not_for_stands_on_top_and_beside_every_probability(a_report, a_page):
    notes = [tag for tag, a in a_page.tags if a.get("class") == "banner"]
    assert len(notes) == 1
    beside = sum(a.get("class") == "beside" for _, a in a_page.tags)
    assert beside == len({"summary", "performance", "roc", "calibration", "decision", "confusion",
                          "nomogram"})  # fmt: skip
    assert a_page.text.count(BANNER) >= 1 + beside
    assert BANNER in Page(a_report / "checklist.html").text


def test_names_of_a_user_are_texts_and_never_tags(a_report, a_page):
    for name in ("report.html", "checklist.html"):
        raw = (a_report / name).read_text(encoding="utf-8")
        assert "&lt;img src=x onerror=alert(1)&gt;" in raw
        assert "<img src=x" not in raw
        assert "<script" not in raw
    assert "<script>alert(1)</script>" in a_page.text


def test_every_figure_is_a_picture_and_a_pdf_with_something_on_it(a_report):
    pictures = sorted((a_report / "figures").glob("*.png"))
    assert len(pictures) >= 17
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.width >= 5 * 300
            shades = np.asarray(picture.convert("L").reduce(4))
        assert 0.005 < (shades < 230).mean() < 0.6, path.name
        pdf = path.with_suffix(".pdf").read_bytes()
        assert pdf.startswith(b"%PDF")
        assert b"CreationDate" not in pdf


def test_results_hold_everything_and_name_every_file(a_report):
    results = json.loads((a_report / "results.json").read_text("utf-8"))
    written = {p.relative_to(a_report).as_posix() for p in a_report.rglob("*") if p.is_file()}
    assert set(results["files"]) | {"results.json"} == written
    assert results["cohort"] == HOSTILE
    assert results["training"]["network"]["epochs"] == 20
    path = results["training"]["signatures"]["Tumor"]["path"]
    assert all(np.any(values) for values in path.values())


def test_a_table_of_cases_is_there_for_spreadsheets_too(a_report):
    read = pd.read_parquet(a_report / "cases.parquet")
    assert list(read.Clinical[:1]) == [0.25]
    assert (a_report / "cases.csv").read_text("utf-8-sig") == "case_id,Clinical\na,0.25\né,\n"


def test_versions_bootstraps_and_seed_are_told(a_report, an_evaluated_report):
    for folder in (a_report, an_evaluated_report):
        results = json.loads((folder / "results.json").read_text("utf-8"))
        assert results["software"] == {"python": "3.11", "numpy": "2.4"}
        assert (results["evaluation"]["bootstraps"], results["evaluation"]["seed"]) == (40, 0)
        settings = dict(table(folder, "settings")[1:])
        assert settings["intervals: bootstraps"] == "40"
        assert settings["intervals: seed of the bootstraps"] == "0"
        assert settings["radiomics: bin_width"]
        assert dict(table(folder, "software")[1:])["numpy"] == "2.4"
    assert dict(table(an_evaluated_report, "software")[1:])["python (training)"] == "3.11"


def test_the_engines_of_study_and_training_are_told(tmp_path):
    study = made_study(trained=False, software={"radiomics engine": "built-in 1"})
    told = "measured by the built-in engine, version 1; those of the training cases by PyRadiomics"
    write_report(study, tmp_path)
    assert told in Page(tmp_path / "report.html").text


def test_a_study_without_any_case_still_makes_a_page(tmp_path):
    write_report(made_study(trained=False, evaluation=NOTHING), tmp_path)
    page = Page(tmp_path / "report.html")
    assert "No case could be judged" in page.text
    assert not page.ids & {"performance", "roc", "baseline", "nomogram"}


def test_a_bundle_with_one_model_has_a_report_without_images(tmp_path, undrawn):
    evaluation, name = made_evaluation(), "Clinical"
    clinical = replace(evaluation.test, models={name: evaluation.test.models[name]})
    evaluation = replace(evaluation, test=clinical, training=None, out_of_fold=None)
    study = made_study(trained=False, evaluation=evaluation)
    bundle = replace(study.bundle, models={name: study.bundle.models[name]})
    write_report(replace(study, bundle=bundle), tmp_path)
    page = Page(tmp_path / "report.html")
    assert study.headline.name == name
    assert "as PyRadiomics defines" not in page.text
    assert "Clinical findings: is a parotid tumour malignant?" in page.text
    assert "outlines the tumour" not in page.text
    assert not re.search("P against|compared with Combined|Grey: Combined", page.text)
    settings = [row[0] for row in table(tmp_path, "settings")[1:]]
    assert settings == ["intervals: bootstraps", "intervals: seed of the bootstraps"]
    assert "Combined" not in {row[0] for row in table(tmp_path, "performance_test")}


def test_nothing_is_left_half_written_when_the_disk_is_full(tmp_path, undrawn, monkeypatch):
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "report.html").write_text("an older report")
    save = canvas.save_print

    def full_at_the_odds_ratios(figure, stem):
        if stem.name == "odds_ratios":
            raise OSError(28, "No space left on device")
        save(figure, stem)

    monkeypatch.setattr(study_report, "save_print", full_at_the_odds_ratios)
    with pytest.raises(OutputError, match="No space left"):
        write_report(made_study(trained=False), folder)
    assert [p.name for p in folder.rglob("*")] == ["report.html"]
    assert (folder / "report.html").read_text("utf-8") == "an older report"


def test_a_second_report_takes_the_place_of_the_first(an_evaluated_report):
    (an_evaluated_report / "figures" / "mine.png").write_bytes(b"mine")
    write_report(made_study(trained=False, evaluation=NOTHING), an_evaluated_report)
    assert "No case could be judged" in Page(an_evaluated_report / "report.html").text
    assert (an_evaluated_report / "figures" / "mine.png").read_bytes() == b"mine"
