"""Statistics of diagnostic studies, and the plain values that they give.

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
