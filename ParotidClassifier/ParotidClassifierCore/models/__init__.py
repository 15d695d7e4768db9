"""Feature selection, the models, their intervals and their applicability domain.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "acquisitions", "answers", "applicability", "domain", "folds", "logistic", "nomogram",
    "probabilities", "reference", "refits", "settings", "signature", "table", "training", "words",
]  # fmt: skip
