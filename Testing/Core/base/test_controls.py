"""Control characters are told from text, and written out so that JSON stays JSON."""

import json

import pytest
from ParotidClassifierCore.base.controls import harmless, holds_controls

LETTERS = (
    "Läsion, 肿瘤, שָׁלוֹם, كيس, می\u200cخواهم, हिन्दी, ไทย, é, e\u0301, 👩\u200d⚕️ – ″\u00a0″\n\tx"
)
CONTROLS = ["\x1b", "\x07", "\x9b", "\r", "\0", "\x7f", "\u202e", "\u2066", "\u200f", "\udc80"]


def test_letters_of_all_languages_stay():
    assert harmless(LETTERS) == LETTERS
    assert not holds_controls(LETTERS)


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_a_control_is_written_out(control):
    assert holds_controls(f"a{control}b")
    assert harmless(f"a{control}b") == f"a\\u{ord(control):04x}b"


def test_json_says_the_same_as_before():
    content = {"name": "".join(CONTROLS), "letters": LETTERS}
    for written in (json.dumps(content), json.dumps({**content, "name": ""}, ensure_ascii=False)):
        assert json.loads(harmless(written)) == json.loads(written)
