"""What made-up models say of made-up cases, without any image or fit behind them."""

import numpy as np
from ParotidClassifierCore.models.logistic import probability_of
from ParotidClassifierCore.protocol import ClinicalRecord, shen2026
from ParotidClassifierCore.statistics.results import CaseFlow, CohortPredictions

FLOW = CaseFlow(0, {}, (0, 0), (0, 0), (0, 0))


def a_record(rng: np.random.Generator, malignant: bool) -> ClinicalRecord:
    words = {
        "symptoms": rng.choice(["with", "without"], p=[0.5, 0.5] if malignant else [0.1, 0.9]),
        "margin": rng.choice(["unclear", "clear"], p=[0.4, 0.6] if malignant else [0.1, 0.9]),
        "lymph_nodes": rng.choice(["with", "without", "unknown"], p=[0.2, 0.7, 0.1]),
        "age_years": float(np.round(rng.normal(55, 12))),
        "sex": rng.choice(["female", "male"]),
        "location": rng.choice(["superficial", "deep", "both"], p=[0.7, 0.1, 0.2]),
    }
    return shen2026().record(words)


def predictions(cases: int = 120, seed: int = 0, **changes) -> CohortPredictions:
    """All eleven models; log-odds of the malignant lie 2 above; the last 40% are for the test."""
    rng = np.random.default_rng(seed)
    malignant = changes.get("malignant", rng.random(cases) < 0.4)
    log_odds = {name: rng.normal(size=cases) + 2 * malignant - 1 for name in shen2026().models}
    return CohortPredictions(
        **{
            "case_ids": tuple(f"case{i:03}" for i in range(cases)),
            "malignant": malignant,
            "training": np.arange(cases) < 0.6 * cases,
            "records": tuple(a_record(rng, is_so) for is_so in malignant),
            "probabilities": {name: probability_of(values) for name, values in log_odds.items()},
            "log_odds": log_odds,
            "thresholds": dict.fromkeys(shen2026().models, 0.5),
        }
        | changes
    )
