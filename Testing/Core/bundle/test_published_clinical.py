"""The bundle that follows from the published odds ratios."""

import math

import numpy as np
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
from scipy.optimize import minimize


@pytest.fixture(scope="module")
def the_bundle():
    return published_clinical_bundle()


@pytest.mark.parametrize(
    ("finding", "odds_ratio"),
    [("symptoms", 23.256), ("margin_unclear", 100.446), ("enlarged_lymph_nodes", 71.429)],
)
def test_a_finding_multiplies_the_odds_as_published_but_for_one_slope(
    finding, odds_ratio, the_bundle
):
    none = dict.fromkeys(the_bundle.models["Clinical"].columns, 0.0)
    log_odds = the_bundle.models["Clinical"].log_odds
    found = log_odds(none | {finding: 1.0}) - log_odds(none)
    assert found / math.log(odds_ratio) == pytest.approx(0.3829, abs=1e-4)


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
    assert "11 of them had a malignant\n   tumour: 13.8 % (Wilson's 95 % interval 7.9 to 23.0)" in (
        the_bundle.model_card
    )


def test_with_a_finding_as_many_are_expected_as_were_found(the_bundle):
    """Over counts of the eight combinations that were found by another program's optimiser."""
    patients = minimize(
        lambda n: np.sum(n * np.log(n)), np.full(7, 4.0), bounds=[(1e-6, 28)] * 7,
        constraints=[{"type": "eq", "fun": lambda n, row=row, of=of: row @ n - of} for row, of in (
            (np.ones(7), 28), ([0, 0, 0, 1, 1, 1, 1], 22), ([0, 1, 1, 0, 0, 1, 1], 13),
            ([1, 0, 1, 0, 1, 0, 1], 8),
        )],
    ).x  # fmt: skip
    expected = patients @ [p.probability for p in patterns(Anchor.published())[1:]]
    assert expected == pytest.approx(16, abs=0.01)
    assert "57.1 % (Wilson's 95 % interval 39.1 to 73.5)" in the_bundle.model_card
    assert "would give each of them 79 % or more" in the_bundle.model_card
    assert any("16 of 28" in note for note in the_bundle.notes)
    assert "0.842 in test patients of the first\nhospital and 0.749" in the_bundle.model_card


def test_any_finding_is_called_malignant_and_an_unknown_one_is_not_guessed(the_bundle):
    def called(**codes):
        values = dict.fromkeys(the_bundle.models["Clinical"].columns, 0.0) | codes
        return probabilities(shen2026(), the_bundle.models, values, the_bundle.thresholds)

    assert called()["Clinical"].call == "benign"
    for finding in the_bundle.models["Clinical"].columns:
        assert called(**{finding: 1.0})["Clinical"].call == "malignant"
    assert "symptoms are unknown" in called(symptoms=None)["Clinical"].unavailable
    assert "not part of the chosen model" in called()["Combined"].unavailable


def test_the_shipped_bundle_is_what_the_code_makes(the_bundle, tmp_path):
    save_bundle(the_bundle, tmp_path / "again")
    shipped = SHIPPED / "published-clinical"
    names = sorted(path.name for path in shipped.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (shipped / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
