import re
from dataclasses import replace

import pytest
from fixtures.studies import made_study
from ParotidClassifierCore.bundle.published_clinical import published_clinical_bundle
from ParotidClassifierCore.reporting.checklist import Status, _item, checklists

ANCHORS = frozenset(
    {
        "summary", "flow", "baseline", "odds-ratios", "performance", "roc", "calibration",
        "decision", "confusion", "nomogram", "agreement", "selection", "network", "methods",
        "models", "limits", "reproducibility",
    }
)  # fmt: skip
# The statement's own table: which items have how many parts.
TRIPOD_PARTS = {
    3: "abc", 5: "ab", 6: "abc", 8: "abc", 9: "abc", 12: "abcdefg", 18: "abcdef", 20: "abc",
    23: "ab", 27: "abc",
}  # fmt: skip


def published():
    """The bundle that is not of this program's training, on simulated cases."""
    return replace(made_study(trained=False), bundle=published_clinical_bundle())


def of_simulated():
    """Models of simulated cases, tested on patients."""
    simulated = made_study().bundle
    return replace(made_study(trained=False, simulated=False), bundle=simulated)


def by_number(checklist):
    return {item.number: item for item in checklist.items}


STUDIES = {
    "trained on simulated": made_study,
    "trained on patients": lambda: made_study(simulated=False),
    "evaluated": lambda: made_study(trained=False, simulated=False),
    "published": published,
    "simulated on patients": of_simulated,
}


@pytest.fixture(params=STUDIES)
def lists(request):
    return checklists(STUDIES[request.param](), ANCHORS)


def test_tripod_ai_has_its_27_items_with_all_their_parts(lists):
    wanted = [f"{item}{letter}" for item in range(1, 28) for letter in TRIPOD_PARTS.get(item, [""])]
    assert [item.number for item in lists[0].items] == wanted


def test_clear_has_its_58_items(lists):
    assert [item.number for item in lists[1].items] == [str(n) for n in range(1, 59)]


def test_every_item_is_answered_or_says_why_not(lists):
    for item in (item for checklist in lists for item in checklist.items):
        assert item.asks.endswith(".")
        assert item.answer.endswith(".")
        assert item.status is not Status.ABSENT
        if item.status is Status.UNANSWERABLE:
            assert not item.sections


def test_every_section_that_is_named_exists_in_a_full_report():
    study = made_study(simulated=False)
    with_all, with_none = checklists(study, ANCHORS), checklists(study, frozenset())
    named = {anchor for c in with_all for item in c.items for anchor in item.sections}
    assert named == ANCHORS
    assert not any(item.sections for c in with_none for item in c.items)


def test_an_item_whose_sections_are_missing_is_not_called_answered():
    selection = ANCHORS - {"selection", "network", "agreement"}
    items = by_number(checklists(made_study(simulated=False), selection)[1])
    assert items["33"].status is Status.ABSENT
    assert items["31"].status is Status.ABSENT
    assert items["22"].status is Status.ANSWERED


def test_a_simulation_asks_nobody_for_an_ethics_committee():
    for simulated, status in ((True, Status.UNANSWERABLE), (False, Status.AUTHORS)):
        items = by_number(checklists(made_study(simulated=simulated), ANCHORS)[0])
        assert items["17"].status is status


def test_what_a_bundle_made_elsewhere_lacks_is_not_claimed():
    tripod, clear = map(by_number, checklists(published(), ANCHORS))
    told = {number: item.answer for number, item in tripod.items()}
    assert "trained on 249 patients (Shen et al. 2026)" in told["5a"]
    assert tripod["5a"].status is Status.AUTHORS
    assert told["9a"].startswith("The models read what the bundle holds: clinical findings.")
    assert "none is scaled" in told["12b"]
    assert clear["35"].status is Status.AUTHORS
    assert clear["41"].answer.startswith("None")
    for number in ("12c", "13", "15"):
        assert tripod[number].status is Status.PARTLY
        assert "model card" in told[number]
    for number in ("21", "24", "26", "33", "55"):
        assert clear[number].status is Status.UNANSWERABLE
    whole = " ".join([*told.values(), *(item.answer for item in clear.values())])
    assert not re.search("Youden|z-score|PyRadiomics|network|LASSO|fold|penalt|Outline", whole)


def test_models_of_patients_on_simulated_cases_are_told_apart():
    tripod, clear = map(by_number, checklists(published(), ANCHORS))
    assert tripod["17"].status is Status.AUTHORS
    assert tripod["17"].answer.endswith("judged here are simulated: there are no patients.")
    assert clear["38"].answer.startswith("Neither")


def test_models_of_simulated_cases_on_patients_are_told_apart():
    tripod, clear = map(by_number, checklists(of_simulated(), ANCHORS))
    assert tripod["17"].status is Status.AUTHORS
    assert tripod["17"].answer.endswith("learnt from are simulated: there are no patients.")
    assert tripod["5a"].answer.startswith("The models learnt from simulated CT, which represent")
    assert clear["38"].answer.startswith("External")
    assert "all cases" not in " ".join(item.answer for item in (*tripod.values(), *clear.values()))


def test_what_is_added_to_an_answer_names_things_as_the_answer_does():
    content = {
        "number": "1", "topic": "t", "asks": "a", "status": "authors", "answer": "A.",
        "sections": [], "simulated": {"status": "answered", "answer": "They are of {inputs}."},
    }  # fmt: skip
    item = _item(content, frozenset({"learnt from simulated"}), {"inputs": "CT"}, ANCHORS)
    assert item.answer == "A. The cases that the models learnt from are simulated: they are of CT."


def test_a_bundle_that_reads_everything_is_answered_of_it():
    tripod, clear = map(by_number, checklists(made_study(), ANCHORS))
    assert "radiomics, deep network, clinical findings" in tripod["9a"].answer
    assert "z-scores" in tripod["12b"].answer
    assert "Youden" in tripod["15"].answer
    assert clear["24"].status is clear["35"].status is Status.ANSWERED
