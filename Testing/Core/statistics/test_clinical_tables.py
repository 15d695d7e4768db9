import re

import numpy as np
import pytest
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.statistics.clinical_tables import baseline_table, mann_whitney
from ParotidClassifierCore.statistics.variables import clinical_variables
from scipy.stats import chi2_contingency, ttest_ind


def a_cohort(cases=200, seed=0):
    rng = np.random.default_rng(seed)
    training = np.arange(cases) < 0.7 * cases
    ages = np.round(rng.normal(50, 12, cases) + 2 * training)
    symptoms = rng.random(cases) < 0.3
    records = [
        shen2026().record(
            {
                "symptoms": "with" if has else "without",
                "age_years": float(age),
                "max_diameter_cm": float(np.round(rng.exponential(2) + 0.5, 1)),
                "margin": "unknown" if case % 10 == 0 else ("clear", "unclear")[case % 3 == 0],
            }
        )
        for case, (has, age) in enumerate(zip(symptoms, ages, strict=True))
    ]
    variables = clinical_variables(shen2026(), records)
    return variables, rng.random(cases) < 0.25, training, ages, symptoms


@pytest.fixture(scope="module")
def made():
    variables, malignant, training, ages, symptoms = a_cohort()
    table = baseline_table(variables, malignant, training)
    rows, name = {}, None
    for row in table.rows:
        name = row[0] or name
        rows[name, row[1]] = row
    return table, rows, training, ages, symptoms, malignant


def test_levels_are_counted_with_their_share(made):
    _, rows, training, _, symptoms, malignant = made
    has = symptoms[training].sum()
    with_symptoms = rows["symptoms", "with"]
    assert with_symptoms[2] == f"{has} ({100 * has / training.sum():.1f})"
    assert rows["outcome", "malignant"][3].startswith(f"{malignant[~training].sum()} (")


def test_means_or_medians_by_shape(made):
    _, rows, training, ages, *_ = made
    of = ages[training]
    assert rows["age, years", None][2] == f"{of.mean():.1f} ({of.std(ddof=1):.1f})"
    diameter = rows["maximum diameter, cm", None]
    assert re.fullmatch(r"\d\.\d \[\d\.\d, \d\.\d\]", diameter[2])
    assert diameter[6] == "Mann-Whitney"


def test_each_p_is_that_of_the_test_beside_it(made):
    _, rows, training, ages, symptoms, _ = made
    age = rows["age, years", None]
    assert age[6] == "t (Welch)"
    welch = ttest_ind(ages[training], ages[~training], equal_var=False).pvalue
    assert age[5] == f"{welch:.3f}"
    sets = (symptoms[training], symptoms[~training])
    counts = [[(~of_set).sum(), of_set.sum()] for of_set in sets]
    first = rows["symptoms", "without"]
    assert first[6] == "chi-square, continuity-corrected"
    assert first[5] == f"{chi2_contingency(counts).pvalue:.3f}"


def test_missing_values_are_counted(made):
    table, rows, training, *_ = made
    assert rows["margin", "clear"][4] == "20"
    shares = [row[2] for (name, _), row in rows.items() if name == "margin"]
    known = sum(int(text.split(" ")[0]) for text in shares)
    assert known == (training & (np.arange(200) % 10 != 0)).sum()
    assert table.notes[-1].startswith("Not recorded in both sets: ")
    assert "sex" in table.notes[-1]


def test_p_is_never_nought_nor_one():
    _, malignant, training, *_ = a_cohort()
    ages = 20.0 + 60.0 * training + np.arange(len(training)) % 3
    told = [("with", "without")[case % 2] for case in range(len(training))]
    words = [{"age_years": a, "symptoms": s} for a, s in zip(ages, told, strict=True)]
    table = baseline_table(clinical_variables(shen2026(), words), malignant, training)
    p = {row[0]: row[5] for row in table.rows if row[0]}
    assert (p["age, years"], p["symptoms"]) == ("< 0.001", "> 0.999")


def test_one_set_has_no_p():
    variables, malignant, training, *_ = a_cohort(40)
    assert baseline_table(variables, malignant, np.ones_like(training)) is None
    assert baseline_table(variables, malignant, np.zeros_like(training)) is None


def test_mann_whitney_is_exact():
    # U = 0 of 3 against 5 values: 2 of the 56 orders are as extreme.
    assert mann_whitney(np.arange(3.0), np.arange(3.0, 8.0)) == pytest.approx(2 / 56)
