"""The outcome, histology, and the calls of models: benign or malignant."""

MALIGNANT = "malignant"
BENIGN = "benign"
# By outcome. Okabe & Ito, Color Universal Design, 2008: told apart with any colour vision.
COLORS_ON_LIGHT = {MALIGNANT: "#D55E00", BENIGN: "#0072B2"}
COLORS_ON_DARK = {MALIGNANT: "#E69F00", BENIGN: "#56B4E9"}


def outcome_word(malignant: bool) -> str:
    """Return the word for an outcome or a call."""
    return MALIGNANT if malignant else BENIGN
