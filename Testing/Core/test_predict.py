import dataclasses

import pytest
from made_bundles import made_bundle
from made_cases import ball_case
from ParotidClassifierCore.models.reference import Reference
from ParotidClassifierCore.predict import predict


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return made_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def features(bundle):
    """What the models read of the made case's image."""
    _, prediction = predict(ball_case(8.0), bundle)
    return {c: v for c, v in prediction.features.items() if v is not None}


def codes(bundle, quantiles):
    reference = Reference((0.0, 1.0), quantiles)
    _, prediction = predict(ball_case(8.0), dataclasses.replace(bundle, reference=reference))
    return {finding.code for finding in prediction.findings}


def test_a_case_within_the_training_range_is_no_finding(bundle, features):
    around = {column: (value - 1.0, value + 1.0) for column, value in features.items()}
    assert "outside_training_range" not in codes(bundle, around)


def test_a_case_unlike_the_training_cases_is_a_finding(bundle, features):
    above = {column: (value + 1.0, value + 2.0) for column, value in features.items()}
    assert "outside_training_range" in codes(bundle, above)


def test_one_feature_out_of_many_is_no_finding(bundle, features):
    ranges = {column: (value - 1.0, value + 1.0) for column, value in features.items()}
    first = next(iter(ranges))
    ranges[first] = (features[first] + 1.0, features[first] + 2.0)
    assert len(ranges) >= 10
    assert "outside_training_range" not in codes(bundle, ranges)
