import pytest
from ParotidClassifierCore.base.words import first_of, listed, spelled


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", ""),
        ("a", "a"),
        ("ab", "a and b"),
        ("abc", "a, b and c"),
        ("abcde", "a, b, c and 2 more"),
    ],
)
def test_of_a_long_list_the_first_are_named_and_the_others_counted(words, told):
    assert listed(words, 3) == told


def test_lines_are_cut_like_a_sentence():
    assert first_of("abc", 3) == ["a", "b", "c"]
    assert first_of("abcde", 3) == ["a", "b", "c", "2 more"]


def test_small_counts_are_spelled():
    assert [spelled(n, "finding") for n in (1, 3, 13)] == [
        "one finding",
        "three findings",
        "13 findings",
    ]
