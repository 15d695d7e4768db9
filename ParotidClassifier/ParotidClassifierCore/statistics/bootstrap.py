"""Percentile intervals of AUC and Brier score from stratified bootstraps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..base.progress import Progress, silent
from .delong import LEAST_CASES_OF_A_CLASS

# Weights held at a time; bounds the memory, whatever the number of cases (float64, 8 MB).
_MOST_WEIGHTS = 1_000_000

Interval = tuple[float | None, float | None]


@dataclass(frozen=True)
class BootstrapIntervals:
    """95 % percentile intervals of one model; None where they are not defined."""

    auc: Interval
    brier: Interval


@dataclass(frozen=True)
class _Ordered:
    """The judged cases (k,) of one model in rising order of probability.

    `starts` says where a new value of the probability begins, `squared` are the squared
    differences of probability and outcome.
    """

    cases: np.ndarray
    malignant: np.ndarray
    starts: np.ndarray
    squared: np.ndarray


def bootstrap_intervals(
    probabilities: Mapping[str, np.ndarray],
    malignant: np.ndarray,
    bootstraps: int,
    seed: int,
    progress: Progress = silent,
) -> dict[str, BootstrapIntervals]:
    """Return the intervals of every model, all on the same resamples.

    Each resample draws as many benign and as many malignant cases as there are, with replacement:
    the same ones for sets of the same size and seed.

    Args:
        probabilities: by model; NaN where a model has none: it is judged on the others.
    """
    ordered = {name: _ordered(values, malignant) for name, values in probabilities.items()}
    judged = {name: model for name, model in ordered.items() if len(model.cases)}
    figures = {name: np.empty((2, bootstraps)) for name in judged}
    done = 0
    for weights in _resamples(malignant, bootstraps, np.random.default_rng(seed)):
        rows = slice(done, done + len(weights))
        for name, model in judged.items():
            figures[name][:, rows] = _weighted_figures(model, weights)
        done = rows.stop
        progress(done / bootstraps, "bootstraps")
    undefined = BootstrapIntervals((None, None), (None, None))
    return {
        name: _intervals(figures[name], model) if name in judged else undefined
        for name, model in ordered.items()
    }


def _ordered(probabilities: np.ndarray, malignant: np.ndarray) -> _Ordered:
    judged = np.flatnonzero(~np.isnan(probabilities))
    cases = judged[np.argsort(probabilities[judged], kind="stable")]
    values = probabilities[cases]
    starts = np.flatnonzero(np.r_[True, np.diff(values) > 0]) if len(cases) else cases
    outcome = malignant[cases].astype(float)
    return _Ordered(cases, outcome, starts, (values - outcome) ** 2)


def _resamples(
    malignant: np.ndarray, bootstraps: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield (b, n) how often each case was drawn, some resamples at a time."""
    at_a_time = max(1, _MOST_WEIGHTS // len(malignant))
    for start in range(0, bootstraps, at_a_time):
        weights = np.empty((min(at_a_time, bootstraps - start), len(malignant)))
        for of_class in (np.flatnonzero(malignant), np.flatnonzero(~malignant)):
            if len(of_class):
                equal = np.full(len(of_class), 1 / len(of_class))
                weights[:, of_class] = rng.multinomial(len(of_class), equal, len(weights))
        yield weights


def _weighted_figures(model: _Ordered, weights: np.ndarray) -> np.ndarray:
    """Return (2, b) AUC and Brier score of each resample; NaN where it lacks a class."""
    drawn = weights[:, model.cases]
    positives = np.add.reduceat(drawn * model.malignant, model.starts, axis=1)
    negatives = np.add.reduceat(drawn * (1 - model.malignant), model.starts, axis=1)
    below = negatives.cumsum(axis=1) - negatives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    total = drawn.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.stack([(positives * below).sum(axis=1) / pairs, drawn @ model.squared / total])


def _intervals(figures: np.ndarray, model: _Ordered) -> BootstrapIntervals:
    positives = model.malignant.sum()
    fewest = min(positives, len(model.cases) - positives)
    auc = _percentiles(figures[0]) if fewest >= LEAST_CASES_OF_A_CLASS else (None, None)
    return BootstrapIntervals(auc, _percentiles(figures[1]))


def _percentiles(values: np.ndarray) -> Interval:
    """Return the middle 95 %; None where no resample differs, which says nothing of the spread."""
    values = values[~np.isnan(values)]
    if not len(values) or np.ptp(values) == 0:
        return None, None
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)
