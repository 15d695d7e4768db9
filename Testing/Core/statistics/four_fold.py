"""One finding and the outcome, from the counts of their cross table."""

import numpy as np


def four_fold(with_malignant, with_benign, without_malignant, without_benign):
    """Return the finding (n, 1) and the outcome (n,)."""
    counts = [with_malignant, with_benign, without_malignant, without_benign]
    finding = np.repeat([1.0, 1.0, 0.0, 0.0], counts)[:, None]
    return finding, np.repeat([True, False, True, False], counts)
