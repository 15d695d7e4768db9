"""From a case and a bundle to probabilities, stability, saliency and comparisons.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "predict", "readers_agreement", "saliency", "second_opinion", "session", "stability",
    "stages",
]  # fmt: skip
