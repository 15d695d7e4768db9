"""Penalised fits: closed forms, and tables with several maxima against a plain optimiser."""

import numpy as np
import pytest
from Core.statistics.four_fold import four_fold
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.simulation.traits import Difficulty, draw_case
from ParotidClassifierCore.statistics import firth
from ParotidClassifierCore.statistics.associations import _coded
from ParotidClassifierCore.statistics.firth import penalised_likelihood
from ParotidClassifierCore.statistics.likelihood import standardised
from ParotidClassifierCore.statistics.variables import clinical_variables
from scipy.optimize import minimize
from scipy.stats import chi2


def a_study(seed):
    """249 cases, 5 % of each variable unknown, enlarged nodes in malignant ones alone."""
    rng = np.random.default_rng(seed)
    malignant = np.arange(249) < 62
    records = []
    for is_malignant in malignant:
        _, findings = draw_case(rng, bool(is_malignant), Difficulty())
        if not is_malignant:
            findings = {**findings, "lymph_nodes": "without"}
        known = [name for name in shen2026().clinical if rng.random() >= 0.05]
        records.append({name: findings[name] for name in known})
    return records, malignant


NAMES = (
    "symptoms", "margin", "lymph_nodes", "drinking", "shape", "location", "density",
    "enhancement_degree", "enhanced_uniformity",
)  # fmt: skip
DEEP = 5  # the column of a level with one case of each outcome: two values are equally likely


@pytest.fixture(scope="module", params=[211, 44], ids=["rank deficient", "two maxima"])
def together(request):
    """Design, outcome and fit of the variables that tell in such a study."""
    records, malignant = a_study(request.param)
    variables = [v for v in clinical_variables(shen2026(), records) if v.name in NAMES]
    known = np.logical_and.reduce([v.known for v in variables])
    design = np.hstack([_coded(v, known, []).columns for v in variables])
    return design, malignant[known], penalised_likelihood(design, malignant[known])


def highest(design, malignant, held=None, value=0.0, starts=6):
    """The maximum as a general optimiser finds it, and its coefficients, the intercept first."""
    scaled, sds = standardised(design)
    x, signs = np.column_stack([np.ones(len(scaled)), scaled]), np.where(malignant, 1, -1)
    free = [i for i in range(x.shape[1]) if i != held]

    def lost(part):
        coefficients = np.full(x.shape[1], 0.0 if held is None else value * sds[held - 1])
        coefficients[free] = part
        log_odds = x @ coefficients
        weights = 1 / (2 + 2 * np.cosh(log_odds))
        information = np.linalg.slogdet((x.T * weights) @ x)[1]
        return np.logaddexp(0, -signs * log_odds).sum() - information / 2

    rng = np.random.default_rng(1)
    tried = [minimize(lost, rng.normal(0, 1.5, len(free)), method="BFGS") for _ in range(starts)]
    best = min(tried, key=lambda result: result.fun)
    return -best.fun, best.x[1:] / sds if held is None else None


def test_highest_maximum_is_found(together):
    design, malignant, fit = together
    _, coefficients = highest(design, malignant)
    others = np.arange(design.shape[1]) != DEEP
    assert fit.values[others] == pytest.approx(coefficients[others], abs=2e-3)
    assert ((fit.low < fit.values) & (fit.values < fit.high)).all()


def test_interval_ends_on_the_profile(together):
    design, malignant, fit = together
    top, _ = highest(design, malignant)
    for bound in (fit.low[2], fit.high[2]):
        held, _ = highest(design, malignant, 3, bound)
        assert top - held == pytest.approx(chi2.ppf(0.95, 1) / 2, abs=1e-3)
    held, _ = highest(design, malignant, 3, 0.0)
    assert fit.p[2] == pytest.approx(chi2.sf(2 * (top - held), 1), abs=1e-4)


@pytest.mark.parametrize("counts", [(20, 10, 30, 120), (7, 0, 30, 120), (0, 9, 5, 40)])
def test_penalty_adds_half_a_case(counts):
    # Firth 1993: in a saturated table the penalty is one half case in every cell.
    a, b, c, d = (count + 0.5 for count in counts)
    fit = penalised_likelihood(*four_fold(*counts))
    assert fit.values[0] == pytest.approx(np.log(a * d / (b * c)), abs=1e-5)
    assert fit.low[0] < fit.values[0] < fit.high[0]


def test_interval_agrees_with_the_test():
    tells = penalised_likelihood(*four_fold(20, 10, 30, 120))
    silent = penalised_likelihood(*four_fold(20, 60, 10, 31))
    assert tells.p[0] < 0.05 < silent.p[0]
    assert tells.low[0] > 0
    assert silent.low[0] < 0 < silent.high[0]


def test_missing_bound_costs_nothing(monkeypatch):
    climb = firth._Surface.climb

    def lame(self, start, held=None):
        return None if held == 0 and start[0] > 2 else climb(self, start, held)

    whole = penalised_likelihood(*four_fold(20, 3, 30, 120))
    monkeypatch.setattr(firth._Surface, "climb", lame)
    fit = penalised_likelihood(*four_fold(20, 3, 30, 120))
    assert np.isnan(fit.high[0])
    assert (fit.values[0], fit.low[0], fit.p[0]) == (whole.values[0], whole.low[0], whole.p[0])
    monkeypatch.setattr(firth._Surface, "climb", lambda *_: None)
    assert np.isnan(penalised_likelihood(*four_fold(20, 3, 30, 120)).values[0])
