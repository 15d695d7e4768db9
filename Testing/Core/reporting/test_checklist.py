import pytest
from ParotidClassifierCore.reporting.checklist import Status, checklists

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


@pytest.fixture(params=[True, False], ids=["simulated", "patients"])
def both(request):
    return checklists(request.param, ANCHORS)


def test_tripod_ai_has_its_27_items_with_all_their_parts(both):
    wanted = [f"{item}{letter}" for item in range(1, 28) for letter in TRIPOD_PARTS.get(item, [""])]
    assert [item.number for item in both[0].items] == wanted


def test_clear_has_its_58_items(both):
    assert [item.number for item in both[1].items] == [str(n) for n in range(1, 59)]


def test_every_item_is_answered_or_says_why_not(both):
    for item in (item for checklist in both for item in checklist.items):
        assert item.asks.endswith(".")
        assert item.answer.endswith(".")
        assert item.status is not Status.ABSENT
        if item.status is Status.UNANSWERABLE:
            assert not item.sections


def test_every_section_that_is_named_exists_in_a_full_report():
    with_all, with_none = checklists(False, ANCHORS), checklists(False, frozenset())
    named = {anchor for c in with_all for item in c.items for anchor in item.sections}
    assert named == ANCHORS
    assert not any(item.sections for c in with_none for item in c.items)


def test_an_item_whose_sections_are_missing_is_not_called_answered():
    selection = ANCHORS - {"selection", "network", "agreement"}
    items = {item.number: item for item in checklists(False, selection)[1].items}
    assert items["33"].status is Status.ABSENT
    assert items["31"].status is Status.ABSENT
    assert items["22"].status is Status.ANSWERED


def test_a_simulation_asks_nobody_for_an_ethics_committee():
    for simulated, status in ((True, Status.UNANSWERABLE), (False, Status.AUTHORS)):
        items = {item.number: item for item in checklists(simulated, ANCHORS)[0].items}
        assert items["17"].status is status
