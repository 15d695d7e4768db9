"""The probabilities of one case, or in plain words why one of them is not there."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..base.words import listed
from ..protocol import ColumnKind, Protocol, column_of, log_odds_column
from ..protocol.outcome import outcome_word
from .logistic import LogisticModel, probability_of

NOT_HELD = "it is not part of the chosen model"


def percent(probability: float) -> str:
    """Return a probability as whole per cent; never 0 % or 100 %, which no model can know."""
    if probability < 0.01:
        return "< 1 %"
    return "> 99 %" if probability > 0.99 else f"{probability * 100:.0f} %"


@dataclass(frozen=True)
class ModelResult:
    """What one model says of one case.

    Attributes:
        probability: of malignancy, 0 to 1; None if unavailable.
        contributions: what each column adds to the log-odds, by column name; in place of the
            log-odds of another model stand the columns that these come from.
        intercept: what the log-odds are before any of them.
        unavailable: why there is no probability; None if there is one.
        interval: lower and upper bound of the probability's 95 % interval; None if there is none.
        no_interval: why a probability has no interval; None if it has one.
        answer: "benign", "malignant" or "indeterminate", see `answers`; None where there is none.
        answer_limits: of the probability, below which the answer is benign, above which malignant.
        no_answer: why a probability has no answer; None if it has one.
    """

    name: str
    probability: float | None = None
    log_odds: float | None = None
    threshold: float | None = None
    call: str | None = None
    contributions: Mapping[str, float] = field(default_factory=dict)
    intercept: float | None = None
    unavailable: str | None = None
    interval: tuple[float, float] | None = None
    no_interval: str | None = None
    answer: str | None = None
    answer_limits: tuple[float, float] | None = None
    no_answer: str | None = None

    @property
    def verdict(self) -> str | None:
        """The answer; the call where there is none."""
        return self.answer or self.call

    @property
    def marks(self) -> tuple[float, ...]:
        """What a probability is judged by: the limits of its answer, else its threshold."""
        return tuple(dict.fromkeys(self.answer_limits or (self.threshold,)))


def probabilities(
    protocol: Protocol,
    models: Mapping[str, LogisticModel],
    values: Mapping[str, float | None],
    thresholds: Mapping[str, float],
) -> dict[str, ModelResult]:
    """Return the result of each model of the protocol, in its order.

    Args:
        values: by column: radiomic, network and clinical columns; None or absent if unknown. The
            log-odds of one model that another reads are computed here.
    """
    known: dict[str, float | None] = dict(values)
    results: dict[str, ModelResult] = {}
    for name in protocol.models:
        of_case = {c: known.get(c) for c in models[name].columns} if name in models else {}
        missing = [c for c, value in of_case.items() if value is None or not math.isfinite(value)]
        if name not in models:
            results[name] = ModelResult(name, unavailable=NOT_HELD)
        elif missing:
            results[name] = ModelResult(name, unavailable=_reason(missing, protocol, results))
        else:
            results[name] = _result(models[name], of_case, thresholds[name], results)
        known[log_odds_column(name)] = results[name].log_odds
    return results


def _result(
    model: LogisticModel,
    values: Mapping[str, float],
    threshold: float,
    earlier: Mapping[str, ModelResult],
) -> ModelResult:
    log_odds = float(model.log_odds(values))
    probability = float(probability_of(log_odds))
    contributions = _contributions(model, values, earlier)
    return ModelResult(
        name=model.name,
        probability=probability,
        log_odds=log_odds,
        threshold=threshold,
        call=outcome_word(probability >= threshold),
        contributions=contributions,
        # Of the chained ones the rest, which holds the intercepts of the models between.
        intercept=model.intercept
        if contributions.keys() == set(model.columns)
        else log_odds - sum(contributions.values()),
    )


def _contributions(
    model: LogisticModel, values: Mapping[str, float], earlier: Mapping[str, ModelResult]
) -> dict[str, float]:
    """Return what each column adds, by itself and through the models between."""
    added: dict[str, float] = {}
    for column, number in model.contributions(values).items():
        kind, of, _ = column_of(column)
        parts = {column: float(number)}
        if kind is ColumnKind.LOG_ODDS:
            slope = model.slopes[column]
            parts = {c: slope * part for c, part in earlier[of].contributions.items()}
        for c, part in parts.items():
            added[c] = added.get(c, 0.0) + part
    return added


def _reason(missing: list[str], protocol: Protocol, earlier: Mapping[str, ModelResult]) -> str:
    """Say why the columns `missing` have no value, one clause for each kind of column."""
    by_kind: dict[ColumnKind, list[str]] = {}
    for column in missing:
        by_kind.setdefault(column_of(column).kind, []).append(column)
    clauses = [_clause(kind, columns, protocol, earlier) for kind, columns in by_kind.items()]
    return "; ".join(dict.fromkeys(clauses))  # logits and deep features lack for one reason


def _clause(
    kind: ColumnKind, columns: list[str], protocol: Protocol, earlier: Mapping[str, ModelResult]
) -> str:
    if kind is ColumnKind.CLINICAL:
        variables = [protocol.predictors[column] for column in columns]
        verb = "are" if len(variables) > 1 or variables[0].plural else "is"
        return f"{listed([variable.phrase for variable in variables])} {verb} unknown"
    if kind in (ColumnKind.NETWORK, ColumnKind.DEEP):
        return "the network gave no result"
    if kind is ColumnKind.LOG_ODDS:
        source = column_of(columns[0]).of
        named = f"the model {protocol.plain(source)}"
        return f"needs {named}, which is unavailable: {earlier[source].unavailable}"
    return f"the radiomic feature {listed(columns, 1)} could not be computed"
