"""The bundle that follows from the published odds ratios."""

import math

import pytest
from ParotidClassifierCore.bundle.published_clinical import patterns, published_clinical_bundle
from ParotidClassifierCore.bundle.shipped import SHIPPED
from ParotidClassifierCore.bundle.store import save_bundle
from ParotidClassifierCore.models.probabilities import probabilities
from ParotidClassifierCore.protocol import shen2026


@pytest.fixture(scope="module")
def the_bundle():
    return published_clinical_bundle()


@pytest.mark.parametrize(
    ("finding", "odds_ratio"),
    [("symptoms", 23.256), ("margin_unclear", 100.446), ("enlarged_lymph_nodes", 71.429)],
)
def test_a_finding_multiplies_the_odds_as_published(finding, odds_ratio, the_bundle):
    none = dict.fromkeys(the_bundle.models["Clinical"].columns, 0.0)
    log_odds = the_bundle.models["Clinical"].log_odds
    assert math.exp(log_odds(none | {finding: 1.0}) - log_odds(none)) == pytest.approx(odds_ratio)


def test_the_mean_probability_is_the_published_share_of_malignant_tumours(the_bundle):
    found = patterns(the_bundle.models["Clinical"])
    assert len(found) == 8
    assert sum(p.share for p in found) == pytest.approx(1.0, abs=1e-12)
    mean = sum(p.share * p.probability for p in found)
    assert mean == pytest.approx(62 / 249, abs=1e-12)
    with_symptoms = sum(p.share for p in found if p.present[0])
    assert with_symptoms == pytest.approx(36 / 249)


def test_the_threshold_is_the_best_of_all_that_part_the_patterns(the_bundle):
    found = patterns(the_bundle.models["Clinical"])

    def youden(threshold):
        malignant = sum(p.share * p.probability for p in found)
        called = [p for p in found if p.probability >= threshold]
        sensitivity = sum(p.share * p.probability for p in called) / malignant
        false_alarms = sum(p.share * (1 - p.probability) for p in called) / (1 - malignant)
        return sensitivity - false_alarms

    chosen = the_bundle.thresholds["Clinical"]
    assert youden(chosen) >= max(youden(p.probability) for p in found) - 1e-12


def test_any_finding_speaks_for_malignancy_and_an_unknown_one_is_not_guessed(the_bundle):
    def called(**codes):
        values = dict.fromkeys(the_bundle.models["Clinical"].columns, 0.0) | codes
        return probabilities(shen2026(), the_bundle.models, values, the_bundle.thresholds)

    assert called()["Clinical"].call == "benign"
    assert called(symptoms=1.0)["Clinical"].call == "malignant"
    assert "symptoms are unknown" in called(symptoms=None)["Clinical"].unavailable
    assert "does not hold" in called()["Combined"].unavailable


def test_the_shipped_bundle_is_what_the_code_makes(the_bundle, tmp_path):
    save_bundle(the_bundle, tmp_path / "again")
    shipped = SHIPPED / "published-clinical"
    names = sorted(path.name for path in shipped.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (shipped / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
