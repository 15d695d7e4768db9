"""How long DeLong's method takes for 11 models on 100 000 cases; at most 5 s are wanted.

As an evaluation calls it: the area and interval of each model, and each against the last.
"""

import numpy as np
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.statistics.delong import auc_with_interval, paired_p

CASES = 100_000


def all_models(scores, malignant):
    areas = [auc_with_interval(of_model, malignant) for of_model in scores]
    return areas, [paired_p(of_model, scores[-1], malignant) for of_model in scores[:-1]]


def test_delong_of_eleven_models(benchmark, table):
    rng = np.random.default_rng(0)
    malignant = rng.random(CASES) < 0.25
    scores = rng.normal(size=(len(shen2026().models), CASES)) + malignant
    areas, p = benchmark(all_models, scores, malignant)
    assert all(area.low < area.value < area.high for area in areas)
    assert None not in p
    name = f"DeLong's method, 11 models, {CASES} cases"
    table.at_most(name, benchmark.stats.stats.median, 5.0)
