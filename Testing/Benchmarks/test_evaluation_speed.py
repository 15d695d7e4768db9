"""How long DeLong's method takes for 11 models on 100 000 cases; at most 5 s are wanted."""

from __future__ import annotations

import numpy as np
from ParotidClassifierCore.evaluation.delong import auc_covariance
from ParotidClassifierCore.models.names import ELEVEN_MODELS

CASES = 100_000


def test_delong_of_eleven_models(benchmark):
    rng = np.random.default_rng(0)
    malignant = rng.random(CASES) < 0.25
    scores = rng.normal(size=(len(ELEVEN_MODELS), CASES)) + malignant
    aucs, covariance = benchmark(auc_covariance, scores, malignant)
    assert np.isfinite(aucs).all()
    assert (np.diag(covariance) > 0).all()
