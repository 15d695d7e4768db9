"""Refits on resamples: the same fit as the one kept, whole chains, and the intervals they give."""

from dataclasses import replace

import numpy as np
import pytest
from Core.models.made_models import a_model, a_refits, a_table, models, values
from ParotidClassifierCore.models.fits import WHOLE, Fits, refit_all, resamples
from ParotidClassifierCore.models.logistic_fit import fit_logistic, refit_logistic
from ParotidClassifierCore.models.probabilities import probabilities
from ParotidClassifierCore.models.refits import (
    Refits,
    scale_of,
    variances_by_refits,
    with_intervals,
)
from ParotidClassifierCore.models.settings import ModelTrainingSettings
from ParotidClassifierCore.protocol import log_odds_column, shen2026

QUICK = ModelTrainingSettings(penalties=(1.0,))


@pytest.fixture(scope="module")
def table():
    return a_table()


@pytest.fixture(scope="module")
def fits(table):
    made = Fits(table, QUICK)
    for name in shen2026().models:
        made.model(name, WHOLE)
    return made


def log_odds(model, x):
    return model.log_odds(dict(zip(model.columns, x.T, strict=True)))


@pytest.mark.parametrize("penalty", [1e-4, 1.0, 1e3])
def test_a_refit_is_the_fit_that_the_resampled_rows_alone_would_give(table, penalty):
    columns, x, y = table.columns[:6], table.radiomics[:, :6], table.malignant
    kept = fit_logistic("Tumor_RAD", columns, x, y, penalty)
    counts = next(resamples(table, 1))
    rows = np.repeat(np.arange(len(y)), counts)
    expected = fit_logistic("Tumor_RAD", columns, x[rows], y[rows], penalty)
    refitted = refit_logistic(kept, x, y, counts, penalty)
    assert (refitted.means, refitted.sds) == (kept.means, kept.sds)
    taken = x[rows]  # beyond their range the two stop at other ends
    np.testing.assert_allclose(
        log_odds(refitted, taken), log_odds(expected, taken), rtol=0, atol=1e-6
    )


def test_a_refit_on_every_row_once_is_the_model_itself(table, fits):
    once = np.ones(len(table.malignant), int)
    for name in shen2026().models:
        kept, again = fits.model(name, WHOLE), fits.refitted(name, WHOLE, once)
        assert again.intercept == pytest.approx(kept.intercept, abs=1e-6)
        assert again.coefficients == pytest.approx(kept.coefficients, abs=1e-6)


def test_classes_that_a_resample_divides_still_have_a_refit():
    y = np.arange(40) < 15
    x = np.where(y, 1.0, -1.0)[:, None] + np.random.default_rng(0).normal(size=(40, 1)) * 0.1
    kept = replace(
        a_model("Tumor_DL", ("network:Tumor_DL",), -50.0), sds=(1.0,), ranges=((-9.0, 9.0),)
    )
    refitted = refit_logistic(kept, x, y, np.ones(40, int), 1e3)
    expected = fit_logistic("Tumor_DL", kept.columns, x, y, 1e3)
    np.testing.assert_allclose(log_odds(refitted, x), log_odds(expected, x), atol=1e-4)


@pytest.mark.parametrize("intercept", [0.0, 90.0])
def test_a_resample_beyond_the_range_of_the_kept_model_says_nothing_but_the_share(intercept):
    y = np.arange(40) < 10
    x = np.random.default_rng(0).uniform(2.0, 3.0, (40, 1))
    kept = replace(a_model("Tumor_DL", ("network:Tumor_DL",)), intercept=intercept)
    kept = replace(kept, means=(0.0,), sds=(1.0,), ranges=((-1.0, 1.0),))
    refitted = refit_logistic(kept, x, y, np.ones(40, int), 10.0)
    np.testing.assert_allclose(log_odds(refitted, x), np.log(10 / 30), atol=1e-6)


def test_a_column_that_is_constant_in_the_resample_says_nothing(table):
    x = np.column_stack([table.radiomics[:, 0], np.zeros(90)])
    x[3, 1] = 1.0
    kept = fit_logistic("Tumor_RAD", table.columns[:2], x, table.malignant, 1.0)
    counts = np.ones(90, int)
    counts[3] = 0
    refitted = refit_logistic(kept, x, table.malignant, counts, 1.0)
    assert refitted.coefficients[1] == pytest.approx(0.0, abs=1e-9)


def test_combined_is_refitted_on_the_log_odds_of_the_same_resample(table, fits, monkeypatch):
    asked = []
    refitted = fits.refitted

    def watched(name, without, counts):
        asked.append((name, without, id(counts)))
        return refitted(name, without, counts)

    monkeypatch.setattr(fits, "refitted", watched)
    counts = next(resamples(table, 3))
    fits.refitted("Combined", WHOLE, counts)
    sources = [call for call in asked if call[0] == "Tumor+External2_RAD+DL"]
    assert sorted(min(without) for _, without, _ in sources) == [0, 1, 2, 3, 4]
    assert {of for _, _, of in asked} == {id(counts)}


def test_a_resample_has_as_many_of_each_outcome_and_of_known_findings():
    clinical = a_table().clinical
    clinical[:20, 0] = np.nan
    table = a_table(clinical=clinical)
    drawn = resamples(table, 0)
    for counts in (next(drawn) for _ in range(5)):
        for group in (table.malignant, table.clinically_complete):
            assert counts[group].sum() == group.sum()
        assert counts.sum() == 90
        assert counts.max() > 1


def test_cases_on_one_image_are_drawn_together():
    table = a_table(images=np.minimum(np.arange(90), 80))
    drawn = resamples(table, 0)
    for counts in (next(drawn) for _ in range(5)):
        assert len(set(counts[80:])) == 1


def test_a_resample_that_leaves_a_fold_without_a_class_is_drawn_again():
    malignant = np.arange(40) < 5
    table = a_table(cases=40, malignant=malignant)
    refits = refit_all(Fits(table, QUICK), shen2026().models, table, 60, 0)
    assert refits.count == 60
    numbers = [n for rows in refits.coefficients.values() for row in rows for n in row]
    assert np.isfinite(numbers).all()


def test_refits_can_be_repeated_to_the_last_digit_and_follow_the_seed(table, fits):
    first, again, other = (refit_all(fits, shen2026().models, table, 3, seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert first.count == 3
    widths = {name: {len(row) for row in rows} for name, rows in first.coefficients.items()}
    assert all(widths[n] == {1 + len(fits.model(n, WHOLE).columns)} for n in shen2026().models)


def judged(refits, given=None):
    given = values() if given is None else given
    thresholds = dict.fromkeys(models(), 0.5)
    results = probabilities(shen2026(), models(), given, thresholds)
    return with_intervals(results, models(), refits, given)


def test_an_interval_reaches_as_far_as_the_scaled_spread_of_the_refits():
    refits = a_refits(41, 0.5)
    shifts = np.linspace(-0.5, 0.5, 41)
    result = judged(replace(refits, scales=refits.scales | {"Tumor_RAD": (0.3, 2.0)}))["Tumor_RAD"]
    reach = 1.96 * np.sqrt(0.3 + 2.0 * shifts.var())
    expected = [1 / (1 + np.exp(-(result.log_odds + shift))) for shift in (-reach, reach)]
    assert result.interval == pytest.approx(expected)
    assert result.no_interval is None


def test_combined_hands_on_what_its_source_says_in_each_refit():
    source = "Tumor+External2_RAD+DL"
    refits = a_refits(41, 0.0)
    weights = refits.coefficients | {source: a_refits(41, 2.0).coefficients[source]}
    result = judged(replace(refits, coefficients=weights))["Combined"]
    model = models()["Combined"]
    by_hand = [
        model.log_odds(values() | {log_odds_column(source): judged(Refits())[source].log_odds + s})
        for s in np.linspace(-2, 2, 41)
    ]
    reach = 1.96 * np.std(by_hand)
    expected = [1 / (1 + np.exp(-(result.log_odds + shift))) for shift in (-reach, reach)]
    assert result.interval == pytest.approx(expected)


def test_a_model_without_probability_has_no_interval_and_one_without_refits_says_why():
    unknown = judged(a_refits(41, 0.5), values() | {"symptoms": None})
    assert unknown["Combined"].interval is None
    assert unknown["Combined"].no_interval is None
    assert unknown["Tumor_RAD"].interval is not None
    assert judged(Refits(absent="nobody was there"))["Tumor_RAD"].no_interval == "nobody was there"


def test_the_scale_is_found_again_from_variances_that_err_by_a_share_of_themselves():
    rng = np.random.default_rng(0)
    by_refits = rng.gamma(2.0, 0.2, 20_000)
    variances = (0.5 + 3.0 * by_refits) * rng.chisquare(4, 20_000) / 4
    assert scale_of(variances, by_refits) == pytest.approx((0.5, 3.0), rel=0.05)


def test_a_variance_is_never_below_that_of_the_refits():
    by_refits = np.linspace(0.1, 1.0, 50)
    for variances in (2.0 - by_refits, 3.0 * by_refits - 0.2, np.zeros(50)):
        constant, factor = scale_of(variances, by_refits)
        assert constant >= 0
        assert factor >= 1


def test_variances_by_refits_are_those_of_each_case_by_hand():
    columns = ("Tumor_wavelet-LLH_glcm_Idn",)
    model = models()["Tumor_RAD"]
    rows = tuple((0.1 * i, 1.0 - 0.2 * i) for i in range(5))
    x = np.array([-1.0, 0.5, 7.0])
    found = variances_by_refits({"Tumor_RAD": model}, {"Tumor_RAD": rows}, {columns[0]: x})
    z = (x - model.means[0]) / model.sds[0]
    expected = [np.var([a + b * each for a, b in rows]) for each in z]
    assert found["Tumor_RAD"] == pytest.approx(expected)


def test_jackknife_variances_are_those_of_pipelines_without_a_fold(table):
    logits = table.out_of_fold_logits + np.arange(5)[:, None, None]
    fits = Fits(replace(table, fold_logits=logits), QUICK)
    alone = [
        fits.model("Tumor_DL", frozenset({fold})).log_odds({"network:Tumor_DL": logits[fold][:, 0]})
        for fold in range(5)
    ]
    expected = (len(alone) - 1) * np.var(alone, axis=0)
    np.testing.assert_allclose(fits.jackknife_variances("Tumor_DL"), expected)
    assert fits.jackknife_variances("Combined").min() > 0
