"""How certain a probability is: what the models would say had they learnt from other cases.

Each refit is a whole chain, from the radiomic models to Combined, fitted on one resample of the
training cases. A new case's probabilities by all refits give the interval around the model's own
(percentile method: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..protocol import log_odds_column
from .logistic import LogisticModel, probability_of
from .probabilities import ModelResult

INTERVAL_LEVELS = (0.025, 0.975)

NOT_IN_THIS_BUNDLE = "the bundle holds no refits of its models"
OLDER_BUNDLE = "the bundle is of an earlier version, which held no refits of its models"
EXCLUDED = "by the refits of the model, the probability lies elsewhere"
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Refits:
    """The models' coefficients on resamples of the training cases.

    Attributes:
        coefficients: by model name, (b, 1 + k): of each resample the intercept, then the
            log-odds per standard deviation of the model's k columns, in the units of the model's
            own z-scores. Empty where there are none.
        absent: why there are none; empty where there are.
    """

    coefficients: Mapping[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    absent: str = NOT_IN_THIS_BUNDLE

    @property
    def count(self) -> int:
        """Number of resamples."""
        return len(next(iter(self.coefficients.values()), ()))

    @property
    def line(self) -> str:
        """What a reader must know of the intervals, or why there are none."""
        if not self.coefficients:
            return f"There are no intervals: {self.absent}."
        return (
            f"The 95% interval of a probability comes from {self.count} refits of all models on "
            "stratified resamples of the training cases. It tells how much the probability hangs "
            "on which cases the models happened to learn from. Selection of features, penalties, "
            "network and outline stay as they are, so the whole uncertainty is larger."
        )


def with_intervals(
    results: Mapping[str, ModelResult],
    models: Mapping[str, LogisticModel],
    refits: Refits,
    values: Mapping[str, float | None],
) -> dict[str, ModelResult]:
    """Return the results with the 95% interval of each probability, or why it has none.

    Args:
        values: that the models read, by column; log-odds of other models are computed here.
    """
    known: dict[str, float | np.ndarray | None] = dict(values)
    told = {}
    for name, result in results.items():
        if result.probability is None:
            told[name] = result
        elif name not in refits.coefficients:
            told[name] = replace(result, no_interval=refits.absent)
        else:
            log_odds = _resampled(models[name], refits.coefficients[name]).log_odds(known)
            known[log_odds_column(name)] = log_odds
            low, high = np.quantile(probability_of(log_odds), INTERVAL_LEVELS).tolist()
            holds = low - _ROUNDING <= result.probability <= high + _ROUNDING
            certain = {"interval": (low, high)} if holds else {"no_interval": EXCLUDED}
            told[name] = replace(result, **certain)
    return told


def _resampled(model: LogisticModel, coefficients: tuple[tuple[float, ...], ...]) -> LogisticModel:
    """Return all refits as one model, whose intercept and coefficients are arrays (b,)."""
    intercept, *of_columns = np.transpose(coefficients)
    return replace(model, intercept=intercept, coefficients=tuple(of_columns))
