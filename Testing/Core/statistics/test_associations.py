import numpy as np
import pytest
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.statistics.associations import clinical_associations
from ParotidClassifierCore.statistics.variables import clinical_variables

# Malignant and benign cases with symptoms, then without.
COUNTS = (12, 6, 18, 84)


def a_cohort(counts=COUNTS, **of_all):
    """Cases whose symptoms go with the outcome as in `counts`; other words by function."""
    rng = np.random.default_rng(0)
    symptoms = np.repeat(["with", "with", "without", "without"], counts)
    malignant = np.repeat([True, False, True, False], counts)
    records = []
    for case, (symptom, is_so) in enumerate(zip(symptoms, malignant, strict=True)):
        words = {name: word(case, is_so, rng) for name, word in of_all.items()}
        records.append(shen2026().record({"symptoms": symptom, **words}))
    return clinical_variables(shen2026(), records), malignant


def ratios(found, variable, multivariable=False):
    rows = found.multivariable if multivariable else found.univariate
    return [ratio for ratio in rows if ratio.variable == variable]


def test_finding_against_its_absence():
    (symptoms,) = ratios(clinical_associations(*a_cohort()), "symptoms")
    assert (symptoms.level, symptoms.reference, symptoms.cases) == ("with", "without", 120)
    assert symptoms.odds_ratio.value == pytest.approx(12 * 84 / (6 * 18))
    assert symptoms.penalised.value == pytest.approx(12.5 * 84.5 / (6.5 * 18.5), rel=1e-4)
    assert not symptoms.separated


def test_empty_cell_is_noted():
    found = clinical_associations(*a_cohort((12, 0, 18, 84)))
    (symptoms,) = ratios(found, "symptoms")
    assert symptoms.separated
    assert symptoms.odds_ratio.value is symptoms.p is None
    assert symptoms.penalised.value == pytest.approx(12.5 * 84.5 / (0.5 * 18.5), rel=1e-4)
    assert "symptoms separates the outcomes: only the penalised figures hold." in found.notes


def test_what_holds_alone_is_not_said_again_of_all_together():
    cohort = a_cohort(
        (12, 0, 18, 84),
        age_years=lambda case, malignant, rng: float(round(rng.normal(40 + 20 * malignant, 9))),
    )
    found = clinical_associations(*cohort)
    (together,) = ratios(found, "symptoms", multivariable=True)
    assert together.separated
    assert found.notes == ("symptoms separates the outcomes: only the penalised figures hold.",)


def test_telling_variables_enter():
    cohort = a_cohort(
        age_years=lambda case, malignant, rng: float(round(rng.normal(48 + 9 * malignant, 9))),
        sex=lambda case, malignant, rng: "female" if case % 7 < 3 else "male",
    )
    found = clinical_associations(*cohort)
    (age,) = ratios(found, "age_years")
    assert (age.level, age.reference) == ("per year", "")
    assert 1.0 < age.odds_ratio.low < age.odds_ratio.value < 1.3
    assert {ratio.variable for ratio in found.multivariable} == {"symptoms", "age_years"}
    (together,) = ratios(found, "age_years", multivariable=True)
    assert together.odds_ratio.value != age.odds_ratio.value
    everything = clinical_associations(*cohort, entry_p=1.0)
    assert {r.variable for r in everything.multivariable} == {"symptoms", "age_years", "sex"}


def test_unknown_cases_are_counted():
    cohort = a_cohort(
        lymph_nodes=lambda case, *_: "unknown" if case == 3 else ("with", "without")[case % 2]
    )
    found = clinical_associations(*cohort)
    (nodes,) = ratios(found, "lymph_nodes")
    assert nodes.cases == 119
    assert "1 case left out: enlarged lymph nodes unknown." in found.notes


def test_useless_levels_are_named():
    cohort = a_cohort(
        location=lambda case, *_: ("superficial", "deep")[case % 2], sex=lambda *_: "female"
    )
    found = clinical_associations(*cohort)
    assert [ratio.level for ratio in ratios(found, "location")] == ["deep"]
    assert "no case is of location: both." in found.notes
    assert "sex left out: it does not vary." in found.notes
    assert ratios(found, "sex") == []


def test_dependent_variable_is_dropped():
    same = {"with": "unclear", "without": "clear"}
    cohort = a_cohort(margin=lambda case, *_: same["with" if case < 18 else "without"])
    found = clinical_associations(*cohort)
    assert [ratio.variable for ratio in found.multivariable] == ["symptoms"]
    assert found.notes_together == ("margin left out: it follows from the others.",)
    assert not set(found.notes) & set(found.notes_together)


def test_nothing_to_associate():
    variables, malignant = a_cohort()
    assert clinical_associations(variables, np.zeros_like(malignant)) is None
    blank = clinical_variables(shen2026(), [{}] * len(malignant))
    assert clinical_associations(blank, malignant) is None
