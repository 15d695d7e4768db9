"""The names of the cases' folders on every system."""

import pytest
from ParotidClassifierCore.study.folder_names import folder_names


def test_a_name_that_every_system_can_have_is_kept():
    names = ["case 1", "2024-0113_b", "Müller.2", "患者7"]
    assert folder_names(names) == names


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "a\\b", "/etc", "CON", "con.txt", "Lpt1", "COM¹", "lpt³.x", "x.", "x ", ".x",
     "..", "a:b", "a\0b", "n" * 300, "患" * 80, "\U00020000" * 90, "?", "a\nb"],
)  # fmt: skip
def test_a_name_that_some_system_refuses_or_that_leads_elsewhere_is_made_safe(name):
    (safe,) = folder_names([name])
    assert not set(safe) & set('/\\:*?"<>|\0\n')
    assert safe[0] != "."
    assert safe[-1] not in ". "
    assert safe.partition(".")[0].casefold() not in {"con", "lpt1", "com¹", "lpt³"}
    assert len(safe) < 100
    assert len(safe.encode()) <= 255


def test_no_two_cases_share_a_folder_on_a_system_that_sees_no_capitals():
    names = folder_names(["a/b", "a_b", "a:b", "Case", "case", "CASE", "e\u0301", "\u00e9"])
    assert len({name.casefold() for name in names}) == len(names)
    assert names[3] == "Case"


def test_a_row_that_is_added_below_moves_no_folder():
    before = ["a/b", "Case", "x"]
    assert folder_names([*before, "case", "a_b"])[:3] == folder_names(before)


def test_names_keep_within_the_room_that_a_path_leaves():
    names = folder_names(["患" * 80, "患" * 79 + "者", "short"], longest=24)
    assert max(map(len, names)) <= 24
    assert len(set(names)) == 3
    assert names[2] == "short"
