"""Find control characters, which drive a terminal or turn the order of letters around."""

import re

# Control codes but tab and line feed, halves of surrogate pairs, and Unicode's Bidi_Control.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def holds_controls(text: str) -> bool:
    """Whether a text from a stranger holds what is no text."""
    return _CONTROLS.search(text) is not None


def harmless(text: str) -> str:
    r"""Return the text with each control character written out, as in \u001b; JSON stays valid."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
