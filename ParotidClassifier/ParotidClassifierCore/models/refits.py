"""How certain a probability is: how far it would have been elsewhere, had others been learnt from.

Two things are known of the training cases. Refits: the coefficients of the whole chain, from the
radiomic models to Combined, on resamples of the rows, with the selected columns as they are. Their
spread at a new case tells where the models are certain and where not, but is too narrow. And what
the whole pipelines without one fold each, with selection, penalty and network of their own, say of
the training cases: the delete-a-group jackknife of their log-odds is wide enough, but takes all
those pipelines. So the variance of a new case's log-odds is taken to be

    constant + factor · (variance of its log-odds by the refits)

with the two numbers of each model that fit the jackknife best over the training cases; the factor
is 1 at least, since what the refits differ by is part of what whole pipelines differ by.

Sources: Efron & Tibshirani 1993, An Introduction to the Bootstrap; Shao & Wu 1989, Annals of
Statistics 17:1176, on leaving out groups where selection makes the estimate jump.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..protocol import log_odds_column
from .logistic import LogisticModel, probability_of
from .probabilities import ModelResult

_STANDARD_ERRORS = 1.96  # of a normal distribution, hold 95 %
_ROUNDS = 20

NOT_IN_THIS_BUNDLE = "this model holds no refits"
OLDER_BUNDLE = "this model is of an earlier version, which had none or too narrow ones"


@dataclass(frozen=True)
class Refits:
    """The models' coefficients on resamples of the training cases.

    Attributes:
        coefficients: by model name, (b, 1 + k): of each resample the intercept, then the
            log-odds per standard deviation of the model's k columns, in the units of the model's
            own z-scores. Empty where there are none.
        scales: by model name, constant, 0 or more, and factor, 1 or more.
        absent: why there are none; empty where there are.
    """

    coefficients: Mapping[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
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
            "The 95 % interval of a probability tells how far it hangs on which cases the models "
            f"happened to learn from. It comes from {self.count} refits on resamples of the "
            "training cases, widened to what whole trainings without a part of the cases differ "
            "by: selection of features and penalties included, and the network for models that "
            "read its logits. How the outline was drawn is not in it."
        )


def with_intervals(
    results: Mapping[str, ModelResult],
    models: Mapping[str, LogisticModel],
    refits: Refits,
    values: Mapping[str, float | None],
) -> dict[str, ModelResult]:
    """Return the results with the 95 % interval of each probability, or why it has none.

    Args:
        values: that the models read, by column; log-odds of other models are computed here.
    """
    told = dict(results)
    judged = {name: models[name] for name, r in results.items() if r.probability is not None}
    if not refits.coefficients:
        return told | {name: replace(told[name], no_interval=refits.absent) for name in judged}
    known = {c: np.array([number], float) for c, number in values.items() if number is not None}
    for name, (variance,) in variances_by_refits(judged, refits.coefficients, known).items():
        constant, factor = refits.scales[name]
        reach = _STANDARD_ERRORS * np.sqrt(constant + factor * variance)
        bounds = probability_of(results[name].log_odds + np.array([-reach, reach]))
        told[name] = replace(told[name], interval=tuple(bounds.tolist()))
    return told


def variances_by_refits(
    models: Mapping[str, LogisticModel],
    coefficients: Mapping[str, tuple[tuple[float, ...], ...]],
    values: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Return (n,) the variance of each model's log-odds over its refits.

    Args:
        models: in the order of the protocol.
        values: (n,) by column; log-odds of other models are computed here.
    """
    known = {column: of_cases[:, None] for column, of_cases in values.items()}
    for name, model in models.items():
        intercept, *of_columns = np.transpose(coefficients[name])
        again = replace(model, intercept=intercept, coefficients=tuple(of_columns))
        known[log_odds_column(name)] = again.log_odds(known)  # (n, b)
    return {name: known[log_odds_column(name)].var(axis=-1) for name in models}


def scale_of(variances: np.ndarray, by_refits: np.ndarray) -> tuple[float, float]:
    """Return the constant, 0 or more, and factor, 1 or more, that lead from refits to jackknife.

    Least squares in units of what is fitted: a variance from few groups errs by a share of itself.

    Args:
        variances: (n,) by the jackknife.
        by_refits: (n,).
    """
    from scipy.optimize import nnls

    design = np.column_stack([np.ones(len(by_refits)), by_refits])
    fitted = np.full(len(variances), variances.mean())
    scale = least = np.array([0.0, 1.0])
    for _ in range(_ROUNDS):
        unit = np.maximum(fitted, np.finfo(float).tiny)
        more, _ = nnls(design / unit[:, None], (variances - by_refits) / unit)
        scale = more + least
        fitted = design @ scale
    return float(scale[0]), float(scale[1])
