"""Which columns vary at all."""

from __future__ import annotations

import numpy as np

# Rounding leaves equal values with a standard deviation of about this share of their mean or less.
_ROUNDING = 1e-10


def varying(x: np.ndarray) -> np.ndarray:
    """Return (k,) bool: the columns of x (n, k) that are not constant."""
    return x.std(axis=0) > _ROUNDING * np.abs(x.mean(axis=0))
