"""Refits on resamples: the same fit as the kept one's, whole chains, and the interval they give."""

from dataclasses import replace

import numpy as np
import pytest
from Core.models.made_models import a_model, a_refits, a_table, models, values
from ParotidClassifierCore.models.fits import WHOLE, Fits, refit_all, resamples
from ParotidClassifierCore.models.logistic_fit import fit_logistic, refit_logistic
from ParotidClassifierCore.models.probabilities import probabilities
from ParotidClassifierCore.models.refits import EXCLUDED, Refits, with_intervals
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
    settings = replace(QUICK, penalties=(penalty,))
    columns, x, y = table.columns[:6], table.radiomics[:, :6], table.malignant
    kept, _ = fit_logistic("Tumor_RAD", columns, x, y, settings)
    counts = next(resamples(table, 1))
    rows = np.repeat(np.arange(len(y)), counts)
    expected, _ = fit_logistic("Tumor_RAD", columns, x[rows], y[rows], settings)
    refitted = refit_logistic(kept, x, y, counts, penalty)
    assert (refitted.means, refitted.sds) == (kept.means, kept.sds)
    np.testing.assert_allclose(log_odds(refitted, x), log_odds(expected, x), rtol=0, atol=1e-6)


def test_a_refit_on_every_row_once_is_the_model_itself(table, fits):
    once = np.ones(len(table.malignant), int)
    for name in shen2026().models:
        kept, again = fits.model(name, WHOLE), fits.refitted(name, WHOLE, once)
        assert again.intercept == pytest.approx(kept.intercept, abs=1e-6)
        assert again.coefficients == pytest.approx(kept.coefficients, abs=1e-6)


def test_classes_that_a_resample_divides_still_have_a_refit():
    y = np.arange(40) < 15
    x = np.where(y, 1.0, -1.0)[:, None] + np.random.default_rng(0).normal(size=(40, 1)) * 0.1
    kept = replace(a_model("Tumor_DL", ("network:Tumor_DL",), -50.0), sds=(1.0,))
    refitted = refit_logistic(kept, x, y, np.ones(40, int), 1e3)
    expected, _ = fit_logistic("Tumor_DL", kept.columns, x, y, replace(QUICK, penalties=(1e3,)))
    np.testing.assert_allclose(log_odds(refitted, x), log_odds(expected, x), atol=1e-4)


def test_a_column_that_is_constant_in_the_resample_says_nothing(table):
    x = np.column_stack([table.radiomics[:, 0], np.zeros(90)])
    x[3, 1] = 1.0
    kept, _ = fit_logistic("Tumor_RAD", table.columns[:2], x, table.malignant, QUICK)
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
    malignant = np.arange(40) < 4
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


def test_the_interval_is_that_of_the_refits_probabilities():
    result = judged(a_refits(41, 0.5))["Tumor_RAD"]
    inner = 0.475  # of shifts spread evenly over -0.5 … 0.5, the middle 95%
    expected = [1 / (1 + np.exp(-(result.log_odds + shift))) for shift in (-inner, inner)]
    assert result.interval == pytest.approx(expected, abs=1e-3)
    assert result.no_interval is None


def test_combined_hands_on_what_its_source_says_in_each_refit():
    source = "Tumor+External2_RAD+DL"
    weights = dict(a_refits(41, 0.0).coefficients)
    weights[source] = a_refits(41, 2.0).coefficients[source]
    result = judged(Refits(weights, ""))["Combined"]
    model = models()["Combined"]
    by_hand = [
        model.probability(
            values() | {log_odds_column(source): judged(Refits())[source].log_odds + s}
        )
        for s in np.linspace(-2, 2, 41)
    ]
    assert result.interval == pytest.approx(np.quantile(by_hand, (0.025, 0.975)))


def test_a_model_without_probability_has_no_interval_and_one_without_refits_says_why():
    unknown = judged(a_refits(41, 0.5), values() | {"symptoms": None})
    assert unknown["Combined"].interval is None
    assert unknown["Combined"].no_interval is None
    assert unknown["Tumor_RAD"].interval is not None
    assert judged(Refits(absent="nobody was there"))["Tumor_RAD"].no_interval == "nobody was there"


def test_an_interval_that_excludes_its_probability_is_not_told():
    one = {"Clinical": models()["Clinical"]}
    result = probabilities(shen2026(), one, values(), {"Clinical": 0.5})
    rows = tuple((row[0] + 9.0, *row[1:]) for row in a_refits().coefficients["Clinical"])
    told = with_intervals(result, one, Refits({"Clinical": rows}, absent=""), values())["Clinical"]
    assert (told.interval, told.no_interval) == (None, EXCLUDED)
    assert told.probability == result["Clinical"].probability


def test_a_refit_that_is_the_model_itself_has_its_probability_for_an_interval():
    result = probabilities(shen2026(), models(), values(), dict.fromkeys(models(), 0.5))
    told = with_intervals(result, models(), a_refits(1, spread=0.0), values())
    for name in models():
        assert told[name].interval == pytest.approx((result[name].probability,) * 2)
