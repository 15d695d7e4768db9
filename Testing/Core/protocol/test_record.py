import pytest
from ParotidClassifierCore.base.errors import ClinicalValueError
from ParotidClassifierCore.protocol.record import (
    CLINICAL_COLUMNS,
    ClinicalPredictors,
    ClinicalRecord,
    Finding,
    Margin,
)


def test_the_level_that_speaks_for_malignancy_is_coded_one():
    malignant = ClinicalPredictors(Finding.WITH, Margin.UNCLEAR, Finding.WITH)
    benign = ClinicalPredictors(Finding.WITHOUT, Margin.CLEAR, Finding.WITHOUT)
    assert malignant.coded() == dict.fromkeys(CLINICAL_COLUMNS, 1.0)
    assert benign.coded() == dict.fromkeys(CLINICAL_COLUMNS, 0.0)


def test_unknown_is_a_value_and_never_guessed():
    assert set(ClinicalPredictors().coded().values()) == {None}


def test_a_record_survives_being_written_as_words():
    record = ClinicalRecord.from_words(
        {"symptoms": "with", "age_years": "61", "location": "both", "enhancement_degree": "slight"}
    )
    assert ClinicalRecord.from_words(record.words()) == record
    assert record.age_years == 61.0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"symptoms": "yes"}, "'symptoms' has the value 'yes'.*'with', 'without', 'unknown'"),
        ({"margin": None}, "'margin'"),
        ({"age_years": "old"}, "'age_years' has the value 'old'"),
        ({"age_years": -3}, "not negative"),
        ({"age_years": 10**400}, "not negative"),
        ({"max_diameter_cm": "nan"}, "'max_diameter_cm'"),
        ({"colour": "red"}, "'colour' is not a clinical variable"),
        ({"cls": 1}, "'cls' is not a clinical variable"),
    ],
)
def test_a_value_outside_its_levels_is_named(words, reason):
    with pytest.raises(ClinicalValueError, match=reason):
        ClinicalRecord.from_words(words)
