import dataclasses

import pytest
from Core.models.made_models import a_refits
from fixtures.cases import ball_case
from ParotidClassifierCore.models.reference import Reference
from ParotidClassifierCore.prediction.session import Session


@pytest.fixture(scope="module")
def features(bundle):
    """What the models read of the made case's image."""
    prediction = Session(ball_case(8.0), bundle).predict()
    return {c: v for c, v in prediction.features.items() if v is not None}


def test_every_probability_has_its_interval_or_the_reason_why_not(bundle):
    without = Session(ball_case(8.0), bundle).predict()
    refitted = dataclasses.replace(bundle, refits=a_refits(40, 0.5, bundle.models))
    prediction = Session(ball_case(8.0), refitted).predict()
    for name, result in prediction.as_dict()["models"].items():
        plain = without.as_dict()["models"][name]
        if "unavailable" in plain:
            assert result == plain
            continue
        low, high = result["interval"]
        assert low < result["probability"] < high
        assert "no_interval" not in result
        assert result["probability"] == plain["probability"]
        assert plain["no_interval"] == "this model holds no refits"
        assert "interval" not in plain


def test_the_prediction_says_where_the_case_stands_among_the_training_cases(bundle, features):
    around = {column: (value - 1.0, value + 1.0) for column, value in features.items()}
    scores = {"Tumor+External2_RAD+DL": {"benign": (0.0, 1.0), "malignant": (1.0,)}}
    voxels = {"pixel": (0.5, 0.5), "slice": (5.0, 5.0)}
    reference = Reference((0.0, 1.0), around, scores, voxels)
    known = dataclasses.replace(bundle, reference=reference)
    prediction = Session(ball_case(8.0), known).predict()
    told = prediction.as_dict()["applicability"]
    assert told["model"] == prediction.headline[0] == "Tumor+External2_RAD+DL"
    assert told["score"] == prediction.headline[1].probability
    assert told["higher_than"] == {"benign": 0.5, "malignant": 0.0}
    assert told["voxel_mm"] == {"pixel": 1.0, "slice": 3.0}
    assert told["training_voxel_mm"] == {"pixel": [0.5, 0.5], "slice": [5.0, 5.0]}
    assert told["domain"]["status"] == "unknown"
