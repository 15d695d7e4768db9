"""The bundle that follows from the published odds ratios."""

import math

import pytest
from ParotidClassifierCore.bundle.published_clinical import (
    Anchor,
    patterns,
    published_clinical_bundle,
)
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


def test_without_a_finding_it_is_the_share_that_the_study_reports(the_bundle):
    anchor = Anchor.published()
    assert (anchor.called_malignant, anchor.called) == (16, 28)
    assert anchor.called_malignant / 27 == pytest.approx(0.593, abs=5e-4)
    assert (81 - anchor.called + anchor.called_malignant) / 81 == pytest.approx(0.852, abs=5e-4)
    none, *others = patterns(anchor)
    assert none.probability == pytest.approx(11 / 80)
    assert (none.low, none.high) == pytest.approx((0.0786, 0.2297), abs=1e-4)
    assert len(others) == 7
    assert all(p.low < p.probability < p.high for p in others)
    assert "11 of them had a malignant\n   tumour: 13.8 % (Wilson's 95% interval 7.9 to 23.0)" in (
        the_bundle.model_card
    )


def test_the_card_says_where_it_is_too_high(the_bundle):
    least = min(p.probability for p in patterns(Anchor.published())[1:])
    assert least > 0.735  # the upper end of the interval of 16 in 28
    assert "57.1 % (Wilson's 95% interval 39.1 to 73.5)" in the_bundle.model_card
    assert any("too high" in note for note in the_bundle.notes)
    assert "0.842 in test patients of the first\nhospital and 0.749" in the_bundle.model_card


def test_any_finding_is_called_malignant_and_an_unknown_one_is_not_guessed(the_bundle):
    def called(**codes):
        values = dict.fromkeys(the_bundle.models["Clinical"].columns, 0.0) | codes
        return probabilities(shen2026(), the_bundle.models, values, the_bundle.thresholds)

    assert called()["Clinical"].call == "benign"
    for finding in the_bundle.models["Clinical"].columns:
        assert called(**{finding: 1.0})["Clinical"].call == "malignant"
    assert "symptoms are unknown" in called(symptoms=None)["Clinical"].unavailable
    assert "does not hold" in called()["Combined"].unavailable


def test_the_shipped_bundle_is_what_the_code_makes(the_bundle, tmp_path):
    save_bundle(the_bundle, tmp_path / "again")
    shipped = SHIPPED / "published-clinical"
    names = sorted(path.name for path in shipped.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (shipped / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
