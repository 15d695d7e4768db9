"""Another bundle is asked about the same case."""

import dataclasses

import pytest
from fixtures.answers import in_domain, with_verdict
from fixtures.bundles import made_bundle
from fixtures.cases import ball_case
from fixtures.regions import ring_settings
from ParotidClassifierCore.app.worker_commands import Desk
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.bundle.shipped import find_bundle
from ParotidClassifierCore.bundle.store import load_bundle, save_bundle
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.prediction.stages import Stages
from ParotidClassifierCore.protocol import ClinicalRecord, shen2026
from ParotidClassifierCore.reporting.answering import Asked, answer
from ParotidClassifierCore.reporting.case import appendix
from ParotidClassifierCore.reporting.parts import Listing

FINDINGS = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"}


@pytest.fixture(scope="module")
def bundle(a_bundle):
    return load_bundle(a_bundle)


@pytest.fixture(scope="module")
def stricter(tmp_path_factory):
    """The made bundle with thresholds that no probability reaches."""
    folder = tmp_path_factory.mktemp("stricter")
    made = made_bundle("stricter")
    return save_bundle(
        dataclasses.replace(made, thresholds=dict.fromkeys(made.models, 0.999)), folder / "bundle"
    )


@pytest.fixture(scope="module")
def case():
    return dataclasses.replace(ball_case(8.0), record=shen2026().record(FINDINGS))


def test_both_bundles_say_what_each_says_alone_and_features_they_share_are_measured_once(
    case, bundle, stricter
):
    steps = []
    asked = Asked(second_bundle=stricter)
    answered = answer(case, bundle, asked, lambda _, step: steps.append(step), Stages())
    opinion = answered.second_opinion
    assert opinion.second.models == Session(case, stricter).predict().models
    assert answered.prediction.models == Session(case, bundle).predict().models
    measured = [step for step in steps if ": " in step]
    assert len(measured) == len(set(measured)) > 0


def test_bundles_that_disagree_are_named_with_their_calls(case, bundle, stricter):
    answered = answer(case, bundle, Asked(second_bundle=stricter))
    called = [n for n, result in answered.prediction.models.items() if result.call == "malignant"]
    assert "Combined" in called
    told = answered.as_dict()["second_opinion"]
    assert told["other_calls"] == called
    assert told["bundle"]["hash"] == stricter.bundle_hash
    sentence = (
        "The two disagree: made (image + clinical) calls it malignant, stricter (image + clinical) "
        "calls it benign."
    )
    assert told["agreement"] == sentence
    assert sentence in answered.text()
    assert answered.text().count("demonstration, not for clinical use") == 2


def test_a_bundle_with_other_models_answers_with_the_ones_it_has(case, bundle):
    published = load_bundle(find_bundle("published-clinical"))
    answered = answer(case, bundle, Asked(second_bundle=published))
    told = answered.as_dict()["second_opinion"]
    assert told["headline"] == ["Combined", "Clinical"]
    assert told["agreement"] == "Both call it malignant, each at its own threshold."
    assert {n for n, model in told["models"].items() if "probability" in model} == {"Clinical"}


def test_a_bundle_that_cannot_answer_says_why(case, bundle):
    published = load_bundle(find_bundle("published-clinical"))
    unknown = dataclasses.replace(case, record=ClinicalRecord())
    answered = answer(unknown, bundle, Asked(second_bundle=published))
    agreement = answered.second_opinion.agreement
    assert agreement.startswith("published-clinical gives no probability: ")
    assert agreement.endswith("are unknown.")


def test_of_a_case_outside_there_is_nothing_to_compare(case, bundle, stricter):
    answered = answer(case, bundle, Asked(second_bundle=stricter))
    outside = in_domain(answered, DomainStatus.OUTSIDE, "slices of 9 mm").prediction
    told = "Nothing to compare: this case is unlike the training cases of"
    first = dataclasses.replace(answered.second_opinion, first=outside)
    assert first.agreement == f"{told} made."
    second = dataclasses.replace(answered.second_opinion, second=outside)
    found = dataclasses.replace(answered, second_opinion=second)
    assert found.view.second.available == {}
    assert f"{told} made." in found.text()
    assert "\nSlices of 9 mm.\n" in found.text()
    shown = dataclasses.replace(found, show_outside=True)
    assert shown.view.second.first.probability == outside.models["Combined"].probability


def test_what_warns_of_the_other_bundles_number_stands_before_it(case, bundle, stricter):
    answered = answer(case, bundle, Asked(second_bundle=stricter))
    edge = in_domain(answered, DomainStatus.BORDERLINE, "slices of 9 mm").prediction
    opinion = dataclasses.replace(answered.second_opinion, second=edge)
    found = dataclasses.replace(answered, second_opinion=opinion)
    warning = "At the edge of the training cases: slices of 9 mm. Trust the number less."
    told = found.text().partition("Second opinion")[2]
    assert told.index(f"warning: {warning}") < told.index(found.view.second.sentence)
    parts = appendix.second_opinion(found).parts
    assert warning in [getattr(part, "text", "") for part in parts]


def test_answers_stand_beside_calls_in_the_reports_table(case, bundle, stricter):
    answered = with_verdict(answer(case, bundle, Asked(second_bundle=stricter)), "indeterminate")
    (table,) = [p.table for p in appendix.second_opinion(answered).parts if isinstance(p, Listing)]
    (row,) = [row for row in table.rows if row[0] == "Combined"]
    assert row[2].endswith(f", {answered.view.first.call}; answer: indeterminate")
    assert "answer" not in row[4]


def test_each_bundle_is_asked_with_its_own_ring_unless_one_is_named(case, bundle, stricter):
    protocol = stricter.protocol.with_ring(ring_settings(4.0))
    wide = dataclasses.replace(stricter, protocol=protocol)
    for ring, widths in ((None, (2.0, 4.0)), (ring_settings(3.0), (3.0, 3.0))):
        opinion = answer(case, bundle, Asked(ring, second_bundle=wide)).second_opinion
        used = tuple(p.inputs["ring"]["width_mm"] for p in (opinion.first, opinion.second))
        assert used == widths


def test_the_same_bundle_again_is_no_second_opinion(case, bundle):
    with pytest.raises(UsageError, match="is the first one"):
        answer(case, bundle, Asked(second_bundle=bundle))


def test_the_worker_answers_what_the_command_line_writes(case, bundle, a_bundle, tmp_path):
    save_case_folder(tmp_path, case)
    request = {
        "case": str(tmp_path),
        "bundle": str(a_bundle),
        "second_bundle": "published-clinical",
        "clinical": FINDINGS,
    }
    desk = Desk().commands["second_opinion"]
    told = []
    answered = desk(request, lambda share, _: told.append(share))
    published = load_bundle(find_bundle("published-clinical"))
    once = answer(case, bundle, Asked(second_bundle=published)).as_dict()["second_opinion"]
    assert answered == once
    assert told == sorted(told)
    with pytest.raises(UsageError, match="is the first one"):
        desk(request | {"second_bundle": str(a_bundle)}, lambda *_: None)
    with pytest.raises(UsageError, match="names no second_bundle"):
        desk(request | {"second_bundle": ""}, lambda *_: None)


def test_the_workers_report_shows_the_second_opinion_that_is_asked_for(case, a_bundle, tmp_path):
    save_case_folder(tmp_path / "case", case)
    request = {
        "case": str(tmp_path / "case"),
        "bundle": "published-clinical",
        "clinical": FINDINGS,
        "out": str(tmp_path / "out"),
    }
    report = Desk().commands["report"]
    for more, shown in ({}, False), ({"second_bundle": str(a_bundle)}, True):
        report(request | more, lambda *_: None)
        page = (tmp_path / "out" / "report.html").read_text("utf-8")
        assert ("Second opinion" in page) is shown


def test_an_answer_and_a_call_are_not_said_to_agree(case, bundle):
    published = load_bundle(find_bundle("published-clinical"))
    answered = with_verdict(answer(case, bundle, Asked(second_bundle=published)), "malignant")
    opinion = answered.second_opinion
    told = dataclasses.replace(opinion, first=answered.prediction).agreement
    assert told.startswith(
        "There are not two answers to compare: made (image + clinical) says malignant"
    )
    assert "published-clinical (clinical findings alone) has no answer" in told
    assert "above its threshold of 24 %" in told
