"""A result of each model for every case, each a probability or the reason why there is none."""

import numpy as np
import pytest
from Core.models.made_models import a_model, models, values
from ParotidClassifierCore.models.probabilities import percent, probabilities
from ParotidClassifierCore.protocol import shen2026

THRESHOLDS = dict.fromkeys(models(), 0.5)


def results(**changes):
    return probabilities(shen2026(), models(), values() | changes, THRESHOLDS)


def test_there_are_results_of_all_models_in_order():
    assert list(results()) == list(shen2026().models)
    assert list(probabilities(shen2026(), {}, {}, {})) == list(shen2026().models)


def test_combined_is_built_on_the_log_odds_of_the_fusion():
    given = results()
    log_odds = given["Tumor+External2_RAD+DL"].log_odds
    expected = models()["Combined"].probability(
        values() | {"log_odds:Tumor+External2_RAD+DL": log_odds}
    )
    assert given["Combined"].probability == float(expected)


def test_contributions_go_through_the_models_between_down_to_the_features():
    given, weights = results(), models()["Combined"]
    fusion, combined = given["Tumor+External2_RAD+DL"], given["Combined"]
    slope = weights.coefficients[0] / weights.sds[0]
    added = {column: slope * part for column, part in fusion.contributions.items()}
    assert combined.contributions.keys() == {*added, *weights.columns[1:]}
    for column, part in added.items():
        assert combined.contributions[column] == pytest.approx(part)
    # A feature moves the log-odds of Combined by what its bar says.
    column, unit = "Tumor_wavelet-LLH_glcm_Idn", 0.25
    moved = results(**{column: values()[column] + unit})["Combined"]
    added = moved.contributions[column] - combined.contributions[column]
    assert moved.log_odds - combined.log_odds == pytest.approx(added)
    for result in given.values():
        if result.probability is not None:
            total = result.intercept + sum(result.contributions.values())
            assert total == pytest.approx(result.log_odds)


def test_a_feature_that_several_parts_read_has_one_contribution():
    feature = "Tumor_wavelet-LLH_glcm_Idn"
    read = ("log_odds:Tumor_RAD", "log_odds:Tumor+External2_RAD+DL")
    combined = a_model("Combined", (*read, "symptoms"))
    given = probabilities(shen2026(), models() | {"Combined": combined}, values(), THRESHOLDS)
    parts = [given[column.removeprefix("log_odds:")].contributions[feature] for column in read]
    wanted = sum(combined.slopes[c] * part for c, part in zip(read, parts, strict=True))
    assert given["Combined"].contributions[feature] == pytest.approx(wanted)


@pytest.mark.parametrize(("threshold", "call"), [(0.0, "malignant"), (1.0, "benign")])
def test_the_call_follows_the_threshold(threshold, call):
    given = probabilities(shen2026(), models(), values(), dict.fromkeys(models(), threshold))
    assert given["Clinical"].call == call


def test_a_probability_at_the_threshold_is_malignant():
    exactly = results()["Tumor_DL"].probability
    given = probabilities(shen2026(), models(), values(), THRESHOLDS | {"Tumor_DL": exactly})
    assert given["Tumor_DL"].call == "malignant"


@pytest.mark.parametrize(
    ("changes", "model", "reason"),
    [
        ({}, "External2_RAD", "it is not part of the chosen model"),
        ({"margin_unclear": None}, "Clinical", "margin is unknown"),
        ({"symptoms": None}, "Combined", "symptoms are unknown"),
        (
            {"symptoms": None, "margin_unclear": None, "enlarged_lymph_nodes": None},
            "Clinical",
            "symptoms, margin and enlarged lymph nodes are unknown",
        ),
        ({"network:Tumor_DL": None}, "Tumor_DL", "the network gave no result"),
        (
            {"Tumor_wavelet-LLH_glcm_Idn": np.nan},
            "Tumor_RAD",
            "the radiomic feature Tumor_wavelet-LLH_glcm_Idn could not be computed",
        ),
        (
            {"network:Tumor+External2_DL": None, "margin_unclear": None},
            "Combined",
            (
                "needs the model image alone, which is unavailable: the network gave no result; "
                "margin is unknown"
            ),
        ),
    ],
)
def test_what_is_unavailable_says_why(changes, model, reason):
    result = results(**changes)[model]
    assert result.unavailable == reason
    assert result.probability is None
    assert result.call is None


def test_an_unknown_finding_leaves_the_image_models_alone():
    assert results(symptoms=None)["Tumor+External2_RAD+DL"] == results()["Tumor+External2_RAD+DL"]


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.001, "< 1 %"), (0.5, "50 %"), (0.999, "> 99 %"), (1.0, "> 99 %")]
)
def test_no_probability_is_shown_as_certain(probability, shown):
    assert percent(probability) == shown
