"""Is this case like the training cases, and where does it stand among them?"""

from dataclasses import replace

import numpy as np
import pytest
from Core.models.made_models import a_bundle, values
from ParotidClassifierCore.base.words import share_of
from ParotidClassifierCore.models.applicability import applicability_of
from ParotidClassifierCore.models.logistic import LogisticModel
from ParotidClassifierCore.models.probabilities import probabilities
from ParotidClassifierCore.models.reference import Reference, scatter_of
from ParotidClassifierCore.protocol import shen2026

FEATURE = "Tumor_wavelet-LLH_glcm_Idn"
USUAL = (0.5, 0.5, 5.0)


def judged(given=None, spacing=USUAL, **reference):
    bundle = a_bundle()
    bundle = replace(bundle, reference=replace(bundle.reference, **reference))
    given = values() | (given or {})
    results = probabilities(shen2026(), bundle.models, given, bundle.thresholds)
    return applicability_of(
        bundle.protocol, bundle.models, bundle.reference, given, results, spacing
    )


def codes(found):
    return [finding.code for finding in found.findings()]


def test_the_score_is_placed_among_those_of_the_training_cases():
    scores = {"Combined": {"benign": (0.1, 0.2, 0.3, 0.9), "malignant": (0.2, 0.95)}}
    found = judged(scores=scores)
    assert found.model == "Combined"
    assert 0.3 < found.score < 0.9
    assert found.higher_than == {"benign": 0.75, "malignant": 0.5}
    assert found.as_dict()["training_scores"]["malignant"] == [0.2, 0.95]
    assert found.sentences[0] == (
        "Combined's probability is higher than that of 75% of the benign and 50% of the malignant "
        "training cases."
    )


def test_without_findings_the_image_model_is_the_one_that_is_placed():
    found = judged({"symptoms": None}, scores={"Tumor+External2_RAD+DL": {"benign": (0.1,)}})
    assert found.model == "Tumor+External2_RAD+DL"
    assert found.higher_than == {"benign": 1.0}
    assert "higher than that of all the benign training cases" in found.sentences[0]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "none of"),
        (0.004, "less than 1% of"),
        (0.5, "50% of"),
        (0.996, "more than 99% of"),
        (1.0, "all"),
    ],
)
def test_a_share_of_the_training_cases_is_all_of_them_only_where_it_is(share, words):
    assert share_of(share) == words


def test_a_bundle_that_kept_no_scores_places_nothing():
    found = judged(scores={})
    assert found.higher_than == {}
    assert found.as_dict()["training_scores"] == {}
    assert not any("probability" in sentence for sentence in found.sentences)


@pytest.mark.parametrize(("value", "outside"), [(0.2, 0), (0.1, 0), (0.05, 1), (0.31, 1)])
def test_features_outside_the_training_range_are_counted_and_named(value, outside):
    found = judged({FEATURE: value})
    assert (found.compared, len(found.outside)) == (1, outside)
    assert found.outside_share == outside
    assert ("outside_training_range" in codes(found)) == bool(outside)
    assert f"{outside} of 1 image feature " in found.sentences[-1]


def test_a_combination_that_no_training_case_has_is_a_finding_though_each_feature_is_usual():
    ranges = {FEATURE: (0.0, 0.5, 1.0)}
    # The scatter's model reads the feature as (value - 1/3) · 7: its z-score is the distance.
    assert codes(judged({FEATURE: 1 / 3 + 0.5 / 7}, quantiles=ranges)) == []
    far = judged({FEATURE: 1 / 3 + 2.5 / 7}, quantiles=ranges)
    assert far.mahalanobis_percentile == 100.0
    assert codes(far) == ["unlike_training_cases"]


@pytest.mark.parametrize(
    ("spacing", "told"),
    [
        (USUAL, ""),
        ((0.7, 0.7, 4.2), ""),
        ((0.5, 0.5, 1.0), "slices 1 mm apart, not 5 mm."),
        ((0.9, 0.9, 5.0), "pixels of 0.9 mm, not 0.4 to 0.6 mm."),
        ((0.9, 0.9, 0.9), "pixels of 0.9 mm, not 0.4 to 0.6 mm; slices 0.9 mm apart, not 5 mm."),
    ],
)
def test_voxels_unlike_those_of_the_cohort_are_a_finding(spacing, told):
    messages = [f.message for f in judged({FEATURE: 0.2}, spacing, scatter=None).findings()]
    assert len(messages) == bool(told)
    assert all(told in message for message in messages)


def test_what_an_older_bundle_does_not_know_is_left_open():
    found = judged(spacing=(2.0, 2.0, 9.0), quantiles={}, voxel_mm={}, scatter=None, scores={})
    assert codes(found) == []
    assert found.sentences == ()
    told = found.as_dict()
    assert told["outside_share"] is None
    assert told["mahalanobis_percentile"] is None
    assert told["training_voxel_mm"] == {}


def test_a_bundle_without_reference_or_result_says_nothing():
    bundle = replace(a_bundle(), reference=Reference())
    results = probabilities(shen2026(), {}, {}, {})
    found = applicability_of(bundle.protocol, bundle.models, bundle.reference, {}, results, USUAL)
    assert (found.model, found.score, found.sentences) == (None, None, ())


@pytest.fixture(scope="module")
def a_scatter():
    """Two columns that go together in 300 training cases, and the scatter of them."""
    rng = np.random.default_rng(0)
    columns = (FEATURE, "network:Tumor_DL")
    first = rng.normal(size=300)
    cases = np.column_stack([first, first + 0.3 * rng.normal(size=300)]) * (2.0, 5.0) + (1.0, 9.0)
    moments = (tuple(cases.mean(axis=0)), tuple(cases.std(axis=0)))
    model = LogisticModel("Tumor_RAD+DL", columns, *moments, (1.0, 1.0), 0.0)
    by_column = dict(zip(columns, cases.T, strict=True))
    return scatter_of(model, by_column), model, cases


def test_the_percentile_of_cases_like_the_training_cases_is_spread_evenly(a_scatter):
    scatter, model, _ = a_scatter
    rng = np.random.default_rng(1)
    first = rng.normal(size=500)
    new = np.column_stack([first, first + 0.3 * rng.normal(size=500)]) * (2.0, 5.0) + (1.0, 9.0)
    found = [scatter.percentile(model, dict(zip(model.columns, row, strict=True))) for row in new]
    assert np.percentile(found, (10, 50, 90)) == pytest.approx((10, 50, 90), abs=7)


def test_the_distance_knows_that_columns_go_together(a_scatter):
    scatter, model, cases = a_scatter
    means, sds = np.array(model.means), np.array(model.sds)
    along, across = means + sds * (1.5, 1.5), means + sds * (1.5, -1.5)
    percentiles = [
        scatter.percentile(model, dict(zip(model.columns, case, strict=True)))
        for case in (along, across)
    ]
    assert percentiles[0] < 90 < percentiles[1] == 100.0
    assert (across > cases.min(axis=0)).all()
    assert (across < cases.max(axis=0)).all()


def test_a_case_that_lacks_a_value_has_no_percentile(a_scatter):
    scatter, model, _ = a_scatter
    assert scatter.percentile(model, {FEATURE: 1.0}) is None


def test_more_columns_than_cases_still_have_a_scatter():
    rng = np.random.default_rng(2)
    columns = tuple(f"Tumor_original_firstorder_F{i}" for i in range(20))
    x = rng.normal(size=(9, 20))
    model = LogisticModel("Tumor_RAD", columns, (0.0,) * 20, (1.0,) * 20, (1.0,) * 20, 0.0)
    scatter = scatter_of(model, dict(zip(columns, x.T, strict=True)))
    np.linalg.cholesky(np.array(scatter.covariance))
    assert np.isfinite(scatter.distances).all()
