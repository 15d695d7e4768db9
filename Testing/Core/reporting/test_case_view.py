"""What is said of a case, from a prediction as it is stored."""

import json
from dataclasses import replace

import pytest
from fixtures.answers import ALL_KNOWN, in_domain, made_answer, made_stability, with_verdict
from fixtures.bundles import made_bundle
from ParotidClassifierCore.models.answers import NO_SCORES
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.models.logistic import probability_of
from ParotidClassifierCore.models.probabilities import NOT_HELD, ModelResult, percent
from ParotidClassifierCore.protocol import protocol_from, shen2026
from ParotidClassifierCore.reporting.case import appendix, background, front
from ParotidClassifierCore.reporting.case_view import CaseView, Place, beside

TWELFTH = "Clinical+Tumor_RAD"
REASONS = ("slices of 9 mm", "unusual texture of the ring")


@pytest.fixture(scope="module")
def answered():
    found = made_answer(made_bundle(), ALL_KNOWN)
    return replace(found, stability=made_stability(found))


@pytest.fixture(scope="module")
def twelve(answered):
    """The same as of a bundle whose protocol has a twelfth model and another ring."""
    said = shen2026().as_json()
    said["regions"]["External2"]["ring"]["width_mm"] = 3.0
    said["models"][TWELFTH] = {"radiomics": ["Tumor"], "clinical": ["symptoms", "margin"]}
    models = answered.prediction.models
    models = {**models, TWELFTH: replace(models["Tumor_RAD"], name=TWELFTH)}
    bundle = replace(answered.bundle, protocol=protocol_from(said | {"name": "twelve"}))
    prediction = replace(answered.prediction, models=models)
    return replace(answered, bundle=bundle, prediction=prediction)


def test_a_stored_prediction_says_the_same(answered):
    stored = json.loads(json.dumps(answered.as_dict()))
    view, again = answered.view, CaseView(stored, answered.prediction.features)
    told = (
        "heading", "title", "details", "sentence", "agreement", "rows", "place", "findings",
        "domain",
    )  # fmt: skip
    for name in told:
        assert getattr(again, name) == getattr(view, name)
    assert again.models == answered.prediction.models
    assert again.bars("Combined", 3) == view.bars("Combined", 3)


def test_the_engine_is_told(answered):
    assert answered.view.measured_by.startswith(
        "The radiomic features were measured by the built-in engine, version 1; those of the "
        "training cases by PyRadiomics"
    )
    earlier = {k: v for k, v in answered.view.written.items() if k != "software"}
    assert CaseView(earlier).measured_by == ""


def test_an_earlier_prediction_names_no_headline(answered):
    stored = {**answered.as_dict()}
    del stored["headline"]
    assert CaseView(stored).headline == answered.view.headline == "Combined"


def test_what_drove_it_is_told_in_words(answered):
    why = answered.view.why
    clinical = {bar.label: bar.added for bar in why if len(bar.columns) == 1}
    added = answered.view.first.contributions
    assert clinical == {
        "Symptoms": added["symptoms"],
        "Ill-defined margin": added["margin_unclear"],
        "No enlarged lymph nodes": added["enlarged_lymph_nodes"],
    }
    (image,) = (bar for bar in why if bar.label == "The image (texture and network)")
    assert image.columns == answered.view.of_the_image
    sizes = [abs(bar.added) for bar in why]
    assert sizes == sorted(sizes, reverse=True)
    total = answered.view.first.intercept + sum(bar.added for bar in why)
    assert total == pytest.approx(answered.view.first.log_odds)
    start = percent(float(probability_of(answered.view.first.intercept)))
    assert f"starts from {start};" in answered.view.why_note


def test_a_prediction_without_words_names_models_and_inputs(answered):
    stored = {name: said for name, said in answered.as_dict().items() if name != "words"}
    view = CaseView(stored)
    assert view.heading == "Model: Combined"
    labels = {"Symptoms", "Margin unclear", "Enlarged lymph nodes"}
    assert labels < {bar.label for bar in view.why}


def test_one_sentence_for_the_board(answered):
    found = combined(answered, interval=(0.05, 0.995), no_interval=None)
    told = found.view.for_the_board("right", 32.4, 17.31)
    first, bundle = found.view.first, answered.view.bundle
    assert told == (
        f"Right parotid tumour, 32 mm, 17.3 ml: called {first.call}, not certain, "
        f"{percent(first.probability)} probability of malignancy (95 % interval 5 % to > 99 %, "
        f"threshold {percent(first.threshold)}); model image + clinical of made: demonstration, "
        f"not for clinical use, {bundle['training_cohort']}."
    )
    assert "\n" not in told
    outside = in_domain(found, DomainStatus.OUTSIDE, *REASONS)
    assert "no answer, this case is unlike the training cases; made" in outside.view.for_the_board()
    shown = replace(outside, show_outside=True).view.for_the_board()
    assert "not reliable: this case is unlike the training cases" in shown
    edge = in_domain(found, DomainStatus.BORDERLINE, *REASONS).view.for_the_board()
    assert "at the edge of the training cases" in edge


@pytest.mark.parametrize(
    ("interval", "verdict", "title"),
    [
        ((0.05, 0.99), "Not certain", "Called malignant, not certain"),
        ((0.5, 0.99), "Malignant", "Called malignant"),
    ],
)
def test_a_call_whose_interval_holds_the_threshold_is_not_certain(
    answered, interval, verdict, title
):
    view = combined(answered, interval=interval, no_interval=None).view
    assert (view.verdict, view.title) == (verdict, title)
    assert view.short.startswith(f"{percent(view.first.probability)}, 95 % interval ")
    assert view.short.endswith(f", threshold {percent(view.first.threshold)}")


def test_unusable_outlines_are_told(answered):
    found = replace(answered, stability=replace(answered.stability, unusable=1))
    told = found.view.stability("Combined")
    assert told.startswith("Under 3 slightly different outlines the model image + clinical says ")
    assert told.endswith(" 1 slightly different outline could not be classified.")
    none = dict.fromkeys(answered.stability.probabilities, ())
    lost = replace(answered.stability, probabilities=none, unusable=20)
    found = replace(answered, stability=lost)
    told = "None of 20 slightly different outlines could be classified"
    assert told in found.text()
    assert told in front.stability(found).parts[0].text


def test_bars_are_of_features_and_findings_and_add_up(answered):
    view = answered.view
    bars = view.bars("Combined", 3)
    assert [len(bar.columns) for bar in bars] == [0, 1, 1, 1, 9]
    assert sum(bar.added for bar in bars) == pytest.approx(view.first.log_odds)
    read = view.of_the_image
    assert "network:Tumor+External2_DL" in read
    assert read.keys() < view.first.contributions.keys()
    assert max(map(abs, read.values())) == abs(next(iter(read.values())))


def test_bars_of_the_image_leave_nothing_of_it_out(answered):
    view = answered.view
    *own, rest = bars = view.image_bars(3)
    assert [len(bar.columns) for bar in own] == [1, 1, 1]
    assert rest.label == f"{len(rest.columns)} smaller ones together"
    assert sum(bar.added for bar in bars) == pytest.approx(sum(view.of_the_image.values()))
    assert [bar.columns for bar in view.image_bars(len(view.of_the_image) - 1)] == [
        {column: added} for column, added in view.of_the_image.items()
    ]


def test_the_answer_stands_before_the_probability(answered):
    for verdict, title in (
        ("benign", "Benign"),
        ("malignant", "Malignant"),
        ("indeterminate", "Cannot tell (indeterminate)"),
    ):
        view = with_verdict(answered, verdict).view
        assert (view.heading, view.title) == ("Model: image + clinical", title)
        probability, certainty, meaning, *of_call = view.details
        assert view.sentence == f"{title}. Model: image + clinical, {probability}."
        assert certainty.startswith("No interval: ")
        assert meaning == (
            "On average, of 100 benign tumours like the training cases at most 10 are answered "
            "malignant, of 100 malignant ones at most 10 benign. Between 12 % and 50 % it cannot "
            "tell; malignant is never said below 50 %, whatever the rate allows."
        )
        assert view.agreement.endswith(f"10 say the same ({verdict}).")
        assert "its answer changes 1 time" in view.stability("Combined")
        assert len(of_call) == (verdict != view.first.call)
        assert all(told.startswith(f"Its call, {view.first.call}, only says") for told in of_call)
    assert "cannot tell" not in with_verdict(answered, "benign", (0.3, 0.3)).view.details[2]


def combined(answered, **changed):
    """Return the answer with another result of Combined."""
    models = answered.prediction.models
    other = models | {"Combined": replace(models["Combined"], **changed)}
    return replace(answered, prediction=replace(answered.prediction, models=other))


@pytest.mark.parametrize(
    ("verdict", "interval", "other"),
    [
        ("malignant", (0.3, 0.99), "where it cannot tell: "),
        ("malignant", (0.05, 0.99), "where it says benign: "),
        ("malignant", (0.6, 0.99), ""),
        ("benign", (0.01, 0.2), "where it cannot tell: "),
        ("indeterminate", (0.01, 0.99), ""),
    ],
)
def test_an_interval_that_reaches_another_answer_is_told(answered, verdict, interval, other):
    view = combined(with_verdict(answered, verdict), interval=interval).view
    told = [line for line in view.meaning if "the answer is not certain" in line]
    assert (view.verdict == "Not certain") == view.title.endswith(", not certain") == bool(other)
    assert view.short.endswith("cannot tell from 12 % to 50 %")
    assert len(told) == bool(other)
    assert all(other in line for line in told)
    assert all(line in view.details for line in told)


def test_models_that_say_otherwise_are_counted_by_what_they_say(answered):
    found = with_verdict(answered, "benign")
    models = dict(found.prediction.models)
    for name, verdict in (("Tumor_RAD", "malignant"), ("Tumor_DL", "indeterminate")):
        models[name] = replace(models[name], answer=verdict)
    view = replace(found, prediction=replace(found.prediction, models=models)).view
    assert view.agreement.endswith(
        "8 say the same (benign); others: 1 malignant and 1 indeterminate."
    )


def test_models_that_the_bundle_lacks_share_a_line_on_the_terminal(answered):
    models = {
        name: result if name == "Clinical" else ModelResult(name, unavailable=NOT_HELD)
        for name, result in answered.prediction.models.items()
    }
    prediction = replace(answered.prediction, models=models)
    text = replace(answered, prediction=prediction, stability=None).text()
    assert "Tumor_RAD" not in text
    assert text.count("The bundle does not hold the other models.") == 1


def test_without_an_answer_the_call_is_told_and_why(answered):
    view = answered.view
    assert (view.verdict, view.title) == (view.first.call.capitalize(), f"Called {view.first.call}")
    assert view.details[0] == f"{percent(view.first.probability)} probability of malignancy"
    assert "it calls the tumour" in view.details[2]
    assert view.details[-1] == f"No answer at a stated error rate: {NO_SCORES}."
    assert view.sentence.startswith(f"{view.title}. Model: image + clinical, ")
    assert "its call changes 1 time" in view.stability("Combined")


def test_nothing_is_said_of_a_case_that_is_outside(answered):
    found = in_domain(with_verdict(answered, "malignant"), DomainStatus.OUTSIDE, *REASONS)
    view = found.view
    assert view.sentence == "No answer: this case is unlike the training cases."
    assert view.title == view.verdict == "No answer"
    assert view.details == (
        "This case is unlike the training cases.",
        "Slices of 9 mm; unusual texture of the ring.",
    )
    assert view.available == {}
    assert view.place.sentences == ()
    assert (view.outlines("Combined"), view.meaning, view.of_the_image) == (None, (), {})
    assert not any(finding.code == "outside_domain" for finding in view.told_findings)
    stored = found.as_dict()
    assert stored["models"]["Combined"]["answer"] == "malignant"
    assert stored["applicability"]["domain"]["status"] == "outside"
    text = found.text()
    assert "--show-outside" in text
    assert "Slices of 9 mm" in text
    probability = percent(answered.prediction.models["Combined"].probability)
    assert probability not in text


def test_who_asks_sees_the_numbers_of_a_case_that_is_outside(answered):
    found = in_domain(with_verdict(answered, "malignant"), DomainStatus.OUTSIDE, *REASONS)
    found = replace(found, show_outside=True)
    view = found.view
    assert CaseView(json.loads(json.dumps(found.as_dict()))).models == view.models
    assert view.first.probability == answered.view.first.probability
    assert view.first.answer is None  # its error rate does not hold
    assert view.sentence.startswith("No answer. Model: image + clinical, ")
    assert "not reliable here" in view.domain_warning
    assert view.domain_warning in found.text()


@pytest.mark.parametrize(
    ("status", "warning", "note"),
    [
        (DomainStatus.INSIDE, "", "Like the training cases."),
        (
            DomainStatus.BORDERLINE,
            (
                "At the edge of the training cases: slices of 9 mm; unusual texture of the ring. "
                "Trust the number less."
            ),
            "",
        ),
        (
            DomainStatus.UNKNOWN,
            "",
            (
                "Whether this case is like the training cases is not known: slices of 9 mm; "
                "unusual texture of the ring."
            ),
        ),
    ],
)
def test_the_domain_is_told_once(answered, status, warning, note):
    found = in_domain(answered, status, *REASONS)
    assert (found.view.domain_warning, found.view.domain_note) == (warning, note)
    assert found.text().count(warning or note) == 1
    assert percent(found.view.first.probability) in found.text()


def test_a_prediction_of_an_earlier_version_knows_no_domain(answered):
    stored = {**answered.as_dict(), "applicability": None}
    assert CaseView(stored).domain.status is DomainStatus.UNKNOWN
    assert "earlier version" in CaseView(stored).domain_note


def test_outlines_that_make_the_case_unlike_the_others_are_told(answered):
    found = replace(answered, stability=replace(answered.stability, outside=2))
    assert found.view.stability("Combined").endswith(
        " With 2 of the 3 the case is unlike the training cases."
    )


def test_models_that_only_one_bundle_has_stand_beside_a_dash(twelve, answered):
    pairs = beside(answered.view.models, twelve.view.models)
    assert (pairs[-1][0].call, pairs[-1][1].name) == (None, TWELFTH)


def test_bars_of_a_histogram_hold_both_ends():
    scores = {"benign": (0.0, 0.01, 0.5, 1.0), "malignant": (0.5, *[1.0] * 7), "none": ()}
    place = Place("Combined", 0.5, scores, ())
    bars = place.heights["benign"]
    largest = 7 / 8  # of the malignant cases, in one bar
    shares = [share * largest for share in (bars[0], bars[12], bars[-1], sum(bars))]
    assert shares == pytest.approx([0.5, 0.25, 0.25, 1.0])
    assert place.heights["malignant"][-1] == 1.0
    assert not any(place.heights["none"])


def test_the_report_says_what_a_twelfth_model_reads(twelve):
    table = appendix.models(twelve).parts[0].table
    assert "twelve models" in table.title
    assert table.rows[-1][:2] == (TWELFTH, "radiomic features of Tumor; symptoms and margin")


def test_the_report_describes_the_protocol(twelve):
    terms = dict(background.terms(twelve).parts[0].pairs)
    assert "3 mm wide" in terms["External2"]
    assert terms["Clinical"] == "the model of symptoms, margin and enlarged lymph nodes alone"
    unknown = replace(twelve, prediction=replace(twelve.prediction, inputs={}))
    note = front.inputs(unknown).parts[-1].text
    assert note.endswith(
        f"clinical findings alone, image + clinical and {TWELFTH} need those that they read."
    )
