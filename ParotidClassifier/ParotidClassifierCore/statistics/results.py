"""What an evaluation gives, as plain values: the report draws and writes these and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..protocol import ClinicalRecord


@dataclass(frozen=True)
class CohortPredictions:
    """What the models of one bundle say of n cases.

    Attributes:
        malignant: (n,) bool, the outcome.
        training: (n,) bool: the models learnt from this case.
        records: (n,) the clinical variables.
        probabilities, log_odds: by model, those the bundle holds alone; (n,), NaN where the model
            has none for a case.
        thresholds: by model, the probability from which a case is called malignant.
        out_of_fold: by model, (n,) probabilities of training cases by models that had not seen
            them, NaN elsewhere; empty where that is not known (a bundle evaluated later).
        answer_limits: by model, below which probability it answers benign, above which malignant;
            without models that have no answers.
        domain: (n,) "inside", "borderline", "outside" or "unknown"; "" of training cases, which the
            domain is made of. Empty where nothing is known.
    """

    case_ids: tuple[str, ...]
    malignant: np.ndarray
    training: np.ndarray
    records: tuple[ClinicalRecord, ...]
    probabilities: Mapping[str, np.ndarray]
    log_odds: Mapping[str, np.ndarray]
    thresholds: Mapping[str, float]
    out_of_fold: Mapping[str, np.ndarray] = field(default_factory=dict)
    answer_limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    domain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % confidence interval; None for what is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Confusion:
    """Calls against outcomes; positive means malignant."""

    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int


@dataclass(frozen=True)
class RocCurve:
    """(k,) each, from (0, 0) to (1, 1); empty where there is one outcome alone."""

    false_positive_rates: np.ndarray
    sensitivities: np.ndarray


@dataclass(frozen=True)
class CalibrationCurve:
    """Observed share of malignant cases over predicted probability; empty without cases.

    Attributes:
        predicted: (g,) mean probability of groups of cases, rising.
        observed, observed_low, observed_high: (g,) share of malignant cases in each group, with
            its Wilson interval.
        counts: (g,) cases.
        smooth_predicted, smooth_observed: (s,) a smoothed curve; empty with few cases.
        smooth_low, smooth_high: (s,) its 95 % band, point by point.
    """

    predicted: np.ndarray
    observed: np.ndarray
    observed_low: np.ndarray
    observed_high: np.ndarray
    counts: np.ndarray
    smooth_predicted: np.ndarray
    smooth_observed: np.ndarray
    smooth_low: np.ndarray
    smooth_high: np.ndarray


@dataclass(frozen=True)
class AnswerFigures:
    """How a model answered the cases of one class, or of both.

    Attributes:
        cases: those with a probability.
        definite: share of them with the answer benign or malignant; a case outside the
            applicability domain has neither.
        covered: share of them that did not get the answer of the other class.
        wrong_of_definite: share of the definite answers that are the other class.
    """

    cases: int
    definite: Estimate
    covered: Estimate
    wrong_of_definite: Estimate


@dataclass(frozen=True)
class ModelFigures:
    """How one model did on one set of cases.

    Attributes:
        cases, malignant: those with a probability.
        without_probability: cases of the set that this model could not judge.
        threshold: probability from which a case is called malignant.
        auc: with DeLong's interval on the logit scale.
        auc_bootstrap: the same AUC with the percentile interval of stratified bootstraps.
        accuracy, sensitivity, specificity, ppv, npv: with Wilson intervals.
        brier: with a bootstrap interval.
        brier_of_share: of giving every case the share of malignant ones among them, which needs no
            model; None without cases.
        slope_absent: why the calibration slope is not estimable; empty where it is.
        p_against_combined: DeLong's test of paired AUCs; None with no other model to compare with.
        net_benefit: (t,) at the thresholds of the set; NaN without cases.
        answers: of "benign", "malignant" and "all" cases; empty where the model has no answers.
    """

    name: str
    cases: int
    malignant: int
    without_probability: int
    threshold: float
    auc: Estimate
    auc_bootstrap: Estimate
    accuracy: Estimate
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    brier: Estimate
    brier_of_share: float | None
    calibration_intercept: Estimate
    calibration_slope: Estimate
    slope_absent: str
    p_against_combined: float | None
    confusion: Confusion
    roc: RocCurve
    calibration: CalibrationCurve
    net_benefit: np.ndarray
    answers: Mapping[str, AnswerFigures] = field(default_factory=dict)


@dataclass(frozen=True)
class SetFigures:
    """All models on one set of cases.

    Attributes:
        title: which set, in words: "test", "training, apparent", "training, out of fold".
        decision_thresholds: (t,) threshold probabilities of the decision curves.
        net_benefit_of_all: (t,) of calling every case malignant.
        notes: what a reader must know: a class with few cases, an interval that is not defined.
        domain: by status, the share of the cases that are there; empty where it is not known.
    """

    title: str
    cases: int
    malignant: int
    models: Mapping[str, ModelFigures]
    decision_thresholds: np.ndarray
    net_benefit_of_all: np.ndarray
    notes: tuple[str, ...] = ()
    domain: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table of texts and numbers as it is printed and written to CSV; None for an empty cell."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OddsRatio:
    """One level of one variable in a logistic regression on the outcome malignant.

    Attributes:
        variable: its name in the cohort table.
        level, reference: which level against which; "per year" and empty for a number.
        odds_ratio, p: maximum likelihood, with Wald's interval and test; undefined (None) where
            levels separate the outcomes.
        penalised, penalised_p: Firth's penalised likelihood, with its profile likelihood interval
            and likelihood ratio test.
        separated: levels of this variable separate the outcomes (a cell of the cross table is 0).
        cases: with a known value.
    """

    variable: str
    level: str
    reference: str
    odds_ratio: Estimate
    p: float | None
    penalised: Estimate
    penalised_p: float | None
    separated: bool
    cases: int


@dataclass(frozen=True)
class ClinicalAssociations:
    """Clinical variables against the outcome, on the training cases.

    Attributes:
        univariate: every level of every variable, each variable on its own.
        multivariable: the variables whose penalised P alone is below `entry_p`, together.
        notes: of each on its own: variables left out and why, separation, cases left out.
        notes_together: what is to be said beside of all together.
    """

    univariate: tuple[OddsRatio, ...]
    multivariable: tuple[OddsRatio, ...]
    entry_p: float
    notes: tuple[str, ...]
    notes_together: tuple[str, ...]


@dataclass(frozen=True)
class NomogramAxis:
    """One input of a nomogram: texts of its tick marks, and the points (0 to 100) of each."""

    label: str
    values: tuple[str, ...]
    points: tuple[float, ...]


@dataclass(frozen=True)
class Nomogram:
    """A logistic model as sums of points; `total_points` are ticks of the sum.

    Log-odds are intercept_log_odds + points / points_per_log_odds.
    """

    axes: tuple[NomogramAxis, ...]
    total_points: tuple[float, ...]
    probabilities: tuple[float, ...]
    points_per_log_odds: float
    intercept_log_odds: float


@dataclass(frozen=True)
class CaseFlow:
    """From the rows of the cohort table to the cases that were judged.

    Attributes:
        listed: rows of the table.
        unusable: by case id, why it was left out.
        training, test: usable cases, as (benign, malignant).
        clinically_incomplete: usable cases that lack a clinical finding that models read, as
            (training, test).
    """

    listed: int
    unusable: Mapping[str, str]
    training: tuple[int, int]
    test: tuple[int, int]
    clinically_incomplete: tuple[int, int]


@dataclass(frozen=True)
class Movement:
    """How far one change moved the log-odds of one model, up or down, over the cases it judged."""

    change: str
    model: str
    median: float
    percentile_95: float
    cases: int


@dataclass(frozen=True)
class Steadiness:
    """How far log-odds moved when cases were changed in ways that nobody can see.

    Attributes:
        cases: that were classified.
        draws: of each change for each case.
        moved: by change and model, |change of the log-odds| of each case and draw.
        failures: why a case is missing, by case id.
    """

    cases: int
    draws: int
    moved: Mapping[str, Mapping[str, np.ndarray]]
    failures: Mapping[str, str]

    @property
    def movements(self) -> list[Movement]:
        """Of each change and model."""
        return [
            Movement(
                change,
                model,
                *np.percentile(values, (50, 95)).tolist(),
                len(values) // self.draws,
            )
            for change, by_model in self.moved.items()
            for model, values in by_model.items()
        ]


@dataclass(frozen=True)
class Evaluation:
    """Everything that is computed from the probabilities of a cohort's cases.

    Attributes:
        test: the cases that nothing was learnt from; None without any.
        training: the cases the models learnt from, judged by these same models: too good.
        out_of_fold: the same cases judged by models that had not seen them.
        baseline: training against test; None where one of them is empty.
        associations: None without clinical variables that differ.
        nomogram: of a model on clinical findings and log-odds; None without one.
        bootstraps, seed: of the resamples behind the bootstrap intervals.
    """

    test: SetFigures | None
    training: SetFigures | None
    out_of_fold: SetFigures | None
    baseline: Table | None
    associations: ClinicalAssociations | None
    nomogram: Nomogram | None
    flow: CaseFlow
    bootstraps: int
    seed: int
