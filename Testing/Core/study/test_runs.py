"""What a bundle says of the cases of a cohort."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from Core.models.made_models import a_bundle, a_domain
from ParotidClassifierCore.models.answers import limits_of
from ParotidClassifierCore.models.domain import Domain
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.study.extraction import CohortFeatures
from ParotidClassifierCore.study.manifest import CohortCase
from ParotidClassifierCore.study.runs import cohort_predictions, prediction_table

SCORES = {"benign": np.linspace(0.1, 0.6, 30), "malignant": np.linspace(0.3, 0.9, 30)}
SPACINGS = np.array([[0.5, 0.5, 1.0], [0.5, 0.5, 5.0], [0.5, 0.5, 1.0]])


def predicted(domain):
    record = shen2026().record({"symptoms": "with", "margin": "clear", "lymph_nodes": "without"})
    cases = tuple(
        CohortCase(name, Path("ct"), Path("tumor"), False, split, record)
        for name, split in (("learnt", "train"), ("like", "test"), ("unlike", "test"))
    )
    radiomics = np.full((3, 1), 0.9)
    columns = ("Tumor_wavelet-LLH_glcm_Idn",)
    features = CohortFeatures(shen2026(), cases, columns, radiomics, np.empty(0), spacings=SPACINGS)
    bundle = a_bundle()
    reference = replace(bundle.reference, scores={"Tumor_RAD": SCORES}, domain=domain)
    found = cohort_predictions(replace(bundle, reference=reference), features, None)
    return found, prediction_table(features, found)


def test_answers_and_domain_are_those_of_single_cases():
    found, table = predicted(replace(a_domain(), spaces=a_domain().spaces[:1]))
    assert found.answer_limits == {"Tumor_RAD": limits_of(SCORES)}
    assert found.domain == tuple(table["domain"]) == ("", "inside", "outside")
    limits, probability = limits_of(SCORES), table["Tumor_RAD"][0]
    assert list(table["Tumor_RAD:answer"][:2]) == [limits.answer(probability)] * 2
    assert table["Tumor_RAD:answer"].isna()[2]
    threshold = found.thresholds["Tumor_RAD"]
    called = "malignant" if probability >= threshold else "benign"
    assert list(table["Tumor_RAD:call"][:2]) == [called] * 2
    assert table["Tumor_RAD:call"].isna()[2]
    assert list(table["Tumor_RAD:threshold"]) == [threshold] * 3


def test_without_a_domain_nothing_is_said_of_it():
    found, table = predicted(Domain(absent="why"))
    assert found.domain == ()
    assert "domain" not in table
    assert table["Tumor_RAD:call"].notna().all()
