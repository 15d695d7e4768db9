"""Every figure of a study, from what the models say of its cases."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from sklearn.metrics import roc_curve

from ..base.progress import Progress, part, silent
from ..base.words import counted
from ..models.answers import INDETERMINATE, Limits
from ..models.domain import DomainStatus
from ..models.logistic import LogisticModel
from ..models.nomogram import nomogram_of
from ..protocol import ColumnKind, Protocol, column_of, log_odds_column
from ..protocol.outcome import BENIGN, MALIGNANT
from ..statistics.associations import clinical_associations
from ..statistics.bootstrap import BootstrapIntervals, bootstrap_intervals
from ..statistics.calibration import (
    calibration_curve,
    calibration_intercept,
    calibration_slope,
    slope_absent,
)
from ..statistics.clinical_tables import baseline_table
from ..statistics.decision_curve import DECISION_THRESHOLDS, net_benefit, net_benefit_of_all
from ..statistics.delong import auc_with_interval, paired_p
from ..statistics.metrics import (
    answer_figures,
    brier_of_share,
    brier_score,
    confusion_at,
    proportion,
    rates,
)
from ..statistics.results import (
    AnswerFigures,
    CaseFlow,
    ClinicalAssociations,
    CohortPredictions,
    Estimate,
    Evaluation,
    ModelFigures,
    Nomogram,
    RocCurve,
    SetFigures,
)
from ..statistics.variables import clinical_variables

TEST = "test"
TRAINING = "training, apparent"
OUT_OF_FOLD = "training, out of fold"
ALL = "all"
# Fewer cases of a class leave every interval wide; named beside the figures.
_FEW_CASES = 10


def evaluate(
    predictions: CohortPredictions,
    flow: CaseFlow,
    models: Mapping[str, LogisticModel],
    protocol: Protocol,
    bootstraps: int,
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Return all figures of a cohort.

    Args:
        protocol: says which one others are compared with, and which one's nomogram is drawn.
        bootstraps: stratified resamples, drawn with `seed`.
    """
    training = predictions.training
    everyone, limits = predictions.probabilities, predictions.answer_limits
    domain = np.array(predictions.domain or [""] * len(training))

    def figures(
        title: str, rows: np.ndarray, of: Mapping, start: float, limits: Mapping
    ) -> SetFigures | None:
        if not rows.any() or not of:
            return None
        malignant = predictions.malignant[rows]
        of_set = {name: values[rows] for name, values in of.items()}
        intervals = bootstrap_intervals(
            of_set, malignant, bootstraps, seed, part(progress, start, start + 0.3)
        )
        found = _set_figures(
            title, of_set, malignant, predictions.thresholds, intervals, protocol.reference
        )
        return _with_answers(found, of_set, malignant, limits, domain[rows])

    return Evaluation(
        test=figures(TEST, ~training, everyone, 0.0, limits),
        training=figures(TRAINING, training, everyone, 0.3, {}),  # limits are of others' scores
        out_of_fold=figures(OUT_OF_FOLD, training, predictions.out_of_fold, 0.6, limits),
        baseline=baseline_table(
            clinical_variables(protocol, predictions.records), predictions.malignant, training
        ),
        associations=_associations(predictions, protocol),
        nomogram=_nomogram(predictions, models, protocol),
        flow=flow,
        bootstraps=bootstraps,
        seed=seed,
    )


def _set_figures(
    title: str,
    probabilities: Mapping[str, np.ndarray],
    malignant: np.ndarray,
    thresholds: Mapping[str, float],
    intervals: Mapping[str, BootstrapIntervals],
    reference: str,
) -> SetFigures:
    """Return the figures of all models on the n cases of one set.

    Args:
        probabilities: by model, (n,); NaN where it has none.
        reference: the model that others are compared with.
    """
    models = {
        name: _model_figures(
            name,
            values,
            malignant,
            thresholds[name],
            intervals[name],
            probabilities.get(reference) if name != reference else None,
        )
        for name, values in probabilities.items()
    }
    return SetFigures(
        title=title,
        cases=len(malignant),
        malignant=int(malignant.sum()),
        models=models,
        decision_thresholds=DECISION_THRESHOLDS,
        net_benefit_of_all=net_benefit_of_all(malignant, DECISION_THRESHOLDS),
        notes=(*_notes_on_classes(malignant), *_notes_on_models(models)),
    )


def _model_figures(
    name: str,
    values: np.ndarray,
    of_malignant: np.ndarray,
    threshold: float,
    bootstrapped: BootstrapIntervals,
    of_reference: np.ndarray | None,
) -> ModelFigures:
    judged = ~np.isnan(values)
    probabilities, malignant = values[judged], of_malignant[judged]
    counts = confusion_at(probabilities, malignant, threshold)
    auc = auc_with_interval(probabilities, malignant)
    return ModelFigures(
        name=name,
        cases=len(malignant),
        malignant=int(malignant.sum()),
        without_probability=int((~judged).sum()),
        threshold=threshold,
        auc=auc,
        auc_bootstrap=Estimate(auc.value, *bootstrapped.auc),
        **rates(counts),
        brier=Estimate(brier_score(probabilities, malignant), *bootstrapped.brier),
        brier_of_share=brier_of_share(malignant),
        calibration_intercept=calibration_intercept(probabilities, malignant),
        calibration_slope=calibration_slope(probabilities, malignant),
        slope_absent=slope_absent(probabilities, malignant),
        p_against_combined=_p_against(values, of_reference, of_malignant),
        confusion=counts,
        roc=_roc(probabilities, malignant),
        calibration=calibration_curve(probabilities, malignant),
        net_benefit=net_benefit(probabilities, malignant, DECISION_THRESHOLDS),
    )


def _with_answers(
    found: SetFigures,
    probabilities: Mapping[str, np.ndarray],
    malignant: np.ndarray,
    limits: Mapping[str, tuple[float, float]],
    domain: np.ndarray,
) -> SetFigures:
    """Return the figures with those of the models' answers, and where the cases lie.

    Args:
        probabilities: by model, (n,); NaN where it has none.
        domain: (n,) status of each case; "" where it is not known. One outside gets no answer.
    """
    models = dict(found.models)
    for name in models.keys() & limits.keys():
        judged = ~np.isnan(probabilities[name])
        told, of_malignant = probabilities[name][judged], malignant[judged]
        may_answer = domain[judged] != DomainStatus.OUTSIDE.value
        answers = _answers(told, of_malignant, Limits(*limits[name]), may_answer)
        models[name] = replace(models[name], answers=answers)
    counts = Counter(domain.tolist())
    shares = {
        status.value: proportion(counts[status.value], len(domain))
        for status in DomainStatus
        if not counts[""]
    }
    return replace(found, models=models, domain=shares)


def _answers(
    probabilities: np.ndarray, malignant: np.ndarray, limits: Limits, may_answer: np.ndarray
) -> dict[str, AnswerFigures]:
    answers = np.array([limits.answer(p) for p in probabilities], dtype=object)
    definite = may_answer & (answers != INDETERMINATE)
    right = answers == np.where(malignant, MALIGNANT, BENIGN)
    of = {BENIGN: ~malignant, MALIGNANT: malignant, ALL: np.ones_like(malignant)}
    return {word: answer_figures(definite[rows], right[rows]) for word, rows in of.items()}


def _p_against(
    values: np.ndarray, of_reference: np.ndarray | None, malignant: np.ndarray
) -> float | None:
    """DeLong's P on the cases that both models judged; None without a reference."""
    if of_reference is None:
        return None
    both = ~np.isnan(values) & ~np.isnan(of_reference)
    return paired_p(values[both], of_reference[both], malignant[both])


def _roc(probabilities: np.ndarray, malignant: np.ndarray) -> RocCurve:
    if not malignant.any() or malignant.all():
        return RocCurve(np.empty(0), np.empty(0))
    false_positive_rates, sensitivities, _ = roc_curve(malignant, probabilities)
    return RocCurve(false_positive_rates, sensitivities)


def _notes_on_classes(malignant: np.ndarray) -> list[str]:
    counts = {"malignant": int(malignant.sum()), "benign": int((~malignant).sum())}
    notes = [f"No case is {word}: no AUC." for word, count in counts.items() if count == 0]
    few = [
        counted(count, f"{word} case") for word, count in counts.items() if 0 < count < _FEW_CASES
    ]
    if few:
        notes.append(f"Only {' and '.join(few)}: every figure here is very uncertain.")
    return notes


def _notes_on_models(models: Mapping[str, ModelFigures]) -> list[str]:
    notes = [
        f"{name} could not judge {counted(figures.without_probability, 'case')}; its figures are "
        f"of the other {figures.cases}."
        for name, figures in models.items()
        if figures.without_probability
    ]
    certain = [
        name
        for name, figures in models.items()
        if figures.auc.value is not None and figures.auc.low is None
    ]
    if certain:
        notes.append(
            f"The AUC of {', '.join(certain)} has no interval: the cases are too few, too alike "
            "or ordered without a fault, so that they do not show how much it would vary."
        )
    return notes


def _learnt_from(predictions: CohortPredictions) -> np.ndarray:
    """(n,) the training cases; all cases where there is none."""
    training = predictions.training
    return training if training.any() else np.ones_like(training)


def _associations(
    predictions: CohortPredictions, protocol: Protocol
) -> ClinicalAssociations | None:
    rows = _learnt_from(predictions)
    records = [record for record, row in zip(predictions.records, rows, strict=True) if row]
    variables = clinical_variables(protocol, records)
    return clinical_associations(variables, predictions.malignant[rows])


def _nomogram(
    predictions: CohortPredictions, models: Mapping[str, LogisticModel], protocol: Protocol
) -> Nomogram | None:
    """Nomogram of the first model on findings and log-odds, over those of the training cases."""
    drawn = {ColumnKind.CLINICAL, ColumnKind.LOG_ODDS}
    names = (name for name in models if drawn.issuperset(protocol.models[name].kinds))
    shown = protocol.first_shown(names)
    if shown is None:
        return None
    model = models[shown]
    rows = _learnt_from(predictions)
    ranges = {}
    for kind, of, _ in map(column_of, model.columns):
        if kind is not ColumnKind.LOG_ODDS:
            continue
        log_odds = predictions.log_odds[of][rows]
        if np.isnan(log_odds).all():
            return None
        ranges[log_odds_column(of)] = (float(np.nanmin(log_odds)), float(np.nanmax(log_odds)))
    return nomogram_of(model, protocol, ranges)
