"""The report of a case: what it says, and that page and PDF say the same."""

import dataclasses
import html
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures.answers import ALL_KNOWN, LABELS, in_domain, made_answer, made_stability
from fixtures.cases import ball_case, ball_mask
from ParotidClassifierCore.app import worker_commands
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.app.worker_commands import Desk
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.base.progress import silent
from ParotidClassifierCore.bundle.published_clinical import published_clinical_bundle
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.dicom.source import Acquisition, Identity, SourceSeries
from ParotidClassifierCore.imaging.findings import warning
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.models.probabilities import ModelResult, percent
from ParotidClassifierCore.prediction.second_opinion import SecondOpinion
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.answer_files import write_answer
from ParotidClassifierCore.reporting.answering import Asked, answer
from ParotidClassifierCore.reporting.case import front, writing
from ParotidClassifierCore.reporting.case.labels import ReportLabels
from ParotidClassifierCore.reporting.case.writing import document_of, write_case_report
from ParotidClassifierCore.reporting.figures.canvas import one_style
from ParotidClassifierCore.reporting.page import rendered as page_of
from ParotidClassifierCore.reporting.pdf import document_pdf
from pypdf import PdfReader

OLD_BUNDLE = Path(__file__).parents[2] / "Data" / "schema-1-bundle"
MARKUP = "<b>bold</b> <script>alert(1)</script> <font size=40> & ]]> <para/>"


@pytest.fixture(scope="module")
def answered():
    """All eleven models, intervals, saliency and stability, of a case in the domain."""
    found = made_answer(load_bundle(default_bundle()), ALL_KNOWN, saliency=True)
    found = in_domain(found, DomainStatus.INSIDE)
    models = found.prediction.models
    combined = replace(models["Combined"], interval=(0.21, 0.87), no_interval=None)
    prediction = replace(found.prediction, models=models | {"Combined": combined})
    return replace(found, prediction=prediction, stability=made_stability(found))


@pytest.fixture(scope="module")
def clinical_only():
    return made_answer(published_clinical_bundle(), ALL_KNOWN)


@pytest.fixture(scope="module")
def rendered(answered):
    """Page and PDF of it."""
    return page_and_pdf(answered)


def report_of(answered, labels=LABELS):
    with one_style():
        return document_of(replace(answered, report=labels))


def page_and_pdf(answered, labels=LABELS):
    document = report_of(answered, labels)
    with one_style():
        page = page_of("case.html.j2", document=document, banner=document.banner)
        return page, PdfReader(io.BytesIO(document_pdf(document)))


def section(document, anchor):
    front = [s for row in document.front for column in row.columns for s in column]
    return next((s for s in (*front, *document.appendix) if s.anchor == anchor), None)


def texts_in(value):
    """Return every text in a document but for names, anchors and kinds, which nobody reads."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (tuple, list)):
        return [text for item in value for text in texts_in(item)]
    if not dataclasses.is_dataclass(value):
        return []
    unread = {"kind", "name", "anchor", "alternative", "figure"}
    fields = [f.name for f in dataclasses.fields(value) if f.name not in unread]
    return [text for name in fields for text in texts_in(getattr(value, name))]


def without_spaces(text):
    return re.sub(r"\s+", "", text)


def shown_in(page):
    body = page[page.index("<body") :]
    return without_spaces(html.unescape(re.sub(r"<[^>]+>", " ", body)))


def shown_on(pdf, banner, label):
    """Return the text of all pages without what stands over and under each of them."""
    pages = [page.extract_text() for page in pdf.pages]
    count = len(pages)
    framed = [without_spaces(p) for p in pages]
    for number, text in enumerate(framed, 1):
        assert without_spaces(banner) in text
        assert without_spaces(f"{label}{number} of {count}") in text
        text = "".join(text.rsplit(without_spaces(banner), 1))  # it is written last
        framed[number - 1] = text.replace(without_spaces(f"{label}{number} of {count}"), "")
    return "".join(framed)


def test_page_and_pdf_say_every_word_of_the_document(answered, rendered):
    document = report_of(answered)
    page, pdf = rendered
    on_page, in_pdf = shown_in(page), shown_on(pdf, document.banner, document.label)
    texts = [without_spaces(text) for text in texts_in(document)]
    assert len(texts) > 250
    assert [text for text in texts if text not in on_page] == []
    assert [text for text in texts if text not in in_pdf] == []


def test_the_first_page_says_the_answer_with_interval_and_threshold(answered, rendered):
    _, pdf = rendered
    combined = answered.prediction.models["Combined"]
    first = " ".join(pdf.pages[0].extract_text().split())
    low, high = map(percent, combined.interval)
    assert f"{percent(combined.probability)} probability of malignancy" in first
    assert f"95 % interval {low} to {high}" in first
    assert answered.view.title in first
    assert "at most 10 are answered malignant" in first
    assert answered.view.domain_note in first
    assert "The models learnt from simulated CT" in first
    for title in ("Images", "What drove it", "Among the training cases", "Before you rely on it"):
        assert title in first
    assert "Appendix" not in first


@pytest.fixture(scope="module")
def outside(answered):
    found = in_domain(
        answered, DomainStatus.OUTSIDE, "slices of 9 mm", "unusual texture of the ring"
    )
    models = found.prediction.models
    combined = replace(models["Combined"], probability=0.8341)  # a number that is nothing else's
    return replace(
        found, prediction=replace(found.prediction, models=models | {"Combined": combined})
    )


def test_of_a_case_outside_the_report_says_why_and_no_probability(outside):
    page, pdf = page_and_pdf(outside)
    for text in (shown_in(page), "".join(without_spaces(p.extract_text()) for p in pdf.pages)):
        assert "Noanswer" in text
        assert "Slicesof9mm;unusualtextureofthering." in text
        assert "--show-outside" in text
        assert (
            without_spaces(percent(outside.prediction.models["Combined"].probability)) not in text
        )
    document = report_of(outside)
    absent = ("scale", "drivers", "training", "stability", "models", "nomogram", "features")
    assert [section(document, anchor) for anchor in absent] == [None] * len(absent)
    assert "speaks against" not in str(section(document, "cautions").parts)


@pytest.mark.parametrize("shows", [False, True])
def test_of_a_case_outside_no_map_and_no_other_outline_is_computed(answered, monkeypatch, shows):
    outside_of_all = in_domain(answered, DomainStatus.OUTSIDE, "slices of 9 mm").prediction
    monkeypatch.setattr(Session, "predict", lambda *_: outside_of_all)
    monkeypatch.setattr(Session, "stability", lambda *_: answered.stability)
    monkeypatch.setattr(Session, "saliency", lambda *_: answered.case.ct)
    asked = Asked(report=LABELS, show_outside=shows)
    found = answer(answered.case, answered.bundle, asked)
    assert (found.stability is not None, found.saliency is not None) == (shows, shows)


def test_a_second_opinion_without_numbers_has_no_table(outside):
    first = outside.prediction
    no_models = {name: ModelResult(name, unavailable="unknown") for name in first.models}
    opinion = SecondOpinion(first, replace(first, models=no_models))
    found = section(report_of(replace(outside, second_opinion=opinion)), "second-opinion")
    assert "second_opinion" not in [getattr(part, "name", None) for part in found.parts]


def test_who_asks_sees_them_beside_a_warning(outside):
    document = report_of(replace(outside, show_outside=True))
    assert "not reliable here" in document.banner
    assert "not reliable" not in report_of(outside).banner
    warning, headline = section(document, "answer").parts
    assert "not reliable here" in warning.text
    assert headline.value == "No answer"
    there = percent(outside.prediction.models["Combined"].probability)
    assert headline.under[0] == f"{there} probability of malignancy"
    assert section(document, "nomogram") is not None


def test_a_case_at_the_edge_is_told_above_its_answer(answered):
    found = in_domain(answered, DomainStatus.BORDERLINE, "slices of 9 mm")
    warning, headline = section(report_of(found), "answer").parts
    assert warning.text.endswith("slices of 9 mm. Trust the number less.")
    assert headline.value == answered.view.title


def test_the_pdf_names_itself_and_its_language(rendered):
    _, pdf = rendered
    assert pdf.metadata.title == "Parotid tumour on contrast-enhanced CT: case report"
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    assert pdf.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    fonts = {str(f["/BaseFont"]) for p in pdf.pages for f in _fonts(p)}
    assert fonts
    assert all("DejaVuSans" in name for name in fonts if "Helvetica" not in name)


def _fonts(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_the_page_needs_nothing_from_elsewhere_and_describes_its_pictures(rendered):
    page, _ = rendered
    sources = re.findall(r'(?:src|href|url)\s*[=(]\s*"?([^")\s>]+)', page)
    assert sources
    assert all(source.startswith("data:image/svg+xml") for source in sources)
    assert "<script" not in page
    pictures = re.findall(r"<img[^>]*>", page)
    assert len(pictures) == 7
    assert all(re.search(r'alt="[^"]{8,}"', picture) for picture in pictures)


def test_many_long_findings_leave_the_first_page_one_page(answered):
    long = "something long is unlike it, " * 9
    findings = tuple(warning(f"n{i}", f"{i}: {long}") for i in range(30))
    worse = replace(
        answered,
        prediction=replace(answered.prediction, findings=findings),
        bundle=replace(answered.bundle, name="B" * 64, intended_use="Longer than a page. " * 500),
    )
    _, pdf = page_and_pdf(worse, replace(LABELS, case_label="W" * 80, prepared_by="Ж" * 80))
    first, second = (pdf.pages[i].extract_text() for i in (0, 1))
    assert "Before you rely on it" in first
    assert re.search(r"\d+ more warnings: see Findings in the appendix\.", first)
    assert "Appendix" in second
    everything = "".join(without_spaces(page.extract_text()) for page in pdf.pages)
    assert all(without_spaces(finding.message) in everything for finding in findings[:3])
    assert everything.count("Longerthanapage.") >= 500


def test_a_case_with_unknown_findings_is_headed_by_the_image_model():
    found = made_answer(load_bundle(default_bundle()), {"symptoms": "with"})
    document = report_of(in_domain(found, DomainStatus.INSIDE))
    headline = section(document, "answer").parts[0]
    assert headline.over == "Model: image alone"
    assert section(document, "nomogram") is None
    assert section(document, "stability") is None
    calls = {row[0]: row[-1] for row in section(document, "models").parts[0].table.rows}
    assert calls["Combined"] == "not available: margin and enlarged lymph nodes are unknown"
    assert "not guessed" in section(document, "inputs").parts[-1].text


def test_a_bundle_that_reads_no_image_has_no_map_and_no_features(clinical_only):
    document = report_of(clinical_only)
    assert section(document, "features") is None
    assert section(document, "stability") is None
    assert "network" not in section(document, "images").parts[0].caption
    caption = section(document, "nomogram").parts[0].caption
    probability = clinical_only.prediction.models["Clinical"].probability
    assert f"which mean {percent(probability)}" in caption
    assert "network" not in " ".join(section(document, "limits").parts[0].lines)
    _, pdf = page_and_pdf(clinical_only)
    with_title = next(p for p in pdf.pages if "Nomogram" in p.extract_text().splitlines())
    assert "Clinical as a nomogram" in with_title.extract_text()


def test_what_is_but_rounding_in_the_range_of_a_feature_is_zero(answered):
    reference = answered.bundle.reference
    first, second = list(answered.view.of_the_image)[:2]
    ends = {first: (-3.203e-16, 0.1, 0.2923), second: (2e-13, 1e-13, 4e-13)}
    told = replace(reference, quantiles={**reference.quantiles, **ends})
    found = replace(answered, bundle=replace(answered.bundle, reference=told))
    rows = section(report_of(found), "features").parts[0].table.rows
    assert [row[2] for row in rows[:2]] == ["0 to 0.2923", "2e-13 to 4e-13"]


def test_without_any_probability_the_reason_is_the_headline():
    found = made_answer(published_clinical_bundle(), {})
    document = report_of(found)
    headline = section(document, "answer").parts[0]
    assert headline.value == "No probability"
    assert headline.over == "Model: clinical findings alone"
    assert headline.under == ("Symptoms, margin and enlarged lymph nodes are unknown.",)
    assert section(document, "drivers") is None
    _, pdf = page_and_pdf(found)
    assert "No probability" in pdf.pages[0].extract_text()


def test_a_bundle_without_refits_says_why_there_is_no_interval():
    found = made_answer(load_bundle(OLD_BUNDLE), ALL_KNOWN)
    _, result = found.prediction.headline
    assert result.interval is None
    document = report_of(found)
    assert f"No interval: {result.no_interval}." in section(document, "answer").parts[0].under
    page_and_pdf(found)


def test_markup_in_texts_of_others_is_shown_as_it_is(clinical_only):
    bundle = replace(
        clinical_only.bundle, notes=(MARKUP,), intended_use=MARKUP,
        cohort=replace(clinical_only.bundle.cohort, description=MARKUP),
    )  # fmt: skip
    made = Acquisition(kernel=MARKUP)
    source = SourceSeries((Path("/x/John^Doe.dcm"),), "1.2.3", "1.2", None, made)
    case = replace(clinical_only.case, source=source)
    strange = replace(clinical_only, bundle=bundle, case=case)
    page, pdf = page_and_pdf(strange, ReportLabels(LABELS.made_on, MARKUP, MARKUP))
    assert "<script" not in page
    assert "<font" not in page
    in_pdf = without_spaces("".join(p.extract_text() for p in pdf.pages))
    for text in (shown_in(page), in_pdf):
        assert text.count(without_spaces(MARKUP)) >= 6


def test_the_acquisition_is_told_and_no_file_is_named(clinical_only):
    made = Acquisition(manufacturer="ACME", model="Scan 3", kvp=120.0, contrast_agent="")
    source = SourceSeries((Path("/secret/John_Doe.dcm"),), "1.2.3", "1.2", None, made)
    found = replace(clinical_only, case=replace(clinical_only.case, source=source))
    pairs = dict(section(report_of(found), "acquisition").parts[0].pairs)
    assert pairs["Scanner"] == "ACME Scan 3"
    assert pairs["Tube voltage"] == "120 kV"
    assert pairs["Contrast agent"] == "given"
    assert "Kernel" not in pairs
    page, _ = page_and_pdf(found)
    assert "secret" not in page


def test_another_part_of_the_body_stands_above_the_probability(clinical_only):
    told = warning("other_body_part", "The body part examined says 'KNEE'.")
    prediction = replace(clinical_only.prediction, findings=(told,))
    page, pdf = page_and_pdf(replace(clinical_only, prediction=prediction))
    shown = percent(clinical_only.prediction.headline[1].probability)
    for text in (html.unescape(page), pdf.pages[0].extract_text()):
        assert 0 < text.index(told.message) < text.index(shown)


def test_the_patient_is_named_only_where_that_was_asked(clinical_only):
    assert "Patient" not in texts_in(report_of(clinical_only).about)
    named = replace(clinical_only, identity=Identity("Doe^Jane", "A-17", "1956-03-01"))
    pairs = dict(pair for facts in report_of(named).about for pair in facts.pairs)
    assert pairs["Patient"] == "Doe, Jane"
    assert (pairs["Number"], pairs["Born"]) == ("A-17", "1956-03-01")


def test_the_same_answer_and_day_give_the_same_bytes(clinical_only, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_case_report(tmp_path / folder, replace(clinical_only, report=LABELS))
    for name in ("report.html", "report.pdf"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_report_asks_for_what_the_bundle_can_tell(clinical_only, tmp_path):
    found = answer(clinical_only.case, clinical_only.bundle, Asked(report=LABELS))
    assert found.stability is None
    assert found.saliency is None
    write_answer(tmp_path, found)
    assert {"prediction.json", "report.html", "report.pdf"} <= {p.name for p in tmp_path.iterdir()}


def test_labels_need_a_report_and_have_to_fit(a_case, tmp_path, capsys):
    case = ["--ct", str(a_case / "ct.nrrd"), "--tumor", str(a_case / "tumor.nrrd")]
    code = main(["predict", *case, "--case-label", "Board 12", "--out", str(tmp_path / "no")])
    assert code == 2
    assert "Add --report" in capsys.readouterr().err
    for text in ("x" * 81, "two\nlines"):
        with pytest.raises(UsageError, match="does not fit"):
            ReportLabels(LABELS.made_on, text)


def test_the_worker_writes_what_the_command_line_writes(clinical_only, tmp_path):
    case = clinical_only.case
    save_case_folder(tmp_path / "case", case)
    request = {"bundle": "published-clinical", "case": str(tmp_path / "case"),
               "out": str(tmp_path / "worker"), "case_label": "Board 12"}  # fmt: skip
    answered = Desk().commands["report"](request, silent)
    assert [Path(f).name for f in answered["files"]] == ["report.html", "report.pdf"]
    main(
        ["predict", "--case", str(tmp_path / "case"), "--bundle", "published-clinical", "--report",
         "--case-label", "Board 12", "--out", str(tmp_path / "cli")]
    )  # fmt: skip
    for name in ("report.html", "report.pdf"):
        assert (tmp_path / "worker" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes()
    assert "Board 12" in (tmp_path / "cli" / "report.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="case_label"):
        Desk().commands["report"](request | {"case_label": 7}, silent)


@pytest.mark.parametrize("command", ["saliency", "stability"])
def test_the_worker_finds_out_no_more_of_a_case_outside_unless_asked(
    answered, outside, tmp_path, monkeypatch, command
):
    save_case_folder(tmp_path / "case", answered.case)
    request = {"bundle": "simulated-demo", "case": str(tmp_path / "case"),
               "out": str(tmp_path / "saliency.nrrd")}  # fmt: skip
    monkeypatch.setattr(Session, "predict", lambda *_: outside.prediction)
    monkeypatch.setattr(Session, "stability", lambda *_: answered.stability)
    monkeypatch.setattr(Session, "saliency", lambda *_: answered.case.ct)
    desk = Desk()
    with pytest.raises(UsageError, match="unlike the training cases") as refused:
        desk.commands[command](request, silent)
    assert "--show-outside" in refused.value.remedy
    assert not (tmp_path / "saliency.nrrd").exists()
    assert desk.commands[command](request | {"show_outside": True}, silent)


@pytest.mark.parametrize(("asked", "shows"), [(True, True), (False, False), (1, False)])
def test_the_worker_shows_numbers_of_a_case_outside_to_who_asks(
    clinical_only, tmp_path, monkeypatch, asked, shows
):
    save_case_folder(tmp_path / "case", clinical_only.case)
    request = {"bundle": "published-clinical", "case": str(tmp_path / "case"),
               "out": str(tmp_path / "out"), "show_outside": asked}  # fmt: skip
    told = []
    monkeypatch.setattr(
        worker_commands, "answer", lambda _case, _bundle, asked, *_: told.append(asked)
    )
    monkeypatch.setattr(writing, "write_case_report", lambda *_: None)
    Desk().commands["report"](request, silent)
    assert told[0].show_outside is shows


def test_the_first_page_warns_where_the_second_opinion_is_another(a_bundle):
    case = replace(ball_case(8.0), record=shen2026().record(ALL_KNOWN))
    asked = Asked(second_bundle=published_clinical_bundle(), second_tumor=ball_mask(case.ct, 9.0))
    answered = answer(case, load_bundle(a_bundle), asked)
    assert answered.view.disagreements == []
    opinion, reader = answered.second_opinion, answered.second_reader
    second = dict(opinion.second.models)
    second["Clinical"] = replace(second["Clinical"], call="benign")
    moved = dict(reader.second.models)
    moved["Combined"] = replace(moved["Combined"], call="benign")
    opinion = replace(opinion, second=replace(opinion.second, models=second))
    reader = replace(reader, second=replace(reader.second, models=moved))
    other = replace(answered, second_opinion=opinion, second_reader=reader)
    (points, _) = front.cautions(other).parts
    assert points.lines[0].startswith("The two disagree: ")
    assert points.lines[1].startswith(
        "The answer changes: the model image + clinical says malignant"
    )
    assert "Nothing in the images" not in " ".join(points.lines)
