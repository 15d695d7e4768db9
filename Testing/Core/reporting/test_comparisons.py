"""The report's sections about another bundle and another reader."""

from dataclasses import replace

import pytest
from fixtures.cases import ball_case, ball_mask
from ParotidClassifierCore.bundle.shipped import find_bundle
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.reporting.answering import Asked, answer
from ParotidClassifierCore.reporting.case import appendix, front
from ParotidClassifierCore.reporting.case.writing import APPENDIX
from ParotidClassifierCore.reporting.parts import Listing

FINDINGS = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "without"}


@pytest.fixture(scope="module")
def answered(a_bundle):
    case = replace(ball_case(8.0), record=shen2026().record(FINDINGS))
    other = load_bundle(find_bundle("published-clinical"))
    asked = Asked(second_bundle=other, second_tumor=ball_mask(case.ct, 9.0))
    return answer(case, load_bundle(a_bundle), asked)


def table_of(section):
    return next(part.table for part in section.parts if isinstance(part, Listing))


def words_of(section):
    return " ".join(part.text for part in section.parts if hasattr(part, "text"))


def test_two_bundles_stand_side_by_side_with_what_the_second_one_is(answered):
    section = appendix.second_opinion(answered)
    table = table_of(section)
    assert table.columns[1::2] == ("made", "published-clinical")
    rows = {row[0]: row[1:] for row in table.rows}
    assert len(rows) == 11
    assert rows["Combined"][2:] == ("–", "–")
    assert rows["Clinical"][3].endswith("malignant")
    assert "Both bundles call this case malignant." in words_of(section)
    assert answered.second_opinion.second.bundle["hash"] in words_of(section)


def test_two_readers_stand_side_by_side_with_what_the_distances_are(answered):
    section = appendix.second_reader(answered)
    assert len(table_of(section).rows) == 11
    assert "Dice 0." in words_of(section)
    assert "Dice is twice the common volume" in words_of(section)


def test_the_first_page_warns_where_the_second_opinion_is_another(answered):
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
    assert points.lines[0].startswith("The bundles disagree: ")
    assert points.lines[1].startswith("The call changes: Combined says malignant")
    assert "Nothing in the images" not in " ".join(points.lines)


def test_without_them_there_is_no_such_section(answered):
    alone = replace(answered, second_opinion=None, second_reader=None)
    assert appendix.second_opinion(alone) is None
    assert appendix.second_reader(alone) is None
    assert {appendix.second_opinion, appendix.second_reader} <= set(APPENDIX)
