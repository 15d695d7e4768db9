"""Is this case like the training cases, and where does it stand among them?"""

from dataclasses import replace

import pytest
from Core.models.made_models import a_bundle, values
from ParotidClassifierCore.base.words import share_of
from ParotidClassifierCore.models.applicability import applicability_of
from ParotidClassifierCore.models.domain import OLDER_BUNDLE, Domain
from ParotidClassifierCore.models.probabilities import probabilities
from ParotidClassifierCore.models.reference import Reference
from ParotidClassifierCore.protocol import shen2026

USUAL = (0.5, 0.5, 5.0)


def judged(given=None, spacing=USUAL, **reference):
    bundle = a_bundle()
    bundle = replace(bundle, reference=replace(bundle.reference, **reference))
    given = values() | (given or {})
    results = probabilities(shen2026(), bundle.models, given, bundle.thresholds)
    return applicability_of(bundle.protocol, bundle.reference, given, results, spacing)


def codes(found):
    return [finding.code for finding in found.findings()]


def test_the_score_is_placed_among_those_of_the_training_cases():
    scores = {"Combined": {"benign": (0.1, 0.2, 0.3, 0.9), "malignant": (0.2, 0.95)}}
    found = judged(scores=scores)
    assert found.model == "Combined"
    assert 0.3 < found.score < 0.9
    assert found.higher_than == {"benign": 0.75, "malignant": 0.5}
    assert found.as_dict()["training_scores"]["malignant"] == [0.2, 0.95]
    assert found.place == (
        "The probability is higher than that of 75 % of the benign and 50 % of the malignant "
        "training cases."
    )


def test_without_findings_the_image_model_is_the_one_that_is_placed():
    found = judged({"symptoms": None}, scores={"Tumor+External2_RAD+DL": {"benign": (0.1,)}})
    assert found.model == "Tumor+External2_RAD+DL"
    assert found.higher_than == {"benign": 1.0}
    assert "higher than that of all the benign training cases" in found.place


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "none of"),
        (0.004, "less than 1 % of"),
        (0.5, "50 % of"),
        (0.996, "more than 99 % of"),
        (1.0, "all"),
    ],
)
def test_a_share_of_the_training_cases_is_all_of_them_only_where_it_is(share, words):
    assert share_of(share) == words


def test_a_bundle_that_kept_no_scores_places_nothing():
    found = judged(scores={})
    assert found.higher_than == {}
    assert found.as_dict()["training_scores"] == {}
    assert (found.place, found.as_dict()["sentences"]) == ("", [])


def test_a_case_beyond_the_domain_is_a_finding():
    assert codes(judged()) == []
    found = judged(spacing=(0.5, 0.5, 1.0))
    assert codes(found) == ["outside_domain"]
    assert found.findings()[0].message == found.domain.sentence
    assert found.as_dict()["domain"]["status"] == "outside"


def test_what_an_older_bundle_does_not_know_is_left_open():
    found = judged(voxel_mm={}, domain=Domain(absent=OLDER_BUNDLE), scores={})
    assert codes(found) == []
    assert OLDER_BUNDLE in found.domain.sentence
    assert found.as_dict()["training_voxel_mm"] == {}


def test_a_bundle_without_reference_or_result_places_nothing():
    results = probabilities(shen2026(), {}, {}, {})
    found = applicability_of(shen2026(), Reference(), {}, results, USUAL)
    assert (found.model, found.score, found.place) == (None, None, "")
