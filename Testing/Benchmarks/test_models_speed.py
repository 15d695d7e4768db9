"""How long selection and the eleven logistic models take; at most 2 minutes are wanted."""

import numpy as np
from fixtures.regions import REGIONS
from ParotidClassifierCore.models.table import TrainingTable
from ParotidClassifierCore.models.training import fit_models
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.radiomics.names import feature_names

CASES, MALIGNANT, FACTORS = 249, 62, 120


def correlated_table() -> TrainingTable:
    """249 cases × 3748 columns that go together in groups, as radiomic features do."""
    rng = np.random.default_rng(0)
    malignant = rng.permutation(np.arange(CASES) < MALIGNANT)
    columns = tuple(f"{region}_{name}" for region in REGIONS for name in feature_names())
    factors = rng.normal(size=(CASES, FACTORS))
    factors[:, :8] += 0.8 * malignant[:, None]
    loads = rng.integers(0, FACTORS, len(columns))
    radiomics = factors[:, loads] + 0.3 * rng.normal(size=(CASES, len(columns)))
    return TrainingTable(
        protocol=shen2026(),
        case_ids=tuple(map(str, range(CASES))),
        columns=columns,
        radiomics=radiomics,
        clinical=1.0 * (rng.random((CASES, 3)) < 0.1 + 0.4 * malignant[:, None]),
        malignant=malignant,
        out_of_fold_logits=rng.normal(size=(CASES, 3)) + malignant[:, None],
        agreement=rng.uniform(0.8, 1.0, len(columns)),
    )


def test_selection_and_all_eleven_models(benchmark, table):
    fitted = benchmark.pedantic(fit_models, (correlated_table(),), rounds=1)
    assert list(fitted.models) == list(shen2026().models)
    name = f"Selection and the eleven models, {CASES} cases"
    table.at_most(name, benchmark.stats.stats.median, 120.0)
