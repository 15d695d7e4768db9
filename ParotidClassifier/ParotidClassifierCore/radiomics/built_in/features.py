"""How a class of features lists its features: each one declares itself by PyRadiomics' name."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Feature = Callable[[Any], float]
# What PyRadiomics adds to a probability before it takes the logarithm, and to some divisors.
EPSILON = float(np.spacing(1))


class Features(dict[str, Feature]):
    """Functions by feature, from what the class measures (voxels, a matrix) to a value."""

    def named(self, name: str) -> Callable[[Feature], Feature]:
        """Return a decorator that declares a function as the feature of this name."""

        def declare(function: Feature) -> Feature:
            self[name] = function
            return function

        return declare

    def of(self, measured: Any, wanted: Iterable[str]) -> dict[str, float]:
        """Return the wanted features of what was measured."""
        return {name: float(self[name](measured)) for name in wanted}


def entropy(p: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    """Return -Σ p log2(p + ε), in bits."""
    return -(p * np.log2(p + EPSILON)).sum(axis)


def mean_of(values: np.ndarray) -> float:
    """Return the mean over the directions that have a value; not a number where none has."""
    total = values.sum()
    if not np.isnan(total):  # as nearly always: looking for what is not a number takes longer
        return float(total / values.size) if values.size else float("nan")
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
