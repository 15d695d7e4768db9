"""The outcome, histology, and the calls of models: benign or malignant."""

MALIGNANT = "malignant"
BENIGN = "benign"


def outcome_word(malignant: bool) -> str:
    """Return the word for an outcome or a call."""
    return MALIGNANT if malignant else BENIGN
