"""The training distributions that a new case is compared with."""

import numpy as np
import pytest
from Core.models.made_models import a_model, a_table
from ParotidClassifierCore.dicom.source import Acquisition
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
    spacings = np.column_stack([np.full(90, 0.5), np.linspace(0.4, 0.6, 90), np.full(90, 5.0)])
    acquisitions = [None] * 60 + [Acquisition(kvp=120.0)] * 30
    return reference_of(table, fitted, spacings, acquisitions), table


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


def test_scores_are_rounded_so_that_they_name_nobody(reference_and_table):
    scores = reference_and_table[0].scores["Tumor_RAD+DL"]
    assert all(round(score, 4) == score for score in (*scores["benign"], *scores["malignant"]))


def test_the_voxels_of_the_cohort_are_kept(reference_and_table):
    voxel_mm = reference_and_table[0].voxel_mm
    assert (voxel_mm["pixel"][0], voxel_mm["pixel"][-1]) == pytest.approx((0.5, 0.6))
    assert set(voxel_mm["slice"]) == {5.0}


def test_how_the_cts_were_made_is_kept_as_far_as_it_is_known(reference_and_table):
    acquisitions = reference_and_table[0].acquisitions
    assert (acquisitions.cases, acquisitions.ranges) == (30, {"kvp": (120.0, 120.0)})


def test_the_domain_is_of_the_features_that_a_model_reads_and_the_voxels(reference_and_table):
    reference, table = reference_and_table
    voxels, features = reference.domain.spaces
    assert features.columns == (table.columns[2], "network:Tumor_DL")
    assert features.centers[0] == pytest.approx(np.median(table.radiomics[:, 2]))
    assert voxels.centers == pytest.approx(np.log([np.linspace(0.5, 0.6, 90).mean(), 5.0]), abs=0.1)
    assert len(reference.domain.held_out) == 90
