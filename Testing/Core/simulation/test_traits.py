"""Drawing of traits and clinical records against the published figures, without images."""

import numpy as np
import pytest
from fixtures.protocols import changed_protocol
from ParotidClassifierCore.protocol import published, shen2026
from ParotidClassifierCore.simulation.traits import Difficulty, draw_case, record_of

CASES = 12_000
RECORD_COUNTS = {
    "sex": ("male", 213),
    "smoking": ("yes", 162),
    "drinking": ("yes", 121),
    "symptoms": ("with", 58),
    "shape": ("round", 80),
    "margin": ("unclear", 48),
    "number": ("multiple", 27),
    "location": ("both", 52),
    "density": ("heterogeneous", 144),
    "calcification": ("with", 12),
    "cystic_areas": ("with", 98),
    "enhancement_degree": ("obvious", 224),
    "enhanced_uniformity": ("yes", 138),
    "lymph_nodes": ("with", 29),
}
ODDS_RATIOS = {
    "symptoms": ("with", 40.152),
    "margin": ("unclear", 111.1),
    "enhancement_degree": ("obvious", 19.451),
    "drinking": ("yes", 0.250),
}


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(20)
    classes = rng.permutation(np.arange(CASES) < CASES * 89 / 357)
    return classes, [draw_case(rng, bool(malignant), Difficulty()) for malignant in classes]


@pytest.mark.parametrize("variable", RECORD_COUNTS)
def test_published_frequencies(drawn, variable):
    level, count = RECORD_COUNTS[variable]
    share = np.mean([findings[variable] == level for _, findings in drawn[1]])
    expected = count / 357
    standard_error = np.sqrt(expected * (1 - expected) / CASES)
    assert abs(share - expected) < 4 * standard_error


@pytest.mark.parametrize("variable", ODDS_RATIOS)
def test_published_odds_ratios(drawn, variable):
    level, published_ratio = ODDS_RATIOS[variable]
    assert np.log(_odds_ratio(drawn, variable, level)) == pytest.approx(
        np.log(published_ratio), abs=0.5
    )


def test_nodes_tell_malignancy(drawn):
    # 384 rests on a fraction of one benign patient: only its order can be seen in draws.
    assert _odds_ratio(drawn, "lymph_nodes", "with") > 100
    superficial = _odds_ratio(drawn, "location", "superficial")
    assert 1 / superficial == pytest.approx(3.06, rel=0.25)


def test_prevalences_are_exact():
    prevalence = published.Prevalence.solve(58, 40.152)
    malignant, benign = prevalence.malignant, prevalence.benign
    assert malignant * 89 + benign * 268 == pytest.approx(58)
    assert malignant / (1 - malignant) / (benign / (1 - benign)) == pytest.approx(40.152)


def test_published_age_and_diameter(drawn):
    ages = np.array([findings["age_years"] for _, findings in drawn[1]])
    diameters = np.array([traits.diameter_cm for traits, _ in drawn[1]])
    assert ages.mean() == pytest.approx(52.7, abs=0.6)
    assert ages.std() == pytest.approx(14.6, abs=0.8)
    assert diameters.mean() == pytest.approx(2.28, abs=0.05)
    assert diameters.std() == pytest.approx(0.84, abs=0.06)
    assert diameters.min() >= 1.0


def test_findings_separate_no_better(drawn):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    classes, cases = drawn
    inputs = np.array([list(shen2026().coded(findings).values()) for _, findings in cases])
    model = LogisticRegression(C=1e6).fit(inputs, classes)
    assert 0.82 < roc_auc_score(classes, model.decision_function(inputs)) < 0.889


@pytest.mark.parametrize("trait", ["tumor", "ring", "shape"])
def test_difficulty_is_the_distance(drawn, trait):
    classes, cases = drawn
    values = np.array([getattr(traits, trait) for traits, _ in cases])
    distance = values[classes].mean() - values[~classes].mean()
    assert distance == pytest.approx(getattr(Difficulty(), trait), abs=0.1)


def test_no_separation_no_difference():
    none = Difficulty(tumor=0, ring=0, shape=0)
    benign, _ = draw_case(np.random.default_rng(1), False, none)
    malignant, _ = draw_case(np.random.default_rng(1), True, none)
    assert (benign.tumor, benign.ring, benign.shape) == (
        malignant.tumor,
        malignant.ring,
        malignant.shape,
    )


def test_enhancement_in_hu_agrees_with_its_degree(drawn):
    for traits, findings in drawn[1]:
        hu = traits.enhancement_hu
        degree = "slight" if hu < 20 else "moderate" if hu <= 40 else "obvious"
        assert findings["enhancement_degree"] == degree


def test_findings_that_the_simulator_does_not_know_are_drawn_by_their_frequency():
    protocol = changed_protocol("skin-infiltration")
    findings, rng = {"margin": "clear", "shape": "oval"}, np.random.default_rng(3)
    for malignant, frequency in ((False, 0.02), (True, 0.25)):
        drawn = [record_of(findings, malignant, protocol, rng) for _ in range(2000)]
        share = np.mean([record["skin_infiltration"] == "with" for record in drawn])
        assert share == pytest.approx(frequency, abs=0.03)
        assert all(set(record) == {"margin", "skin_infiltration"} for record in drawn)


def _odds_ratio(drawn, variable, level):
    classes, cases = drawn
    present = np.array([findings[variable] == level for _, findings in cases])
    table = [[np.sum(present[c] == p) for p in (True, False)] for c in (classes, ~classes)]
    (a, b), (c, d) = table
    return a * d / (b * c)
