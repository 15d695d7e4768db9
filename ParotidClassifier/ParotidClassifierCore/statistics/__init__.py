"""Statistics of diagnostic studies, and the plain values that they give.

Everywhere `probabilities` are (n,) and finite, `malignant` is the outcome, (n,) bool, and intervals
are of 95 %.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "associations",
    "bootstrap",
    "calibration",
    "clinical_tables",
    "decision_curve",
    "delong",
    "intraclass",
    "metrics",
    "results",
    "variables",
]
