"""The training distributions that a new case is compared with."""

import numpy as np
import pytest
from Core.models.made_models import a_model, a_table
from ParotidClassifierCore.models.reference import QUANTILE_LEVELS, reference_of
from ParotidClassifierCore.models.settings import ModelTrainingSettings
from ParotidClassifierCore.models.training import FittedModels


@pytest.fixture
def reference_and_table():
    table = a_table()
    scores = np.random.default_rng(0).random(90)
    scores[4] = np.nan
    columns = (table.columns[2], "network:Tumor_DL")
    fitted = FittedModels(
        {"Tumor_RAD+DL": a_model("Tumor_RAD+DL", columns)},
        {"Tumor_RAD+DL": 0.5},
        {"Tumor_RAD+DL": scores},
        {},
        {"Tumor_RAD+DL": 1.0},
        {"Tumor_RAD+DL": 89},
        (),
        ModelTrainingSettings(),
    )
    return reference_of(table, fitted), table


def test_only_columns_that_a_model_reads_are_kept_with_their_quantiles(reference_and_table):
    reference, table = reference_and_table
    assert set(reference.quantiles) == {table.columns[2], "network:Tumor_DL"}
    expected = np.quantile(table.radiomics[:, 2], QUANTILE_LEVELS)
    assert reference.quantiles[table.columns[2]] == pytest.approx(expected)
    expected = np.quantile(table.out_of_fold_logits[:, 0], QUANTILE_LEVELS)
    assert reference.quantiles["network:Tumor_DL"] == pytest.approx(expected)


def test_scores_are_sorted_by_class_without_the_cases_left_out(reference_and_table):
    reference, table = reference_and_table
    scores = reference.scores["Tumor_RAD+DL"]
    assert len(scores["benign"]) + len(scores["malignant"]) == 89
    assert len(scores["malignant"]) == table.malignant.sum() - table.malignant[4]
    assert list(scores["benign"]) == sorted(scores["benign"])
